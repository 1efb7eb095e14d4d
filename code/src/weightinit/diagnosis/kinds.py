"""What a fault is, and which kinds there are."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from weightinit.diagnosis.thresholds import SURE

__all__ = ["FAULTS", "Fault"]

FAULTS = {
    "nonfinite": "numbers have run out",
    "dead_start": "no weight can move",
    "nothing_trains": "nothing is to be trained",
    "dead_layer": "a layer is silent",
    "twins": "units are copies of each other",
    "shared_weights": "layers are copies of each other",
    "vanishing_signal": "the signal dies out",
    "exploding_signal": "the signal explodes",
    "vanishing_gradient": "the gradient dies out on its way back",
    "exploding_gradient": "the gradient explodes on its way back",
    "fluctuation": "the network is too deep for its width",
    "unstable_level": "the level does not hold",
    "chaotic": "inputs that are nearly alike end far apart",
    "inputs_merge": "all inputs look alike in the end",
    "saturated": "units sit where their activation is flat",
    "saturated_attention": "attention looks at one place from the start",
    "dying_units": "too many units are silent",
    "bias_dominates": "biases drown the input",
    "two_softmaxes": "the outputs are probabilities, and the loss takes a softmax of them again",
    "relu_logits": "logits cannot be negative",
    "first_loss": "the first loss is too large",
    "frozen_or_uneven_updates": "the first step does not fit the weights",
    "half_precision": "numbers are too small, or too large, for this precision",
}
"""Kinds of faults, in the order in which they are told, each with what it means. The keys are those of the JSON schema."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    kind : str
        A key of :data:`FAULTS`.
    where : str
        Layers, by name.
    evidence : str
        What was measured, in words and numbers.
    certainty : float
        Confidence, 0 to 1, that the typical network of this start has the fault; 1 for what needs no statistics.
    remedy : str
        What to change, and why.
    code : str
        The line that changes it.

    Raises
    ------
    ValueError
        If the kind is unknown or the certainty no probability.

    Examples
    --------
    >>> print(Fault("twins", "layer 1", "All are alike.", 1.0, "Draw them.", "weight = …"))
    twins, in layer 1: units are copies of each other (certain). All are alike. Draw them.
        weight = …
    """

    kind: str
    where: str
    evidence: str
    certainty: float
    remedy: str
    code: str

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f"kind must be one of {', '.join(FAULTS)}, got {self.kind!r}")
        if not 0 <= self.certainty <= 1:
            raise ValueError(f"certainty must be in [0, 1], got {self.certainty!r}")

    @property
    def title(self) -> str:
        """What the kind means, in words."""
        return FAULTS[self.kind]

    @property
    def how_sure(self) -> str:
        """The certainty in words.

        >>> [Fault("twins", "a", "", c, "", "").how_sure for c in (1.0, 0.9996, 0.97, 0.8)]
        ['certain', 'certain to 99.9 %', 'certain to 97 %', 'not certain: 80 %']
        """
        if self.certainty >= 1 - 1e-6:
            return "certain"
        percent = min(100 * self.certainty, 99.9)
        text = f"{math.floor(percent * 10) / 10:g} %"
        return f"certain to {text}" if self.certainty >= SURE else f"not certain: {text}"

    def as_dict(self) -> dict[str, str | float]:
        """The same for JSON.

        >>> Fault("twins", "a", "b", 1.0, "c", "d").as_dict()["kind"]
        'twins'
        """
        return asdict(self) | {"title": self.title}

    def __str__(self) -> str:
        head = f"{self.kind}, in {self.where}: {self.title} ({self.how_sure})."
        return f"{head} {self.evidence} {self.remedy}\n    {self.code}"
