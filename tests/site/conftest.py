"""Chromium, a local server, and the list of built pages.

Without Chromium or without a built site these tests are skipped with a line that says so; with
WEIGHTINIT_REQUIRE_BROWSER=1 (as in CI) they fail instead. WEIGHTINIT_SITE names another built site than _build/html.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("WEIGHTINIT_SITE") or ROOT / "_build" / "html")
PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "_static" not in p.parts)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars"]


def chromium() -> str | None:
    """Path of the browser: CHROME_PATH, or what the system has."""
    if os.environ.get("CHROME_PATH"):
        return os.environ["CHROME_PATH"]
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_name" in metafunc.fixturenames:
        # scope: tests of one page run one after the other, so that they can share an open page
        metafunc.parametrize("page_name", PAGES or [pytest.param("index.html", id="no-site")], scope="module")


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        missing(f"the site is not built ({SITE.name}/index.html is missing); run: make book")
    return SITE


@pytest.fixture(scope="session")
def browser(site: Path) -> Iterator:
    from playwright.sync_api import Error, sync_playwright

    path = chromium()
    if path is None:
        missing("no Chromium found; install it (apt-get install chromium) or name it in CHROME_PATH")
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            missing(f"Chromium at {path} does not start: {str(error).splitlines()[0]}")
        yield started
        started.close()


def missing(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("WEIGHTINIT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *args) -> None:
        """Drop the line."""


class Late(Quiet):
    """A server from which fonts come late, when the page has been laid out without them."""

    def do_GET(self) -> None:
        """Wait before a font."""
        if self.path.split("?")[0].endswith(".woff2"):
            time.sleep(0.6)
        super().do_GET()


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    running = start_server(site)
    yield address(running)
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="session")
def late_server(site: Path) -> Iterator[str]:
    running = start_server(site, Late)
    yield address(running)
    running.shutdown()
    running.server_close()


def start_server(root: Path, handler: type[Quiet] = Quiet) -> http.server.ThreadingHTTPServer:
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(root)))
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


@pytest.fixture
def visit(browser, server, site) -> Iterator[Callable[..., Visit]]:
    """Open a page: visit(name, scheme="http", dark=False, width=1280, root=SITE, **context) -> Visit."""
    with visits(browser, server, site) as open_page:
        yield open_page


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
        **options,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **options
        )
        contexts.append(context)
        base = root.as_uri() if scheme == "file" else server if root == site else serve(root)
        host = urlsplit(base).netloc
        page = context.new_page()
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
