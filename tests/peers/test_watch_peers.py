"""The lines of chapter 1 that a reader pastes into a PyTorch project, run in PyTorch as they are printed there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from weightinit.network import MLP

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers

CHAPTER = Path(__file__).resolve().parents[2] / "chapters" / "01-why-the-start-matters.ipynb"
WIDTHS = (8, 16, 16, 4)


@pytest.fixture
def watch():
    cells = json.loads(CHAPTER.read_text(encoding="utf8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    (printed,) = re.findall(r"^```python\n(def watch\(.*?)^```$", text, re.S | re.M)
    names: dict = {}
    exec(printed, names)
    return names["watch"]


def rows(printed: str) -> dict[str, list[float]]:
    number = r"\s+(\S+)"
    found = re.findall(rf"^(\S+)\s+std z{number}\s+std δ{number}\s+update/weight{number}$", printed, re.M)
    return {name: [float(value) for value in values] for name, *values in found}


def pair(inplace: bool):
    """The same network twice: ours, and torch's."""
    net = MLP(WIDTHS, "relu", init="he_normal", rng=0, replicas=1)
    layers: list = []
    for W in net.weights:
        layers += [torch.nn.Linear(*W[0].shape, dtype=torch.float64), torch.nn.ReLU(inplace=inplace)]
        with torch.no_grad():
            layers[-2].weight.copy_(torch.tensor(W[0].T))
            layers[-2].bias.zero_()
    return net, torch.nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("inplace", [False, True])
def test_it_prints_what_our_network_measures(watch, capsys, inplace):
    net, model = pair(inplace)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((32, 8)), rng.integers(4, size=32)
    cost = torch.nn.CrossEntropyLoss()
    watch(model, lambda: cost(model(torch.tensor(x)), torch.tensor(y)), 0.1)
    printed = rows(capsys.readouterr().out)
    net.loss_and_gradients(x, y)
    std = lambda values: np.std(values, ddof=1)  # noqa: E731 - as torch does
    wanted = {
        str(2 * layer): [std(z), std(delta), 0.1 * std(gradient) / std(W)]
        for layer, (z, delta, gradient, W) in enumerate(
            zip(net.pre_activations, net.deltas, net.weight_gradients, net.weights, strict=True)
        )
    }
    assert list(printed) == list(wanted)
    for name, values in wanted.items():
        assert printed[name] == [float(f"{value:.2g}") for value in values]
    assert not any(module._forward_hooks for module in model.modules())


def test_convolutions_are_seen_and_normalizations_are_not(watch, capsys):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(108, 2)
    )
    watch(model, lambda: model(torch.randn(4, 1, 8, 8)).square().mean(), 0.1)
    assert list(rows(capsys.readouterr().out)) == ["0", "4"]


def test_a_frozen_layer_is_left_out_and_one_that_is_called_twice_has_two_rows(watch, capsys):
    first, shared, last = (torch.nn.Linear(8, 8), torch.nn.Linear(8, 8), torch.nn.Linear(8, 2))
    first.requires_grad_(False)
    model = torch.nn.Sequential(first, torch.nn.ReLU(), shared, torch.nn.ReLU(), shared, last)
    watch(model, lambda: model(torch.randn(4, 8)).square().mean(), 0.1)
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["2", "2", "5"]
