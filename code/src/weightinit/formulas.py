"""An activation from a typed formula, such as ``"x*sigmoid(1.7*x)"`` (floor 2, below `moments`).

Nothing that is typed is ever run. The text is read into Python's syntax tree, each node of the tree is looked up in a list
of what is allowed, and an expression of SymPy is built from it, piece by piece. SymPy differentiates, and `lambdify`
turns the two checked expressions into functions of numpy arrays; what they may call is in :data:`FUNCTIONS`.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import brentq

from weightinit import activations
from weightinit._validation import did_you_mean
from weightinit.activations import Activation

__all__ = ["CONSTANTS", "FUNCTIONS", "MAX_EXPONENT", "MAX_LENGTH", "OPERATORS", "VARIABLES", "parse"]

MAX_LENGTH = 200
"""Characters of a formula, at most."""

MAX_EXPONENT = 8
"""Size of an exponent, at most."""

_MAX_NODES, _MAX_DEPTH, _MAX_NUMBER = 120, 20, 1e6
_REACH = 40.0  # φ must be a finite number from -40 to 40: forty standard deviations of z ~ N(0, 1)
_MAX_KINKS = 64  # each costs panels of quadrature; those nearest to 0 count, where z is

VARIABLES = ("x", "z")
"""Names of the one variable; a formula uses one of them."""

CONSTANTS = {"pi": math.pi, "e": math.e}
"""Names of numbers."""

OPERATORS = ("+", "-", "*", "/", "**")
"""What may stand between two pieces; `**` is the power."""


class _Piece(NamedTuple):
    """A function that may be typed: itself, its slope, and where one of them jumps."""

    f: Callable[..., NDArray[Any]]
    df: Callable[..., NDArray[Any]]
    kinks: tuple[float, ...] = ()


def _d_abs(z):
    """-1 or 1; at 0 the slope on the left."""
    return np.where(z > 0, 1.0, -1.0)


_PLAIN = {
    "abs": _Piece(np.abs, _d_abs, (0.0,)),
    "cos": _Piece(np.cos, lambda z: -np.sin(z)),
    "cosh": _Piece(np.cosh, np.sinh),
    "sinh": _Piece(np.sinh, np.cosh),
    "asinh": _Piece(np.arcsinh, lambda z: 1 / np.sqrt(1 + z * z)),
    "exp": _Piece(np.exp, np.exp),
    "expm1": _Piece(np.expm1, np.exp),
    "log": _Piece(np.log, lambda z: 1 / z),
    "log1p": _Piece(np.log1p, lambda z: 1 / (1 + z)),
    "sqrt": _Piece(np.sqrt, lambda z: 0.5 / np.sqrt(z)),
}
_PIECES = {name: _Piece(a.f, a.df, a.kinks) for name in activations.NAMES for a in (activations.get(name),)} | _PLAIN
_TWO = ("max", "min")  # of two arguments, and "clip" of three; made of ReLUs
_ALIASES = {"arcsinh": "asinh", "swish": "silu", "atan": "arctan", "logistic": "sigmoid"}

FUNCTIONS = tuple(sorted({*_PIECES, *_TWO, "clip"}))
"""Functions that may be typed: the names of :data:`weightinit.activations.NAMES`, and those of mathematics."""


def _refuse(text: str, why: str) -> ValueError:
    """The error of a text that is no formula: what is accepted, what was given, and what is wrong with it."""
    return ValueError(
        f"formula must be made of x, numbers, {', '.join(CONSTANTS)}, {' '.join(OPERATORS)}, brackets and the functions "
        f"of weightinit.formulas.FUNCTIONS (relu, tanh, exp, max, …), got {text!r}: {why}"
    )


# -- functions that SymPy knows by name only --------------------------------------------------------------------------


def _opaque(name: str, f: Callable, derivative: type | None) -> type:
    """A class of SymPy functions whose derivative is another such class; SymPy never looks inside."""
    fdiff = (lambda self, argindex=1: derivative(self.args[0])) if derivative else None
    members = {"nargs": 1, "fdiff": fdiff, "is_real": True, "is_commutative": True, "numeric": staticmethod(f)}
    return type(name, (sp.Function,), members)


_SLOPES = {name: _opaque(f"slope_{name}", piece.df, None) for name, piece in _PIECES.items()}
_CLASSES = {name: _opaque(f"value_{name}", piece.f, _SLOPES[name]) for name, piece in _PIECES.items()}
_NUMERIC = {cls.__name__: cls.numeric for cls in (*_SLOPES.values(), *_CLASSES.values())}
_X = sp.Symbol("x", real=True)  # so that (x**2)**0.5 is |x|, with a slope at 0


class _Builder:
    """Walks the syntax tree of one formula and builds the expression; also notes where it may have a kink."""

    def __init__(self, text: str) -> None:
        self.text, self.nodes, self.used, self.bends = text, 0, set(), []

    def refuse(self, why: str) -> ValueError:
        return _refuse(self.text, why)

    def number(self, value: Any, shown: str) -> sp.Expr:
        """A constant, if it is a real number of ordinary size: what is computed from constants is computed here."""
        try:
            real = float(value)
        except (TypeError, OverflowError, ValueError):
            raise self.refuse(f"{shown} is no real number of size up to {_MAX_NUMBER:g}") from None
        if not abs(real) <= _MAX_NUMBER:
            raise self.refuse(f"{shown} is no real number of size up to {_MAX_NUMBER:g}")
        return sp.Integer(int(real)) if real == int(real) else sp.Float(real)

    def build(self, node: ast.AST, depth: int = 0) -> sp.Expr:
        self.nodes += 1
        if self.nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise self.refuse(f"it has more than {_MAX_NODES} pieces, or more than {_MAX_DEPTH} inside each other")
        handle = getattr(self, f"on_{type(node).__name__}", None)
        if handle is None:
            raise self.refuse(f"{_shown(self.text, node)} is not allowed")
        return handle(node, depth + 1)

    def on_Constant(self, node: ast.Constant, depth: int) -> sp.Expr:  # noqa: N802
        if type(node.value) not in (int, float):
            raise self.refuse(f"{_shown(self.text, node)} is no real number")
        return self.number(node.value, _shown(self.text, node))

    def on_Name(self, node: ast.Name, depth: int) -> sp.Expr:  # noqa: N802
        if node.id in VARIABLES:
            self.used.add(node.id)
            if len(self.used) > 1:
                raise self.refuse(f"it has two variables, {' and '.join(sorted(self.used))}")
            return _X
        if node.id in CONSTANTS:
            return sp.Float(CONSTANTS[node.id])
        if _function(node.id):
            raise self.refuse(f"{node.id} is a function: write {node.id}({VARIABLES[0]})")
        raise self.refuse(f"{node.id!r} is not known{did_you_mean(node.id, (*FUNCTIONS, *CONSTANTS))}")

    def on_UnaryOp(self, node: ast.UnaryOp, depth: int) -> sp.Expr:  # noqa: N802
        if not isinstance(node.op, ast.UAdd | ast.USub):
            raise self.refuse(f"{_shown(self.text, node)} is not allowed")
        inside = self.build(node.operand, depth)
        return -inside if isinstance(node.op, ast.USub) else inside

    def on_BinOp(self, node: ast.BinOp, depth: int) -> sp.Expr:  # noqa: N802
        left, right = self.build(node.left, depth), self.build(node.right, depth)
        shown = _shown(self.text, node)
        if isinstance(node.op, ast.Pow):
            return self.power(left, right, shown)
        if isinstance(node.op, ast.BitXor):
            raise self.refuse("^ is no power here, write **")
        combine = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__"}.get(
            type(node.op)
        )
        if combine is None:
            raise self.refuse(f"the operator of {shown} is not allowed")
        if isinstance(node.op, ast.Div) and right == 0:
            raise self.refuse(f"{shown} divides by zero")
        result = getattr(left, combine)(right)
        return self.number(result, shown) if result.is_number else result

    def power(self, base: sp.Expr, exponent: sp.Expr, shown: str) -> sp.Expr:
        """A power, of an exponent that is a small number."""
        if not exponent.is_number or abs(float(exponent)) > MAX_EXPONENT:
            raise self.refuse(f"the exponent of {shown} is no number between -{MAX_EXPONENT} and {MAX_EXPONENT}")
        if base.is_number:
            try:
                return self.number(float(base) ** float(exponent), shown)
            except (ZeroDivisionError, OverflowError):
                raise self.refuse(f"{shown} is no real number") from None
        if float(exponent) != int(exponent):
            self.bends.append((base, 0.0))
        return sp.Pow(base, exponent)

    def on_Call(self, node: ast.Call, depth: int) -> sp.Expr:  # noqa: N802
        if not isinstance(node.func, ast.Name):
            raise self.refuse(f"{_shown(self.text, node.func)} is no function that can be called")
        name = _function(node.func.id)
        if not name:
            raise self.refuse(f"the function {node.func.id!r} is not known{did_you_mean(node.func.id, FUNCTIONS)}")
        wanted = 3 if name == "clip" else 2 if name in _TWO else 1
        if node.keywords or len(node.args) != wanted:
            takes = {1: "one argument", 2: "two arguments", 3: "three: clip(x, low, high)"}[wanted]
            raise self.refuse(f"{name} takes {takes}, and no names")
        arguments = [self.build(argument, depth) for argument in node.args]
        if name == "clip":
            return self.larger(self.smaller(arguments[0], arguments[2]), arguments[1])
        if name in _TWO:
            return (self.larger if name == "max" else self.smaller)(*arguments)
        return self.apply(name, arguments[0], _shown(self.text, node))

    def apply(self, name: str, inside: sp.Expr, shown: str) -> sp.Expr:
        """A function of one argument; of a number it is a number."""
        if inside.is_number:
            with np.errstate(all="ignore"):
                return self.number(_PIECES[name].f(np.float64(float(inside))), shown)
        self.bends += [(inside, kink) for kink in _PIECES[name].kinks]
        return _CLASSES[name](inside)

    def larger(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        """max(a, b) = b + relu(a - b)."""
        return b + self.apply("relu", a - b, "max")

    def smaller(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        """min(a, b) = a - relu(a - b)."""
        return a - self.apply("relu", a - b, "min")


def _function(typed: str) -> str | None:
    """The function's name, however it is spelled: "GELU" and "Hard_Tanh" are known; None if there is none."""
    plain = {name.replace("_", ""): name for name in FUNCTIONS} | _ALIASES
    return plain.get(typed.lower().replace("_", ""))


