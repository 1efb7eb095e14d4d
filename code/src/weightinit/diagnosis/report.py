"""What a diagnosis says: as text, as a figure, as a dict and as JSON."""

from __future__ import annotations

import json
import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightinit._numbers import typeset
from weightinit.diagnosis._case import typical
from weightinit.diagnosis.expected import Expected, floor
from weightinit.diagnosis.faults import Fault
from weightinit.diagnosis.observed import MEASURED, Observed, ObservedLayer
from weightinit.intervals import interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SCHEMA", "Report"]

SCHEMA = "weightinit/diagnosis/1"
"""Name of the JSON schema that stands beside this module, `schema.json`; the number goes up when a key changes its meaning."""

_SHOWN = 14  # a table of more layers shows the first and the last ones
_PREDICTED = (
    "signal",
    "typical",
    "gradient",
    "typical_gradient",
    "correlation",
    "jacobian",
    "scatter",
    "gradient_scatter",
)
_FEWEST = 6  # seeds from which on order statistics give 95 % limits of a median
_WIDE = 110


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """A start: what was measured, what theory says, and what is wrong.

    Attributes
    ----------
    title : str
        Which network, in a line.
    observed : Observed
    expected : Expected
    faults : tuple of Fault
        Empty if nothing is wrong.

    Examples
    --------
    >>> from weightinit.diagnosis import diagnose
    >>> report = diagnose((64, 64, 64, 10), "relu", "he_normal")
    >>> report.healthy, report.exit_status
    (True, 0)
    >>> print(report)  # doctest: +ELLIPSIS
    64-64x2-10, relu, he_normal: 20 networks, a batch of 32
    <BLANKLINE>
      layer    signal  theory  gradient  theory  weight gradient    χ₁  theory  alike  theory  silent  copies
      layer 1 ...
    ✓ Nothing is wrong with this start.
    """

    title: str
    observed: Observed
    expected: Expected
    faults: tuple[Fault, ...]

    @property
    def healthy(self) -> bool:
        """True if nothing is wrong."""
        return not self.faults

    @property
    def exit_status(self) -> int:
        """0 if nothing is wrong, 1 if something is."""
        return 0 if self.healthy else 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of what is wrong."""
        return tuple(fault.kind for fault in self.faults)

    # ------------------------------------------------------------ for programs

    def as_dict(self) -> dict[str, Any]:
        """Everything, in plain types: what `schema.json` describes.

        >>> from weightinit.diagnosis import diagnose
        >>> found = diagnose((64,) * 16 + (10,), "relu", "xavier_normal").as_dict()
        >>> found["schema"], found["healthy"], found["faults"][0]["kind"]
        ('weightinit/diagnosis/1', False, 'vanishing_signal')
        """
        seen = self.observed
        return {
            "schema": SCHEMA,
            "healthy": self.healthy,
            "network": {
                "title": self.title,
                "source": seen.source,
                "depth": seen.depth,
                "seeds": seen.seeds,
                "batch": seen.batch,
                "dtype": seen.dtype,
                "residual": seen.residual,
                "normalized": seen.normalized,
            },
            "faults": [fault.as_dict() for fault in self.faults],
            "layers": [self._layer(index, layer) for index, layer in enumerate(seen.layers)],
            "loss": {
                "name": seen.loss_name,
                "typical": _plain(_typical(seen.loss)),
                "ignorance": None if seen.classes is None else math.log(seen.classes),
            },
            "noise_floor": _plain(math.sqrt(floor(seen, self.expected))),
            "notes": list(seen.notes),
        }

    def _layer(self, index: int, layer: ObservedLayer) -> dict[str, Any]:
        return {
            "name": layer.name,
            "kind": layer.kind,
            "fan_in": layer.fan_in,
            "fan_out": layer.fan_out,
            "width": layer.width,
            "positions": layer.positions,
            "activation": layer.activation,
            "trainable": layer.trainable,
            "measured": {name: _summary(getattr(layer, name)) for name in MEASURED},
            "predicted": {name: _plain(getattr(self.expected, name)[index]) for name in _PREDICTED},
        }

    def as_json(self, indent: int | None = None) -> str:
        """The same as a text; numbers that JSON does not have, nan and inf, are null.

        Parameters
        ----------
        indent : int, optional
            Spaces by which each level stands in; by default all is one line.

        Returns
        -------
        str

        Examples
        --------
        >>> from weightinit.diagnosis import diagnose
        >>> json.loads(diagnose((8, 8, 2), "tanh", "zeros").as_json())["faults"][0]["kind"]
        'dead_start'
        """
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False, indent=indent)

    # ------------------------------------------------------------ for people

    def __str__(self) -> str:
        parts = [self._head(), "", *self._table(), "", *self._levels(), *self._notes(), "", *self._verdict()]
        return "\n".join(parts)

    __repr__ = __str__

    def _head(self) -> str:
        seen = self.observed
        networks = "1 network" if seen.seeds == 1 else f"{seen.seeds} networks"
        return f"{self.title}: {networks}, a batch of {seen.batch}"

    def _table(self) -> list[str]:
        columns: list[tuple[str, list[str]]] = [("layer", [layer.name for layer in self.observed.layers])]
        for name, title, shown in _COLUMNS:
            values = typical(self.observed.by_layer(name))
            if np.isnan(values).all() or (name == "update_ratio" and not np.isfinite(values).any()):
                continue
            columns.append((title, [shown(value) for value in values]))
            theory = {
                "signal": "typical",
                "gradient": "gradient",
                "jacobian": "jacobian",
                "correlation": "correlation",
            }.get(name)
            if theory and np.isfinite(getattr(self.expected, theory)).any():
                columns.append(("theory", [shown(value) for value in getattr(self.expected, theory)]))
        rows = range(self.observed.depth)
        if len(rows) > _SHOWN:
            rows = [*rows[: _SHOWN // 2], None, *rows[-_SHOWN // 2 :]]
        widths = [max(len(title), *map(len, cells)) for title, cells in columns]

        def row(cells: list[str]) -> str:
            first, *others = (
                cell.ljust(w) if k == 0 else cell.rjust(w)
                for k, (cell, w) in enumerate(zip(cells, widths, strict=True))
            )
            return "  " + "  ".join([first, *others]).rstrip()

        lines = [row([title for title, _ in columns])]
        for index in rows:
            lines.append("  …" if index is None else row([cells[index] for _, cells in columns]))
        return lines

    def _levels(self) -> list[str]:
        """First loss and noise floor."""
        lines, seen = [], self.observed
        loss = _typical(seen.loss)
        if not math.isnan(loss):
            known = (
                f"; a network that knows nothing pays ln {seen.classes} = {_short(math.log(seen.classes))}"
                if seen.classes
                else ""
            )
            lines.append(f"first loss {_short(loss)}{known}")
        noise = math.sqrt(floor(seen, self.expected))
        if noise and math.isfinite(noise):
            lines.append(
                f"noise floor: by the luck of its draw one network's signal is off by a factor of {_short(math.exp(noise))} either way"
            )
        return [
            "  mean squares of z, of dC/dz and of dC/dW; χ₁: growth of a small push; alike: cosine of unlike inputs",
            *(f"  {one}" for one in lines),
        ]

    def _notes(self) -> list[str]:
        return [f"  not seen: {note}" for note in self.observed.notes]

    def _verdict(self) -> list[str]:
        if self.healthy:
            return ["✓ Nothing is wrong with this start."]
        lines = []
        for fault in self.faults:
            lines.append(f"✗ {fault.kind}: {fault.title}, in {fault.where} ({fault.how_sure})")
            for text in (fault.evidence, fault.remedy):
                lines += textwrap.wrap(text, _WIDE, initial_indent="    ", subsequent_indent="    ")
            lines.append(f"    → {fault.code}")
        return lines

    def figure(self) -> Figure:
        """Signal, gradient and weight gradient by layer, with what theory says of the first two.

        Returns
        -------
        matplotlib Figure
            In the colors of the book: medians over seeds, bands from the lowest to the highest seed.

        Examples
        --------
        >>> from weightinit.diagnosis import diagnose
        >>> fig = diagnose((64,) * 6 + (10,), "relu", "he_normal").figure()
        >>> fig.axes[0].get_yscale(), len(fig.axes[0].lines)
        ('log', 5)
        """
        from weightinit import plots

        fig, ax = plots.subplots()
        ax.set_yscale("log")
        x = np.arange(1, self.observed.depth + 1)
        looks = {
            "signal": (plots.SIGNAL, "signal z, forward"),
            "gradient": (plots.GRADIENT, "gradient δ, backward"),
            "weight_gradient": (plots.WEIGHT_GRADIENT, "weight gradients"),
        }
        for quantity, (look, label) in looks.items():
            values = self.observed.by_layer(quantity)
            values = np.where(values > 0, values, np.nan)  # a logarithmic axis has no zero
            known = np.isfinite(values).any(axis=0)
            if not known.any():
                continue
            middle = [_typical(column) for column in values[:, known].T]
            ax.plot(x[known], middle, label=label, markevery=max(1, len(x) // 12), **look._asdict())
            low, high = np.nanmin(values[:, known], axis=0), np.nanmax(values[:, known], axis=0)
            ax.fill_between(x[known], low, high, color=look.color, alpha=0.22, linewidth=0)
        named = "theory"
        for curve in (self.expected.typical, self.expected.typical_gradient):
            known = np.isfinite(curve) & (curve > 0)
            if known.any():
                plots.theory(ax, curve[known], x=x[known], label=named)
                named = None
        ax.set_xlabel("layer")
        ax.set_ylabel("mean square")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)  # above: below it would lie on data
        return fig


# ---- numbers ---------------------------------------------------------------------------------------------------------
def _typical(values: NDArray[np.float64]) -> float:
    """Median over seeds of what is known; nan where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else math.nan


