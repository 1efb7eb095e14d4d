"""The coordinate check on a network of PyTorch, through the protocol of `check_recorded`."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit.coordinates import RecordedLayer, check_recorded

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers

WIDTHS = (32, 64, 128)
X = torch.tensor(np.random.default_rng(1).standard_normal((16, 8)), dtype=torch.float32)
PULL = torch.tensor(np.random.default_rng(2).standard_normal((16, 4)) / 16, dtype=torch.float32)


def record(n, seed, optimizer="adam", divided=True, output_power=1.0):
    """Three `nn.Linear` by the rules of μP, form "rates", and what two steps of an optimizer of torch do to them."""
    torch.manual_seed(1000 * seed + n)
    ratio, linear = n / WIDTHS[0], torch.nn.Linear
    layers = {"embed": linear(8, n), "middle": linear(n, n), "head": linear(n, 4)}
    stds = {"embed": 8**-0.5, "middle": n**-0.5, "head": WIDTHS[0] ** -0.5 / ratio**output_power}
    if optimizer == "adam":
        rates = {"embed": 1.0, "middle": 1 / ratio if divided else 1.0, "head": 1 / ratio}
        bias_rates = dict.fromkeys(layers, 1.0)
    else:
        rates = {"embed": ratio, "middle": 1.0 if divided else 1 / ratio, "head": 1 / ratio}
        bias_rates = {"embed": ratio, "middle": ratio, "head": 1.0}
    groups, base = [], {"adam": 0.01, "sgd": 0.1}[optimizer]
    for name, layer in layers.items():
        torch.nn.init.normal_(layer.weight, std=stds[name])
        torch.nn.init.zeros_(layer.bias)
        groups += [{"params": [layer.weight], "lr": base * rates[name]}]
        groups += [{"params": [layer.bias], "lr": base * bias_rates[name]}]
    step = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer](groups, lr=base)
    kept = {name: [] for name in layers}
    for _ in range(3):
        step.zero_grad()
        signal = X
        seen = {}
        for name, layer in layers.items():
            z = layer(signal)
            seen[name] = signal, z
            signal = torch.tanh(z)
        (z * PULL).sum().backward()
        for name, layer in layers.items():
            tensors = *seen[name], layer.weight.T, layer.bias, layer.weight.grad.T, layer.bias.grad
            kept[name].append([tensor.detach().numpy().copy() for tensor in tensors])
        step.step()
    found = {}
    for name, rows in kept.items():
        *states, weight_gradients, bias_gradients = (np.stack(one) for one in zip(*rows, strict=True))
        found[name] = RecordedLayer(*states, weight_gradients[:-1], bias_gradients[:-1])
    return found


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_right_network_of_torch_is_not_accused(optimizer):
    found = check_recorded(lambda n, seed: record(n, seed, optimizer), WIDTHS, optimizer=optimizer, seeds=16)
    assert (found.verdict, found.causes) == ("pass", ()), str(found)


@pytest.mark.parametrize(
    ("optimizer", "changes", "cause"),
    [
        ("adam", {"divided": False}, ("hidden rate", "middle")),
        ("sgd", {"divided": False}, ("hidden rate", "middle")),
        ("adam", {"output_power": 0.5}, ("output start", "head")),
        ("sgd", {"output_power": 0.5}, ("output start", "head")),
    ],
)
def test_a_fault_in_torch_is_named(optimizer, changes, cause):
    found = check_recorded(lambda n, seed: record(n, seed, optimizer, **changes), WIDTHS, optimizer=optimizer, seeds=16)
    assert [(one.kind, one.tensor) for one in found.causes] == [cause], str(found)
