"""The coordinate check: planted faults are named, right rules are not accused; tuned on other data and other seeds than these."""

from __future__ import annotations

import dataclasses
import json
from functools import partial

import numpy as np
import pytest

from weightinit import coordinates
from weightinit.coordinates import RecordedLayer, check_recorded, coordinate_check
from weightinit.network import MLP
from weightinit.parametrizations import parametrize
from weightinit.training import SGD

pytestmark = pytest.mark.filterwarnings("error")

BASE, WIDTHS = 32, (32, 64, 128, 256)
RATES = {"sgd": 0.1, "adam": 0.01}
X = np.random.default_rng(20_26).standard_normal((16, 16))


def rule(n, optimizer="sgd", name="mup", activation="relu", depth=3, plant=(), **options):
    """The rule at width n; `plant` multiplies fields of a layer by powers of n/BASE."""
    found = parametrize(name, (16, *[n] * (depth - 1), 4), optimizer, base=BASE, activation=activation, **options)
    for layer, powers in plant:
        values = {field: getattr(found.layers[layer], field) * (n / BASE) ** power for field, power in powers.items()}
        found = found.replaced(layer, **values)
    return found


def make(n, rng, replicas, **options):
    found = rule(n, **options)
    return found.network(rng, replicas, dtype=np.float32), found.optimize(RATES[found.optimizer])


def check(widths=WIDTHS, seed=77, **options):
    return coordinate_check(partial(make, **options), widths, X, rng=seed)


