"""A number in a sentence is held to what was printed, stated, or computed; what is not is found."""

from __future__ import annotations

import nbformat
import pytest
from docutils import nodes

from weightinit_book.extensions.sentences import drop, numbers, plain, unheld, unseeded, without_ties


def notebook(tmp_path, *parts, name="01-one"):
    """A notebook of texts and of (code, what it printed[, caption[, alternative text]])."""
    cells = []
    for part in parts:
        if isinstance(part, str):
            cells.append(nbformat.v4.new_markdown_cell(part))
            continue
        code, printed, *caption = part
        output = nbformat.v4.new_output("stream", text=printed)
        cells.append(nbformat.v4.new_code_cell(code, outputs=[output]))
        if caption:
            output = nbformat.v4.new_output("display_data", data={"text/plain": printed})
            cells[-1].outputs = [output]
            cells[-1].metadata["mystnb"] = {"figure": {"caption": caption[0]}, "image": {"alt": "".join(caption[1:])}}
    path = tmp_path / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [
        ("3.0", 3.0, 0.05),
        ("93 %", 0.93, 0.005),
        (r"$93\,\%$", 0.93, 0.005),
        ("26,000.0", 26000.0, 0.05),
        ("2800", 2800.0, 50.0),
        ("10", 10.0, 0.5),
        (r"$2.5\cdot10^{-9}$", 2.5e-9, 5e-11),
        ("5.4·10⁻⁵", 5.4e-5, 5e-7),
        ("1.8e-20", 1.8e-20, 5e-22),
        ("10^{30.1}", 10**30.1, 0.5 * 10**30.1),
    ],
)
def test_a_number_is_read_in_every_form_it_has(text, value, half_unit):
    (number,) = numbers(plain(text))
    assert number.value == pytest.approx(value) and number.half_unit == pytest.approx(half_unit)


@pytest.mark.parametrize("text", ["layer2.5x", "W_{1.5}", "v1.2.3"])
def test_what_belongs_to_a_word_is_no_number(text):
    assert [n for n in numbers(plain(text)) if n.text in ("2.5", "1.5")] == []


@pytest.mark.parametrize(("said", "wrong"), [("2.0", 0), ("1.8", 1)])
def test_a_number_in_a_caption_or_an_alternative_text_is_held_to_what_is_drawn(tmp_path, said, wrong):
    drawn = "line: y [2.67, 2.03]"
    assert len(unheld(notebook(tmp_path, "## A", ("draw()", drawn, "Cost.", f"A line that sinks to {said}.")))) == wrong
    assert len(unheld(notebook(tmp_path, "## A", ("draw()", drawn, f"It sinks to {said}.", "A line.")))) == wrong


def test_a_number_that_was_printed_in_its_section_is_held(tmp_path):
    path = notebook(tmp_path, "## A\nIt costs 3.0 and 91 %.", ("run()", "cost 3.01, share 0.912"))
    assert unheld(path) == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("It costs 3.1.", "cost 3.01"),  # false
        ("It costs 3.012.", "cost 3.01"),  # more digits than anybody saw
        ("Of them 91 %.", "share 0.93"),
    ],
)
def test_a_number_that_nothing_says_is_found(tmp_path, text, printed):
    (found,) = unheld(notebook(tmp_path, f"## A\n{text}", ("run()", printed)))
    assert "nothing near it says so" in found and found.startswith("01-one, A: …")


def test_another_section_does_not_hold_it_but_a_summary_looks_back(tmp_path):
    printed = ("run()", "cost 3.01")
    assert len(unheld(notebook(tmp_path, "## A", printed, "## B\nIt costs 3.0."))) == 1
    assert unheld(notebook(tmp_path, "## A", printed, "## What to remember\nIt costs 3.0.")) == []


def test_formulas_code_and_exercises_need_none(tmp_path):
    text = "## A\n$$\nx = 1.5\n$$ (eq-a)\n\nSo 1.5 and 0.03.\n\n```{exercise} ★\n:label: ex\nGiven 7.7.\n```\n"
    assert unheld(notebook(tmp_path, text, ("rate = 0.03", ""))) == []


def test_levels_of_intervals_and_places_in_papers_are_no_numbers_of_ours(tmp_path):
    assert unheld(notebook(tmp_path, "## A\nWith a 95 % band, a 99.9 % interval; see §4.2.1, §4.3.")) == []


@pytest.mark.parametrize(
    ("tied", "complaint"),
    [
        ("1.13<!-- = 29 * 5 / 128 -->", None),
        ("1.14<!-- = 29 * 5 / 128 -->", "29 * 5 / 128 is 1.13281"),
        ("$0.56$<!-- = sqrt(5 / 16) -->", None),
        ("0.03<!-- = given -->", None),
        ("3.0<!-- = first cost -->", None),
        ("3.1<!-- = first cost -->", "the line 'first cost' has no such number"),
        ("3.0<!-- = last cost -->", "no line of 01-one has the words 'last cost'"),
        ("{cite:t}`glorot2010` found 0.8<!-- = published --> (§4.2.2)", None),
        ("They found 0.8<!-- = published -->", "published where?"),
        ("nothing<!-- = 1 / 2 -->", "no number before"),
        ("300<!-- = 100 * 3 -->", None),
        ("301<!-- = 100 * 3 -->", "100 * 3 is 300"),
    ],
)
def test_a_tie_holds_its_number_or_says_why_not(tmp_path, tied, complaint):
    path = notebook(tmp_path, "## A\nBefore. " + tied + ".", "## B", ("run()", "first cost 3.01\nother 5.5"))
    found = unheld(path)
    assert (complaint is None and found == []) or (len(found) == 1 and complaint in found[0])


def test_a_tie_may_lead_to_another_chapter(tmp_path):
    notebook(tmp_path, ("run()", "first cost 3.01"), name="05-five")
    assert unheld(notebook(tmp_path, "## A\nIt costs 3.0<!-- = 05: first cost -->.")) == []
    assert len(unheld(notebook(tmp_path, "## A\nIt costs 3.2<!-- = 05: first cost -->."))) == 1


def test_captions_are_sentences_too(tmp_path):
    path = notebook(tmp_path, "## A", ("fig", "Panel 1\n  line 'a': 20 seeds, 3 points", "It falls by 0.77."))
    assert len(unheld(path)) == 1


def test_a_caption_says_as_many_seeds_as_its_lines_have(tmp_path):
    twin = "Panel 1\n  line 'a: b': 20 seeds, 3 points, x [1, 2, 3]\n  line 'theory': 2 points"
    assert unseeded(notebook(tmp_path, ("fig", twin, "Mean over 20 seeds."))) == []
    assert len(unseeded(notebook(tmp_path, ("fig", twin, "Mean over 100 seeds.")))) == 1
    assert len(unseeded(notebook(tmp_path, ("fig", twin, "Mean over many.")))) == 1
    assert unseeded(notebook(tmp_path, ("explore()", twin))) == []


def test_no_reader_sees_a_tie():
    assert without_ties("cost 3.0<!-- = first cost -->, <!-- other -->") == "cost 3.0, <!-- other -->"
    doctree = nodes.paragraph()
    doctree += [nodes.Text("3.0"), nodes.raw("", "<!-- = first cost -->", format="html"), nodes.Text(" now")]
    doctree += [nodes.raw("", "<!-- other -->", format="html")]
    drop(None, doctree)
    assert [type(child).__name__ for child in doctree.children] == ["Text", "raw"]
    assert doctree.children[0].astext() == "3.0 now"
