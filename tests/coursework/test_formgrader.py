"""The formgrader as it is typed and opened: what a marker sees of a submission, and what a submission can do there."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from test_rendering import HARMFUL, LINKS, PNG

from weightinit_book.browser import FLAGS, find_chromium
from weightinit_course.__main__ import main
from weightinit_course.gradebook import autograded, open_gradebook
from weightinit_course.problem_set import grader
from weightinit_course.terms import ROOT

DERIVATION = "For $0<x<1$: `a<b`\n\n![my sketch](attachment:my sketch.png)\n\n"


@pytest.fixture
def browser():
    """Chromium; skipped where there is none, unless WEIGHTINIT_REQUIRE_BROWSER=1."""
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("WEIGHTINIT_REQUIRE_BROWSER") == "1" else pytest.skip)("no Chromium found")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=[*FLAGS, "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture
def served(a_class, tmp_path):
    """`make formgrader` on a marked class in a folder with a space; gives the address, a token, and the term's folder."""
    build = tmp_path / "a folder" / "coursework"
    shutil.copytree(a_class.build, build)
    folder = build / a_class.term
    path = autograded(folder, "ps2", "ada")
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (cell for cell in notebook.cells if grader(cell).get("grade_id") == "ps2-sum")
    cell.source = DERIVATION + "\n\n".join([*LINKS, *HARMFUL])
    cell.attachments = {"my sketch.png": {"image/png": PNG}}
    nbformat.write(notebook, path)
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    options = f"--no-browser --port {port} --ServerApp.port_retries=0 --IdentityProvider.token=secret"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "ARGS"))}
    with (tmp_path / "log").open("w+") as log:
        running = subprocess.Popen(
            ["make", "-s", "formgrader", f"TERM={a_class.term}", f"ARGS={options}"],
            cwd=ROOT,
            env=environment | {"WEIGHTINIT_COURSEWORK": str(build)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/api", running, tmp_path / "log")
            yield address, folder
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def wait_for(address: str, running: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        assert running.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())


@pytest.mark.browser
def test_a_marker_reads_a_derivation_gives_points_and_nothing_of_it_runs(served, browser):
    address, folder = served
    page = browser.new_page()
    elsewhere, complaints = [], []
    page.on("request", lambda r: r.url.startswith((address, "data:")) or elsewhere.append(r.url))
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{address}/formgrader/gradebook?token=secret")  # what make opens
    page.get_by_role("link", name="ps2").first.wait_for()
    page.goto(f"{address}/formgrader/gradebook/ps2/ps2")
    page.get_by_role("link", name="Submission #").first.wait_for()
    assert page.get_by_role("link", name="Submission #").count() == 4  # ada, ben, cleo, dan
    with open_gradebook(folder) as book:
        number = book.find_submission_notebook("ps2", "ps2", "ada").id
    page.goto(f"{address}/formgrader/submissions/{number}/")

    answer = page.locator(".nbgrader_cell", has=page.locator("#ps2-sum")).locator(".panel-body")
    assert answer.locator("math").first.text_content() == "0<x<1"
    assert answer.locator("code", has_text="a<b").count() == 1
    assert answer.get_by_alt_text("my sketch").evaluate("picture => picture.naturalWidth") == 1
    assert (
        "frobnicate" not in page.content() and "$" not in page.locator("#notebook .text_cell_render").first.inner_text()
    )
    for link in page.locator("#notebook a").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        assert link is None or link.startswith(("http://", "https://", "#")), link
    assert page.evaluate("[...document.querySelectorAll('#notebook *')].every(e => "
                         "[...e.attributes].every(a => !a.name.startsWith('on')))")  # fmt: skip
    assert complaints == []

    field = page.locator("#ps2-sum")
    field.fill("7")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url) as saved:
        field.blur()
    assert saved.value.ok
    with open_gradebook(folder) as book:
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        assert grade.manual_score == 7 and not grade.needs_manual_grade
    assert page.get_by_text("ada", exact=True).is_hidden()  # answers are marked without names
    page.get_by_role("button", name="show name").click()
    assert page.get_by_text("Lovelace, Ada").is_visible()

    assert elsewhere == []

    # the second wall: what would get through the renderer could do nothing
    page.evaluate("""() => {
        const link = document.createElement("a");
        link.href = "javascript:window.ran = 1";
        document.body.append(link);
        link.click();
        document.body.insertAdjacentHTML("beforeend", "<img src='http://tell.me/x.png' onerror='window.ran = 1'>");
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert any("JavaScript URL" in text for text in complaints) and any("img-src data:" in text for text in complaints)
    assert page.request.get(f"{address}/api/terminals").status == 404


@pytest.mark.parametrize("term", ["no-such-term", "../x"])
def test_a_term_that_does_not_exist_gets_one_line(term, build, capsys):
    assert main(["formgrader", term, "--no-browser"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and ("make release TERM=no-such-term" in line or "TERM must be" in line)
