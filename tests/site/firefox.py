"""Firefox, driven by WebDriver BiDi: JSON over a websocket, which Firefox speaks by itself.

Playwright needs commands that Debian's Firefox does not know yet, and Selenium needs a driver that Debian does not have.
What the tests ask of a browser is little: open a page, ask it something, press keys, tell what it complained of.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from websocket import create_connection

PREFERENCES = {  # nobody is asked for anything
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


# said of a formula of which only the first part has come yet; geometry.MISDRAWN counts the parts
HALF = "Invalid markup: Incorrect number of children"


class FirefoxError(Exception):
    """What Firefox could not do, in its own words."""


class Page:
    """One page of Firefox.

    Parameters
    ----------
    socket : websocket.WebSocket
        The connection to the browser.
    """

    def __init__(self, socket):
        self._socket, self._numbers = socket, itertools.count(1)
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **params) -> dict:
        """Send a command and wait for its answer; what happens meanwhile is written down."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (said := json.loads(self._socket.recv())).get("id") != number:
            self._note(said)
        if said["type"] == "error":
            raise FirefoxError(f"{method}: {said['error']}: {said['message']}")
        return said["result"]

    def _note(self, event: dict) -> None:
        about = event.get("params", {})
        if (
            event.get("method") == "log.entryAdded"
            and about["level"] in ("error", "warn")
            and HALF not in about["text"]
        ):
            self.complaints.append(f"{about['level']}: {about['text']}")
        if event.get("method") == "network.beforeRequestSent":
            url = about["request"]["url"]
            if not re.match(r"(http://127\.0\.0\.1|file|data|blob|about)[:/]", url):
                self.elsewhere.append(url)

    def goto(self, url: str, *, width: int = 1280, height: int = 900) -> None:
        """Open an address in a window of this size, and wait until it is loaded."""
        self.complaints, self.elsewhere = [], []
        self.resize(width, height)
        self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")
        self.evaluate("document.fonts.ready.then(() => true)")

    def resize(self, width: int, height: int = 900) -> None:
        """Give the window another size."""
        self._send("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})

    def evaluate(self, expression: str, *arguments):
        """The value of an expression, or of a function of these arguments, as JSON would carry it."""
        is_function = re.match(r"\s*(async )?(\([\w, ]*\)|\w+) =>", expression)
        call = f"({expression})(...{json.dumps(arguments)})" if is_function else expression
        done = self._send(
            "script.evaluate",
            expression=f"Promise.resolve({call}).then(value => JSON.stringify(value ?? null))",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if done["type"] == "exception":
            raise FirefoxError(done["exceptionDetails"]["text"])
        return json.loads(done["result"]["value"])

    def wait_for(self, condition: str, *, seconds: float = 60) -> None:
        """Wait until a function gives something true; it is asked by the page itself."""
        self.evaluate(
            f"""limit => new Promise((done, fail) => {{
                const end = performance.now() + limit, ask = () =>
                    ({condition})() ? done(true) : performance.now() > end ? fail(Error('timeout')) : setTimeout(ask, 20);
                ask();
            }})""",
            1000 * seconds,
        )

    def press(self, *keys: str) -> None:
        """Press keys on what has the focus; arrows and Enter have the names of the WebDriver standard."""
        named = {
            "ArrowLeft": "\ue012",
            "ArrowUp": "\ue013",
            "ArrowRight": "\ue014",
            "ArrowDown": "\ue015",
            "Enter": "\ue006",
        }
        presses = [{"type": kind, "value": named.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._send(
            "input.performActions",
            context=self._context,
            actions=[{"type": "key", "id": "keyboard", "actions": presses}],
        )

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """A picture of the window, or of the whole page."""
        origin = "document" if whole else "viewport"
        done = self._send("browsingContext.captureScreenshot", context=self._context, origin=origin)
        path.write_bytes(base64.b64decode(done["data"]))


@contextlib.contextmanager
def firefox(program: str, profile: Path) -> Iterator[Page]:
    """A headless Firefox with a profile of its own, closed at the end."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf8")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    said = profile / "stderr"
    with said.open("w", encoding="utf8") as log:
        running = subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL)
    try:
        while not (found := re.search(r"BiDi listening on (ws://\S+)\n", said.read_text(encoding="utf8"))):
            if running.poll() is not None:
                raise FirefoxError(f"{program} ended before it listened: {said.read_text(encoding='utf8')[-500:]}")
            time.sleep(0.05)
        socket = create_connection(f"{found[1]}/session", timeout=60, suppress_origin=True)
        yield Page(socket)
        socket.close()
    finally:
        running.terminate()
        running.wait(timeout=30)
