"""Beside the site, a copy of every page for JupyterLab, in `_build/lab`: `make lab` makes the reader's own from it.

The numbers are those of the site, since they are asked of the same environment: each reference of a page, and each label
that it defines, is resolved once more by Sphinx, and its text is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import nbformat
from docutils import nodes
from ipykernel.ipkernel import IPythonKernel
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.build_phase import BuildPhase

from weightinit_book.extensions import ledger, numbers, sentences
from weightinit_book.extensions.claims import equation_number
from weightinit_book.extensions.statements import Claim, printed, read_claims
from weightinit_book.plain import (
    TARGET,
    Page,
    Reference,
    blocks,
    cells,
    of_the_copy,
    references,
    relative,
    resolve,
    split,
)
from weightinit_book.revive import revive

logger = logging.getLogger(__name__)

COURSEWORK = re.compile(r"\]\(((?:\.\./)*coursework/)")  # which has no copy
FILLED = {"bibliography", "package-index"}
LEDGER = re.compile(r"^```\{equation-ledger\}\n```$", re.M)
# as the kernel says it, so that opening a copy does not change it
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": IPythonKernel.language_info,
}


def note(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Remember how a page that a directive fills came out: the bibliography cannot be filled twice in one build."""
    if Path(app.env.doc2path(docname)).suffix == ".md" and app.phase is BuildPhase.RESOLVING:
        app._filled = getattr(app, "_filled", {}) | {docname: doctree}


def write(app: Sphinx, error: Exception | None) -> None:
    """Write all copies; a file that would not change is left alone."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir).parent / "lab"
    docnames = [name for name in app.env.external_site_map if name == "index" or name.startswith("chapters/")]
    app.env.get_doctree = cache(app.env.get_doctree)  # Sphinx loads a page anew for each number in it
    try:
        notebooks = {name: copy(app, name) for name in docnames if app.env.doc2path(name).endswith(".ipynb")}
    finally:
        del app.env.get_doctree
    places = {
        label: (docname, cell.id)
        for docname, (_, made) in notebooks.items()
        for cell, labels in made
        for label in labels
    }
    for docname in docnames:
        if docname not in notebooks:
            for label in TARGET.findall(Path(app.env.doc2path(docname)).read_text(encoding="utf8")):
                places.setdefault(label, (docname, ""))
    for docname, (page, made) in notebooks.items():
        for cell, _ in made:
            if cell.cell_type == "markdown":
                cell.source = completed(resolve(cell.source, page, places), Path(app.srcdir))
        notebook = nbformat.v4.new_notebook(cells=[cell for cell, _ in made], metadata=METADATA)
        revive(notebook)
        keep(folder / f"{docname}.ipynb", nbformat.writes(notebook) + "\n")
    for docname in docnames:
        if docname not in notebooks:
            keep(folder / f"{docname}.md", text_page(app, docname, places))


def copy(app: Sphinx, docname: str) -> tuple[Page, list[tuple[nbformat.NotebookNode, list[str]]]]:
    """The cells of a notebook's copy, each with its labels; roles still in them."""
    notebook = nbformat.read(app.env.doc2path(docname), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = of_the_copy(sentences.without_ties(cell.source))
    figures = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in notebook.cells]
    captions = [figure for figure in figures if "caption" in figure]
    for figure in captions:
        figure["caption"] = sentences.without_ties(figure["caption"])
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    texts += [figure["caption"] for figure in captions]
    wanted = [found for text in texts for found in references(text)]
    page = ask(app, docname, [*wanted, *(Reference("numref", figure["name"]) for figure in captions)])
    made = list(cells(notebook, page))
    if next(page.left, None):
        logger.warning("there are more numbers of headings than headings", location=docname, type="weightinit_book")
    return page, made


def completed(text: str, root: Path) -> str:
    """The book in numbers where a text keeps a place for them, and links that lead out of the folder of copies."""

    def listed(_: re.Match) -> str:
        return "\n".join(f"- **{number}** {what}" for number, what in numbers.count(root).lines())

    return COURSEWORK.sub(r"](../\1", numbers.PLACE.sub(listed, text))


def text_page(app: Sphinx, docname: str, places: Mapping[str, tuple[str, str]]) -> str:
    """A page that is no notebook; what a directive fills in (the ledger, the references) comes from the built page."""
    source = Path(app.env.doc2path(docname)).read_text(encoding="utf8")
    if any(block.name in FILLED for block in blocks(source)):
        doctree = getattr(app, "_filled", {}).get(docname)
        if doctree is None:  # its page was not written again
            doctree = app.env.get_and_resolve_doctree(docname, app.builder)
        return re.sub(r"\n{3,}", "\n\n", markdown(doctree, places)).strip() + "\n"
    page = ask(app, docname, references(source))
    source = LEDGER.sub(lambda _: ledger_of(app, docname, places), source)
    return resolve("\n\n".join(piece.source for piece in split(source, page)), page, places) + "\n"