RIGHT = {
    "SGD": {"optimizer": "sgd"},
    "Adam": {"optimizer": "adam"},
    "SGD, tanh": {"optimizer": "sgd", "activation": "tanh"},
    "Adam, tanh, output at zero": {"optimizer": "adam", "activation": "tanh", "zero_output": True},
    "SGD, output at zero": {"optimizer": "sgd", "zero_output": True},
    "SGD, a multiplier": {"optimizer": "sgd", "form": "multiplier"},
    "Adam, a multiplier": {"optimizer": "adam", "form": "multiplier"},
    "SGD, one rate": {"optimizer": "sgd", "form": "one_rate", "activation": "tanh"},
    "Adam, one rate": {"optimizer": "adam", "form": "one_rate"},
    "SGD, two layers": {"optimizer": "sgd", "depth": 2},
    "Adam, four layers, GELU": {"optimizer": "adam", "depth": 4, "activation": "gelu"},
    "Adam, a smaller start of the output": {"optimizer": "adam", "plant": [(-1, {"std": -0.5})]},
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_rules_are_not_accused(name):
    found = check(**RIGHT[name])
    assert (found.verdict, found.causes) == ("pass", ()), str(found)


# what is planted, what must be named (all of it and nothing else), and the power that is found
FAULTS = {
    "output start like 1/√n, SGD": ("sgd", [(-1, {"std": 0.5})], {"output start": -0.5}),
    "output start like 1/√n, Adam": ("adam", [(-1, {"std": 0.5})], {"output start": -0.5}),
    "hidden rate not divided, Adam": ("adam", [(1, {"weight_rate": 1})], {"hidden rate": 0}),
    "output rate not divided, Adam": ("adam", [(-1, {"weight_rate": 1})], {"output rate": 0}),
    "input rate not multiplied, SGD": ("sgd", [(0, {"weight_rate": -1})], {"input rate": 0}),
    "output rate not divided, SGD": ("sgd", [(-1, {"weight_rate": 1})], {"output rate": 0}),
    "hidden rate divided, SGD": ("sgd", [(1, {"weight_rate": -1})], {"hidden rate": -1}),
    "embedding's rate divided, Adam": ("adam", [(0, {"weight_rate": -1})], {"input rate": -1}),
    "embedding's start like 1/√n, Adam": ("adam", [(0, {"std": -0.5})], {"input start": -0.5}),
    "hidden start constant, Adam": ("adam", [(1, {"std": 0.5})], {"hidden start": 0}),
    "hidden start like 1/n, SGD": ("sgd", [(1, {"std": -0.5})], {"hidden start": -1}),
    "rates of biases not multiplied, SGD": (
        "sgd",
        [(0, {"bias_rate": -1}), (1, {"bias_rate": -1})],
        {"input bias rate": 0, "hidden bias rate": 0},
    ),
    "rate of the hidden bias divided, Adam": ("adam", [(1, {"bias_rate": -1})], {"hidden bias rate": -1}),
    "two at once, Adam": (
        "adam",
        [(1, {"weight_rate": 1}), (-1, {"std": 0.5})],
        {"hidden rate": 0, "output start": -0.5},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_are_named(name):
    optimizer, plant, kinds = FAULTS[name]
    found = check(optimizer=optimizer, plant=plant)
    assert found.verdict == "fail"
    assert {cause.kind: cause.found for cause in found.causes} == pytest.approx(kinds, abs=0.1), str(found)


@pytest.mark.parametrize(
    ("optimizer", "power", "now"), [("sgd", 1.0, 0), ("adam", 1.0, 0), ("sgd", 0.5, -0.5), ("adam", 0.5, -0.5)]
)
def test_a_wrong_multiplier_is_one_fault_and_not_two(optimizer, power, now):
    found = check(optimizer=optimizer, form="multiplier", plant=[(-1, {"multiplier": power})])
    assert [cause.kind for cause in found.causes] == ["output multiplier"]
    assert (found.causes[0].found, found.causes[0].wanted) == pytest.approx((now, -1), abs=0.1)


def test_the_rule_of_adam_with_sgd():
    def mixed(n, rng, replicas):
        wrong = dataclasses.replace(rule(n, optimizer="adam"), optimizer="sgd")
        return wrong.network(rng, replicas), wrong.optimize(0.1)

    kinds = {"input rate", "input bias rate", "hidden rate", "hidden bias rate"}
    assert {cause.kind for cause in coordinate_check(mixed, WIDTHS, X, rng=5).causes} == kinds


@pytest.mark.parametrize(
    ("name", "optimizer", "kinds"),
    [
        ("standard", "adam", {"hidden rate", "output start", "output rate"}),
        # the right multiplier of the last layer would mend start and rate at once
        ("standard", "sgd", {"input rate", "input bias rate", "hidden bias rate", "output multiplier"}),
        ("ntk", "sgd", {"input rate", "input bias rate", "hidden rate", "hidden bias rate", "output start"}),
    ],
)
def test_other_parametrizations(name, optimizer, kinds):
    assert {cause.kind for cause in check(name=name, optimizer=optimizer).causes} == kinds


def test_with_a_loss():
    y = np.arange(16) % 4
    good = coordinate_check(partial(make, optimizer="adam", zero_output=True), WIDTHS, X, y, rng=3)
    bad = coordinate_check(partial(make, optimizer="adam", name="standard"), WIDTHS, X, y, rng=3)
    assert good.passed and {"hidden rate", "output rate"} <= {cause.kind for cause in bad.causes}


def test_no_wrong_rule_and_an_undecided_size_is_no_fault():
    """With a loss, an output that starts at order 1 makes the first errors of a narrow network larger."""
    y = np.random.default_rng(1004).integers(0, 4, 16)
    found = coordinate_check(partial(make, optimizer="sgd"), WIDTHS, X, y, rng=1005)
    assert found.verdict in ("pass", "undecided") and found.causes == ()
    assert ("no rule is wrong, but" in str(found)) == (found.verdict == "undecided")


def test_messages_say_what_to_do():
    text = str(check(optimizer="adam", plant=FAULTS["hidden rate not divided, Adam"][1]))
    assert text.startswith("coordinate check: fail (widths 32 to 256, 16 seeds)\n")
    assert "layer 2 (hidden): rate under Adam is constant, must fall like 1/n: divide by the width" in text
    assert "✗ layer 2, change since the start (step" in text and "✓ layer 1, size at the start (step 0)" in text


def test_as_json():
    found = check(optimizer="adam", name="standard", seed=6)
    plain = json.loads(found.to_json())
    assert plain == json.loads(json.dumps(found.to_dict()))
    assert (plain["verdict"], plain["widths"], plain["optimizer"]) == ("fail", list(WIDTHS), "adam")
    assert {cause["kind"] for cause in plain["causes"]} == {cause.kind for cause in found.causes}
    assert {slope["quantity"] for slope in plain["slopes"]} == {*coordinates.SIZES, *coordinates.RULES}


def test_slopes_are_those_of_the_sizes():
    found = check()
    slope = next(one for one in found.slopes if (one.tensor, one.quantity, one.step) == ("layer 2", "own", 2))
    fits = np.polyfit(np.log(WIDTHS), np.log(found.sizes["layer 2", "own"][:, 2]), 1)[0]
    assert fits.shape == (16,) and slope.slope == pytest.approx(fits.mean())
    assert slope.low < slope.slope < slope.high and slope.wanted == 0


def test_what_explodes_is_a_fault():
    def wild(n, rng, replicas):
        found = rule(n, name="standard", activation="identity")
        return found.network(rng, replicas, dtype=np.float32), SGD(1e12 * n)

    found = coordinate_check(wild, WIDTHS, X, rng=1)
    assert found.verdict == "fail" and any(one.slope == np.inf for one in found.slopes)


# ---- the words and the verdict, by hand ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("power", "one_sided", "verdict"),
    [
        ((0.1, 0.0, 0.2), False, "right"),
        ((0.2, -0.1, 0.49), False, "right"),
        ((0.2, -0.2, 0.6), False, "undecided"),
        ((0.3, 0.1, 0.5), False, "wrong"),
        ((0.3, -0.1, 0.7), False, "undecided"),
        ((-0.5, -0.6, -0.4), False, "wrong"),
        ((-0.5, -0.6, -0.4), True, "right"),
        ((0.5, 0.4, 0.6), True, "wrong"),
        ((np.inf, np.inf, np.inf), False, "wrong"),
    ],
)
def test_verdict_of_one_power(power, one_sided, verdict):
    assert coordinates._verdict(coordinates._Power(*power), 0.0, one_sided) == verdict
    shifted = coordinates._Power(*(value - 0.5 for value in power))
    assert coordinates._verdict(shifted, -0.5, one_sided) == verdict


@pytest.mark.parametrize(
    ("power", "words"), [(0.04, "1"), (0.5, "√n"), (-0.47, "1/√n"), (1.0, "n"), (-1.1, "1/n"), (-1.5, "1/n^1.5")]
)
def test_powers_in_words(power, words):
    assert coordinates._law(power) == words


# ---- any model ----------------------------------------------------------------------------------------------------------
def attention(d, seed, power=1.0, rate_power=1.0, tokens=6):
    """Scores x Q (x K)ᵀ / d^power of `tokens` inputs of d entries; Q and K learn by steps of one size, as Adam's are."""
    rng = np.random.default_rng([seed, d, 9])
    x = rng.standard_normal((tokens, d))
    pull = rng.standard_normal((tokens, tokens))
    query, key = rng.standard_normal((2, d, d)) / np.sqrt(d)
    kept = []
    for _ in range(3):
        q, k = x @ query, x @ key
        kept.append((query, key, q, k, q @ k.T / d**power))
        step = 0.3 / d**rate_power
        query, key = query - step * np.sign(x.T @ (pull @ k)), key - step * np.sign(x.T @ (pull.T @ q))
    queries, keys, q, k, scores = (np.stack(one) for one in zip(*kept, strict=True))
    inputs = np.broadcast_to(x, (3, *x.shape))
    return {
        "query": RecordedLayer(inputs, q, queries),
        "key": RecordedLayer(inputs, k, keys),
        "scores": scores,
    }


def test_attention_scores():
    widths = (32, 64, 128, 256)
    right = check_recorded(attention, widths, optimizer="adam", seeds=16)
    assert (right.verdict, right.causes) == ("pass", ()), str(right)
    wrong = check_recorded(partial(attention, power=0.5), widths, optimizer="adam", seeds=16)
    assert [(cause.kind, cause.tensor) for cause in wrong.causes] == [("scale", "scores")]
    assert "smaller by √n (attention: 1/d in place of 1/√d)" in wrong.causes[0].message
    wrong = check_recorded(partial(attention, rate_power=0.0), widths, optimizer="adam", seeds=16)
    assert {(cause.kind, cause.tensor) for cause in wrong.causes} == {("hidden rate", "query"), ("hidden rate", "key")}


PULL = np.random.default_rng(4).standard_normal((16, 4)) / 16


def one_by_one(n, seed, **options):
    """The records of one replica of an MLP, as a function of another library would return them."""
    network, optimizer = make(n, np.random.default_rng([seed, n]), 1, **options)
    network = network.copy()
    kept = [[] for _ in network.weights]
    for step in range(3):
        network.forward(X)
        network.backward(PULL)
        for layer, rows in enumerate(kept):
            rows.append(
                [
                    *(network.activations[layer][0].copy(), network.pre_activations[layer][0].copy()),
                    *(network.weights[layer][0].copy(), network.biases[layer][0].copy()),
                    *(network.weight_gradients[layer][0].copy(), network.bias_gradients[layer][0].copy()),
                ]
            )
        if step < 2:
            optimizer.step(network)
    found = {}
    for name, rows, m in zip(("embedding", "middle", "head"), kept, network.multipliers, strict=True):
        *states, weight_gradients, bias_gradients = (np.stack(one) for one in zip(*rows, strict=True))
        found[name] = RecordedLayer(*states, weight_gradients[:-1], bias_gradients[:-1], multiplier=m)
    return found


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_recorded_layers_are_named_as_those_of_an_mlp(optimizer):
    options = {"optimizer": optimizer, "form": "multiplier", "zero_output": True}
    assert check_recorded(partial(one_by_one, **options), WIDTHS[:3], optimizer=optimizer).passed
    wrong = partial(one_by_one, **options, plant=[(1, {"weight_rate": 1 if optimizer == "adam" else -1})])
    causes = check_recorded(wrong, WIDTHS[:3], optimizer=optimizer).causes
    assert [(cause.kind, cause.tensor) for cause in causes] == [("hidden rate", "middle")]


def test_without_gradients_the_rate_under_sgd_has_no_name():
    def record(n, seed):
        layers = one_by_one(n, seed, optimizer="sgd", plant=[(-1, {"weight_rate": 1})])
        bare = {"weight_gradients": None, "bias_gradients": None, "biases": None}
        return {name: dataclasses.replace(layer, **bare) for name, layer in layers.items()}

    found = check_recorded(record, WIDTHS[:3], optimizer="sgd")
    assert found.verdict == "fail" and [cause.kind for cause in found.causes] == ["scale"]
    assert {one.quantity for one in found.slopes} == {"start", "change", "own", "std"}


def test_samples_may_have_more_axes():
    def record(n, seed):
        layer = one_by_one(n, seed)["middle"]
        more = {key: np.reshape(getattr(layer, key), (3, 4, 4, -1)) for key in ("inputs", "outputs")}
        return {"middle": dataclasses.replace(layer, **more)}

    flat = check_recorded(lambda n, seed: {"middle": one_by_one(n, seed)["middle"]}, WIDTHS[:3], optimizer="sgd")
    assert check_recorded(record, WIDTHS[:3], optimizer="sgd").slopes == flat.slopes


GOOD = RecordedLayer(np.ones((3, 2, 4)), np.ones((3, 2, 5)), np.ones((3, 4, 5)))


@pytest.mark.parametrize(
    ("record", "error", "words"),
    [
        (lambda n, seed: [1.0], TypeError, "record must return a dict"),
        (lambda n, seed: {}, TypeError, "record must return a dict"),
        (lambda n, seed: {"z": np.ones(1)}, ValueError, "'z'.* steps on its first axis"),
        (
            lambda n, seed: {"z": dataclasses.replace(GOOD, inputs=np.ones((3, 4)))},
            ValueError,
            "inputs must have the shape",
        ),
        (
            lambda n, seed: {"z": dataclasses.replace(GOOD, weights=np.ones((3, 5, 4)))},
            ValueError,
            "weights must .*3, 4, 5",
        ),
        (lambda n, seed: {"z": dataclasses.replace(GOOD, biases=np.ones((3, 4)))}, ValueError, "biases must .*3, 5"),
        (
            lambda n, seed: {"z": dataclasses.replace(GOOD, weight_gradients=np.ones((3, 4, 5)))},
            ValueError,
            "weight_gradients must .*2, 4, 5",
        ),
        (lambda n, seed: {"z": dataclasses.replace(GOOD, multiplier=0.0)}, ValueError, "multiplier"),
        (lambda n, seed: {f"z{n}": np.ones(3)}, ValueError, "same names"),
        (lambda n, seed: {f"z{seed}": np.ones(3)}, ValueError, "same names"),
        (lambda n, seed: {"z": np.ones(3 + seed)}, ValueError, "number of steps"),
        (lambda n, seed: {"z": np.ones(n)}, ValueError, "number of steps"),
        (
            lambda n, seed: {"z": np.full(3, np.nan)},
            ValueError,
            "must be finite at the start, got nan or inf at width 8",
        ),
    ],
)
def test_bad_records(record, error, words):
    with pytest.raises(error, match=words):
        check_recorded(record, (8, 16, 32), optimizer="adam", seeds=2)


def test_what_never_changes_passes_no_check():
    assert check_recorded(lambda n, seed: {"z": np.zeros((3, n))}, (8, 16, 32), optimizer="adam").verdict == "undecided"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"widths": (32, 64)}, ValueError, "widths"),
        ({"widths": (64, 32, 128)}, ValueError, "widths"),
        ({"widths": 32}, TypeError, "widths"),
        ({"steps": 0}, ValueError, "steps"),
        ({"seeds": 1}, ValueError, "seeds"),
        ({"confidence": 1.0}, ValueError, "confidence"),
        (
            {"make": lambda n, rng, R: (MLP((16, 64, 4), rng=rng, replicas=R), SGD(0.1))},
            ValueError,
            "make must return a network of the width that it is given, got .*16, 64, 4.* at 8 and at 16",
        ),
        (
            {"make": lambda n, rng, R: (MLP((16, n, 4), rng=rng, replicas=R), SGD(1e-25))},
            ValueError,
            "rates must be large enough for steps that are more than rounding, got .* in layer 1 at width 8",
        ),
        ({"make": lambda n, rng, R: MLP((16, n, 4), rng=rng, replicas=R)}, TypeError, "make must return a pair"),
        ({"make": lambda n, rng, R: (MLP((16, n, 4), rng=rng), SGD(0.1))}, ValueError, "make must return 2 replicas"),
        (
            {"make": lambda n, rng, R: (MLP((16, n, 4), rng=rng, replicas=R), "sgd")},
            TypeError,
            "make must return an SGD",
        ),
    ],
)
def test_bad_arguments(changes, error, words):
    arguments = {"make": partial(make, optimizer="sgd"), "widths": (8, 16, 32), "x": X, "rng": 0, "seeds": 2} | changes
    with pytest.raises(error, match=words):
        coordinate_check(arguments.pop("make"), arguments.pop("widths"), arguments.pop("x"), **arguments)
    with pytest.raises(ValueError, match="optimizer .*adam"):
        check_recorded(attention, (8, 16, 32), optimizer="lion")