def _shown(text: str, node: ast.AST) -> str:
    """The piece of the text that a node came from."""
    return repr(ast.get_source_segment(text, node) or type(node).__name__)


def _tree(text: str) -> ast.AST:
    """The syntax tree of the text, which is only read."""
    if not isinstance(text, str):
        raise TypeError(f"formula must be a string, got {text!r}")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"formula must have at most {MAX_LENGTH} characters, got {len(text)}: {text[:30]!r}…")
    if not text.strip():
        raise _refuse(text, "it is empty")
    strange = sorted({letter for letter in text if not (letter.isascii() and (letter.isprintable() or letter == "\t"))})
    if strange:
        raise _refuse(text, f"the characters {' '.join(map(repr, strange))} are not allowed")
    for piece in ("__", "#"):
        if piece in text:
            raise _refuse(text, f"{piece!r} is not allowed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, about "1if"
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or str(error) or "it cannot be read"
        raise _refuse(text, str(reason).split(" (")[0]) from None


# -- from an expression to an activation ------------------------------------------------------------------------------


def _plain_function(expression: sp.Expr) -> Callable[[NDArray[Any]], Any]:
    """The expression as a function of an array."""
    return sp.lambdify(_X, expression, modules=[_NUMERIC, "numpy"], cse=True)


def _evaluate(text: str, which: int, z: Any, out: NDArray[Any] | None = None) -> NDArray[Any]:
    """φ (which = 0) or φ' (1) of the formula: a function of the module, so that the activation can be pickled."""
    z = activations._real(z)
    with np.errstate(all="ignore"):
        values = np.asarray(_compiled(text)[which](z))
    result = np.empty_like(z) if out is None else out
    result[...] = values
    return result


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple[Callable, Callable, sp.Expr, tuple]:
    """φ, φ', the expression and where it may bend."""
    builder = _Builder(text.strip())
    expression = sp.sympify(builder.build(_tree(text)))
    if not expression.has(_X):
        raise _refuse(text, f"it does not depend on {VARIABLES[0]}")
    return _plain_function(expression), _plain_function(sp.diff(expression, _X)), expression, tuple(builder.bends)


_GRID = np.sinh(np.linspace(-math.asinh(_REACH * 100), math.asinh(_REACH * 100), 4001)) / 100


def _kinks(bends: tuple) -> tuple[float, ...]:
    """Where the argument of a function with a kink crosses that kink."""
    found = set()
    for inside, kink in set(bends):
        value = _plain_function(inside - kink)
        with np.errstate(all="ignore"):
            heights = np.broadcast_to(np.asarray(value(_GRID), float), _GRID.shape)
        signs = np.sign(heights)
        found |= {float(z) for z in _GRID[signs == 0]}
        for left in np.flatnonzero(signs[:-1] * signs[1:] < 0):
            found.add(float(brentq(lambda z: float(value(np.float64(z))), _GRID[left], _GRID[left + 1], xtol=1e-13)))  # noqa: B023
    found = {0.0 if abs(z) < 1e-12 else z for z in found}  # what is 0 but for rounding, as in abs(sin(x + pi))
    return tuple(sorted(sorted(found, key=abs)[:_MAX_KINKS]))


def _check_finite(text: str, f: Callable, what: str) -> None:
    """Refuse a formula that is no finite real number somewhere: √x, ln x, 1/x, and what grows past every number."""
    values = np.broadcast_to(np.asarray(f(_GRID)), _GRID.shape)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        first = bad[np.argmin(np.abs(_GRID[bad]))]
        outward = values[first:] if _GRID[first] > 0 else values[: first + 1]
        why = ": it grows too fast" if np.isinf(outward).all() else ""
        raise ValueError(
            f"formula must have a finite real {what} for every x from -{_REACH:g} to {_REACH:g}, got {text!r} with "
            f"{values[first]} at x = {_GRID[first]:.3g}{why}"
        )


def _check_poles(text: str, expression: sp.Expr) -> None:
    """Refuse a formula that divides by something with a root."""
    for power in expression.atoms(sp.Pow):
        if power.exp.is_negative and power.base.has(_X):
            roots = _kinks(((power.base, 0.0),))
            if roots:
                raise ValueError(f"formula must not divide by zero, got {text!r}, which does so at x = {roots[0]:.3g}")


@lru_cache(maxsize=256)
def _parse(text: str) -> Activation:
    """:func:`parse`, once a text: equal formulas give the same object."""
    expression, bends = _compiled(text)[2:]
    f, df = partial(_evaluate, text, 0), partial(_evaluate, text, 1)
    _check_finite(text, f, "value")
    _check_finite(text, df, "slope")
    _check_poles(text, expression)
    return Activation(text, f, df, _kinks(bends))


def parse(formula: str) -> Activation:
    """Make an activation of a formula.

    Parameters
    ----------
    formula : str
        Of one variable, `x` or `z`; numbers, `pi`, `e`; ``+ - * / **`` and brackets; the functions of
        :data:`FUNCTIONS`: all activations that the package knows by name, and abs, asinh, cos, cosh, exp, expm1, log,
        log1p, sinh, sqrt, max(a, b), min(a, b), clip(x, low, high). At most 200 characters; an exponent is a number
        between -8 and 8. Names are known however they are spelled ("GELU", "HardTanh"). It is never run as code.

    Returns
    -------
    Activation
        With the derivative that SymPy finds. Everything in the package works with it. Its `kinks` are the places where
        the argument of an `abs`, `max`, `relu`, … crosses a kink of that function; of more than 64 the ones nearest to 0.

    Raises
    ------
    TypeError
        If it is no text.
    ValueError
        If it is no such formula, or φ or φ' is not a finite real number at each of 4001 points from -40 to 40, as ``sqrt(x)``,
        ``log(x)``, ``1/x`` and ``exp(x**4)``.

    Examples
    --------
    >>> phi = parse("x*sigmoid(1.7*x)")
    >>> phi([-1.0, 1.0]).round(3), float(phi.df(0.0))
    (array([-0.154,  0.846]), 0.5)
    >>> parse("max(x, 0.1*x) + abs(x - 2)").kinks
    (0.0, 2.0)
    >>> parse("1/(x - 0.3)")
    Traceback (most recent call last):
    ValueError: formula must not divide by zero, got '1/(x - 0.3)', which does so at x = 0.3
    """
    _tree(formula)  # before it is looked up among those known: what is no text has no place there
    return _parse(formula)
