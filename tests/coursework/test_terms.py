"""The name of a term, and where it is built."""

from __future__ import annotations

import pytest

from weightinit_course.terms import (
    ROOT,
    CourseError,
    build_folder,
    check_term,
    clear_term,
    make_secret,
    term_folder,
    term_secret,
)


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


def test_a_secret_is_made_once_and_only_the_owner_reads_it(tmp_path):
    make_secret(tmp_path)
    secret = term_secret(tmp_path)
    assert len(secret) == 32 and (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    make_secret(tmp_path)
    assert term_secret(tmp_path) == secret
    (tmp_path / "other").mkdir()
    make_secret(tmp_path / "other")
    assert term_secret(tmp_path / "other") != secret


@pytest.mark.parametrize(("text", "words"), [(None, "has no secret"), ("", "not whole"), ("xyz", "cannot be read")])
def test_a_secret_that_is_lost_or_damaged_says_what_to_type(text, words, tmp_path):
    folder = tmp_path / "2027-spring"
    folder.mkdir()
    if text is not None:
        (folder / "secret").write_text(text)
    with pytest.raises(CourseError, match=f"{words}.*run: make release TERM=2027-spring"):
        term_secret(folder)
