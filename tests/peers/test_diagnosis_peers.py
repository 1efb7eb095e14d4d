"""What is measured of models of torch, Keras and Flax, against the same numbers computed by hand, and against each other."""

from __future__ import annotations

import copy
import math
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from weightinit import activations, assert_starts_well, diagnose
from weightinit.diagnosis import flax_models, keras_models, torch_models
from weightinit.diagnosis.observed import MEASURED

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers
checkpoint = pytest.importorskip("torch.utils.checkpoint")
nn, F = torch.nn, torch.nn.functional

WIDTHS = (12, 24, 20, 6)


@pytest.fixture(autouse=True)
def one_stream():
    torch.manual_seed(3)
    torch.set_num_threads(1)


def weights(widths=WIDTHS, seed=0) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    return [
        (
            (rng.standard_normal((m, n)) * math.sqrt(2 / m)).astype(np.float32),
            (0.1 * rng.standard_normal(n)).astype(np.float32),
        )
        for m, n in zip(widths, widths[1:], strict=False)
    ]


def batch_and_targets(size=16, widths=WIDTHS):
    rng = np.random.default_rng(1)
    return rng.standard_normal((size, widths[0])).astype(np.float32), rng.integers(widths[-1], size=size)


def of_torch(drawn, activation=nn.ReLU) -> nn.Sequential:
    layers = []
    for W, b in drawn:
        layer = nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b))
        layers += [layer, activation()]
    return nn.Sequential(*layers[:-1])


def by_hand(drawn, x, y, name="relu") -> list[dict[str, float]]:
    """Each layer's numbers in float64, gradients by the chain rule as it is written on paper."""
    phi, batch = activations.get(name), len(x)
    signals, zs = [x.astype(np.float64)], []
    for W, b in drawn:
        zs.append(signals[-1] @ W.astype(np.float64) + b)
        signals.append(phi.f(zs[-1]))
    odds = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    delta = odds / odds.sum(axis=1, keepdims=True) - np.eye(zs[-1].shape[1])[y]  # of one sample's cost
    found = []
    for index in range(len(drawn) - 1, -1, -1):
        (W, b), z = drawn[index], zs[index]
        unit = z / np.linalg.norm(z, axis=1, keepdims=True)
        pairs = (unit @ unit.T)[~np.eye(batch, dtype=bool)]
        last = index == len(drawn) - 1
        behind = z if last else signals[index + 1]
        found.insert(
            0,
            {
                "signal": np.mean(z**2),
                "activated": np.mean(behind**2),
                "mean": np.mean(z),
                "between": np.mean(z.var(axis=0, ddof=1)),
                "correlation": pairs.mean(),
                "gradient": np.mean(delta**2),
                "weight_gradient": np.mean((signals[index].T @ delta / batch) ** 2),
                "weight_second_moment": np.mean(W.astype(np.float64) ** 2),
                "bias_second_moment": np.mean(b.astype(np.float64) ** 2),
                "dead": 0.0 if last else np.mean((behind == 0).all(axis=0)),
                "twins": 0.0,
            },
        )
        if index:
            delta = (delta @ W.T.astype(np.float64)) * phi.df(zs[index - 1])
    return found


def agree(observed, wanted, rtol=2e-4):
    assert len(observed.layers) == len(wanted)
    for layer, numbers in zip(observed.layers, wanted, strict=True):
        for name, number in numbers.items():
            assert getattr(layer, name)[0] == pytest.approx(number, rel=rtol, abs=1e-7), f"{name} of {layer.name}"


def flat(observed) -> np.ndarray:
    return np.stack([observed.by_layer(name) for name in MEASURED])


# ---- torch: numbers -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_torch_measures_what_the_chain_rule_says(name):
    drawn, (x, y) = weights(), batch_and_targets()
    model = of_torch(drawn, {"relu": nn.ReLU, "tanh": nn.Tanh}[name])
    observed = torch_models.observe(model, torch.tensor(x), torch.tensor(y))
    wanted = by_hand(drawn, x, y, name)
    if name == "tanh":  # says nothing of dead units
        wanted = [numbers | {"dead": 0.0} for numbers in wanted]
    agree(observed, wanted)
    assert [layer.activation for layer in observed.layers] == [name, name, "identity"]
    assert [(layer.fan_in, layer.fan_out, layer.width, layer.positions) for layer in observed.layers] == [
        (12, 24, 24, 1), (24, 20, 20, 1), (20, 6, 6, 1)
    ]  # fmt: skip
    assert (observed.loss_name, observed.classes, observed.batch) == ("cross_entropy", 6, 16)
    assert observed.loss[0] == pytest.approx(float(F.cross_entropy(model(torch.tensor(x)), torch.tensor(y))))
    assert observed.input_second_moment[0] == pytest.approx(np.mean(x**2))
    assert not observed.residual and not observed.normalized


def test_what_is_done_in_place_changes_nothing():
    drawn, (x, y) = weights(), batch_and_targets()
    inside, outside = of_torch(drawn, lambda: nn.ReLU(inplace=True)), of_torch(drawn)
    np.testing.assert_array_equal(*(flat(torch_models.observe(model, x, y)) for model in (inside, outside)))


@pytest.mark.parametrize("name", ["identity", "relu", "tanh"])
def test_the_jacobian_is_the_growth_of_a_perturbation(name):
    drawn = weights((30, 40, 50, 4))
    x = np.random.default_rng(2).standard_normal((600, 30)).astype(np.float32)
    module = {"identity": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh}[name]
    observed = torch_models.observe(of_torch(drawn, module), x)
    z = x @ drawn[0][0] + drawn[0][1]
    slope = activations.get(name).df(z.astype(np.float64))
    W = drawn[1][0].astype(np.float64)
    exact = np.mean([np.sum((s[:, None] * W) ** 2) for s in slope]) / 50  # ‖J‖² over the number of outputs
    # over 600 · 40 products of normal numbers the estimate scatters by 1/√(600 · 40 / 2) and less: five of that
    assert observed.layers[0].jacobian[0] == pytest.approx(exact, rel=0.05)
    assert math.isnan(observed.layers[-1].jacobian[0])


def test_saturated_counts_flat_entries():
    drawn, (x, y) = [(10 * W, b) for W, b in weights()], batch_and_targets()
    observed = torch_models.observe(of_torch(drawn, nn.Tanh), x, y)
    z = x @ drawn[0][0] + drawn[0][1]
    assert observed.layers[0].saturated[0] == pytest.approx(np.mean(1 - np.tanh(z) ** 2 < 0.05), abs=0.01)
    assert observed.layers[0].saturated[0] > 0.5
    assert math.isnan(torch_models.observe(of_torch(drawn), x, y).layers[0].saturated[0])


def test_dead_units_are_dead_for_the_whole_batch():
    drawn, (x, y) = weights(), batch_and_targets()
    drawn[0][1][:6] = -100.0
    assert torch_models.observe(of_torch(drawn), x, y).layers[0].dead[0] == pytest.approx(6 / 24)


def test_twins_are_units_that_stay_the_same():
    drawn, (x, y) = weights(), batch_and_targets()
    drawn[0][0][:, 1], drawn[0][1][1] = drawn[0][0][:, 0], drawn[0][1][0]  # incoming the same …
    assert torch_models.observe(of_torch(drawn), x, y).layers[0].twins[0] == 0  # … but parted by what follows
    drawn[1][0][1] = drawn[1][0][0]
    assert torch_models.observe(of_torch(drawn), x, y).layers[0].twins[0] == pytest.approx(2 / 24)
    model = of_torch(drawn)
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.1)
    assert [layer.twins[0] for layer in torch_models.observe(model, x, y).layers[:2]] == [1, 1]


