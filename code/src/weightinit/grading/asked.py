"""What a sampler of weights is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from weightinit._validation import check_choice, check_finite, check_positive

__all__ = ["ALIASES", "DISTRIBUTIONS", "SCHEMES", "Asked"]

SCHEMES = ("xavier", "he", "lecun", "std")
ALIASES = {"glorot": "xavier", "kaiming": "he"}
DISTRIBUTIONS = ("any", "normal", "uniform", "truncated_normal")


@dataclass(frozen=True)
class Asked:
    """The task that a sampler of weights was given.

    Attributes
    ----------
    scheme : {"xavier", "he", "lecun", "std", "orthogonal"}
        Whose variance: 2/(fan_in + fan_out), 2/((1 + a²) · fan), 1/fan_in, `given` squared, or that of the entries of
        an orthogonal matrix, 1/max(fan_in, fan_out).
    gain : float, default 1.0
        Factor of the standard deviation.
    negative_slope : float, default 0.0
        The a of leaky relu; for He only.
    mode : {"fan_in", "fan_out"}
        Which fan He divides by.
    given : float, optional
        The standard deviation of the scheme ``"std"``, before `gain`.
    distribution : {"any", "normal", "uniform", "truncated_normal"}
        The law; ``"any"`` is every continuous one with mean 0, a bounded density and a finite fourth moment.

    Raises
    ------
    TypeError
        If a number is none.
    ValueError
        If a word is not one of those listed, a number is out of range, or `given` does not belong to the scheme.

    Examples
    --------
    >>> Asked("he", gain=2.0).std(50, 10)
    0.4
    >>> print(Asked("he", gain=2.0, distribution="uniform"))
    he, uniform, gain 2
    """

    scheme: str
    gain: float = 1.0
    negative_slope: float = 0.0
    mode: str = "fan_in"
    given: float | None = None
    distribution: str = "any"

    def __post_init__(self):
        check_choice(self.scheme, "scheme", (*SCHEMES, "orthogonal"))
        check_positive(self.gain, "gain")
        check_finite(self.negative_slope, "negative_slope")
        check_choice(self.mode, "mode", ("fan_in", "fan_out"))
        check_choice(self.distribution, "distribution", DISTRIBUTIONS)
        if (self.given is not None) != (self.scheme == "std"):
            raise ValueError(
                f"std must be given for the scheme 'std', and only for it, got std={self.given!r} with {self.scheme!r}"
            )
        if self.given is not None:
            check_positive(self.given, "std")

    def std(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation of one entry of a matrix (fan_in, fan_out)."""
        return self.gain * self.base(fan_in, fan_out)

    def base(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation before the gain."""
        match self.scheme:
            case "xavier":
                return math.sqrt(2 / (fan_in + fan_out))
            case "he":
                return math.sqrt(2 / ((1 + self.negative_slope**2) * (fan_in if self.mode == "fan_in" else fan_out)))
            case "lecun":
                return 1 / math.sqrt(fan_in)
            case "orthogonal":
                return 1 / math.sqrt(max(fan_in, fan_out))
            case _:
                return self.given

    def __str__(self) -> str:
        parts = ["given std" if self.scheme == "std" else self.scheme]
        if self.distribution != "any":
            parts.append(self.distribution.replace("_", " "))
        if self.negative_slope:
            parts.append(f"slope {self.negative_slope:.4g}")
        if self.scheme == "he" and self.mode == "fan_out":
            parts.append("fan_out")
        if self.gain != 1:
            parts.append(f"gain {self.gain:.4g}")
        return ", ".join(parts)
