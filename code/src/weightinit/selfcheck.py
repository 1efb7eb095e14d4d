"""Self-check questions for the reader: multiple choice and numeric, every wrong answer with an explanation.

Multiple choice needs no script: each answer is a native disclosure that opens its own explanation. A numeric question
uses the explorers' script; where no script runs, the answer can be opened. In all texts, ``n_in`` is shown with an index
and ``2^10`` with a power.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from weightinit._numbers import typeset
from weightinit._validation import check_number
from weightinit._widget import HtmlWidget, attribute, marked

__all__ = ["Question", "choice", "numeric"]


class Question(HtmlWidget):
    """A question with its explained answers; made by `choice` and `numeric`.

    Parameters
    ----------
    html : str
        What stands in the page.
    text : str
        The text twin.

    Examples
    --------
    >>> Question("<p>What is 1 + 1?</p>", "Question: what is 1 + 1?")
    Question: what is 1 + 1?
    """

    def __init__(self, html: str, text: str) -> None:
        self._text = text
        super().__init__(html=html)

    def __repr__(self) -> str:
        return self._text


def choice(question: str, answers: Mapping[str, str], *, correct: str) -> Question:
    """Ask a multiple-choice question.

    Parameters
    ----------
    question : str
        One sentence, plain text or Unicode (formulas go into the text cell above).
    answers : mapping of str to str
        Answer → explanation: why it is right, or what the reader may have mixed up. The wrong ones are shown in this
        order; the place of the right one among them follows from the question's text, so that it does not tell.
    correct : str
        The right one of the answers.

    Returns
    -------
    Question

    Raises
    ------
    ValueError
        If there are fewer than two answers, an explanation is missing, or `correct` is none of the answers.

    Examples
    --------
    >>> choice("What is 2 · 3?", {"5": "That is 2 + 3.", "6": "Twice three."}, correct="6")
    Question: What is 2 · 3?
      ✓ 6: Twice three.
      ✗ 5: That is 2 + 3.
    """
    _check_text(question, "question")
    if len(answers) < 2:
        raise ValueError(f"answers must hold at least 2 answers, got {len(answers)}")
    for answer, explanation in answers.items():
        _check_text(answer, "answers")
        _check_text(explanation, f"answers[{answer!r}]")
    if correct not in answers:
        raise ValueError(f"correct must be one of the answers {list(answers)}, got {correct!r}")
    shown = [answer for answer in answers if answer != correct]
    shown.insert(_place(question, len(answers)), correct)
    rows = "\n".join(
        f'<details class="wi-{"right" if answer == correct else "wrong"}"><summary>{marked(answer)}</summary>'
        f"<p><strong>{'✓ Right.' if answer == correct else '✗ Not quite.'}</strong> {marked(answers[answer])}</p></details>"
        for answer in shown
    )
    html = f'<div class="wi-quiz wi-choice"><p>{marked(question)}</p>\n{rows}</div>'
    listing = "\n".join(f"  {'✓' if answer == correct else '✗'} {answer}: {answers[answer]}" for answer in shown)
    return Question(html, f"Question: {question}\n{listing}")


def _place(question: str, count: int) -> int:
    """Where the right answer stands: as good as by chance, and always the same."""
    return int.from_bytes(hashlib.sha256(question.encode()).digest()[:4]) % count


def numeric(
    question: str,
    answer: float,
    *,
    explanation: str,
    tolerance: float = 0.02,
    mistakes: Mapping[float, str] | None = None,
    hint: str = "Try the derivation again, a line at a time.",
) -> Question:
    """Ask for a number.

    Parameters
    ----------
    question : str
        One sentence that says what to compute, with its unit.
    answer : float
        The right number: computed by the notebook, not typed in.
    explanation : str
        Shown with the right answer.
    tolerance : float, default 0.02
        Relative tolerance.
    mistakes : mapping of float to str, optional
        Wrong number → what the reader probably did.
    hint : str, optional
        Feedback to any other wrong number.

    Returns
    -------
    Question

    Raises
    ------
    TypeError
        If `answer`, `tolerance` or a foreseen mistake is no real number.
    ValueError
        If `answer` or `tolerance` is not finite, the tolerance not positive, a text is missing, or a foreseen mistake
        is so close to the answer that it would be taken for right.

    Examples
    --------
    >>> numeric("What is 2 · 3?", 2 * 3, explanation="Twice three.", mistakes={5: "That is 2 + 3."})
    Question: What is 2 · 3?
      ✓ 6: Twice three.
      ✗ 5: That is 2 + 3.
    """
    _check_text(question, "question")
    _check_text(explanation, "explanation")
    _check_text(hint, "hint")
    answer = check_number(answer, "answer")
    tolerance = check_number(tolerance, "tolerance", 0, closed="neither")
    table = []
    for wrong, why in (mistakes or {}).items():
        wrong = check_number(wrong, "mistakes")
        _check_text(why, f"mistakes[{wrong!r}]")
        if abs(wrong - answer) <= tolerance * max(abs(answer), 1e-12):
            raise ValueError(
                f"mistakes must differ from the answer {answer:.6g} by more than the tolerance, got {wrong:.6g}"
            )
        table.append([float(f"{wrong:.6g}"), why])
    data = {
        "answer": float(f"{answer:.6g}"),
        "tolerance": tolerance,
        "mistakes": [[wrong, marked(why)] for wrong, why in table],
        "explanation": marked(explanation),
        "hint": marked(hint),
    }
    shown = typeset(f"{answer:.3g}")
    html = (
        f"<div class=\"wi-quiz wi-numeric\" data-question='{attribute(data)}'><p>{marked(question)}</p>\n"
        '<form hidden><input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" '
        f'data-lm-suppress-shortcuts="true" aria-label="Your answer: {escape(question)}">'
        '<button type="submit">Check</button></form>\n'
        '<p class="wi-verdict" aria-live="polite"></p>\n'
        '<details class="wi-answer"><summary>Show the answer</summary>'
        f"<p><strong>{shown}.</strong> {marked(explanation)}</p></details></div>"
    )
    listing = "\n".join(f"  ✗ {typeset(f'{wrong:.3g}')}: {why}" for wrong, why in table)
    return Question(html, f"Question: {question}\n  ✓ {shown}: {explanation}" + (f"\n{listing}" if listing else ""))


def _check_text(text: str, name: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} must be a text that is not empty, got {text!r}")
