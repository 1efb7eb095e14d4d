"""On paper nothing opens: the answers to a page's self-checks stand at its end, and only there."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

QUESTION = re.compile(r"""<div class="wi-quiz [^"]*"(?: data-question='[^']*')?><p>(.*?)</p>""", re.S)
RIGHT = re.compile(r'<details class="wi-right"><summary>(.*?)</summary><p><strong>[^<]*</strong>(.*?)</p>', re.S)
NUMBER = re.compile(r'<details class="wi-answer">.*?<p>(.*?)</p>', re.S)


class AnswersAtTheEnd(SphinxPostTransform):
    """Collect the right answers of a page in a list after its last section; book.css shows it in print."""

    default_priority = 940
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        found = [answer(node.astext()) for node in self.document.findall(nodes.raw) if QUESTION.search(node.astext())]
        if found:
            rows = "".join(f"<li>{row}</li>" for row in found)
            html = f'<div class="wi-answers"><p class="rubric">Answers to the self-checks</p><ol>{rows}</ol></div>'
            next(iter(self.document.findall(nodes.section))).append(nodes.raw("", html, format="html"))


def answer(html: str) -> str:
    """A question as `weightinit.selfcheck` writes it, with its right answer and the explanation."""
    question = QUESTION.search(html)[1]
    if right := RIGHT.search(html):
        return f"{question} <strong>{right[1]}.</strong>{right[2]}"
    return f"{question} {NUMBER.search(html)[1]}"