def test_outputs_of_a_zero_last_layer_are_no_twins():
    drawn, (x, y) = weights(), batch_and_targets()
    drawn[-1][0][:], drawn[-1][1][:] = 0, 0
    y = np.arange(16) % 6
    assert torch_models.observe(of_torch(drawn), x, y).layers[-1].twins[0] < 1


@pytest.mark.parametrize("kind", ["sgd", "adam", "SGD", "AdamW"])
def test_the_update_ratio_is_that_of_the_first_step(kind):
    drawn, (x, y) = weights(), batch_and_targets()
    model, twin = of_torch(drawn), of_torch(drawn)
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "SGD": torch.optim.SGD, "AdamW": torch.optim.AdamW}[kind]
    asked = {"optimizer": kind, "rate": 0.01} if kind.islower() else {"optimizer": rule(model.parameters(), lr=0.01)}
    observed = torch_models.observe(model, x, y, **asked)
    step = rule(twin.parameters(), lr=0.01)
    F.cross_entropy(twin(torch.tensor(x)), torch.tensor(y)).backward()
    before = [layer.weight.detach().clone() for layer in twin[::2]]
    step.step()
    for layer, old, new in zip(observed.layers, before, twin[::2], strict=True):
        moved = (new.weight.detach() - old).square().mean().sqrt() / old.square().mean().sqrt()
        assert layer.update_ratio[0] == pytest.approx(float(moved), rel=1e-3)
    assert math.isnan(torch_models.observe(model, x, y).layers[0].update_ratio[0])


# ---- torch: what is a layer ---------------------------------------------------------------------------------------------
def names(observed) -> list[str]:
    return [f"{layer.name}: {layer.kind}" for layer in observed.layers]


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.weight


