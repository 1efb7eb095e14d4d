"""Claims on a page: a table where the notebook printed lines, and beside each labeled equation the proof that it holds.

The cell that checked an equation has a name (`statements.anchors`), which stands on its code: a link to it opens the fold
around the code, without any script.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator

import jinja2
import sympy
from docutils import nodes
from markupsafe import Markup, escape
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sympy.printing.latex import LatexPrinter

from weightinit_book.extensions.configuration import BOOK
from weightinit_book.extensions.formulas import convert
from weightinit_book.extensions.statements import MARK, Claim, anchors, by_label, read_claim, read_claims

LEDGER, READING = "equation-ledger", "sec-reported"  # labels of the places that explain
MEANING = (
    "A ✓ says that a cell compared what was predicted with what was found, and would have stopped if they disagreed. "
    "Beside a formula it leads to that cell."
)


# ---- numbers and formulas -------------------------------------------------------------------------------------------
_POWER = re.compile(
    r"(?<![\w.])(?:(?P<factor>-?\d+(?:\.\d+)?)e(?P<ten>[+-]?\d+)|(?P<base>\d+)\^(?P<power>[−-]?\d+))(?!\w)"
)
_INDEX = re.compile(r"(?<!\w)([A-Za-zσ])_(\d+|in|out|[a-z])(?![A-Za-z0-9_])")  # a small ² or ᵀ may follow
_NAME = re.compile(r"(?<!\w)[a-z]{2,}(?:_[a-z]+)+(?!\w)")
_MINUS = re.compile(r"(?<![\w)])-(?=\d)")


def typeset(text: str) -> Markup:
    """A printed text for the page: powers and indices in their place, names as code, real minus signs, whole numbers."""

    def power(match: re.Match) -> str:
        factor, exponent = match["factor"], int((match["ten"] or match["power"]).replace("−", "-"))
        if factor is None:
            start = match["base"]
        elif float(factor) == 0:
            return "0"
        else:
            start = "10" if float(factor) == 1 else f"{factor}·10"
        return f"{start}<sup>{exponent}</sup>".replace("-", "−") if exponent or factor is None else factor

    html = _POWER.sub(power, str(escape(text)))
    html = _INDEX.sub(r"\1<sub>\2</sub>", _MINUS.sub("−", html))
    html = _NAME.sub(r"<code>\g<0></code>", html)
    return Markup(re.sub(r"(?<=\d) (?=%)", "\u00a0", html))


def to_latex(expression: str) -> str:
    """LaTeX of what SymPy printed; single letters are symbols, also those that SymPy uses for itself."""
    names = set(re.findall(r"[A-Za-z]\w*(?!\w*\()", expression)) - {"pi", "oo", "E", "I"}
    return Latex().doprint(sympy.sympify(expression, locals={name: sympy.Symbol(name) for name in names}))


class Latex(LatexPrinter):
    """SymPy's LaTeX with t/2 in the exponent of e on one line: two parts on top of each other could not be read there."""

    def _print_ExpBase(self, expr: sympy.exp, exp: str | None = None) -> str:
        above, below = sympy.fraction(expr.exp)
        if below == 1 or exp is not None:
            return super()._print_ExpBase(expr, exp)
        divisor = self._print(below) if below.is_Atom else rf"({self._print(below)})"
        return rf"e^{{{self._print(above)}/{divisor}}}"


def identity(app: Sphinx, claim: Claim) -> Markup:
    """An identity as a formula; where both sides are written alike, once."""
    sides = list(dict.fromkeys(to_latex(side) for side in (claim.left, claim.right)))
    # in the style of a formula of its own, with fractions of full size, but in the line
    formula = convert(app, rf"\displaystyle {' = '.join(sides)}", display=False, node=nodes.math())
    return Markup(f'<span class="math notranslate">{formula}</span>' + (", both ways" if len(sides) == 1 else ""))


@functools.cache
def template(app: Sphinx):
    """The macros of templates/claims.html."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(BOOK / "templates"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"typeset": typeset, "identity": functools.partial(identity, app)}
    return environment.get_template("claims.html").module


# ---- where things stand ---------------------------------------------------------------------------------------------
def equation_number(env: BuildEnvironment, docname: str, label: str) -> str:
    """The number as it stands beside the equation: with `math_numfig`, it has the chapter's number in front."""
    found = env.toc_fignumbers.get(docname, {}).get("displaymath", {}).get(f"equation-{label}")
    if found:
        return ".".join(map(str, found))
    objects = env.domaindata["math"]["objects"]
    return str(objects[label][1]) if label in objects else "–"


def place(app: Sphinx, docname: str, label: str) -> str | None:
    """The address of a labeled place of the book, as seen from a page; None if the book has no such place."""
    target, anchor, *_ = app.env.domaindata["std"]["anonlabels"].get(label, (None, ""))
    return f"{app.builder.get_relative_uri(docname, target)}#{anchor}" if target else None


