"""Formulas without a CDN and without JavaScript: LaTeX becomes MathML at build time.

The browser draws it by itself, in a font that travels with the site (fonts.py).
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ElementTree

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

PRIMES = {"′", "″", "‴", "⁗"}


def convert(app: Sphinx, latex: str, *, display: bool, node: nodes.Node) -> str:
    """MathML of a formula; a warning with its place in the source if it cannot be read."""
    converter = getattr(app, "_mathml_converter", None)
    if converter is None:
        converter = app._mathml_converter = LatexToMathML(macros=dict(app.config.book_math_macros), fancy_error=False)
    try:
        mathml = converter.convert_with_local_state(latex.strip(), displaystyle=display)
    except LatexError as error:
        logger.warning(
            "formula %r cannot be converted: %s", latex.strip(), error, location=node, type="weightinit_book"
        )
        return f"<code>{html.escape(latex)}</code>"
    return patch_mathml(mathml)


def patch_mathml(mathml: str) -> str:
    """MathML that browsers draw well: primes, roots, brackets with an exponent, indices that are words."""
    named = re.compile(r"&(?!lt;|gt;|amp;|quot;|apos;|#)\w+;")  # HTML's names, which XML does not know
    root = ElementTree.fromstring(named.sub(lambda match: html.unescape(match[0]), mathml))
    raise_primes(root)
    support_roots(root)
    raise_brackets(root)
    join_words(root)
    lower_circles(root)
    name_styles(root)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def support_roots(root: ElementTree.Element) -> None:
    """Keep a low root from hanging below the line.

    The smallest radical of the font is 1.19 em tall. TeX shares what it has too much above and below; MathML hangs it
    below. A strut of the height of a line moves it up.
    """
    for node in root.iter("msqrt"):
        if node.find(".//mfrac") is None and node.find(".//mtable") is None and node.find(".//munderover") is None:
            row = ElementTree.Element("mrow")
            row.append(ElementTree.Element("mspace", {"width": "0", "height": "0.78em", "depth": "0.2em"}))
            row.extend(list(node))
            for child in list(node):
                node.remove(child)
            node.append(row)


SCRIPTS = ("msup", "msub", "msubsup")


def raise_brackets(root: ElementTree.Element) -> None:
    r"""Give ``\Big( … \Big)^2`` its exponent as a whole: a bracket with an exponent of its own keeps its smallest size."""
    for parent in list(root.iter()):
        opened: list[ElementTree.Element] = []
        for child in list(parent):
            closing = child[0] if child.tag in SCRIPTS else child
            if closing.tag != "mo" or "minsize" not in closing.attrib:
                continue
            if closing.text in "([{⟨|‖" and not (closing.text in "|‖" and opened):
                opened.append(child)
            elif opened:
                first = opened.pop()
                if child is not closing:
                    group = ElementTree.Element("mrow")
                    start, end = list(parent).index(first), list(parent).index(child)
                    group.extend([*list(parent)[start:end], closing])
                    for part in list(parent)[start:end]:
                        parent.remove(part)
                    child[0] = group


def join_words(root: ElementTree.Element) -> None:
    """Write the indices *in* and *out* as words, upright, and not as products of letters."""
    for node in root.iter():
        for place in range(1, len(node)) if node.tag in SCRIPTS else ():
            letters = "".join(part.text or "" for part in node[place] if part.tag == "mi")
            if len(letters) == len(node[place]) and letters in ("in", "out"):
                node[place] = ElementTree.Element("mi")
                node[place].text = letters


def lower_circles(root: ElementTree.Element) -> None:
    """Keep ⊙ small: in a formula of its own line, Firefox takes it for a sum."""
    for node in root.iter("mo"):
        if node.text == "⊙":
            node.set("largeop", "false")


def name_styles(root: ElementTree.Element) -> None:
    r"""Let ``\displaystyle`` be of an ``mstyle``: in a book for e-readers a plain row may have no style."""
    for node in root.iter("mrow"):
        if "displaystyle" in node.attrib:
            node.tag = "mstyle"


def raise_primes(root: ElementTree.Element) -> None:
    """Set primes as characters instead of superscripts: the font draws them in their place, the browser too small."""
    for node in root.iter():
        if node.tag not in ("msup", "msubsup"):
            continue
        alone = node[-1].tag == "mo"
        prime = node[-1] if alone else next(iter(node[-1]), None)
        if prime is None or prime.tag != "mo" or prime.text not in PRIMES:
            continue
        prime.set("lspace", "0")
        prime.set("rspace", "0")
        (node if alone else node[-1]).remove(prime)
        base = ElementTree.Element("mrow")
        base.extend([node[0], prime])
        if not alone:  # x′²: the exponent stays
            node[0] = base
        else:
            rest = list(node)[1:]
            for child in list(node):
                node.remove(child)
            if rest:  # x′ with an index
                node.tag = "msub"
                node.extend([base, *rest])
            else:
                node.tag = "mrow"
                node.extend(list(base))


def visit_math(self, node: nodes.math) -> None:
    self.body.append(
        f'<span class="math notranslate">{convert(self.builder.app, node.astext(), display=False, node=node)}</span>'
    )
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    formula = convert(self.builder.app, node.astext(), display=True, node=node)
    if node["number"]:
        self.body.append(self.starttag(node, "div", CLASS="math math-block numbered notranslate"))
        self.body.append(f'<div class="math-scroll">{formula}</div>')
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span></div>\n")
    else:
        self.body.append(self.starttag(node, "div", CLASS="math math-block notranslate"))
        self.body.append(f'<div class="math-scroll">{formula}</div></div>\n')
    raise nodes.SkipNode