LABELS = np.arange(16) % 4


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        (
            {"make": None},
            TypeError,
            r"make must be a function \(width, rng, replicas\) -> \(MLP, optimizer\), got None",
        ),
        ({"make": "mup"}, TypeError, "make must be a function .*, got 'mup'"),
        ({"make": lambda n, rng: None}, ValueError, "make failed at width 8: TypeError: .* 2 positional arguments"),
        ({"make": lambda n, rng, R: 1 / 0}, ValueError, "make failed at width 8: ZeroDivisionError: division by zero"),
        ({"widths": "8,16,32"}, TypeError, "widths must be a sequence of integers, got '8,16,32'"),
        ({"widths": (8.0, 16, 32)}, TypeError, "widths must be an integer, got 8.0"),
        ({"x": None}, TypeError, "x must be real numbers, got object entries"),
        ({"x": [[1.0, 2.0], [3.0]]}, ValueError, "x must be an array, got rows that are not of one length"),
        ({"x": X[:, :5]}, ValueError, r"x must have the shape \(batch, 16\) .*, got \(16, 5\)"),
        ({"x": X * np.nan}, ValueError, "x must be finite in float32, got nan or inf"),
        ({"x": X[:0]}, ValueError, r"x must have the shape .*, got \(0, 16\)"),
        ({"y": LABELS[:3]}, ValueError, r"y must have the shape \(16,\) .*, got \(3,\)"),
        ({"y": LABELS + 9}, ValueError, r"y must be in \[0, 4\), got 9 to 12"),
        ({"y": [[0], [1, 2]]}, ValueError, "y must be an array, got rows that are not of one length"),
        ({"loss": "mse"}, ValueError, "loss must be one of 'cross_entropy', 'squared', got 'mse'"),
        ({"rng": None}, TypeError, "rng must be a numpy.random.Generator or an integer seed >= 0, got None"),
        ({"steps": 2.5}, TypeError, "steps must be an integer, got 2.5"),
        ({"seeds": True}, TypeError, "seeds must be an integer, got True"),
        ({"confidence": "99 %"}, TypeError, "confidence must be a real number, got '99 %'"),
    ],
)
def test_what_people_mistype_is_told_in_one_line_that_names_it(changes, error, words):
    arguments = {"make": partial(make, optimizer="sgd"), "widths": (8, 16, 32), "x": X, "rng": 0, "seeds": 2} | changes
    with pytest.raises(error, match=words) as caught:
        coordinate_check(arguments.pop("make"), arguments.pop("widths"), arguments.pop("x"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("record", "error", "words"),
    [
        (None, TypeError, r"record must be a function \(width, seed\) -> dict of arrays, got None"),
        (lambda n, seed: 1 / 0, ValueError, "record failed at width 8: ZeroDivisionError: division by zero"),
        (lambda n, seed: {"z": "a"}, TypeError, r"record\['z'\] must be an array of real numbers, got <U1 entries"),
        (lambda n, seed: {"z": [[1], [1, 2]]}, ValueError, r"record\['z'\] must be an array, got rows that"),
        (
            lambda n, seed: {"z": RecordedLayer(None, np.ones((2, 3, n)), np.ones((2, 4, n)))},
            TypeError,
            r"record\['z'\].inputs must be an array of real numbers, got object entries",
        ),
    ],
)
def test_a_recording_that_is_none_is_told_in_one_line(record, error, words):
    with pytest.raises(error, match=words) as caught:
        check_recorded(record, (8, 16, 32), optimizer="adam", seeds=2)
    assert "\n" not in str(caught.value)