def _plain(value: float) -> float | None:
    """A number for JSON."""
    return float(value) if math.isfinite(value) else None


def _summary(values: NDArray[np.float64]) -> dict[str, float | None] | None:
    """Median over seeds, and its limits."""
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    low = high = math.nan
    if known.size >= _FEWEST and np.isfinite(known).all():
        found = interval(known, statistic="median")
        low, high = float(found.low), float(found.high)
    return {"typical": _plain(_typical(values)), "low": _plain(low), "high": _plain(high)}


def _short(value: float) -> str:
    """Two digits, as one would set it.

    >>> _short(0.5), _short(12.34), _short(3e-7), _short(math.nan)
    ('0.50', '12', '3.0·10⁻⁷', '–')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    if value == 0:
        return "0"
    if 0.01 <= abs(value) < 10:
        return f"{value:.2f}"
    if 10 <= abs(value) < 1000:
        return f"{value:.0f}"
    return typeset(f"{value:.1e}")


def _cosine(value: float) -> str:
    """A correlation; one that is nearly 1 by how near it is."""
    if 0.995 < value < 1:
        return typeset(f"1 - {1 - value:.0e}") if 1 - value > 1e-12 else "1"
    return "–" if math.isnan(value) else typeset(f"{value:.2f}".replace("-0.00", "0.00"))


def _share(value: float) -> str:
    """A fraction, in percent."""
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"


_COLUMNS = (
    ("signal", "signal", _short),
    ("gradient", "gradient", _short),
    ("weight_gradient", "weight gradient", _short),
    ("jacobian", "χ₁", _short),
    ("correlation", "alike", _cosine),
    ("dead", "silent", _share),
    ("saturated", "flat", _share),
    ("twins", "copies", _share),
    ("update_ratio", "step", _short),
)
"""Quantity, head of the column, how a number is shown."""
