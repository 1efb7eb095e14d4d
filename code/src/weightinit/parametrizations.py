"""Rules of start and learning rate that depend on the width (floor 6).

A layer is z = m (x @ W) + b, with entries of W of standard deviation σ, and W moves with its own learning rate. How the
multiplier m, the start σ and the rate go with the width is a *parametrization* (Yang & Hu 2021, arXiv:2011.14522, who
call the three exponents a, b and c). `parametrize` has three:

============  =========================================================================================================
"standard"    σ = gain/√fan_in, one rate for all. What a library does if nothing is said.
"ntk"         σ constant, m ∝ 1/√fan_in: the same start, but rates that a wide network survives (Jacot et al. 2018).
"mup"         the maximal update parametrization: the largest steps that no width makes explode, in every layer.
============  =========================================================================================================

All three are one and the same at the width `base`, and go apart from there. The rules of "mup" are those of Yang, Hu et al.
(2022, arXiv:2203.03466) as their own code has them (github.com/microsoft/mup at 1981497: `optim.py`, `layer.py`, `init.py`).

What multiplier, start and rate do together does not change if one of them hands a factor to the others: :meth:`Parametrization.shifted`.
So a parametrization has many *forms*, equal at every step of training.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit import initializers
from weightinit._validation import check_choice, check_flag, check_int, check_number, check_positive
from weightinit.activations import Activation
from weightinit.moments import gain as gain_of
from weightinit.network import MLP
from weightinit.training import SGD, Adam

__all__ = ["FORMS", "NAMES", "OPTIMIZERS", "LayerRule", "Parametrization", "parametrize"]

NAMES = ("standard", "ntk", "mup")
"""The parametrizations."""

FORMS = ("rates", "multiplier", "one_rate")
"""The forms of "mup": without multipliers; with one in front of the output; with one rate for all weights under SGD."""

OPTIMIZERS = {"sgd": SGD, "adam": Adam}
"""The optimizers whose rates are known, by name."""


@dataclass(frozen=True)
class LayerRule:
    """How one layer starts, and how fast it moves.

    Attributes
    ----------
    role : {"input", "hidden", "output", "fixed"}
        Which of its two sides grow with the width: the outputs, both, the inputs, none.
    std : float
        Standard deviation σ of the weights at the start; 0 is a layer that starts at zero.
    multiplier : float
        m, in front of x @ W.
    weight_rate, bias_rate : float
        What the learning rate is multiplied by.

    Examples
    --------
    >>> parametrize("mup", (64, 512, 10), "adam", base=128).layers[1]
    LayerRule(role='output', std=0.03125, multiplier=1.0, weight_rate=0.25, bias_rate=1.0)
    """

    role: str
    std: float
    multiplier: float = 1.0
    weight_rate: float = 1.0
    bias_rate: float = 1.0


@dataclass(frozen=True)
class Parametrization:
    """A start and its rates for one network; what :func:`parametrize` returns.

    Attributes
    ----------
    name : str
    optimizer : {"sgd", "adam"}
    widths : tuple of int
        (n_0, …, n_L).
    activation : str or Activation
    layers : L LayerRule

    Examples
    --------
    >>> rule = parametrize("mup", (64, 512, 512, 10), "sgd", base=128)
    >>> network, optimizer = rule.network(rng=0, replicas=3), rule.optimize(0.1)
    >>> optimizer
    SGD(learning_rate=0.1, momentum=0.0, factors=((4.0, 1.0, 0.25), (4.0, 4.0, 1.0)))
    """

    name: str
    optimizer: str
    widths: tuple[int, ...]
    activation: str | Activation
    layers: tuple[LayerRule, ...]

    def network(self, rng: np.random.Generator | int, replicas: int = 1, **options: Any) -> MLP:
        """Draw the network: its weights, and its multipliers.

        Parameters
        ----------
        rng : numpy.random.Generator or int
        replicas : int, default 1
        **options
            Of :class:`weightinit.network.MLP`: `bias_std`, `dtype`, …

        Returns
        -------
        MLP

        Examples
        --------
        >>> parametrize("ntk", (64, 512, 10), "sgd").network(rng=0).multipliers
        (1.0, 0.5)
        """
        init = [initializers.get("normal", std=layer.std) if layer.std else "zeros" for layer in self.layers]
        multipliers = [layer.multiplier for layer in self.layers]
        return MLP(
            self.widths, self.activation, init=init, rng=rng, replicas=replicas, multipliers=multipliers, **options
        )

    def optimize(self, learning_rate: ArrayLike, **options: Any) -> SGD | Adam:
        """Return a new optimizer with this rule's rates.

        Parameters
        ----------
        learning_rate : float, or array (R,)
            That of the width `base`: what is to be found once, and kept for other widths.
        **options
            Of the optimizer: `momentum`, or `beta_1`, `beta_2`, `epsilon`.

        Returns
        -------
        SGD or Adam

        Notes
        -----
        Adam's ε is compared with gradients that shrink like 1/width: below it the rule no longer holds.

        Examples
        --------
        >>> parametrize("mup", (64, 512, 10), "adam", base=128).optimize(0.01).factors
        ((1.0, 0.25), (1.0, 1.0))
        """
        factors = tuple(layer.weight_rate for layer in self.layers), tuple(layer.bias_rate for layer in self.layers)
        return OPTIMIZERS[self.optimizer](learning_rate, factors=factors, **options)

    def shifted(self, layer: int, theta: float) -> Parametrization:
        """Hand a factor over from the multiplier to the start and the rate: every step of training stays the same.

        m → m/θ, σ → θσ, and the weights' rate by θ² under gradient descent (with momentum, too), by θ under Adam, which does not see
        the size of a gradient (as long as that is far above its ε). Yang & Hu 2021 call it a symmetry of abc-parametrizations.

        Parameters
        ----------
        layer : int
            0 is the first.
        theta : float
            Positive.

        Returns
        -------
        Parametrization

        Raises
        ------
        TypeError, ValueError
            If there is no such layer, or `theta` is no number > 0.

        Examples
        --------
        >>> rule = parametrize("mup", (64, 512, 10), "sgd", base=128)
        >>> rule.shifted(1, 4.0).layers[1]
        LayerRule(role='output', std=0.125, multiplier=0.25, weight_rate=4.0, bias_rate=1.0)
        """
        layer, theta = check_int(layer, "layer", 0), check_positive(theta, "theta")
        if layer >= len(self.layers):
            raise ValueError(f"layer must be below the {len(self.layers)} layers, got {layer}")
        old = self.layers[layer]
        new = dataclasses.replace(
            old,
            std=old.std * theta,
            multiplier=old.multiplier / theta,
            weight_rate=old.weight_rate * theta ** (2 if self.optimizer == "sgd" else 1),
        )
        return self.replaced(layer, **dataclasses.asdict(new))

    def replaced(self, layer: int, **changes: float) -> Parametrization:
        """Change the rule of one layer.

        Parameters
        ----------
        layer : int
            0 is the first, -1 the last.
        **changes
            Fields of :class:`LayerRule`.

        Returns
        -------
        Parametrization

        Raises
        ------
        TypeError, ValueError
            If there is no such layer or field; the message names it.

        Examples
        --------
        >>> parametrize("mup", (64, 512, 10), "sgd").replaced(-1, std=0.0).layers[-1].std
        0.0
        """
        depth = len(self.layers)
        if not check_int(layer, "layer", -depth) < depth:
            raise ValueError(f"layer must be below the {depth} layers, got {layer}")
        fields = [field.name for field in dataclasses.fields(LayerRule)]
        if unknown := set(changes) - set(fields):
            raise TypeError(f"changes must be among {', '.join(fields)}, got {', '.join(sorted(unknown))}")
        layers = list(self.layers)
        layers[layer] = dataclasses.replace(layers[layer], **changes)
        return dataclasses.replace(self, layers=tuple(layers))


def parametrize(
    name: str,
    widths: Sequence[int],
    optimizer: str,
    *,
    base: int = 128,
    activation: str | Activation = "relu",
    form: str = "rates",
    gain: float | None = None,
    zero_output: bool = False,
) -> Parametrization:
    """Start and learning rates of a fully connected network, by a rule for its width.

    Parameters
    ----------
    name : {"standard", "ntk", "mup"}
    widths : sequence of int
        (n_0, …, n_L) with L >= 2. Inputs n_0 and outputs n_L belong to the task; what is between is the width. Hidden layers
        may differ.
    optimizer : {"sgd", "adam"}
    base : int, default 128
        The width of a hidden layer at which the rule is the standard one.
    activation : str or Activation, default "relu"
    form : {"rates", "multiplier", "one_rate"}
        Of "mup", three ways to write the same network (see the notes).
    gain : float, optional
        σ = gain/√fan_in at the width `base`; by default the activation's.
    zero_output : bool, default False
        Start the last layer at zero.

    Returns
    -------
    Parametrization

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it. "ntk" is a rule for gradient descent.

    Notes
    -----
    With r = width/base, what each layer has beside σ = gain/√fan_in, m = 1 and the rate 1:

    ===========  =======================  =========================  ==========================
    "mup"        input (and hidden bias)  hidden                     output
    ===========  =======================  =========================  ==========================
    rates        SGD: rate r              Adam: rate 1/r             σ/√r, rate 1/r
    multiplier   SGD: rate r              Adam: rate 1/r             σ√r, m = 1/r, SGD: rate r
    one_rate     σ/√r, m = √r,            Adam: rate 1/r             m = 1/√r, SGD: rate 1,
                 Adam: rate 1/√r                                     Adam: rate 1/√r
    ===========  =======================  =========================  ==========================

    These are the forms of tables 3, 8 and 9 of Yang, Hu et al. (2022). "multiplier" is the one of their code; starts, multiplier
    and rates were compared with those that it sets, for three layers, SGD and Adam. Under "one_rate" and SGD the biases still have
    rates of their own, where table 9 gives them a multiplier.

    Examples
    --------
    >>> for layer in parametrize("mup", (64, 512, 512, 10), "adam", base=128).layers:
    ...     print(f"{layer.role:6}  std {layer.std:.3g}  rate {layer.weight_rate:g}")
    input   std 0.177  rate 1
    hidden  std 0.0625  rate 0.25
    output  std 0.0312  rate 0.25
    """
    name, optimizer = check_choice(name, "name", NAMES), check_choice(optimizer, "optimizer", tuple(OPTIMIZERS))
    form, base = check_choice(form, "form", FORMS), check_int(base, "base")
    widths = _check_widths(widths)
    gain = gain_of(activation) if gain is None else check_number(gain, "gain", 0, closed="neither")
    if name == "ntk" and optimizer != "sgd":
        raise ValueError(
            f"optimizer must be 'sgd' for the NTK parametrization, a rule for gradient descent, got {optimizer!r}"
        )
    if form != "rates" and name != "mup":
        raise ValueError(f"form must be 'rates' unless name is 'mup', got {form!r} for {name!r}")
    rules = {"standard": _standard, "ntk": _ntk, "mup": _mup}[name](widths, optimizer, base, gain)
    found = Parametrization(name, optimizer, widths, activation, rules)
    last = len(rules) - 1
    if form == "multiplier":
        found = found.shifted(last, widths[last] / base)
    elif form == "one_rate":
        found = found.shifted(last, np.sqrt(widths[last] / base)).shifted(0, np.sqrt(base / widths[1]))
    return found.replaced(last, std=0.0) if check_flag(zero_output, "zero_output") else found


def _check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """At least one hidden layer, whose width there is something to say about."""
    if isinstance(widths, (str, bytes)) or not isinstance(widths, (Sequence, np.ndarray)):
        raise TypeError(f"widths must be a sequence of integers (n_0, …, n_L), got {widths!r}")
    if len(widths) < 3:
        raise ValueError(f"widths must have at least three entries, inputs, a hidden layer, outputs, got {widths!r}")
    return tuple(check_int(width, "widths") for width in widths)


def _role(layer: int, depth: int) -> str:
    return "input" if layer == 0 else "output" if layer == depth - 1 else "hidden"


def _standard(widths: tuple[int, ...], optimizer: str, base: int, gain: float) -> tuple[LayerRule, ...]:
    depth = len(widths) - 1
    return tuple(LayerRule(_role(k, depth), gain / np.sqrt(n_in).item()) for k, n_in in enumerate(widths[:-1]))


def _ntk(widths: tuple[int, ...], optimizer: str, base: int, gain: float) -> tuple[LayerRule, ...]:
    """σ as at the width `base`, and the rest of gain/√fan_in in the multiplier."""
    rules = list(_standard(widths, optimizer, base, gain))
    for layer, n_in in enumerate(widths[1:-1], 1):
        m = np.sqrt(base / n_in).item()
        rules[layer] = dataclasses.replace(rules[layer], std=rules[layer].std / m, multiplier=m)
    return tuple(rules)


def _mup(widths: tuple[int, ...], optimizer: str, base: int, gain: float) -> tuple[LayerRule, ...]:
    """Without multipliers; the two optimizers differ in what a gradient's size does to a step."""
    rules = []
    for rule, n_in, n_out in zip(_standard(widths, optimizer, base, gain), widths[:-1], widths[1:], strict=True):
        r_in = 1.0 if rule.role == "input" else n_in / base
        r_out = 1.0 if rule.role == "output" else n_out / base
        by_gradient = r_out if optimizer == "sgd" else 1.0  # gradients shrink like 1/width, which Adam does not see
        std = rule.std / np.sqrt(r_in).item() if rule.role == "output" else rule.std
        rules.append(dataclasses.replace(rule, std=std, weight_rate=by_gradient / r_in, bias_rate=by_gradient))
    return tuple(rules)