class ByHand(nn.Module):
    """Weights that are used without a module of torch, tied logits, a path around a layer, positions."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(20, 16), nn.Embedding(8, 16)
        self.W, self.b = nn.Parameter(torch.randn(16, 16) / 4), nn.Parameter(torch.randn(16))
        self.heads = nn.Parameter(torch.randn(16, 2, 8) / 4)
        self.norm = RMSNorm(16)

    def forward(self, x):
        h = self.tokens(x) + self.places(torch.arange(x.shape[1]))
        h = h + F.silu(self.norm(h) @ self.W + self.b)
        h = h + torch.einsum("btc,chd->bthd", h, self.heads).flatten(2).clamp(min=0)
        return F.linear(h, self.tokens.weight)


def test_weights_are_seen_without_modules():
    model = ByHand()
    observed = torch_models.observe(model, torch.randint(20, (6, 5)))
    assert names(observed) == [
        "tokens: embedding", "places: embedding", "norm: normalization", "ByHand: dense", "heads: dense",
        "tokens (call 2): dense",
    ]  # fmt: skip
    tokens, places, norm, product, heads, logits = observed.layers
    assert (product.fan_in, product.fan_out, product.activation) == (16, 16, "silu")
    assert product.bias_second_moment[0] == pytest.approx(float(model.b.detach().square().mean()))
    assert (heads.fan_in, heads.fan_out, heads.width, heads.activation) == (16, 16, 16, "relu")
    assert (logits.fan_in, logits.fan_out, logits.width, logits.positions) == (16, 20, 20, 5)
    assert (tokens.fan_in, tokens.width, norm.fan_in) == (1, 16, 0)
    assert math.isnan(places.correlation[0]) and math.isnan(norm.twins[0])
    assert observed.residual and observed.normalized and math.isnan(observed.input_second_moment[0])
    assert any("One weight is used 2 times" in note for note in observed.notes)


def test_the_packed_projections_of_attention_are_layers():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention, self.last = attention, nn.Linear(8, 3)

        def forward(self, x):
            mixed, _ = self.attention(x, x, x)  # a module that returns a tuple
            return self.last((x + mixed).mean(dim=1))

    x = torch.randn(6, 4, 8)
    observed = torch_models.observe(Model(), x)
    assert names(observed) == ["attention.in_proj: attention", "attention.out_proj: attention", "last: dense"]
    packed = observed.layers[0]
    assert (packed.fan_in, packed.fan_out, packed.width, packed.positions) == (8, 24, 24, 4)
    assert packed.signal[0] == pytest.approx(float(F.linear(x, attention.in_proj_weight).square().mean()), rel=1e-4)
    assert packed.gradient[0] > 0 and packed.weight_gradient[0] > 0 and observed.residual


def test_copies_of_a_block_are_told():
    block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    model = nn.Sequential(nn.TransformerEncoder(block, 2, enable_nested_tensor=False), nn.Linear(8, 3))
    shared = torch_models.observe(model, torch.randn(4, 5, 8)).shared
    assert ("0.layers.0.linear1.weight", "0.layers.1.linear1.weight") in shared and len(shared) == 4
    assert torch_models.observe(of_torch(weights()), batch_and_targets()[0]).shared == ()


@pytest.mark.parametrize("order", ["batch first", "sequence first"])
def test_a_sequence_may_come_first(order):
    block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=order == "batch first", dropout=0.0)
    wrapped = nn.Sequential(block, nn.Linear(8, 3))

    class Turned(nn.Module):
        def __init__(self):
            super().__init__()
            self.inside = wrapped

        def forward(self, x):
            if order == "batch first":
                return self.inside(x)
            return self.inside(x.transpose(0, 1)).transpose(0, 1)

    torch.manual_seed(0)
    x = torch.randn(7, 4, 8)
    observed = torch_models.observe(Turned(), x)
    assert {layer.positions for layer in observed.layers} == {4}
    assert 0 < observed.layers[-1].between[0] < observed.layers[-1].signal[0] * 1.5


@pytest.mark.parametrize(
    ("layer", "fans"),
    [
        (lambda: nn.Conv2d(4, 8, 3, padding=1), (36, 72)),
        (lambda: nn.Conv2d(4, 8, 3, padding=1, groups=2), (18, 36)),
        (lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4), (9, 9)),
        (
            lambda: nn.ConvTranspose2d(4, 8, 4, stride=2, padding=1),
            (16, 128),
        ),  # of 16 places of the window, 4 are reached
        (lambda: nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 8, 1)), (4, 8)),
    ],
)
def test_convolutions(layer, fans):
    first = layer()
    width = getattr(first, "out_channels")  # noqa: B009 - of a parametrized class too
    model = nn.Sequential(
        first, nn.BatchNorm2d(width), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 2)
    )
    x = torch.randn(6, 4, 8, 8)
    observed = torch_models.observe(model, x)
    assert names(observed) == ["0: convolution", "1: normalization", "5: dense"]
    convolution, norm, last = observed.layers
    assert (convolution.fan_in, convolution.fan_out) == fans
    z = first(x).detach()
    assert convolution.width == width and convolution.positions == z[0, 0].numel()
    assert convolution.signal[0] == pytest.approx(float(z.square().mean()), rel=1e-4)
    assert (convolution.activation, norm.activation, last.activation) == ("identity", "relu", "identity")
    assert norm.signal[0] == pytest.approx(1, rel=1e-3) and norm.activated[0] == pytest.approx(0.5, abs=0.15)
    assert observed.normalized and not observed.residual


def test_a_residual_block_and_one_without():
    class Block(nn.Module):
        def __init__(self, around):
            super().__init__()
            self.one, self.two, self.around = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1), around

        def forward(self, x):
            y = self.two(F.relu(self.one(x), inplace=True))
            return F.relu(x + y if self.around else y)

    for around in (True, False):
        model = nn.Sequential(nn.Conv2d(3, 4, 1), Block(around), nn.Flatten(), nn.Linear(100, 2))
        observed = torch_models.observe(model, torch.randn(5, 3, 5, 5))
        assert observed.residual is around
        assert [layer.activation for layer in observed.layers[:3]] == [
            "identity",
            "relu",
            "identity" if around else "relu",
        ]


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_recurrent_layers_are_seen_by_their_output(cell):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.last = getattr(nn, cell)(5, 8, batch_first=True), nn.Linear(8, 3)

        def forward(self, x):
            return self.last(self.cell(x)[0][:, -1])

    model, x = Model(), torch.randn(6, 4, 5)
    observed = torch_models.observe(model, x)
    assert names(observed) == ["cell: recurrent", "last: dense"]
    layer = observed.layers[0]
    assert layer.signal[0] == pytest.approx(float(model.cell(x)[0].detach().square().mean()), rel=1e-4)
    assert layer.gradient[0] > 0 and layer.weight_gradient[0] > 0 and layer.activation is None
    assert any("recurrent" in note for note in observed.notes)


def test_a_module_that_is_called_twice_is_two_layers_and_a_frozen_one_is_told():
    first, shared, last = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3)
    first.requires_grad_(False)
    model = nn.Sequential(first, nn.ReLU(inplace=True), shared, nn.ReLU(inplace=True), shared, last)
    observed = torch_models.observe(model, torch.randn(6, 8))
    assert [layer.name for layer in observed.layers] == ["0", "2", "2 (call 2)", "5"]
    assert [layer.trainable for layer in observed.layers] == [False, True, True, True]
    assert observed.layers[0].gradient[0] > 0 and math.isnan(observed.layers[0].weight_gradient[0])
    assert observed.shared == ()


def test_what_is_detached_has_no_gradient_and_a_note_says_so():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(6, 6), nn.Linear(6, 3)

        def forward(self, x):
            return self.two(self.one(x).detach())

    observed = torch_models.observe(Model(), torch.randn(5, 6))
    assert observed.layers[0].gradient[0] == 0 == observed.layers[0].weight_gradient[0]
    assert any("No way leads from one to the loss" in note for note in observed.notes)


def test_a_small_input_before_the_first_normalization_is_no_explosion():
    class Model(nn.Module):
        """Blocks that normalize behind their sum; only the first one sees the input as it is."""

        def __init__(self):
            super().__init__()
            self.one = nn.ModuleList(nn.Linear(64, 64, bias=False) for _ in range(6))
            self.norm, self.last = nn.ModuleList(nn.LayerNorm(64) for _ in range(6)), nn.Linear(64, 5)

        def forward(self, x):
            for one, norm in zip(self.one, self.norm, strict=True):
                x = norm(x + one(x))
            return self.last(x)

    assert diagnose(Model(), 0.01 * torch.randn(32, 64)).healthy


def test_one_dead_network_is_certain_and_called_this_one():
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    nn.init.constant_(model[0].bias, -50.0)
    (fault,) = [fault for fault in diagnose(model, torch.randn(16, 6)).faults if fault.kind == "dead_layer"]
    assert fault.certainty == 1 and fault.evidence.startswith("In this network a whole layer is 0")


def test_what_is_cut_off_and_to_be_trained_is_a_fault_unless_it_only_feeds_another_output():
    class Model(nn.Module):
        def __init__(self, cuts, aside=False):
            super().__init__()
            self.cuts, self.aside = cuts, aside
            self.one, self.norm, self.two, self.side = (
                nn.Linear(6, 6),
                nn.LayerNorm(6),
                nn.Linear(6, 3),
                nn.Linear(6, 2),
            )

        def forward(self, x):
            x = torch.relu(self.norm(self.one(x)))
            scores = self.two(x.detach() if self.cuts else x)
            return (scores, self.side(x)) if self.aside else scores

    report = diagnose(Model(cuts=True), torch.randn(5, 6))
    assert report.kinds == ("frozen_or_uneven_updates",) and report.observed.cut == ("one",)
    assert "depends on one," in report.faults[0].evidence and "requires_grad_(False)" in report.faults[0].code
    assert diagnose(Model(cuts=False, aside=True), torch.randn(5, 6)).healthy  # the side has no loss, that is all
    frozen = Model(cuts=True)
    frozen.one.requires_grad_(False)
    assert diagnose(frozen, torch.randn(5, 6)).healthy
    zero = Model(cuts=False)
    nn.init.zeros_(zero.two.weight)  # no gradient at all below it in the first step: it is 0, not cut off
    assert diagnose(zero, torch.randn(5, 6)).healthy


def test_weights_that_take_no_part_are_noted():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.rest = nn.Linear(6, 3), nn.ModuleList(nn.Linear(6, 6) for _ in range(5))
            self.place = nn.Parameter(torch.zeros(1, 6))  # no layer, and yet in use

        def forward(self, x):
            return self.one(x + self.place)

    (note,) = [note for note in torch_models.observe(Model(), torch.randn(5, 6)).notes if "no part" in note]
    assert note == "rest.0.weight, rest.1.weight, rest.2.weight and 2 more take no part in this pass."


def test_a_batch_normalization_that_has_averaged_nothing_is_noted_in_eval_mode():
    model = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))
    x = torch.randn(16, 6)

    def told():
        return any("in eval mode" in note for note in torch_models.observe(model, x).notes)

    assert not told()
    model.eval()
    assert told()
    model.train()
    model(x)
    model.eval()
    assert not told()


def test_a_beginning_that_is_meant_to_be_frozen_has_no_gradient_that_could_be_missed():
    class Model(nn.Module):
        def __init__(self, how):
            super().__init__()
            self.how, self.one, self.two, self.last = how, nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3)
            self.one.requires_grad_(how == "no_grad")
            self.two.requires_grad_(how == "no_grad")

        def forward(self, x):
            with torch.set_grad_enabled(self.how != "no_grad"):
                x = self.two(torch.relu(self.one(x)))
            return self.last(x.detach())

    for how in ("no_grad", "detach"):
        observed = torch_models.observe(Model(how), torch.randn(5, 6))
        assert [layer.trainable for layer in observed.layers] == [False, False, True]
        assert observed.layers[2].gradient[0] > 0
        # with what is cut off behind it, `one` still reaches `two`, but nothing the loss
        assert math.isnan(observed.layers[0].gradient[0]) and math.isnan(observed.layers[1].gradient[0])
    assert diagnose(Model("no_grad"), torch.randn(5, 6)).healthy


# ---- torch: losses ------------------------------------------------------------------------------------------------------
def test_losses():
    x = torch.randn(6, 5)
    one, many = nn.Linear(5, 1), nn.Linear(5, 4)
    assert torch_models.observe(one, x).loss_name == "squared"
    y = torch.randn(6, 1)
    assert torch_models.observe(one, x, y).loss[0] == pytest.approx(float(0.5 * (one(x) - y).square().mean()), rel=1e-5)
    assert torch_models.observe(one, x, y[:, 0]).loss[0] == pytest.approx(torch_models.observe(one, x, y).loss[0])
    y = torch.tensor([0, 1, 2, 3, 0, 1])
    plain = torch_models.observe(many, x, y).loss[0]
    for behind in (nn.Softmax(dim=1), nn.LogSoftmax(dim=1)):
        assert torch_models.observe(nn.Sequential(many, behind), x, y).loss[0] == pytest.approx(plain, rel=1e-5)
    own = torch_models.observe(
        many, x, y, loss=lambda scores, targets: F.cross_entropy(scores, targets, reduction="none")
    )
    assert own.loss[0] == pytest.approx(plain, rel=1e-5) and own.loss_name is None
    np.testing.assert_allclose(own.layers[0].gradient, torch_models.observe(many, x, y).layers[0].gradient, rtol=1e-5)


def test_sequences_and_pictures_have_a_class_for_each_place():
    tokens = nn.Sequential(nn.Embedding(9, 8), nn.Linear(8, 9))
    observed = torch_models.observe(tokens, torch.randint(9, (5, 6)), torch.randint(9, (5, 6)))
    assert observed.classes == 9 and observed.batch == 5
    pictures = nn.Conv2d(2, 3, 3, padding=1)
    observed = torch_models.observe(pictures, torch.randn(4, 2, 6, 6), torch.randint(3, (4, 6, 6)))
    assert observed.classes == 3


def test_targets_of_pictures_have_the_shape_of_the_outputs():
    pictures, x = nn.Conv2d(2, 3, 3, padding=1), torch.randn(4, 2, 6, 5)
    y = torch.randn(4, 3, 6, 5)
    observed = torch_models.observe(pictures, x, y)
    with torch.no_grad():
        wanted = 0.5 * (pictures(x) - y).square().sum(dim=1).mean()
    np.testing.assert_allclose(observed.loss, float(wanted), rtol=1e-5)
    with pytest.raises(ValueError, match=r"the shape of the outputs, \(4, 3, 6, 5\), got \(4, 6, 5, 3\)"):
        torch_models.observe(pictures, x, y.movedim(1, -1))


def test_a_batch_as_a_loader_gives_it():
    x, y = torch.randn(5, 6), torch.randint(3, (5,))

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(6, 3)

        def forward(self, x, scale):
            return self.one(x) * scale

    listed = torch_models.observe(Two(), [x, torch.ones(5, 1)], y)  # lists of tensors are arguments, as tuples are
    assert listed.batch == 5 and listed.loss_name == "cross_entropy"
    with pytest.raises(ValueError, match=r"targets are not in the batch but behind it: \(model, inputs, targets\)$"):
        torch_models.observe(nn.Linear(6, 3), [x, y])
    assert torch_models.observe(nn.Linear(2, 1), [[1.0, 2.0], [3.0, 4.0]]).batch == 2  # a list of numbers is an array


def test_a_model_that_takes_a_mapping_and_returns_its_losses():
    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(6, 3)

        def forward(self, batch):
            z = self.one(batch["x"])
            return {"box": z.square().mean(), "class": z.abs().mean()}

    x = torch.randn(5, 6)
    observed = torch_models.observe(Detector(), ({"x": x, "ids": [1, 2]},), loss=lambda losses, _: sum(losses.values()))
    assert observed.batch == 5 and observed.loss_name is None
    with pytest.raises(ValueError, match="model must return a tensor of numbers"):
        torch_models.observe(Detector(), ({"x": x},))


class Dressed(nn.Module):
    """Returns what models of Hugging Face return: an object with `loss` and `logits`."""

    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(5, 3)

    def forward(self, values, labels=None):
        import types

        logits = self.inside(values)
        return types.SimpleNamespace(loss=None if labels is None else F.cross_entropy(logits, labels), logits=logits)


def test_a_mapping_is_a_batch_and_a_model_may_bring_its_loss():
    model, x, y = Dressed(), torch.randn(6, 5), torch.tensor([0, 1, 2, 0, 1, 2])
    brought = torch_models.observe(model, {"values": x, "labels": y})
    given = torch_models.observe(model, {"values": x}, y)
    assert brought.loss[0] == pytest.approx(given.loss[0]) and brought.loss_name is None
    np.testing.assert_allclose(brought.layers[0].gradient, given.layers[0].gradient, rtol=1e-5)
    assert torch_models.observe(model, (x,), y).loss[0] == pytest.approx(given.loss[0])


def test_models_that_are_wrapped_are_seen_inside():
    drawn, (x, y) = weights(), batch_and_targets()
    wanted = by_hand(drawn, x, y)
    agree(torch_models.observe(nn.DataParallel(of_torch(drawn)), x, y), wanted)
    agree(torch_models.observe(torch.compile(of_torch(drawn), backend="eager"), x, y), wanted)

    class Checkpointed(nn.Module):
        def __init__(self):
            super().__init__()
            self.inside = of_torch(drawn)

        def forward(self, x):
            return checkpoint.checkpoint(self.inside, x, use_reentrant=False)

    agree(torch_models.observe(Checkpointed(), x, y), wanted)


# ---- torch: precision ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions(dtype):
    drawn, (x, y) = weights(), batch_and_targets()
    observed = torch_models.observe(of_torch(drawn).to(dtype), x, y)  # the batch of float32 goes along
    assert observed.dtype == str(dtype).removeprefix("torch.") and observed.nonfinite is None
    wanted = [
        {k: v for k, v in numbers.items() if k in ("signal", "gradient", "activated")}
        for numbers in by_hand(drawn, x, y)
    ]
    agree(observed, wanted, rtol=0.08)


def test_what_is_not_finite_is_found_where_it_begins():
    drawn, (x, y) = weights(), batch_and_targets()
    model = of_torch(drawn)
    with torch.no_grad():
        model[2].weight[0, 0] = math.nan
    assert torch_models.observe(model, x, y).nonfinite == "the parameter 2.weight"
    assert (
        torch_models.observe(of_torch([(1e4 * W, b) for W, b in drawn]).half(), x, y).nonfinite
        == "the output of layer 2"
    )
    assert torch_models.observe(of_torch(drawn), x, y).nonfinite is None


# ---- torch: nothing is changed ------------------------------------------------------------------------------------------
class Counting(nn.Module):
    """BatchNorm, dropout, and a failure on demand."""

    def __init__(self, fails=""):
        super().__init__()
        self.one, self.norm, self.drop, self.two = nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 3)
        self.fails = fails
        self.register_buffer("calls", torch.zeros(()), persistent=False)

    def forward(self, x):
        self.calls += 1
        x = self.drop(self.norm(self.one(x)))
        if self.fails == "forward":
            raise RuntimeError("it was meant\nto fail")
        x = self.two(x)
        if self.fails == "backward":
            x = Broken.apply(x)
        return x


class Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("no way back")


def everything(model) -> list:
    """State that a model may not lose: tensors, gradients, modes, hooks."""
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    state = [value.detach().clone() for value in [*model.parameters(), *model.buffers()]]
    state += [p.grad.clone() if p.grad is not None else None for p in model.parameters()]
    state += [[module.training for module in model.modules()]]
    state += [[len(getattr(module, name)) for module in model.modules() for name in hooks]]
    state += [[p.requires_grad for p in model.parameters()], [id(p) for p in [*model.parameters(), *model.buffers()]]]
    state += [[name for name, _ in model.named_buffers()], list(model.state_dict())]
    return state


def same(one, other) -> bool:
    return len(one) == len(other) and all(
        torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("fails", ["", "forward", "backward"])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("gradients", [True, False])
def test_the_model_is_left_as_it_was(fails, training, gradients):
    model, x = Counting(fails), torch.randn(7, 6)
    model.train(training)
    model.two.eval()
    if gradients:
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
    before, x_before = everything(model), x.clone()
    streams = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002 - it must not move
    grad_mode = torch.is_grad_enabled()
    if fails:
        with pytest.raises(
            ValueError, match=f"^model failed {fails}.*: RuntimeError: (it was meant|no way back)$"
        ) as caught:
            torch_models.observe(model, x)
        assert isinstance(caught.value.__cause__, RuntimeError) and "\n" not in str(caught.value)
    else:
        observed = torch_models.observe(model, x)
        assert observed.layers[0].gradient[0] > 0
        np.testing.assert_array_equal(flat(observed), flat(torch_models.observe(model, x)))  # also dropout
    assert same(before, everything(model)) and torch.equal(x, x_before)
    assert torch.equal(streams[0], torch.get_rng_state()) and random.getstate() == streams[1]
    np.testing.assert_array_equal(np.random.get_state()[1], streams[2])  # noqa: NPY002
    assert torch.is_grad_enabled() == grad_mode


def test_it_can_be_asked_where_gradients_are_off():
    drawn, (x, y) = weights(), batch_and_targets()
    with torch.no_grad():
        observed = torch_models.observe(of_torch(drawn), x, y)
    agree(observed, by_hand(drawn, x, y))


def test_hooks_of_the_user_stay():
    model, called = of_torch(weights()), []
    model[0].register_forward_hook(lambda *_: called.append(1))
    torch_models.observe(model, batch_and_targets()[0])
    assert called == [1] and len(model[0]._forward_hooks) == 1


def test_what_a_pass_writes_into_a_batch_is_not_seen_outside():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(4, 3)

        def forward(self, x):
            return self.one(x.mul_(2))

    x = torch.ones(3, 4)
    torch_models.observe(Model(), x)
    assert torch.equal(x, torch.ones(3, 4))


# ---- torch: seeds, errors -----------------------------------------------------------------------------------------------
def test_a_callable_makes_a_model_for_each_seed():
    x = batch_and_targets()[0]
    observed = torch_models.observe(
        lambda: nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3)), x, seeds=4, rng=7
    )
    assert observed.seeds == 4 and len(np.unique(observed.layers[0].weight_second_moment)) == 4
    again = torch_models.observe(lambda: nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3)), x, seeds=2, rng=7)
    np.testing.assert_array_equal(flat(again), flat(observed)[:, :2])
    model = of_torch(weights())
    notes = torch_models.observe(lambda: copy.deepcopy(model), x, seeds=2).notes
    assert any("the same weights each time" in note for note in notes)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: torch_models.observe(nn.ReLU(), torch.ones(3, 4)), ValueError, r"model must have layers with weights .* ReLU"),
        (lambda: torch_models.observe(nn.BatchNorm1d(4), torch.randn(3, 4)), ValueError, "model must have layers with weights"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.randn(3, 5)), ValueError, r"model failed forward on batch of shape \(3, 5\): RuntimeError: mat1"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.randn(0, 4)), ValueError, r"batch must hold at least one sample, got shape \(0, 4\)"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.full((2, 4), math.nan)), ValueError, "batch must be finite, got nan or inf in 8 places"),
        (lambda: torch_models.observe(nn.Linear(4, 3), None), TypeError, "batch must be a tensor, an array"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), torch.tensor([0, 3])), ValueError, "targets must be classes 0 to 2, got 0 to 3"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), torch.tensor([0])), ValueError, "targets must be one class for each"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), torch.ones(2, 5)), ValueError, r"targets must have the shape of the outputs, \(2, 3\), got \(2, 5\)"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), seeds=3), ValueError, "seeds must be left out"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), optimizer="sdg", rate=1), ValueError, "optimizer must be one of"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), optimizer="sgd"), ValueError, "rate must be given"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), rate=0.1), ValueError, "rate must be left out"),
        (lambda: torch_models.observe("resnet", torch.ones(2, 4)), TypeError, "model must be a torch.nn.Module"),
        (lambda: torch_models.observe(lambda: 3, torch.ones(2, 4)), TypeError, "one that makes 3"),
        (lambda: torch_models.observe(lambda: 1 / 0, torch.ones(2, 4)), ValueError, "model failed when it was called for a new network: ZeroDivisionError"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), loss=lambda z, t: 3.0), ValueError, "loss must return a tensor"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), loss=lambda z, t: z @ z), ValueError, "loss failed on"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), loss="mse"), TypeError, "loss must be a function of outputs and targets"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4).to_sparse()), TypeError, "batch must be a dense tensor"),
        (lambda: torch_models.observe(nn.LazyLinear(3), torch.ones(2, 4)), ValueError, "model must have its weights to be looked at"),
        (lambda: torch_models.observe(nn.Linear(4, 3), ({"x": "long\n" * 90},)), TypeError, "batch must be a tensor, an array"),
        (lambda: torch_models.observe(nn.Linear(4, 3), torch.ones(2, 4), optimizer=torch.optim.SGD(nn.Linear(4, 3).parameters(), lr=1.0)), ValueError, "optimizer must hold parameters of this model"),
        (lambda: diagnose(nn.Linear(4, 3), torch.ones(2, 4), lr=0.1), TypeError, "got an unexpected keyword argument 'lr': a model may come with batch, targets, loss, optimizer, rate, seeds, rng$"),
        (lambda: diagnose(nn.Linear(4, 3)), TypeError, "missing a required argument: 'batch': a model may come with batch"),
        (lambda: torch_models.observe(torch.jit.trace(nn.Linear(4, 3), torch.ones(2, 4)), torch.ones(2, 4)), TypeError, "torch.jit"),
    ],
)  # fmt: skip
def test_errors_of_torch_are_one_line_that_names_the_argument(call, error, said):
    with pytest.raises(
        error, match=f"^{said}" if said[0].islower() and " must" in said or "failed" in said else said
    ) as caught:
        call()
    assert "\n" not in str(caught.value)


# ---- Flax and JAX -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def jax():
    return pytest.importorskip("jax")


def chain(params, x):
    """A network by hand; JAX's own functions."""
    import jax

    for W, b in params[:-1]:
        x = jax.nn.relu(x @ W + b)
    return x @ params[-1][0] + params[-1][1]


