"""README.md says how much there is: as much as there is."""

from __future__ import annotations

import re
from pathlib import Path

from weightinit_book.extensions.numbers import NO_PROSE, SOLUTION, count

ROOT = Path(__file__).resolve().parents[2]


def test_the_numbers_of_the_readme_are_counted():
    wanted = "".join(f"- **{number}** {what}\n" for number, what in count(ROOT).lines())
    found = "".join(re.findall(r"^- \*\*\d+\*\* .*\n", (ROOT / "README.md").read_text(encoding="utf8"), re.M))
    assert found == wanted, f"README.md should say\n{wanted}"


def test_solutions_code_and_formulas_are_no_prose():
    text = "```{solution} ex\nno\n```\n```{solution-start} ex\nno\n```\nno\n```{solution-end}\n```\nyes $no$ `no` $$\nno$$ (eq-a)\n"
    assert re.findall(r"yes|no", NO_PROSE.sub("", SOLUTION.sub("", text))) == ["yes"]
