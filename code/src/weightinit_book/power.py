"""`make power`: does each claim of the book fail when its prediction is off by 10 %?

    python -m weightinit_book power            all notebooks of the table of contents
    python -m weightinit_book power 05         those whose file name begins with one of these

A claim that holds whatever is predicted proves nothing. So each notebook is run once more, and each of its claims, once it has
held, is asked again with predictions that are off. What they tell is written to chapters/power.json, from which the ledger
shows it; the notebooks stay as they are. An inequality, a statement in words and a prediction of 0 have nothing that could be
off by a part of itself: they are only counted.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import numpy as np

from weightinit import claims
from weightinit_book.check import ROOT
from weightinit_book.execute import begun, run
from weightinit_book.extensions.statements import POWER, read_power
from weightinit_book.progress import Progress

OFF = (0.05, 0.10)  # relative, in both directions; a claim that tells the first has the power that chapters lean on
PREDICTION = {"claim": "predicted", "claim_exact": "expected", "claim_symbolic": "right"}
OTHERS = ("claim_holds", "claim_less")


@dataclass(frozen=True)
class Asked:
    """A claim that was asked again.

    Attributes
    ----------
    label, what : str
        As the claim says it.
    tells : float or None
        The smallest part of `OFF` by which its prediction may not be off, infinity if it holds whatever is predicted; None
        where nothing can be off.
    """

    label: str
    what: str
    tells: float | None


# ---- in the kernel of a notebook ------------------------------------------------------------------------------------
def watch() -> list[Asked]:
    """From now on `weightinit.claims` asks each claim again; returns the list that they go into."""
    found: list[Asked] = []
    for name, prediction in PREDICTION.items():
        setattr(claims, name, _watched(getattr(claims, name), prediction, found))
    for name in OTHERS:
        setattr(claims, name, _watched(getattr(claims, name), None, found))
    return found


def _watched(original: Callable[..., None], prediction: str | None, found: list[Asked]) -> Callable[..., None]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def asked_again(*args, **keywords) -> None:
        original(*args, **keywords)
        given = signature.bind(*args, **keywords)
        tells = None if prediction is None else smallest(original, given, prediction)
        found.append(Asked(given.arguments["label"], given.arguments.get("what", ""), tells))

    return asked_again


def smallest(original: Callable[..., None], given: inspect.BoundArguments, prediction: str) -> float | None:
    """The smallest part by which the prediction of a claim may not be off."""
    value = given.arguments[prediction]
    if original.__name__ == "claim_symbolic":
        import sympy

        value = sympy.sympify(value)
        nothing = value == 0
    else:
        value = np.asarray(value, dtype=np.float64)
        nothing = not value.any()
    if nothing:
        return None

    def holds(factor: float) -> bool:
        given.arguments[prediction] = value * factor
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                original(*given.args, **given.kwargs)
        except claims.ClaimError:
            return False
        return True

    return next((part for part in OFF if not holds(1 - part) and not holds(1 + part)), np.inf)


# ---- the book -------------------------------------------------------------------------------------------------------
def ask(path: Path, progress: Progress) -> list[Asked]:
    """All claims of a notebook, asked again."""
    notebook = nbformat.read(path, as_version=4)
    first = nbformat.v4.new_code_cell("from weightinit_book import power as _power\n_asked = _power.watch()")
    last = nbformat.v4.new_code_cell("print(_power.as_text(_asked))")
    notebook.cells = [first, *notebook.cells, last]
    run(notebook, ROOT, begun(progress, path.name, notebook))
    progress.done()
    return [Asked(**fields) for fields in json.loads(notebook.cells[-1].outputs[0].text)]


def as_text(asked: list[Asked]) -> str:
    """What `ask` reads again."""
    return json.dumps([asdict(claim) for claim in asked])


def power(paths: list[Path]) -> int:
    """Ask the claims of these notebooks again; returns the exit code, 1 if one of them is too weak."""
    weak, known, progress = 0, read_power(ROOT), Progress()
    for path in paths:
        asked = ask(path, progress)
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        known[name] = [[claim.label, claim.what, claim.tells if claim.tells in OFF else None] for claim in asked]
        counts = Counter(claim.tells for claim in asked)
        told = ", ".join(f"{counts[part]} at {part:.0%}" for part in OFF)
        print(f"{path.relative_to(ROOT)}: {len(asked)} claims fail: {told}; {counts[None]} have nothing to be off")
        for claim in asked:
            if claim.tells == np.inf:
                weak += 1
                print(f"  holds when its prediction is off by {OFF[-1]:.0%}: [{claim.label}] {claim.what}")
    store(known)
    return 1 if weak else 0


def store(known: dict[str, list]) -> None:
    """Write down what each claim tells, a line a claim, where that has changed."""
    notebooks = (
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(claim, ensure_ascii=False) for claim in claims) + "\n]"
        for name, claims in sorted(known.items())
        if claims
    )
    text, path = "{\n" + ",\n".join(notebooks) + "\n}\n", ROOT / POWER
    if not path.is_file() or path.read_text(encoding="utf8") != text:
        path.write_text(text, encoding="utf8")
        print(f"{POWER}: written")