def test_jax_measures_what_the_chain_rule_says(jax):
    drawn, (x, y) = weights(), batch_and_targets()
    observed = flax_models.observe(chain, x, y, params=drawn)
    agree(observed, by_hand(drawn, x, y))
    assert [layer.activation for layer in observed.layers] == ["relu", "relu", "identity"]
    assert [(layer.fan_in, layer.fan_out) for layer in observed.layers] == [(12, 24), (24, 20), (20, 6)]
    assert observed.source == "flax" and observed.loss_name == "cross_entropy"
    theirs = torch_models.observe(of_torch(drawn), x, y)
    assert observed.loss[0] == pytest.approx(theirs.loss[0], rel=1e-5)
    assert observed.layers[0].jacobian[0] == pytest.approx(theirs.layers[0].jacobian[0], rel=0.5)


def test_the_jacobian_in_jax(jax):
    drawn = weights((30, 40, 50, 4))
    x = np.random.default_rng(2).standard_normal((600, 30)).astype(np.float32)
    slope = x @ drawn[0][0] + drawn[0][1] > 0
    exact = np.mean([np.sum((s[:, None] * drawn[1][0].astype(np.float64)) ** 2) for s in slope]) / 50
    assert flax_models.observe(chain, x, params=drawn).layers[0].jacobian[0] == pytest.approx(exact, rel=0.05)


