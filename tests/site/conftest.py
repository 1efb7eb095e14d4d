"""Chromium, with the fonts of this machine or with a set of its own; Firefox; and a local server.

Without a browser or without a built site these tests are skipped with a line that says so; with
WEIGHTINIT_REQUIRE_BROWSER=1 (as in CI) they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from firefox import Page, firefox
from pages import NO_SITE, PAGES, SITE
from visiting import Visit, address, start_server, visits

from weightinit_book.browser import FLAGS, find_chromium

STEADY = ("--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_name" in metafunc.fixturenames:
        # scope: tests of one page run one after the other, so that they can share an open page
        metafunc.parametrize("page_name", PAGES or [NO_SITE], scope="module")


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        missing(f"the site is not built ({SITE.name}/index.html is missing); run: make book")
    return SITE


@pytest.fixture(scope="session")
def playwright(site: Path) -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator:
    """Chromium with the fonts of this machine."""
    started = launch(playwright)
    yield started
    started.close()


FAMILIES = ("DejaVu", "Liberation")  # a wide one, and one as narrow as Arial


@pytest.fixture(scope="session")
def browsers_with_fonts(playwright, tmp_path_factory) -> Iterator[dict]:
    """Chromium on two machines, each of which has no other fonts than one family."""
    started = {}
    for family in FAMILIES:
        folder = tmp_path_factory.mktemp("fonts")
        found = {Path(path).name: path for path in font_files() if Path(path).name.startswith(family)}
        if not found:
            missing(f"the fonts {family} are not installed (apt-get install fonts-{family.lower()})")
        for name, path in found.items():
            (folder / name).symlink_to(path)
        (folder / "fonts.conf").write_text(
            f"<fontconfig><dir>{folder}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>"
        )
        started[family] = launch(playwright, FONTCONFIG_FILE=str(folder / "fonts.conf"))
    yield started
    for browser in started.values():
        browser.close()


@pytest.fixture(scope="session")
def firefox_page(site: Path, tmp_path_factory) -> Iterator[Page]:
    """A page of Firefox."""
    path = find_firefox()
    if path is None:
        missing("no Firefox found; install it (apt-get install firefox-esr) or name it in FIREFOX_PATH")
    with firefox(path, tmp_path_factory.mktemp("firefox")) as page:
        yield page


def find_firefox() -> str | None:
    """Path of the other browser: FIREFOX_PATH, or what the system has; None if there is none."""
    return os.environ.get("FIREFOX_PATH") or shutil.which("firefox-esr") or shutil.which("firefox")


def font_files() -> list[str]:
    """Font files of this machine, and those that Matplotlib brings."""
    from matplotlib import font_manager, get_data_path

    return [*font_manager.findSystemFonts(), *map(str, Path(get_data_path()).rglob("*.ttf"))]


def launch(playwright, **environment: str):
    """A headless browser with these environment variables on top of the machine's own."""
    from playwright.sync_api import Error

    path = find_chromium()
    if path is None:
        missing("no Chromium found; install it (apt-get install chromium) or name it in CHROME_PATH")
    try:
        return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *STEADY], env=os.environ | environment)
    except Error as error:
        missing(f"Chromium at {path} does not start: {str(error).splitlines()[0]}")


def missing(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("WEIGHTINIT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    running = start_server(site)
    yield address(running)
    running.shutdown()
    running.server_close()


@pytest.fixture
def visit(browser, server, site) -> Iterator[Callable[..., Visit]]:
    """Open a page: visit(name, scheme="http", dark=False, width=1280, root=SITE, before="", **context)."""
    with visits(browser, server, site) as open_page:
        yield open_page
