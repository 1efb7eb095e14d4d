"""Each `make …` that the two guides print is typed as it is printed, from a checkout in which nothing was built yet."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

from weightinit_course.examples.answers import blank, right
from weightinit_course.handout import write_wheel
from weightinit_course.problem_set import ProblemSet, is_test, problem_sets
from weightinit_course.terms import ROOT

GUIDES = ("instructor-guide.md", "student-guide.md")
# Typed elsewhere: what it does, and the test.
ELSEWHERE = {
    "make lab": "opens JupyterLab, and ends when the reader closes it",
    "make release": "a name of the command, printed with its arguments in another place",
    "make release TERM=2027-autumn STUDENTS=students.csv ARGS=--per-student": "tests/attacks/test_install.py",
    "make grade": "a name of the command, printed with its arguments in another place",
    "make grade …": "a name of the command, printed with its arguments in another place",
    "make grade-demo": "test_cli, with three students",
    "make test-attacks": "by hand, before marking or grading changes land",
    "make clean": "tests/house/test_commands.py",
    "make distclean": "tests/house/test_commands.py",
    "make coursework": "it runs this test",
}


def printed() -> set[str]:
    """Every make command of the guides, from blocks and from between backticks."""
    text = "\n".join((ROOT / "coursework" / name).read_text(encoding="utf8") for name in GUIDES)
    blocks = re.findall(r"^```\n(.*?)^```", text, re.S | re.M)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))
    return {command for command in (*lines, *inline) if command.startswith("make ")}


def typed(command: str, folder: Path) -> subprocess.CompletedProcess:
    """What a command says, typed in a checkout."""
    # -o: the environment is there; it must not be asked whether it belongs to this folder
    shell = command.replace("make ", "make -s -o .venv/.installed ", 1)
    outer = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "ARGS"))
    }  # make runs this test
    environment = outer | {"WEIGHTINIT_COURSEWORK": str(folder / "_build" / "coursework")}
    return subprocess.run(shell, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A folder like a fresh clone, with its environment, and what an instructor has put there."""
    for name in (
        "Makefile",
        "requirements.txt",
        "requirements-student.txt",
        "pyproject.toml",
        "code",
        "coursework",
        ".venv",
    ):
        (tmp_path / name).symlink_to(ROOT / name)
    problem_set = ProblemSet("ps2", "2027-spring")
    for student, notebook in {"ada": right(problem_set), "ben": blank(problem_set), "eve": blank(problem_set)}.items():
        (tmp_path / "downloads" / "ps2" / student).mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "downloads" / "ps2" / student / "ps2.ipynb")
    (tmp_path / "students.csv").write_text("id,first_name\nada,Ada\nben,Ben\n")
    return tmp_path


RELEASE = "make release TERM=2027-spring"
GRADE = "make grade TERM=2027-spring PS=ps2 SUBMISSIONS=downloads/ps2 STUDENTS=students.csv"
FORMGRADER = "make formgrader TERM=2027-spring"


def test_every_command_of_the_guides_is_typed_by_a_test():
    assert printed() == {RELEASE, GRADE, FORMGRADER, *ELSEWHERE}


def test_before_a_release_nothing_can_be_marked(checkout):
    for command in (GRADE, FORMGRADER):
        done = typed(command, checkout)
        assert done.returncode == 2 and "run: make release TERM=2027-spring" in done.stderr, done


def test_the_student_s_guide_names_the_wheel_that_a_release_writes(tmp_path):
    text = (ROOT / "coursework" / "student-guide.md").read_text(encoding="utf8")
    assert set(re.findall(r"[\w.-]+\.whl", text)) == {write_wheel(tmp_path).name}


@pytest.mark.usefixtures("can_mark")
def test_an_instructor_who_types_what_is_printed_gets_what_is_written(checkout):
    """Release, marking and formgrader in one go, since solving all problem sets takes half a minute."""
    done = typed(RELEASE, checkout)
    assert done.returncode == 0, done.stderr
    folder = checkout / "_build" / "coursework" / "2027-spring"
    for name in problem_sets():
        cells = nbformat.read(folder / "solutions" / f"{name}.ipynb", as_version=4).cells
        shown = [cell.outputs[-1]["data"]["text/plain"] for cell in filter(is_test, cells)]
        assert shown and all(text.startswith(("✓", "•")) and "✗" not in text for text in shown)
        assert not any(output.output_type == "error" for cell in cells for output in cell.get("outputs", []))
        assert (folder / "release" / name / f"{name}.ipynb").is_file() and (folder / "rubric" / f"{name}.md").is_file()

    done = typed(GRADE, checkout)
    assert done.returncode == 0, done.stderr
    assert "2 of 3 marked." in done.stdout and "eve: not marked: unknown student" in done.stdout
    guide = (ROOT / "coursework" / "instructor-guide.md").read_text(encoding="utf8")
    files = re.findall(r"`((?:report|feedback|ps2-|grades)[\w/.-]*(?:csv|html))`", guide)
    assert {Path(file).name for file in files} > {"report-ps2.csv", "ps2.html", "grades.csv"}
    assert [file for file in files if not (folder / file).is_file()] == []

    done = typed(f"{FORMGRADER} ARGS=--version", checkout)  # the same road, without a server at its end
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", done.stdout.strip())