def test_linen(jax):
    linen = pytest.importorskip("flax.linen")

    class Model(linen.Module):
        @linen.compact
        def __call__(self, x, train=True):
            x = linen.Conv(4, (3, 3))(x)
            x = linen.relu(linen.BatchNorm(use_running_average=not train)(x))
            x = x + linen.tanh(linen.Conv(4, (3, 3), feature_group_count=2)(x))
            x = linen.Dropout(0.5, deterministic=not train)(x.reshape(len(x), -1))
            return linen.Dense(3)(linen.silu(linen.remat(linen.Dense)(5)(x)))

    x = np.random.default_rng(0).standard_normal((6, 5, 5, 2))
    observed = flax_models.observe(Model(), x, seeds=3, optimizer="sgd", rate=0.1)
    assert observed.seeds == 3 and observed.residual and observed.normalized
    assert [layer.kind for layer in observed.layers] == ["convolution", "convolution", "dense", "dense"]
    assert [(layer.fan_in, layer.fan_out, layer.positions) for layer in observed.layers] == [
        (18, 36, 25), (18, 18, 25), (100, 5, 1), (5, 3, 1)
    ]  # fmt: skip
    assert [layer.name for layer in observed.layers][:2] == ["Conv_0", "Conv_1"]
    assert [layer.activation for layer in observed.layers[1:]] == ["tanh", "silu", "identity"]
    assert (observed.by_layer("gradient") > 0).all() and (observed.by_layer("update_ratio") > 0).all()
    assert len(np.unique(observed.by_layer("signal")[:, 0])) == 3
    assert any("Normalizations" in note for note in observed.notes)


