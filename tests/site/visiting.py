"""Opening a page in a browser, and writing down what happens while it loads."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *args) -> None:
        """Drop the line."""


def start_server(root: Path) -> http.server.ThreadingHTTPServer:
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    return running


def address(running: http.server.ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{running.server_address[1]}"


@dataclass
class Visit:
    """An open page and what happened while it loaded."""

    page: object
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    responses: list = field(default_factory=list)


@contextlib.contextmanager
def visits(browser, server: str, site: Path) -> Iterator[Callable[..., Visit]]:
    """What the fixture `visit` gives, for fixtures of another scope."""
    contexts, servers = [], []

    def open_page(
        name: str,
        *,
        scheme: str = "http",
        dark: bool = False,
        width: int = 1280,
        root: Path = site,
        before: str = "",
        **options,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **options
        )
        contexts.append(context)
        base = root.as_uri() if scheme == "file" else server if root == site else serve(root)
        host = urlsplit(base).netloc
        page = context.new_page()
        if before:
            page.add_init_script(before)
        seen = Visit(page)

        def route(found) -> None:
            parts = urlsplit(found.request.url)
            if parts.scheme in ("data", "blob") or (parts.scheme == scheme and parts.netloc == host):
                found.continue_()
            else:
                seen.elsewhere.append(found.request.url)
                found.abort()

        page.route("**/*", route)
        page.on("console", lambda m: m.type in ("error", "warning") and seen.complaints.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: seen.complaints.append(f"exception: {error}"))
        page.on("response", lambda response: seen.responses.append(response))
        page.on(
            "requestfailed",
            lambda r: r.url not in seen.elsewhere and seen.complaints.append(f"failed: {r.url} {r.failure}"),
        )
        page.goto(f"{base}/{name}", wait_until="load")
        page.evaluate("document.fonts.ready.then(() => true)")
        return seen

    def serve(root: Path) -> str:
        servers.append(start_server(root))
        return address(servers[-1])

    yield open_page
    for context in contexts:
        context.close()
    for running in servers:
        running.shutdown()
        running.server_close()
