"""The one command line of the book."""

from __future__ import annotations

import subprocess
import sys

import pytest

from weightinit_book.__main__ import main
from weightinit_book.check import chosen, notebooks


@pytest.mark.parametrize("arguments", [[], ["bild"], ["zip", "tar"]])
def test_a_wrong_command_is_refused_with_what_there_is(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2 and "usage: python -m weightinit_book" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["zip", "pdf", "epub", "picture"])
def test_without_a_site_there_is_nothing_to_pack(command, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("weightinit_book.pack.SITE", tmp_path)
    assert main([command]) == 1 and "make book" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["execute", "power"])
def test_a_notebook_that_is_not_there_is_named_with_those_that_are(command, capsys):
    assert main([command, "05", "99-nothing"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: no notebook in _toc.yml begins with 99-nothing; there are index, 01-")
    assert "05-he" in line


def test_a_wrong_name_is_told_before_anything_large_is_imported():
    asked = (
        "import sys; from weightinit_book.__main__ import main; main(['power', '99']); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "False\n" and "99" in done.stderr


@pytest.mark.parametrize("name", ["5", "05", "05-he"])
def test_the_number_of_a_chapter_may_be_typed_without_its_zero(name):
    assert [path.name for path in chosen([name])] == ["05-he.ipynb"]


def test_chosen_notebooks_come_once_and_in_the_order_of_the_book():
    assert [path.name for path in chosen(["5", "4", "05"])] == ["04-xavier.ipynb", "05-he.ipynb"]
    assert chosen([]) == notebooks()