def test_pictures_of_jax_have_their_channels_last(jax):
    rng = np.random.default_rng(0)
    params = {"kernel": rng.standard_normal((2, 3)).astype("float32")}
    x, y = rng.standard_normal((4, 6, 5, 2)).astype("float32"), rng.integers(3, size=(4, 6, 5))

    def apply(params, x):
        return x @ params["kernel"]

    observed = flax_models.observe(apply, x, y, params=params)
    scores = x @ params["kernel"]
    wanted = np.log(np.exp(scores).sum(-1)) - np.take_along_axis(scores, y[..., None], -1)[..., 0]
    assert observed.classes == 3
    np.testing.assert_allclose(observed.loss, wanted.mean(), rtol=1e-5)
    real = rng.standard_normal((4, 6, 5, 3)).astype("float32")
    observed = flax_models.observe(apply, x, real, params=params)
    np.testing.assert_allclose(observed.loss, 0.5 * np.square(scores - real).sum(-1).mean(), rtol=1e-5)


def test_nnx(jax):
    nnx = pytest.importorskip("flax.nnx")

    class Model(nnx.Module):
        def __init__(self, rngs):
            self.tokens, self.norm = nnx.Embed(9, 8, rngs=rngs), nnx.LayerNorm(8, rngs=rngs)
            self.attention = nnx.MultiHeadAttention(2, 8, decode=False, rngs=rngs)
            self.one = nnx.Linear(8, 8, rngs=rngs)

        def __call__(self, x):
            h = self.tokens(x)
            h = h + self.attention(self.norm(h))
            return self.tokens.attend(h + nnx.relu(self.one(h)))

    model, tokens = Model(nnx.Rngs(0)), np.random.default_rng(0).integers(9, size=(5, 4))
    before = [np.array(leaf) for leaf in jax.tree_util.tree_leaves(nnx.state(model))]
    observed = flax_models.observe(model, tokens)
    assert [layer.name for layer in observed.layers] == [
        "tokens", "attention/query", "attention/key", "attention/value", "attention/out", "one", "tokens (call 2)",
    ]  # fmt: skip
    assert [layer.width for layer in observed.layers] == [8, 8, 8, 8, 8, 8, 9]
    assert observed.residual and (observed.by_layer("gradient") > 0).all()
    for old, new in zip(before, jax.tree_util.tree_leaves(nnx.state(model)), strict=True):
        np.testing.assert_array_equal(old, new)
    streams = iter(range(100))
    several = flax_models.observe(lambda: Model(nnx.Rngs(next(streams))), tokens, seeds=2)
    assert several.seeds == 2 and len(np.unique(several.layers[1].signal)) == 2


def test_a_loop_of_jax_is_one_layer(jax):
    def recurrent(params, x):
        def step(h, row):
            h = jax.numpy.tanh(row @ params["in"] + h @ params["again"])
            return h, h

        _, hidden = jax.lax.scan(step, jax.numpy.zeros((x.shape[0], 6)), jax.numpy.swapaxes(x, 0, 1))
        return hidden[-1] @ params["out"]

    rng = np.random.default_rng(0)
    params = {
        "in": rng.standard_normal((4, 6)),
        "again": rng.standard_normal((6, 6)),
        "out": rng.standard_normal((6, 3)),
    }
    observed = flax_models.observe(recurrent, rng.standard_normal((7, 5, 4)), params=params)
    assert [layer.kind for layer in observed.layers] == ["recurrent", "dense"]
    assert (observed.by_layer("weight_gradient") > 0).all() and any("inside a loop" in note for note in observed.notes)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: flax_models.observe("ResNet", np.ones((2, 3))), TypeError, "model must be a Flax module"),
        (lambda: flax_models.observe(lambda p, x: x * p, np.ones((2, 3)), params=np.ones(3)), ValueError, "model must have layers with weights"),
        (lambda: flax_models.observe(chain, np.ones((2, 5)), params=weights()), ValueError, r"model failed forward on batch of shape \(2, 5\): TypeError: dot_general"),
        (lambda: flax_models.observe(chain, np.ones((0, 12)), params=weights()), ValueError, "batch must hold at least one sample"),
        (lambda: flax_models.observe(chain, np.full((2, 12), np.inf), params=weights()), ValueError, "batch must be finite"),
        (lambda: flax_models.observe(chain, np.ones((2, 12)), [7, 0], params=weights()), ValueError, "targets must be classes 0 to 5"),
        (lambda: flax_models.observe(chain, np.ones((2, 12)), params=weights(), seeds=3), ValueError, "seeds must be left out"),
        (lambda: flax_models.observe(lambda: 3, np.ones((2, 12))), TypeError, "model must make a flax.nnx.Module"),
        (lambda: flax_models.observe(chain, np.ones((2, 12)), params=weights(), optimizer="adam"), ValueError, "rate must be given"),
    ],
)  # fmt: skip
def test_errors_of_flax_are_one_line_that_names_the_argument(jax, call, error, said):
    pytest.importorskip("flax")
    with pytest.raises(error, match=f"^{said}") as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_failure_backward_in_jax_keeps_its_cause(jax):
    @jax.custom_vjp
    def broken(x):
        return x

    broken.defvjp(lambda x: (x, None), lambda _, g: 1 / 0)
    with pytest.raises(ValueError, match="^model failed backward: ZeroDivisionError") as caught:
        flax_models.observe(lambda p, x: broken(x @ p), np.ones((3, 4)), params=np.ones((4, 2)))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


