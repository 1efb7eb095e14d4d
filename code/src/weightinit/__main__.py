"""Ask about an activation, or about a start, on the command line.

``python -m weightinit analyze "x*sigmoid(1.7*x)"`` says what an activation does to signal and gradient,
``python -m weightinit diagnose --widths 784,512x40,10 --activation relu --init xavier_normal`` what is wrong with a start.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn

# many small products: threads would wait for each other, on a busy machine most of the time
if "numpy" not in sys.modules:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from weightinit import moments  # noqa: E402

_WIDTHS = "widths must be at least two integers >= 1, such as 784,512x40,10 (512x40: forty layers of 512)"


def main(words: list[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if `diagnose` found a fault, 2 for bad input, which is told in one line.

    Parameters
    ----------
    words : list of str, optional
        The words of the command line; default: those of this process.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["analyze", "relu", "--json"])  # doctest: +ELLIPSIS
    {"name": "ReLU", "mean": 0.398..., "stable": null}
    0
    >>> main(["diagnose", "--widths", "64,32x12,10", "--activation", "relu", "--init", "zeros"])  # doctest: +ELLIPSIS
    64-32x12-10, relu, zeros: 20 networks, a batch of 32
    ...
    ✗ dead_start: no weight can move, in layers 1 to 13 (certain)
    ...
    1
    """
    parser = _InOneLine(
        prog="python -m weightinit", description="Gains of activations, and what is wrong with a start."
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_InOneLine)
    analyze = commands.add_parser("analyze", help="moments, gains and stability of a name or a formula in x")
    analyze.add_argument("activation", help='such as gelu or "x*sigmoid(1.7*x)"; one that begins with - after --')
    analyze.add_argument("--json", action="store_true", help="print JSON in place of a table")
    _add_diagnose(commands)
    given = parser.parse_args(words)
    try:
        return {"analyze": _analyze, "diagnose": _diagnose}[given.command](given)
    except (TypeError, ValueError, OSError) as error:  # the last one: nowhere to write to
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 2


class _InOneLine(argparse.ArgumentParser):
    """What is wrong with the words of a command, in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit status 2."""
        self.exit(2, f"{message}; usage: {self.prog} --help\n")


def _analyze(given: argparse.Namespace) -> int:
    found = moments.analyze(given.activation)
    _say(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False) if given.json else str(found))
    return 0


# ---- what is wrong with a start --------------------------------------------------------------------------------------
def _add_diagnose(commands: Any) -> None:
    diagnose = commands.add_parser(
        "diagnose",
        help="what is wrong with the start of a fully connected network; exit status 0: nothing, 1: a fault, 2: bad input",
        epilog='An option of an initializer or an activation stands in parentheses: --init "orthogonal(gain=1.1)".',
    )
    add = diagnose.add_argument
    add("--widths", required=True, help="inputs, then the units of each layer: 784,512x40,10")
    add("--activation", required=True, help="between the layers: a name, or a formula in x")
    add("--init", required=True, help="how weights are drawn, such as he_normal")
    add("--bias-std", default="0", metavar="STD", help="standard deviation of the biases (default: 0)")
    add("--seeds", metavar="R", help="networks that are drawn (default: 20, down to 1 for the largest)")
    add("--batch", default="32", metavar="B", help="inputs, N(0, 1) (default: 32)")
    add("--loss", metavar="NAME", help="cross_entropy (default, if there are two outputs or more) or squared")
    add("--optimizer", default="sgd", metavar="NAME", help="whose first step is compared with the weights: sgd or adam")
    add("--rate", metavar="RATE", help="its learning rate (default: no step is looked at)")
    add("--rng", default="0", metavar="SEED", help="from which the networks are drawn (default: 0)")
    add("--json", action="store_true", help="print JSON (weightinit/diagnosis/schema.json) in place of text")


def _diagnose(given: argparse.Namespace) -> int:
    from weightinit import activations, formulas, initializers
    from weightinit.diagnosis import diagnose

    report = diagnose(
        _widths(given.widths),
        _called(given.activation, "activation", activations.get, formulas.parse),
        _called(given.init, "init", initializers.get),
        bias_std=_number(given.bias_std, "bias_std", float),
        seeds=None if given.seeds is None else _number(given.seeds, "seeds", int),
        batch=_number(given.batch, "batch", int),
        loss=given.loss,
        optimizer=given.optimizer,
        rate=None if given.rate is None else _number(given.rate, "rate", float),
        rng=_number(given.rng, "rng", int),
    )
    _say(json.dumps(report.as_dict(), allow_nan=False) if given.json else str(report))
    return report.exit_status


def _say(text: str) -> None:
    """Print where there may be no ✓ or χ₁ to print with, and where whoever reads may have heard enough."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more when it ends
        if not isinstance(error, BrokenPipeError):
            raise


def _widths(text: str) -> tuple[int, ...]:
    """Widths from words such as 784,512x40,10.

    >>> _widths("784,512x3,10")
    (784, 512, 512, 512, 10)
    """
    widths: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:[xX×*]\s*([0-9]{1,4}))?\s*", part)
        if not found or int(found[1]) < 1 or found[2] is not None and int(found[2]) < 1:
            raise ValueError(f"{_WIDTHS}, got {text!r}")
        widths += [int(found[1])] * int(found[2] or 1)
    if len(widths) < 2:
        raise ValueError(f"{_WIDTHS}, got {text!r}")
    return tuple(widths)


def _called(text: str, name: str, get: Callable[..., Any], formula: Callable[[str], Any] | None = None) -> Any:
    """A name, a name with options in parentheses, or a formula, where there may be one.

    >>> from weightinit import activations, initializers
    >>> _called("leaky_relu(negative_slope=0.2)", "activation", activations.get).label
    'leaky ReLU (0.2)'
    >>> _called("he_normal", "init", initializers.get).__name__
    'he_normal'
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        call = None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args:
        try:
            options = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg}
        except ValueError:
            raise ValueError(f"{name} must have numbers for its options, such as gain=1.1, got {text!r}") from None
        return get(call.func.id, **options)
    try:
        return get(text)
    except ValueError:
        # one word is a misspelled name, anything else was meant to be a formula
        if formula is None or text.isidentifier():
            raise
    return formula(text)


def _number(text: str, name: str, kind: type) -> Any:
    """A number from a word."""
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{name} must be {'an integer' if kind is int else 'a number'}, got {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
