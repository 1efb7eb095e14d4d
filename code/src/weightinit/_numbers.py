"""Numbers as plain characters, which any typeface can set (floor 0, private)."""

from __future__ import annotations

import re

__all__ = ["LOWERED", "RAISED", "raised", "typeset"]

RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
"""For `str.translate`: a number as an exponent."""

LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑᵢⱼₖₗₘₙₒₚₛₜᵤ", "0123456789+−aeijklmnopstu", strict=True))
"""The characters of an index → what they stand for at full size."""


def raised(base: int, exponent: int) -> str:
    """A power as plain characters.

    Parameters
    ----------
    base, exponent : int

    Returns
    -------
    str

    Examples
    --------
    >>> raised(10, -12), raised(2, 20)
    ('10⁻¹²', '2²⁰')
    """
    return f"{base}{str(exponent).translate(RAISED)}"


def typeset(text: str) -> str:
    """A text whose numbers Python has written, as one would set it: with powers, and with minus signs for hyphens.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> typeset("1e-06"), typeset("cost 5.4e-05 at -1"), typeset("3.31e+04")
    ('10⁻⁶', 'cost 5.4·10⁻⁵ at −1', '3.31·10⁴')
    """
    text = re.sub(r"(?<![\w.])1e([-+]?\d+)\b", lambda m: raised(10, int(m[1])), text)
    text = re.sub(r"\b(\d+(?:\.\d+)?)e([-+]?\d+)\b", lambda m: f"{m[1]}·{raised(10, int(m[2]))}", text)
    return re.sub(r"(?<![^\s(=×±])-(?=\d)", "−", text)
