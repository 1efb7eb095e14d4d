"""MyST becomes plain Markdown: what is shown for roles, directives, labels and captions."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit_book.check import notebooks
from weightinit_book.plain import OF_THE_PAGE, STARS, Page, Reference, cells, of_the_copy, references, resolve, split

SHOWN = {
    Reference("eq", "eq-a"): "(5.1)",
    Reference("ref", "ex-a"): "Exercise 5.1",
    Reference("ref", "sec-a"): "A [section]",
    Reference("numref", "fig-a"): "Figure 5.1",
    Reference("cite:p", "he2015"): "[He et al., 2015]",
}
PLACES = {
    "eq-a": ("chapters/05-he", "cell-003"),
    "ex-a": ("chapters/05-he", "cell-070"),
    "sec-a": ("chapters/05-he", "x"),
}


def converted(
    text: str, docname: str = "chapters/05-he", numbers: tuple[str, ...] = ()
) -> list[tuple[str, dict, list]]:
    page = Page(docname, SHOWN, list(numbers))
    return [(resolve(piece.source, page, PLACES), piece.metadata, piece.labels) for piece in split(text, page)]


def one(text: str, **options) -> str:
    ((source, _, _),) = converted(text, **options)
    return source


def test_a_role_becomes_the_sites_text_and_a_link_to_the_cell():
    assert (
        one("By {eq}`eq-a` and {ref}`ex-a`.") == "By [(5.1)](#cell-id=cell-003) and [Exercise 5.1](#cell-id=cell-070)."
    )
    assert one("{ref}`there\n<sec-a>`, {ref}`sec-a`") == "[there](#cell-id=x), [A \\[section\\]](#cell-id=x)"
    assert one("as {cite:p}`he2015` says") == "as [\\[He et al., 2015\\]](references.md) says"


def test_a_role_on_another_page_leads_to_the_chapter():
    assert one("{eq}`eq-a`", docname="chapters/01-one") == "[(5.1)](05-he.ipynb#cell-id=cell-003)"
    assert one("{eq}`eq-a`", docname="index") == "[(5.1)](chapters/05-he.ipynb#cell-id=cell-003)"


def test_a_role_that_speaks_of_a_page_without_cells_leads_to_the_page():
    page = Page("chapters/05-he", {Reference("ref", "sec-n"): "Notation"}, [])
    places = {"sec-n": ("chapters/notation", "")}
    assert resolve("{ref}`more <sec-n>`, {ref}`sec-n`", page, places) == "[more](notation.md), [Notation](notation.md)"
    assert resolve("{ref}`sec-n`", Page("chapters/notation", page.shown, []), places) == "Notation"


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in OF_THE_PAGE])
def test_what_is_true_of_the_page_only_is_in_the_book_and_in_no_copy(pattern):
    """Where a chapter says it in other words, the pattern has to follow."""
    texts = [cell.source for path in notebooks() for cell in nbformat.read(path, as_version=4).cells]
    (said,) = [text for text in texts if re.search(pattern, text)]
    assert not re.search(pattern, of_the_copy(said)) and len(of_the_copy(said)) > 0.8 * len(said)


def test_a_labeled_equation_shows_its_number_and_a_target_is_gone():
    ((source, _, labels),) = converted("(sec-a)=\n## Two\n\n$$\nx = 1 .\n$$ (eq-a)\n\nso", numbers=("5.2.",))
    assert source == "## 5.2. Two\n\n$$\nx = 1 .\n\\tag{5.1}\n$$\n\nso" and labels == ["eq-a", "sec-a"]


def test_code_between_fences_is_left_alone():
    text = "```python\n# no heading, {eq}`is` not asked\n(no-target)=\n```"
    assert split(text, Page("x", {}, ["1."]))[0].source == text
    assert references("```{admonition} T\n{ref}`sec-a`\n```") == [Reference("ref", "sec-a")]


def test_an_admonition_is_a_quote_with_its_title_and_a_table_is_a_table():
    quote = "<blockquote>\n\n**What?**\n\n- $a$\n\n$$\nb\n$$\n\n</blockquote>"
    assert (
        one("Before.\n\n```{admonition} What?\n:class: tip\n- $a$\n\n$$\nb\n$$\n```\nAfter.")
        == f"Before.\n\n{quote}\n\nAfter."
    )
    assert one("```{table}\n:class: x\n\n| a |\n|---|\n| b |\n```") == "| a |\n|---|\n| b |"


EXERCISES = """Text.

````{exercise} ★ By hand
:label: ex-a
Do {eq}`eq-a`.
````

```{solution-start} ex-a
:label: sol-a
```

First words.
"""


def test_a_solution_is_a_folded_heading_and_cells_of_its_own():
    made = converted(EXERCISES)
    assert [source for source, _, _ in made] == [
        f"Text.\n\n{STARS}",
        "### Exercise 5.1 ★ By hand\n\nDo [(5.1)](#cell-id=cell-003).",
        "#### Solution to Exercise 5.1",
        "First words.",
    ]
    assert [metadata for _, metadata, _ in made] == [{}, {}, {"jp-MarkdownHeadingCollapsed": True}, {}]
    assert [labels for _, _, labels in made] == [[], ["ex-a"], ["sol-a"], []]
    short = converted("```{solution} ex-a\n:label: sol-a\nIt is 3.\n```")
    assert [source for source, _, _ in short] == ["#### Solution to Exercise 5.1", "It is 3."]


def test_stars_are_explained_once_a_notebook():
    page = Page("x", SHOWN)
    texts = [piece.source for _ in range(2) for piece in split(EXERCISES, page)]
    assert sum(STARS in text for text in texts) == 1


def test_captions_stand_below_figures_and_plumbing_is_hidden():
    question = {"text/html": '<div class="wi-quiz">Why?</div>'}
    figure = {"mystnb": {"figure": {"caption": "All $x$ fall.", "name": "fig-a"}}}
    notebook = new_notebook(
        cells=[
            new_markdown_cell("One", id="a"),
            new_code_cell("fig", id="b", metadata=figure),
            new_code_cell("explore()", id="c", outputs=[new_output("display_data", data=question)]),
            new_code_cell("claim()", id="d", metadata={"tags": ["hide-input"]}),
        ]
    )
    made = list(cells(notebook, Page("x", SHOWN)))
    assert [(cell.id, labels) for cell, labels in made] == [
        ("a", []),
        ("b", []),
        ("b-caption", ["fig-a"]),
        ("c", []),
        ("d", []),
    ]
    assert made[2][0].source == "**Figure 5.1.** All $x$ fall."
    assert [made[k][0].metadata.get("jupyter") for k in (1, 3, 4)] == [
        None,
        {"source_hidden": True},
        {"source_hidden": True},
    ]
