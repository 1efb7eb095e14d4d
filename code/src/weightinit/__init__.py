"""Weight initialization: derived, predicted, measured.

>>> import weightinit as wi
>>> weight = wi.he_normal((300, 100), 0)  # draw
>>> round(wi.theoretical_std("he_normal", (300, 100)), 3)  # predict
0.082
>>> round(float(weight.std()), 3)  # measure
0.082

What there is, by task; `dir(wi)` lists it, and `help` of each name has an example:

====================================  ================================================================================
draw weights and biases               `he_normal`, `xavier_uniform`, `orthogonal`, …: :mod:`weightinit.initializers`
say what they should be               `law`, `theoretical_std`, `gain`, `second_moment`: :mod:`weightinit.moments`
gains of a formula that you type      `formulas`, ``moments.analyze("x*tanh(x)")``: :mod:`weightinit.formulas`
follow a deep, wide network           `analyze`, `critical_point`, `universality`: :mod:`weightinit.meanfield`
know products of random matrices      :mod:`weightinit.spectra`; how they learn: :mod:`weightinit.linear_nets`
measure a start over many seeds       `propagate`, `backpropagate`: :mod:`weightinit.experiments`
train a stack of networks             `MLP`, `SGD`, `Adam`, `train`: :mod:`weightinit.network`, :mod:`weightinit.training`
let start and rate follow the width   `parametrize`, `coordinate_check`: :mod:`weightinit.parametrizations`
measure the start itself              ``lsuv.lsuv(network, batch)``: :mod:`weightinit.lsuv`
run a grid                            `sweep`: :mod:`weightinit.sweeps`
say how sure a mean is                `interval`, `claim`: :mod:`weightinit.intervals`, :mod:`weightinit.claims`
say what is wrong with a start        `diagnose`, and in a test `assert_starts_well`: :mod:`weightinit.diagnosis`
draw it                               :mod:`weightinit.plots`; with sliders `explore`: :mod:`weightinit.explorers`
draw what is meant                    `drawings`: a unit, a chain, a layer, a map: :mod:`weightinit.drawings`
check somebody's sampler              `check_sampler`: :mod:`weightinit.grading`
====================================  ================================================================================

Nothing is imported before it is asked for, so `import weightinit` costs next to nothing.
"""

import importlib

__version__ = "0.1.0"

# room → the names that are also found here. Text, not imports: a copy of the package may lack a room.
_ROOMS = {
    "activations": ("Activation",),
    "claims": ("claim", "claim_exact", "claim_holds", "claim_less", "claim_symbolic"),
    "coordinates": ("check_recorded", "coordinate_check"),
    "diagnosis": ("assert_starts_well", "diagnose"),
    "drawings": (),
    "experiments": ("backpropagate", "jacobian_spectrum", "propagate"),
    "explorers": ("explore",),
    "formulas": (),
    "grading": ("check_orthogonal", "check_sampler"),
    "initializers": (
        "bias_of",
        "constant",
        "delta_orthogonal",
        "fans",
        "glorot_normal",
        "glorot_uniform",
        "he_normal",
        "he_uniform",
        "kaiming_normal",
        "kaiming_uniform",
        "law",
        "lecun_normal",
        "lecun_uniform",
        "normal",
        "orthogonal",
        "pytorch_default",
        "pytorch_default_bias",
        "theoretical_kurtosis",
        "theoretical_std",
        "truncated_normal",
        "uniform",
        "uniform_bound",
        "variance_scaling",
        "xavier_normal",
        "xavier_uniform",
        "zeros",
    ),
    "intervals": ("censored_median", "interval"),
    "linear_nets": (),
    "losses": (),
    "lsuv": ("LSUV",),
    "meanfield": ("analyze", "correlation_map", "critical_point", "finite_width", "length_map", "universality"),
    "moments": ("backward_gain", "derivative_moment", "gain", "second_moment"),
    "network": ("MLP",),
    "parametrizations": ("parametrize",),
    "plots": (),
    "selfcheck": (),
    "spectra": (),
    "sweeps": ("sweep",),
    "training": ("SGD", "Adam", "train"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*_ROOMS, *_HOME]


def __getattr__(name: str) -> object:
    """Import a room, or the room of a name, when it is first asked for (PEP 562)."""
    if name not in _ROOMS and name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    path = f"{__name__}.{_HOME.get(name, name)}"
    try:
        room = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        raise AttributeError(f"{__name__}.{name} is not in this copy of the package: it has no module {path}") from None
    globals()[name] = found = getattr(room, name) if name in _HOME else room
    return found


def __dir__() -> list[str]:
    """What can be asked for, imported or not."""
    return sorted({*globals(), *__all__} - {"importlib"})