def ledger_of(app: Sphinx, docname: str, places: Mapping[str, tuple[str, str]]) -> str:
    """All statements with their checks, as lists: a table cannot hold a formula that has a | in it."""
    lines = []
    for chapter in ledger.chapters(app.env):
        lines.append(f"\n## {chapter.title}\n")
        file = relative(f"{chapter.docname}.ipynb", docname)
        code = [
            cell
            for cell in nbformat.read(app.env.doc2path(chapter.docname), as_version=4).cells
            if cell.cell_type == "code"
        ]
        names = [cell.id for cell in code if read_claims("\n".join(printed(cell)))]
        checks = dict(zip(chapter.checks, names, strict=True))
        for label, latex in chapter.statements.items():
            number = equation_number(app.env, chapter.docname, label)
            lines.append(f"- [({number})]({file}#cell-id={places[label][1]}) ${' '.join(latex.split())}$")
            for claim, check in chapter.claims.get(label, ()):
                lines.append(f"  - [✓]({file}#cell-id={checks[check]}) {told(claim)}")
    return "\n".join(lines)


def told(claim: Claim) -> str:
    """A claim in a line."""
    half = f" ± {claim.half_width}" if claim.half_width else ""
    parts = {
        "": claim.what,
        "predicted ": claim.predicted,
        "measured ": claim.measured and claim.measured + half,
        "equal ": claim.kind == "exact" and (f"to {claim.tolerance}" if claim.tolerance else "exactly"),
        "symbolically ": claim.left and f"`{claim.left} = {claim.right}`",
    }
    seeds = f"{claim.seeds} seeds" if claim.seeds else ""
    return " · ".join([f"{name}{value}" for name, value in parts.items() if value] + ([seeds] if seeds else []))


# ---- a built page as Markdown ---------------------------------------------------------------------------------------------
MARKS = {"emphasis": "*", "strong": "**", "literal": "`", "math": "$", "math_block": "$"}


def markdown(node: nodes.Node, places: Mapping[str, tuple[str, str]], depth: int = 0) -> str:
    """Headings, paragraphs, lists, formulas and links of a page; a row of a table as an item of a list."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, (nodes.raw, nodes.Invisible, nodes.image, nodes.thead)):
        return ""
    if isinstance(node, nodes.section):
        depth += 1
    inner = "".join(markdown(child, places, depth) for child in node.children)
    name = type(node).__name__
    if name in MARKS:
        return MARKS[name] + (" ".join(node.astext().split()) if "math" in name else inner) + MARKS[name]
    if isinstance(node, nodes.literal_block):
        return f"\n\n```{node['language']}\n{inner}\n```\n\n"
    if isinstance(node, nodes.title):
        return f"\n\n{'#' * depth} {inner}\n\n"
    if isinstance(node, nodes.rubric):
        return f"\n\n{'#' * (depth + 1)} {inner}\n\n"
    if isinstance(node, nodes.label):
        return f"[{inner}] "
    if isinstance(node, (nodes.list_item, nodes.citation, nodes.row)):
        return f"- {' '.join(inner.split())}\n"
    if isinstance(node, nodes.reference):
        return link(node, inner, places)
    if isinstance(node, (nodes.paragraph, nodes.entry, nodes.table, nodes.bullet_list)):
        return f"\n\n{inner}\n\n"
    return inner


def link(node: nodes.reference, text: str, places: Mapping[str, tuple[str, str]]) -> str:
    """A link of the site as it leads on in the working copy; one within a page of references is only text."""
    file, _, anchor = node.get("refuri", "").partition("#")
    if not file:
        return text
    if not file.endswith(".html") or "//" in file:
        return f"[{text}]({node['refuri']})"
    _, cell = places.get(anchor.removeprefix("equation-"), ("", ""))
    suffix = ".ipynb" if re.match(r"\d\d-|index$", file) else ".md"
    return f"[{text}]({file.removesuffix('.html')}{suffix}{f'#cell-id={cell}' if cell else ''})"


def keep(path: Path, text: str) -> None:
    """Write a file unless it holds just this."""
    if not path.is_file() or path.read_text(encoding="utf8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")


def ask(app: Sphinx, docname: str, wanted: Iterable[Reference]) -> Page:
    """What the site knows of a page."""
    doctree = app.env.get_doctree(docname)
    numbers = list(section_numbers(app, docname, doctree))
    boxes = {reference: nodes.inline("", "", question(docname, reference)) for reference in wanted}
    asked = doctree.copy()
    asked += nodes.paragraph("", "", *boxes.values())
    app.env.resolve_references(asked, docname, app.builder)
    return Page(docname, {reference: box.astext() for reference, box in boxes.items()}, numbers)


def question(docname: str, reference: Reference) -> addnodes.pending_xref:
    """A reference as its role would have made it."""
    role, target = reference
    domain, _, kind = role.rpartition(":")
    domain = domain or {"eq": "math"}.get(role, "std")
    name = nodes.inline("", target, classes=["xref", domain, f"{domain}-{kind}"])
    return addnodes.pending_xref(
        "", name, refdomain=domain, reftype=kind, reftarget=target, refdoc=docname, refexplicit=False, refwarn=True
    )


def section_numbers(app: Sphinx, docname: str, doctree: nodes.document) -> Iterator[str]:
    """The numbers of a page's headings, from the top, as they stand before them."""
    numbers = app.env.toc_secnumbers.get(docname, {})
    for place, section in enumerate(doctree.findall(nodes.section)):
        number = numbers.get(f"#{section['ids'][0]}" if place else "")
        if number:
            yield ".".join(map(str, number)) + "."
