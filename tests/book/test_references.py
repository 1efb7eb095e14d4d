"""The list of references: where each can be read, and how it is called."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from pybtex.database import parse_file

from weightinit_book.check import ROOT
from weightinit_book.extensions.references import AuthorYear, BookStyle, in_reading_order

ENTRIES = parse_file(ROOT / "chapters" / "references.bib").entries
PLACES = {"doi": r"10\.\d{4,5}/\S+", "eprint": r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}", "url": r"https://\S+"}
# published on the web by their publisher only
NO_DOI = {"cho2009", "glorot2010", "huang2022", "jozefowicz2015", "radford2019", "sutskever2013"}
NO_DOI |= {"pytorchinit", "pytorchgains", "pytorchforum", "pytorchissue", "pytorchselu"}  # threads


@pytest.mark.parametrize("key", ENTRIES)
def test_every_reference_has_a_link(key):
    found = {name: ENTRIES[key].fields[name] for name in PLACES if name in ENTRIES[key].fields}
    assert ({"url"} == set(found)) if key in NO_DOI else {"doi", "eprint"} & set(found), key
    for name, value in found.items():
        assert re.fullmatch(PLACES[name], value), value
    assert "arXiv" not in ENTRIES[key].fields.get("note", ""), "an arXiv number is an eprint, which becomes a link"


def test_labels_are_as_the_text_cites():
    chosen = [ENTRIES[key] for key in ("hanin2018", "hanin2018start", "he2015", "biehl1996")]
    assert list(AuthorYear().format_labels(chosen)) == [
        "Hanin, 2018",
        "Hanin and Rolnick, 2018",
        "He et al., 2015",
        "Biehl et al., 1996",
    ]


def test_labels_differ():
    labels = list(AuthorYear().format_labels(ENTRIES.values()))
    assert len(set(labels)) == len(labels) == len(ENTRIES)


def test_a_link_is_called_after_its_host():
    (entry,) = BookStyle().format_entries([ENTRIES["glorot2010"]])
    html = entry.text.render_as("html")
    assert '<a href="https://proceedings.mlr.press/v9/glorot10a.html">proceedings.mlr.press</a>' in html


def test_where_a_reference_is_cited_does_not_depend_on_which_page_was_read_last():
    read = [SimpleNamespace(docname=name, at=at) for name, at in (("c/04", 1), ("c/04", 2), ("c/01", 7), ("c/03", 2))]
    assert [(r.docname, r.at) for r in in_reading_order(read)] == [("c/01", 7), ("c/03", 2), ("c/04", 1), ("c/04", 2)]
