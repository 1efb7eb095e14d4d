"""The one command line of the book."""

from __future__ import annotations

import pytest

from weightinit_book.__main__ import main


@pytest.mark.parametrize("arguments", [[], ["bild"], ["zip", "tar"]])
def test_a_wrong_command_is_refused_with_what_there_is(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2 and "usage: python -m weightinit_book" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["zip", "pdf", "epub", "picture"])
def test_without_a_site_there_is_nothing_to_pack(command, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("weightinit_book.pack.SITE", tmp_path)
    assert main([command]) == 1 and "make book" in capsys.readouterr().err


def test_a_notebook_that_is_not_there_is_named(capsys):
    assert main(["execute", "99-nothing"]) == 1 and "99-nothing" in capsys.readouterr().err
