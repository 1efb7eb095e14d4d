import math
import pickle
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from weightinit.activations import ALIASES, NAMES, SELU_ALPHA, SELU_SCALE, Activation, get

Z = np.array([-30.0, -6.0, -2.5, -1.0, -0.3, -1e-3, 1e-3, 0.4, 1.0, 2.2, 5.0, 30.0])


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def gelu_fit(z):
    """The argument of the sigmoid in the tanh fit: (1 + tanh u)/2 = σ(2u)."""
    return 2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


class Known(NamedTuple):
    """What is known of an activation without the package: one record each, and a new name needs one."""

    formula: Callable[[float], float]  # one number at a time, with `math`: only the definition is common
    slope_at_1: float
    slope_at_0: float  # on the left
    slope_at_minus_12: float  # in the tail, where digits are easily lost
    kinks: tuple[float, ...] = ()


E12 = math.exp(-12)
KNOWN = {
    "tanh": Known(
        lambda z: (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z)),
        0.41997434161402614,
        1,
        4 * math.exp(-24) / (1 + math.exp(-24)) ** 2,
    ),
    "sigmoid": Known(sigmoid, 0.19661193324148185, 0.25, E12 / (1 + E12) ** 2),
    "relu": Known(lambda z: z if z > 0 else 0.0, 1, 0, 0, kinks=(0.0,)),
    "leaky_relu": Known(lambda z: z if z > 0 else 0.01 * z, 1, 0.01, 0.01, kinks=(0.0,)),
    "elu": Known(lambda z: z if z > 0 else math.exp(z) - 1, 1, 1, E12, kinks=(0.0,)),
    "selu": Known(
        lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * (math.exp(z) - 1)),
        1.0507009873554805,
        1.7580993408473766,
        1.7580993408473766 * E12,
        kinks=(0.0,),
    ),
    "gelu": Known(
        lambda z: z * stats.norm.cdf(z), 1.0833154705876863, 0.5, stats.norm.cdf(-12) - 12 * stats.norm.pdf(12)
    ),
    "silu": Known(lambda z: z * sigmoid(z), 0.9276705118714867, 0.5, sigmoid(-12) * (1 - 12 * sigmoid(12))),
    "softplus": Known(lambda z: math.log1p(math.exp(z)), 0.7310585786300049, 0.5, E12 / (1 + E12)),
    "erf": Known(math.erf, 0.4151074974205947, 1.1283791670955126, 2 / math.sqrt(math.pi) * math.exp(-144)),
    "softsign": Known(lambda z: z / (1 + abs(z)), 0.25, 1, 1 / 169, kinks=(0.0,)),
    "identity": Known(lambda z: z, 1, 1, 1),
    "mish": Known(
        lambda z: z * math.tanh(math.log1p(math.exp(z))),
        1.0490362200997922,
        0.6,
        math.tanh(math.log1p(E12)) - 12 * sigmoid(-12) / math.cosh(math.log1p(E12)) ** 2,
    ),
    "hard_tanh": Known(lambda z: max(-1.0, min(1.0, z)), 1, 1, 0, kinks=(-1.0, 1.0)),
    "hard_sigmoid": Known(lambda z: max(0.0, min(1.0, 0.5 + z / 6)), 1 / 6, 1 / 6, 0, kinks=(-3.0, 3.0)),
    "hard_swish": Known(lambda z: 0.0 if z < -3 else z if z > 3 else z * (z + 3) / 6, 5 / 6, 0.5, 0, kinks=(-3.0, 3.0)),
    "relu6": Known(lambda z: max(0.0, min(6.0, z)), 1, 0, 0, kinks=(0.0, 6.0)),
    "celu": Known(lambda z: z if z > 0 else math.exp(z) - 1, 1, 1, E12, kinks=(0.0,)),
    "gelu_tanh": Known(lambda z: z * sigmoid(gelu_fit(z)), 1.0829640838457826, 0.5, 0),
    "quick_gelu": Known(
        lambda z: z * sigmoid(1.702 * z),
        1.0677796065563341,
        0.5,
        sigmoid(-20.424) * (1 - 20.424 * sigmoid(20.424)),
    ),
    "squared_relu": Known(lambda z: z * z if z > 0 else 0.0, 2, 0, 0, kinks=(0.0,)),
    "logsigmoid": Known(lambda z: -math.log1p(math.exp(-z)), 0.2689414213699951, 0.5, 1 / (1 + E12)),
    "sin": Known(math.sin, 0.5403023058681398, 1, 0.8438539587324921),
    "gaussian": Known(lambda z: math.exp(-z * z), -2 / math.e, 0, 24 * math.exp(-144)),
    "arctan": Known(math.atan, 0.5, 1, 1 / 145),
    "isru": Known(lambda z: math.sin(math.atan(z)), 1 / (2 * math.sqrt(2)), 1, 145**-1.5),
    "squareplus": Known(lambda z: math.exp(math.asinh(z / 2)), 0.7236067977499789, 0.5, 0.5 - 6 / math.sqrt(148)),
}