# ---- Keras --------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


def of_keras(keras, drawn):
    model = keras.Sequential([keras.layers.Dense(W.shape[1], activation="relu") for W, _ in drawn[:-1]])
    model.add(keras.layers.Dense(drawn[-1][0].shape[1]))
    model.build((None, drawn[0][0].shape[0]))
    model.set_weights([array for pair in drawn for array in pair])
    return model


def test_keras_measures_what_the_chain_rule_says(keras):
    drawn, (x, y) = weights(), batch_and_targets()
    model = of_keras(keras, drawn)
    observed = keras_models.observe(model, x, y, optimizer="sgd", rate=0.1)
    agree(observed, by_hand(drawn, x, y))
    assert [layer.activation for layer in observed.layers] == ["relu", "relu", "identity"]
    assert observed.source == "keras" and all("dense" in layer.name for layer in observed.layers)
    theirs = torch_models.observe(of_torch(drawn), x, y, optimizer="sgd", rate=0.1)
    np.testing.assert_allclose(observed.by_layer("update_ratio"), theirs.by_layer("update_ratio"), rtol=1e-3)


def test_a_keras_model_with_all_sorts_of_layers(keras):
    layers = keras.layers
    inputs = keras.Input((6, 6, 2))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same", activation="relu")(inputs))
    x = layers.Add()([x, layers.DepthwiseConv2D(3, padding="same")(x)])
    x = layers.Dropout(0.3)(layers.Flatten()(layers.Conv2DTranspose(3, 3, strides=2)(x)))
    model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
    model.layers[-1].trainable = False
    before = [np.asarray(v) for v in model.weights]
    observed = keras_models.observe(model, np.random.default_rng(0).standard_normal((6, 6, 6, 2)))
    assert [layer.kind for layer in observed.layers if layer.kind != "normalization"] == ["convolution"] * 3 + ["dense"]
    first, depthwise, turned, last = (layer for layer in observed.layers if layer.kind != "normalization")
    assert (first.fan_in, first.fan_out, first.width, first.activation) == (18, 36, 4, "relu")
    assert (depthwise.fan_in, depthwise.fan_out, depthwise.width) == (9, 9, 4)
    assert (turned.width, last.width, last.trainable, first.trainable) == (3, 5, False, True)
    assert observed.residual and observed.normalized and observed.classes == 5
    assert any("probabilities already" in note for note in observed.notes)
    for old, new in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(old, np.asarray(new))


def test_a_callable_makes_keras_models(keras):
    make = lambda: keras.Sequential([keras.layers.Dense(6, activation="tanh"), keras.layers.Dense(3)])  # noqa: E731
    observed = keras_models.observe(make, batch_and_targets()[0], seeds=3)
    assert observed.seeds == 3 and len(np.unique(observed.layers[0].weight_second_moment)) == 3


def test_errors_of_keras_are_one_line_that_names_the_argument(keras):
    dense = keras.layers.Dense
    for call, error, said in (
        (lambda: keras_models.observe("x", np.ones((2, 3))), TypeError, "model must be a Keras model"),
        (lambda: keras_models.observe(lambda: 3, np.ones((2, 3))), TypeError, "model must be a Keras model .* makes 3"),
        (lambda: keras_models.observe(keras.Sequential([keras.layers.ReLU()]), np.ones((2, 3))), ValueError, "model must have layers"),
        (lambda: keras_models.observe(keras.Sequential([keras.Input((4,)), dense(3)]), np.ones((2, 5))), ValueError, r"model failed forward on batch of shape \(2, 5\)"),
        (lambda: keras_models.observe(keras.Sequential([dense(3)]), np.ones((0, 5))), ValueError, "batch must hold at least one sample"),
        (lambda: keras_models.observe(keras.Sequential([dense(3)]), np.full((2, 5), np.nan)), ValueError, "batch must be finite"),
        (lambda: keras_models.observe(keras.Sequential([dense(3)]), np.ones((2, 5)), [0, 3]), ValueError, "targets must be classes 0 to 2"),
        (lambda: keras_models.observe(keras.Sequential([dense(3)]), np.ones((2, 5)), seeds=2), ValueError, "seeds must be left out"),
    ):  # fmt: skip
        with pytest.raises(error, match=f"^{said}") as caught:
            call()
        assert "\n" not in str(caught.value)


# ---- whose is it --------------------------------------------------------------------------------------------------------
def test_each_adapter_knows_its_own():
    linen = pytest.importorskip("flax.linen")
    keras = pytest.importorskip("keras")
    ours = {torch_models: nn.Linear(2, 2), flax_models: linen.Dense(2), keras_models: keras.layers.Dense(2)}
    for adapter, model in ours.items():
        assert adapter.owns(model) and not adapter.owns((784, 10)) and not adapter.owns("x")
    if keras.config.backend() != "torch":
        assert [[adapter.owns(model) for model in ours.values()] for adapter in ours] == np.eye(3, dtype=bool).tolist()


# ---- diagnose and assert_starts_well ------------------------------------------------------------------------------------
def deep(depth, std_of, width=96):
    """A ReLU network of torch, with weights of this standard deviation."""
    layers = []
    for _ in range(depth):
        layer = nn.Linear(width, width)
        nn.init.normal_(layer.weight, std=std_of(width))
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def he(n):
    return math.sqrt(2 / n)


def xavier(n):
    return math.sqrt(1 / n)


def test_a_torch_model_is_diagnosed():
    x = torch.randn(32, 96)
    sick = diagnose(deep(40, xavier), x)
    assert {"vanishing_signal", "vanishing_gradient"} <= set(sick.kinds)
    assert "kaiming_normal_" in sick.faults[0].code and "Sequential" in str(sick)
    assert assert_starts_well(deep(6, he), x, torch.randint(10, (32,))).healthy
    with pytest.raises(AssertionError, match="vanishing_signal"):
        assert_starts_well(deep(40, xavier), x)


def test_a_callable_is_diagnosed_over_seeds_and_moves_no_stream():
    x, state = torch.randn(32, 96), torch.get_rng_state()
    assert diagnose(lambda: deep(40, xavier), x, seeds=6).observed.seeds == 6
    assert assert_starts_well(lambda: deep(6, he), x, seeds=6).healthy
    assert torch.equal(state, torch.get_rng_state())
    for wrong, error in ((lambda: 1 / 0, ValueError), (lambda: 3, TypeError)):
        with pytest.raises(error, match="^network (failed when it was called|must make a model)"):
            diagnose(wrong, x)


def test_models_of_keras_and_jax_are_diagnosed(jax, keras):
    x, y = batch_and_targets()
    drawn = weights()
    assert diagnose(of_keras(keras, drawn), x, y).healthy
    assert diagnose(chain, x, y, params=drawn).healthy
    zeros = [(0 * W, 0 * b) for W, b in drawn]
    for report in (diagnose(of_keras(keras, zeros), x, y), diagnose(chain, x, y, params=zeros)):
        assert "dead_start" in report.kinds
    assert "dead_start" in diagnose(of_torch(zeros), x, y).kinds


