"""`make picture`: the picture of the README, taken of the built site as a reader with a laptop sees it."""

from __future__ import annotations

from pathlib import Path

from weightinit_book.browser import FLAGS, chromium

PAGE, FIGURE = "chapters/05-he.html", "fig-he-signal"  # and below it two formulas with their proofs
SIZE = {"width": 1280, "height": 1240}


def take_picture(site: Path, target: Path) -> None:
    """Store what a window of this size shows of the page, once all of it is laid out."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, "--hide-scrollbars"])
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(f"{site.resolve().as_uri()}/{PAGE}", wait_until="load")
        page.wait_for_function("!document.querySelector('.wi-far')", timeout=60_000)
        page.evaluate("id => scrollBy(0, document.getElementById(id).getBoundingClientRect().top - 90)", FIGURE)
        page.screenshot(path=target)
        browser.close()