def test_each_activation_has_its_record_here():
    assert set(NAMES) == set(KNOWN), "a name without a record, or a record without a name"


@pytest.mark.parametrize("name", KNOWN)
def test_values(name):
    expected = [KNOWN[name].formula(float(z)) for z in Z]
    assert np.allclose(get(name).f(Z), expected, rtol=1e-12, atol=0)
    assert np.array_equal(get(name)(Z), get(name).f(Z))


@pytest.mark.parametrize("name", KNOWN)
def test_derivative_is_the_slope(name):
    f, df = get(name).f, get(name).df
    z = np.concatenate([np.linspace(-8, -0.05, 40), np.linspace(0.05, 8, 40)])
    z = z[[all(abs(x - kink) > 0.01 for kink in KNOWN[name].kinks) for x in z]]
    step = 1e-3
    central = (8 * (f(z + step) - f(z - step)) - (f(z + 2 * step) - f(z - 2 * step))) / (12 * step)
    assert np.allclose(df(z), central, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("name", KNOWN)
def test_slopes_where_they_are_known_at_the_origin_the_left_one(name):
    known = KNOWN[name]
    assert float(get(name).df(1.0)) == pytest.approx(known.slope_at_1, rel=1e-14)
    assert float(get(name).df(0.0)) == pytest.approx(known.slope_at_0, rel=1e-14)
    assert float(get(name).df(-12.0)) == pytest.approx(known.slope_at_minus_12, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", ["f", "df"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_shape_and_out(name, which, dtype):
    function = getattr(get(name), which)
    z = Z.astype(dtype).reshape(3, 4)
    kept = z.copy()
    value = function(z)
    assert value.dtype == dtype and value.shape == (3, 4) and value is not z
    assert np.array_equal(z, kept)
    out = np.full_like(z, np.nan)
    assert function(z, out=out) is out and np.array_equal(out, value)
    assert function(z, out=z) is z and np.array_equal(z, value)  # in place


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", ["f", "df"])
def test_no_warning_far_out(name, which):
    z = np.concatenate([-np.geomspace(1e-30, 1e4, 50), [0], np.geomspace(1e-30, 1e4, 50)])
    for dtype in (np.float32, np.float64):
        with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
            warnings.simplefilter("error")
            value = getattr(get(name), which)(z.astype(dtype))
        assert np.all(np.isfinite(value))
        exact = getattr(get(name), which)(z.astype(dtype).astype(float))
        assert np.allclose(value, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", KNOWN)
def test_nan_stays_nan_and_integers_are_numbers(name):
    assert np.isnan(get(name).f(np.array([np.nan, 1.0]))[0])
    assert get(name).f([1, 2]).dtype == np.float64
    assert np.allclose(get(name).f(2), KNOWN[name].formula(2.0), rtol=1e-13)
    assert get(name).df(np.arange(3)).dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_not_numbers(name):
    for bad in ("a", [1j], [True], None):
        with pytest.raises(TypeError, match="^z must be"):
            get(name).f(bad)
        with pytest.raises(TypeError, match="^z must be"):
            get(name).df(bad)


def test_which_are_homogeneous_and_which_have_kinks():
    for name in KNOWN:
        activation = get(name)
        scales = np.allclose(activation.f(3 * Z), 3 * activation.f(Z))
        assert activation.homogeneous == scales
        assert activation.kinks == KNOWN[name].kinks
        assert activation.name == name


def test_half_precision_is_computed_in_double():
    z = np.float16([0.5, 3.0])
    assert get("gelu").f(z).dtype == np.float64
    assert np.array_equal(get("gelu").f(z), get("gelu").f(z.astype(np.float64)))


@pytest.mark.parametrize(
    "typed, name",
    [("ReLU", "relu"), ("leaky-relu", "leaky_relu"), ("LeakyReLU", "leaky_relu"), ("Soft Plus", "softplus")]
    + [
        ("swish", "silu"),
        ("Swish", "silu"),
        ("linear", "identity"),
        ("Logistic", "sigmoid"),
        ("lrelu", "leaky_relu"),
        ("GELU", "gelu"),
        ("ReLU 6", "relu6"),
        ("Hardswish", "hard_swish"),
        ("relu2", "squared_relu"),
    ],
)
def test_other_spellings_and_names_give_the_same_object(typed, name):
    assert get(typed) is get(name) and get(typed).name == name


def test_aliases_mean_names():
    assert set(ALIASES.values()) <= set(NAMES) and not set(ALIASES) & set(NAMES)
    assert get("LeakyReLU", negative_slope=0.2) is get("leaky_relu", negative_slope=0.2)


def test_parameters():
    leaky = get("leaky_relu", negative_slope=0.2)
    assert np.allclose(leaky.f([-2.0, 3.0]), [-0.4, 3.0]) and np.allclose(leaky.df([-2.0, 3.0]), [0.2, 1.0])
    assert leaky.homogeneous and leaky.label == "leaky ReLU (0.2)" and repr(leaky) == "Activation(leaky ReLU (0.2))"
    elu = get("elu", alpha=0.5)
    assert np.allclose(elu.f([-1.0, 3.0]), [0.5 * (math.exp(-1) - 1), 3.0])
    assert np.allclose(elu.df([-1.0, 3.0]), [0.5 * math.exp(-1), 1.0]) and elu.label == "ELU (0.5)"
    assert get("leaky_relu").f(-1.0) == -0.01 and get("elu").label == "ELU"
    assert get("leaky_relu", negative_slope=0).f(-1.0) == 0


def test_celu_is_elu_at_one_and_smooth_elsewhere():
    assert np.array_equal(get("celu").f(Z), get("elu").f(Z))
    half = get("celu", alpha=0.5)
    assert np.allclose(half.f([-1.0, 3.0]), [0.5 * (math.exp(-2) - 1), 3.0]) and half.label == "CELU (0.5)"
    assert np.allclose(half.df([-1.0, -1e-12, 3.0]), [math.exp(-2), 1.0, 1.0])


@pytest.mark.parametrize("name", [name for name in KNOWN if KNOWN[name].kinks])
def test_at_a_kink_the_slope_is_the_left_one(name):
    for kink in KNOWN[name].kinks:
        assert float(get(name).df(kink)) == pytest.approx(float(get(name).df(kink - 1e-9)), abs=1e-8)


def test_the_two_fits_to_gelu_are_fits():
    z = np.linspace(-6, 6, 1201)
    assert 1e-4 < np.abs(get("gelu_tanh").f(z) - get("gelu").f(z)).max() < 5e-4
    assert 1e-2 < np.abs(get("quick_gelu").f(z) - get("gelu").f(z)).max() < 2.1e-2


def test_the_bounds_of_the_parameters():
    assert get("elu", alpha=0).f(-1.0) == 0 and get("leaky_relu", negative_slope=-3).f(-1.0) == 3
    with pytest.raises(ValueError, match="^alpha must be >= 0 and finite, got -5e-324"):
        get("elu", alpha=-5e-324)


def test_equal_requests_give_the_same_object():
    assert get("leaky_relu") is get("leaky_relu", negative_slope=0.01)
    assert get("elu", alpha=1) is get("elu")
    assert get("elu") != get("elu", alpha=2)
    assert get(get("selu")) is get("selu")
    assert len({get(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_pickles_for_worker_processes(name):
    copy = pickle.loads(pickle.dumps(get(name)))
    assert np.array_equal(copy.f(Z), get(name).f(Z)) and np.array_equal(copy.df(Z), get(name).df(Z))


def test_selu_constants():
    """Klambauer et al. 2017: the two constants solve "mean 0 and second moment 1 stay so"."""
    e = math.exp(0.5) * math.erfc(1 / math.sqrt(2))
    alpha = -math.sqrt(2 / math.pi) / (e - 1)
    assert pytest.approx(alpha, rel=1e-14) == SELU_ALPHA
    square = 1 + alpha**2 * (math.exp(2) * math.erfc(math.sqrt(2)) - 2 * e + 1)
    assert pytest.approx(math.sqrt(2 / square), rel=1e-14) == SELU_SCALE


def test_own_activation():
    hard_tanh = Activation("hard_tanh", lambda z, out=None: np.clip(z, -1, 1, out=out), abs, kinks=(-1, 1))
    assert hard_tanh.label == "hard_tanh" and hard_tanh.kinks == (-1.0, 1.0) and not hard_tanh.homogeneous
    assert get(hard_tanh) is hard_tanh
    assert Activation("a", abs, abs, kinks=0).kinks == (0.0,)
    with pytest.raises(AttributeError):
        hard_tanh.name = "other"


@pytest.mark.parametrize("edge", [1e-6, 0.01, 1.5, 6.0, 1e5])
def test_homogeneous_is_looked_at_over_twelve_decades(edge):
    def capped(z, out=None):
        return np.clip(z, 0, edge, out=out)

    with pytest.raises(ValueError, match="^homogeneous must"):
        Activation("capped", capped, np.sign, homogeneous=True)
    assert Activation("v", np.abs, np.sign, homogeneous=True).homogeneous
    with pytest.raises(ValueError, match="^homogeneous must"):
        Activation("shifted", lambda z, out=None: z + edge, np.sign, homogeneous=True)


@pytest.mark.parametrize(
    "error, match, make",
    [
        (ValueError, "^activation must be one of 'tanh', .*got 'rellu'; did you mean 'relu'\\?$", lambda: get("rellu")),
        (TypeError, "^activation must be .*got 3", lambda: get(3)),
        (TypeError, "^activation must be .*got None", lambda: get(None)),
        (TypeError, "^activation must be", lambda: get(["relu"])),
        (TypeError, "^negative_slope must not be given, 'relu' takes no par", lambda: get("relu", negative_slope=0.1)),
        (
            TypeError,
            "^slope must not be given, 'leaky_relu' takes negative_slope",
            lambda: get("leaky_relu", slope=0.1),
        ),
        (TypeError, "^negative_slope must", lambda: get(get("leaky_relu"), negative_slope=0.1)),
        (TypeError, "^negative_slope must", lambda: get("leaky_relu", negative_slope="0.1")),
        (TypeError, "^negative_slope must", lambda: get("leaky_relu", negative_slope=True)),
        (TypeError, "^negative_slope must", lambda: get("leaky_relu", negative_slope=[0.1])),
        (ValueError, "^negative_slope must", lambda: get("leaky_relu", negative_slope=math.nan)),
        (ValueError, "^alpha must", lambda: get("elu", alpha=-0.1)),
        (ValueError, "^alpha must", lambda: get("elu", alpha=math.inf)),
        (ValueError, "^alpha must be > 0", lambda: get("celu", alpha=0)),
        (TypeError, "^name must", lambda: Activation(3, abs, abs)),
        (ValueError, "^name must", lambda: Activation("", abs, abs)),
        (TypeError, "^f must", lambda: Activation("a", 3, abs)),
        (TypeError, "^df must", lambda: Activation("a", abs, None)),
        (TypeError, "^label must", lambda: Activation("a", abs, abs, label=3)),
        (ValueError, "^kinks must", lambda: Activation("a", abs, abs, kinks=(math.nan,))),
        (TypeError, "^kinks must", lambda: Activation("a", abs, abs, kinks="0")),
        (ValueError, "^homogeneous must not be True for 'a'", lambda: Activation("a", np.tanh, abs, homogeneous=True)),
        (TypeError, "^homogeneous must", lambda: Activation("a", np.abs, np.sign, homogeneous=1)),
        (ValueError, "^activation must be one of .*; did you mean 'leaky_relu'", lambda: get("laeky_relu")),
    ],
)
def test_bad_input_is_named(error, match, make):
    with pytest.raises(error, match=match):
        make()


def test_only_a_slope_of_0_and_1_may_be_a_mask():
    def step(z, out=None):
        return np.greater(z, 1, out=np.empty_like(z) if out is None else out)

    assert [name for name in NAMES if get(name).binary_slope] == ["relu"]
    assert Activation(
        "late", lambda z, out=None: np.maximum(np.subtract(z, 1), 0), step, binary_slope=True
    ).binary_slope
    with pytest.raises(ValueError, match="^binary_slope must not be True for 'a'"):
        Activation("a", np.tanh, get("tanh").df, binary_slope=True)
    with pytest.raises(ValueError, match="^binary_slope must not be True for 'leaky'"):
        Activation("leaky", np.abs, lambda z, out=None: np.not_equal(z, 0, out=out) * 0.5, binary_slope=True)
    with pytest.raises(TypeError, match="^binary_slope must"):
        Activation("a", np.abs, np.sign, binary_slope=1)