# ---- attention, what stands at the end, what is frozen ----------------------------------------------------------------
class Attention(nn.Module):
    def __init__(self, width, scale, how="softmax"):
        super().__init__()
        self.q, self.k, self.v, self.last = (nn.Linear(width, width) for _ in range(4))
        self.scale, self.how = scale, how
        for layer in (self.q, self.k, self.v):
            nn.init.normal_(layer.weight, std=width**-0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        if self.how == "sdpa":
            return self.last(F.scaled_dot_product_attention(q, k, v, scale=self.scale, is_causal=True).mean(1))
        if self.how == "einsum":
            return self.last((torch.einsum("bid,bjd->bij", q, k) * self.scale).softmax(-1).matmul(v).mean(1))
        scores = (q @ k.transpose(1, 2) * self.scale).masked_fill(torch.ones(x.shape[1], x.shape[1]).triu(1) > 0, -1e9)
        return self.last((F.softmax(scores, dim=-1) @ v).mean(1))


@pytest.mark.parametrize("how", ["softmax", "sdpa", "einsum"])
def test_attention_that_looks_at_one_place_is_told_and_the_usual_one_is_not(how):
    x = torch.randn(6, 20, 64)
    assert diagnose(Attention(64, 1 / 8, how), x).healthy
    report = diagnose(Attention(64, 1.0, how), x)
    assert report.kinds == ("saturated_attention",)
    (_, places, peak), *_ = report.observed.attention
    assert places == 20 and peak[0] > 0.7
    model, given = Attention(64, 1.0, how), x.double()
    model.double()
    scores = (model.q(given) @ model.k(given).transpose(1, 2)).detach()
    if how != "einsum":
        scores = scores.masked_fill(torch.ones(20, 20).triu(1) > 0, -math.inf)[:, 7:]  # rows with 8 places and more
    by_hand = scores.softmax(-1).amax(-1).mean()
    assert diagnose(model, given).observed.attention[0][2][0] == pytest.approx(float(by_hand), rel=1e-6)


def test_attention_of_torch_is_seen_inside_and_a_gate_is_none():
    block = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    (name, places, peak), *_ = diagnose(
        nn.Sequential(block, nn.Linear(32, 5)), torch.randn(4, 12, 32)
    ).observed.attention
    assert (name, places) == ("0.self_attn.in_proj", 12) and peak[0] < 0.4

    class Gate(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate, self.last = nn.Linear(16, 12), nn.Linear(12, 5)

        def forward(self, x):
            return self.last((20 * self.gate(x)).softmax(dim=-1))

    assert diagnose(Gate(), torch.randn(4, 9, 16)).observed.attention == ()


def ending(*end):
    return nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 6), *end)


X, CLASSES, VALUES = torch.randn(32, 12), torch.arange(32) % 6, torch.rand(32, 6)


@pytest.mark.parametrize(
    ("end", "options", "kinds"),
    [
        (nn.Softmax(-1), {}, ("two_softmaxes",)),
        (nn.Softmax(-1), {"targets": CLASSES, "loss": nn.CrossEntropyLoss()}, ("two_softmaxes",)),
        (nn.Softmax(-1), {"targets": CLASSES, "loss": lambda p, t: F.nll_loss(p.log(), t)}, ()),
        (nn.Softmax(-1), {"targets": VALUES, "loss": nn.MSELoss()}, ()),
        (nn.LogSoftmax(-1), {"targets": CLASSES, "loss": nn.NLLLoss()}, ()),
        (nn.LogSoftmax(-1), {"targets": CLASSES, "loss": nn.CrossEntropyLoss()}, ()),
        (nn.Sigmoid(), {"targets": VALUES, "loss": nn.BCELoss()}, ()),
        (nn.ReLU(), {"targets": CLASSES}, ("relu_logits",)),
        (nn.ReLU(), {"targets": CLASSES, "loss": F.cross_entropy}, ("relu_logits",)),
        (nn.ReLU(), {}, ()),
        (nn.ReLU(), {"targets": VALUES}, ()),
        (nn.ReLU(), {"targets": VALUES, "loss": nn.PoissonNLLLoss(log_input=False)}, ()),
        (nn.LeakyReLU(), {"targets": CLASSES}, ()),
    ],
)
def test_what_stands_behind_the_last_layer_is_judged_by_the_loss(end, options, kinds):
    report = diagnose(ending(end), X, **options)
    assert report.kinds == kinds, str(report)
    if isinstance(end, nn.ReLU) and not options:
        assert any("come out of a relu" in note for note in report.observed.notes)


def test_what_is_frozen_is_noted_and_is_a_fault_only_if_all_is():
    part = ending()
    part[0].requires_grad_(False)
    report = diagnose(part, X, CLASSES)
    assert report.healthy and "1 of 2 layers" in report.observed.notes[0]
    report = diagnose(part.requires_grad_(False), X, CLASSES)
    assert report.kinds == ("nothing_trains",)
    part[2].bias.requires_grad_(True)
    assert diagnose(part, X, CLASSES).healthy  # biases alone may learn

    class Resting(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.last = ending(nn.ReLU()), nn.Linear(6, 4)

        def forward(self, x):
            with torch.no_grad():
                x = self.body(x)
            return self.last(x)

    report = diagnose(Resting(), X, CLASSES % 4)
    assert report.healthy and any("2 of 3 layers" in note for note in report.observed.notes)
    with torch.no_grad():
        silent = Resting()
    silent.forward = torch.no_grad()(silent.forward)
    with pytest.raises(ValueError, match=r"got one cut off from its weights \(by no_grad"):
        diagnose(silent, X, CLASSES % 4)


def test_what_stands_at_the_end_of_a_keras_model(keras):
    def model(end):
        return keras.Sequential([keras.Input((12,)), keras.layers.Dense(24, "relu"), keras.layers.Dense(6, end)])

    x, classes = X.numpy(), CLASSES.numpy()
    assert diagnose(model("relu"), x, classes).kinds == ("relu_logits",)
    assert diagnose(model("relu"), x).healthy
    assert diagnose(model("softmax"), x, classes).healthy  # its own losses take probabilities
    frozen = model(None)
    frozen.trainable = False
    assert diagnose(frozen, x, classes).kinds == ("nothing_trains",)


ON_TORCH = """
import keras, numpy as np
from weightinit import diagnose
assert keras.config.backend() == "torch"
x = np.random.default_rng(0).standard_normal((16, 20)).astype("float32")
def make(end=None, init="he_normal", depth=2):
    hidden = [keras.layers.Dense(32, "relu", kernel_initializer=init) for _ in range(depth)]
    return keras.Sequential([keras.Input((20,)), *hidden, keras.layers.Dense(6, end)])
print(diagnose(make(), x).kinds, diagnose(make, x, seeds=2).observed.seeds, diagnose(make("softmax"), x).kinds)
print(diagnose(make("relu"), x, np.arange(16) % 6).kinds)
print(diagnose(make(init="glorot_normal", depth=24), x).kinds[:2])
"""


def test_keras_on_torch_is_diagnosed_as_keras():
    found = subprocess.run(
        [sys.executable, "-c", ON_TORCH],
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == [
        "() 2 ()",
        "('relu_logits',)",
        "('vanishing_signal', 'vanishing_gradient')",
    ]
