"""The network against torch's automatic differentiation and optimizers, in float64."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit import activations
from weightinit.network import MLP
from weightinit.training import SGD, Adam

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers

PEERS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "selu": torch.nn.functional.selu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),  # torch's own turns linear above 20
    "erf": torch.erf,
    "softsign": torch.nn.functional.softsign,
    "identity": lambda z: z,
    "mish": torch.nn.functional.mish,
    "hard_tanh": torch.nn.functional.hardtanh,
    "hard_sigmoid": lambda z: (
        torch.nn.functional.relu6(z + 3) / 6
    ),  # the backward of torch's own has a 1/6 of single precision
    "hard_swish": torch.nn.functional.hardswish,
    "relu6": torch.nn.functional.relu6,
    "celu": torch.nn.functional.celu,
    "gelu_tanh": lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
    "quick_gelu": lambda z: z * torch.sigmoid(1.702 * z),  # as in CLIP
    "squared_relu": lambda z: torch.relu(z) ** 2,
    "logsigmoid": torch.nn.functional.logsigmoid,
    "sin": torch.sin,
    "gaussian": lambda z: torch.exp(-(z**2)),
    "arctan": torch.atan,
    "isru": lambda z: z * torch.rsqrt(1 + z**2),
    "squareplus": lambda z: (z + torch.sqrt(z**2 + 4)) / 2,
}


def test_every_activation_has_a_peer():
    assert set(PEERS) == set(activations.NAMES)


def problem(loss: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((16, 8))
    return x, rng.integers(4, size=16) if loss == "cross_entropy" else rng.standard_normal((16, 4))


def parameters(net: MLP, replica: int) -> list:
    """The weights and biases of one replica as torch leaves."""
    return [torch.tensor(p[replica], requires_grad=True) for p in net.weights + net.biases]


def torch_loss(leaves: list, x: np.ndarray, y: np.ndarray, name: str, loss: str):
    depth = len(leaves) // 2
    signal = torch.tensor(x)
    for layer in range(depth):
        signal = signal @ leaves[layer] + leaves[depth + layer]
        if layer < depth - 1:
            signal = PEERS[name](signal)
    if loss == "cross_entropy":
        return torch.nn.functional.cross_entropy(signal, torch.tensor(y))
    return 0.5 * ((signal - torch.tensor(y)) ** 2).sum(dim=1).mean()


def close(ours: np.ndarray, theirs) -> None:
    theirs = theirs.detach().numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(theirs).max())


def test_each_activation_has_its_peer_here():
    assert set(activations.NAMES) == set(PEERS), "a name without torch's function, or the reverse"


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("loss", ["cross_entropy", "squared"])
@pytest.mark.parametrize("replicas", [1, 3])
def test_gradients(name, loss, replicas):
    if name not in PEERS:
        pytest.skip(f"no peer of {name} is known")
    net = MLP((8, 16, 16, 16, 4), name, init="xavier_normal", rng=1, replicas=replicas, bias_std=0.2, dtype=np.float64)
    x, y = problem(loss)
    values = net.loss_and_gradients(x, y, loss)
    for r in range(replicas):
        leaves = parameters(net, r)
        peer = torch_loss(leaves, x, y, name, loss)
        peer.backward()
        close(values[r], peer)
        for gradient, leaf in zip(net.weight_gradients + net.bias_gradients, leaves, strict=True):
            close(gradient[r], leaf.grad)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: SGD(0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
        (lambda: SGD(0.1, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        (lambda: Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
        (
            lambda: Adam(0.01, beta_1=0.7, beta_2=0.9, epsilon=1e-3),
            lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.7, 0.9), eps=1e-3),
        ),
    ],
)
def test_optimizers(ours, theirs):
    net = MLP((8, 12, 4), "tanh", rng=1, replicas=2, dtype=np.float64)
    x, y = problem("cross_entropy")
    leaves = parameters(net, 1)
    optimizer, peer = ours(), theirs(leaves)
    for _ in range(10):
        net.loss_and_gradients(x, y)
        optimizer.step(net)
        peer.zero_grad()
        torch_loss(leaves, x, y, "tanh", "cross_entropy").backward()
        peer.step()
    for parameter, leaf in zip(net.weights + net.biases, leaves, strict=True):
        np.testing.assert_allclose(parameter[1], leaf.detach().numpy(), rtol=1e-9, atol=1e-11)
