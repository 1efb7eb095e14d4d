"""Folded cells: the line that stands in place of the code says what the cell does.

The line is made from the cell itself: the numbers of the equations that it checks, the number of the figure that it draws,
the names that it defines. So nothing is kept twice. A cell whose metadata hold `mystnb.code_prompt_show` says that instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from weightinit_book.extensions.claims import claims_of, equation_number, is_cell

MOST_NAMES = 3


class NameFolds(SphinxPostTransform):
    """Give each folded cell its line."""

    default_priority = 140  # while claims are still lines, and before myst-nb folds cells
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        for cell in self.document.findall(is_cell):
            if cell.get("hide_mode") and "code_prompt_show" not in cell["cell_metadata"].get("mystnb", {}):
                cell["prompt_show"] = describe(self.env, cell)


def describe(env: BuildEnvironment, cell: nodes.container) -> str:
    """What a cell does, in a few words."""
    labels = dict.fromkeys(claim.label for claim in claims_of(cell))
    if labels:
        return (
            f"the cell that checks {enumerate_all(f'({equation_number(env, env.docname, label)})' for label in labels)}"
        )
    for figure in cell.findall(nodes.figure):
        if (
            number := env.toc_fignumbers.get(env.docname, {})
            .get("figure", {})
            .get(figure["ids"][0] if figure["ids"] else "")
        ):
            return f"the cell that draws Figure {'.'.join(map(str, number))}"
    if any("wi-explorer" in node.astext() for node in cell.findall(nodes.raw)):
        return "the cell that makes this explorer"
    if any("output" in block["classes"] for block in cell.findall(nodes.literal_block)):
        return "the cell that prints these lines"
    return describe_source(cell.children[0].astext())


def describe_source(source: str) -> str:
    """What a cell does that shows nothing."""
    tree = ast.parse(source)
    if isinstance(tree.body[0], (ast.Import, ast.ImportFrom)):
        return "imports"
    if not (names := list(dict.fromkeys(defined(tree)))):
        return "a cell that prepares what follows"
    more = [f"{len(names) - MOST_NAMES + 1} more"] if len(names) > MOST_NAMES else []
    return f"the cell that defines {enumerate_all([*names[: MOST_NAMES - len(more)], *more])}"


def defined(source: ast.Module) -> Iterator[str]:
    """Names that a cell gives to others: functions first, then values."""
    functions = (ast.FunctionDef, ast.ClassDef)
    yield from (statement.name for statement in source.body if isinstance(statement, functions))
    for statement in source.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            for target in getattr(statement, "targets", None) or [statement.target]:
                yield from (node.id for node in ast.walk(target) if is_new_name(node))


def is_new_name(node: ast.AST) -> bool:
    """Whether a node is a name that gets a value."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id != "_"


def enumerate_all(parts: Iterable[str]) -> str:
    """Parts as an English list: a, b and c."""
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last


def visit_fold(self, node: HideCodeCellNode) -> None:
    """A native ``<details>`` with the line as its summary."""
    self.body.append(f'<details class="wi-fold"><summary>{escape(node["prompt_show"])}</summary>\n')


def depart_fold(self, node: HideCodeCellNode) -> None:
    self.body.append("</details>\n")