def shared(claims: Iterable[Claim]) -> str:
    """Confidence and seeds, if all claims that have an interval have the same: "99.9 %, 20 seeds"."""
    found = {(claim.confidence, claim.seeds) for claim in claims if claim.confidence}
    if len(found) != 1:
        return ""
    confidence, seeds = found.pop()
    return f"{confidence}, {seeds} seeds"


TELLING = ("measured", "exact", "symbolic", "holds", "less")


def most_telling(claims: list[tuple[Claim, str]], aside: set[str] = frozenset()) -> tuple[Claim, str]:
    """The claim to stand beside the formula: one of the text before one of a cell `aside`, then numbers before verdicts."""
    return min(claims, key=lambda pair: (pair[1] in aside, TELLING.index(pair[0].kind)))


# ---- the page ---------------------------------------------------------------------------------------------------------
class ShowClaims(SphinxPostTransform):
    """Printed claims become tables, the cells that made them get their names, and equations get their proofs."""

    default_priority = 150  # before myst-nb folds cells
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        docname = self.env.docname
        cells = {cell: claims for cell in self.document.findall(is_cell) if (claims := claims_of(cell))}
        checks = dict(zip(anchors(cells.values()), cells.values(), strict=True))
        for cell, name in zip(cells, checks, strict=True):
            cell.children[0]["ids"].append(name)
            for block in list(cell.findall(prints_claims)):
                block.parent.replace(block, list(self.split(block, docname)))
        claims = by_label(checks)
        aside = {name for cell, name in zip(cells, checks, strict=True) if is_exercise(cell)}
        for equation in list(self.document.findall(nodes.math_block)):
            if equation.get("label") in claims:
                proof = self.proof(docname, equation["label"], claims[equation["label"]], aside)
                proven = nodes.container(classes=["wi-proven"])
                equation.parent.replace(equation, proven)
                proven += [equation, proof]
        self.explain(docname)

    def explain(self, docname: str) -> None:
        """Say what a ✓ is, below the first one of the page."""
        first = next((node for node in self.document.findall(nodes.raw) if node.get("claims")), None)
        if first is None:
            return
        block = first
        while not isinstance(block.parent, nodes.section):
            block = block.parent
        note = nodes.paragraph("", MEANING, classes=["wi-meaning"])
        if address := place(self.app, docname, READING):
            note += [
                nodes.Text(" "),
                nodes.reference("", "How it is done", refuri=address, internal=True),
                nodes.Text("."),
            ]
        if "wi-proven" in block["classes"]:
            block += note
        else:
            block.parent.insert(block.parent.index(block) + 1, note)

    def split(self, block: nodes.literal_block, docname: str) -> Iterator[nodes.Node]:
        """A printed output, with each run of claims as a table and the other lines as they were."""
        lines = block.astext().strip("\n").split("\n")
        for is_claim, group in itertools.groupby(lines, lambda line: line.startswith(MARK)):
            if is_claim:
                yield self.table(docname, [read_claim(line) for line in group])
            elif text := "\n".join(group).strip("\n"):
                yield nodes.literal_block(text, text, **{k: v for k, v in block.attributes.items() if k != "ids"})

    def table(self, docname: str, claims: list[Claim]) -> nodes.raw:
        """A run of claims as a table."""
        links = {
            claim.label: {"href": f"#equation-{claim.label}", "number": equation_number(self.env, docname, claim.label)}
            for claim in claims
        }
        return raw(template(self.app).table(claims, links, shared(claims)))

    def proof(self, docname: str, label: str, claims: list[tuple[Claim, str]], aside: set[str]) -> nodes.raw:
        """What stands beside an equation."""
        claim, cell = most_telling(claims, aside)
        ledger = place(self.app, docname, LEDGER)
        row = f"{ledger.split('#')[0]}#{ledger_row(label)}" if ledger else ""
        return raw(template(self.app).proof(claim, f"#{cell}", len(claims) - 1, row))


def raw(html: str) -> nodes.raw:
    """HTML as a node."""
    return nodes.raw("", str(html).strip(), format="html", claims=True)


def ledger_row(label: str) -> str:
    """The name of an equation's place in the ledger."""
    return "ledger-" + label.removeprefix("eq-")


def is_cell(node: nodes.Node) -> bool:
    """Whether a node is a code cell of a notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def is_exercise(cell: nodes.Node) -> bool:
    """Whether a cell stands among the exercises: what it checks is often about a variation of a statement."""
    return cell.parent is not None and ("exercises" in cell.get("ids", ()) or is_exercise(cell.parent))


def prints_claims(node: nodes.Node) -> bool:
    """Whether a node is a printed output with claims in it."""
    return isinstance(node, nodes.literal_block) and "output" in node["classes"] and bool(read_claims(node.astext()))


def claims_of(cell: nodes.container) -> list[Claim]:
    """The claims that a cell printed."""
    return [claim for block in cell.findall(prints_claims) for claim in read_claims(block.astext())]
