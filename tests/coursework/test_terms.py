"""The name of a term, and where it is built."""

from __future__ import annotations

import pytest

from weightinit_course.terms import ROOT, CourseError, build_folder, check_term, clear_term, term_folder


@pytest.mark.parametrize("term", ["", "two words", "../up", "-x", "a" * 60])
def test_a_term_must_be_a_plain_name(term):
    with pytest.raises(CourseError, match="TERM must be letters"):
        check_term(term)


def test_the_build_folder_is_in_the_repository_unless_the_environment_names_another(monkeypatch, tmp_path):
    monkeypatch.delenv("WEIGHTINIT_COURSEWORK", raising=False)
    assert term_folder("x") == ROOT / "_build" / "coursework" / "x"
    monkeypatch.setenv("WEIGHTINIT_COURSEWORK", "")
    assert build_folder() == ROOT / "_build" / "coursework"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEIGHTINIT_COURSEWORK", "elsewhere")
    assert term_folder("x") == tmp_path / "elsewhere" / "x"


def test_a_term_is_forgotten_and_no_other(build):
    for term in ("one", "two"):
        (build / term).mkdir(parents=True)
    clear_term("one")
    clear_term("never-built")
    assert [path.name for path in build.iterdir()] == ["two"]
