"""Forward and backward pass of a deep ReLU network: ours, its bare matrix products, a plain loop, and torch.

    python code/bench/bench_mlp.py --threads 1

One replica, float32, every weight and bias gradient, no gradient of the input: 3·depth − 1 products. The tasks take
turns in every round and ratios are taken within a round, so that another load on the machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable


def arguments() -> argparse.Namespace:
    """Parse the command line; must happen before numpy is imported, which fixes the number of threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, choices=(1, 2), help="threads for the matrix products")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--no-torch", action="store_true", help="leave torch out even if it is installed")
    return parser.parse_args()


def prepare_environment(threads: int) -> None:
    """Set thread counts, and take back two settings that would choose slower kernels; this process only."""
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)


def tasks(depth: int, width: int, batch: int, threads: int, with_torch: bool) -> dict[str, Callable[[], object]]:
    """The callables to time, all on the same weights, input and output gradient; ours is checked against the others."""
    import numpy as np

    from weightinit.network import MLP

    rng = np.random.default_rng(0)
    network = MLP([width] * (depth + 1), "relu", rng=1, dtype=np.float32)
    x, gradient = rng.standard_normal((2, batch, width), dtype=np.float32)
    weights = [w[0] for w in network.weights]
    biases = [b[0] for b in network.biases]

    def ours() -> None:
        network.forward(x)
        network.backward(gradient)

    signals = list(rng.standard_normal((depth + 1, batch, width), dtype=np.float32))
    deltas = list(rng.standard_normal((depth, batch, width), dtype=np.float32))
    weight_gradients = [np.empty_like(w) for w in weights]
    sink_forward = [np.empty_like(d) for d in deltas]
    sink_backward = [np.empty_like(d) for d in deltas]

    def bare_products() -> None:
        for k in range(depth):
            np.matmul(signals[k], weights[k], out=sink_forward[k])
        for k in range(depth - 1, -1, -1):
            np.matmul(signals[k].T, deltas[k], out=weight_gradients[k])
            if k:
                np.matmul(deltas[k], weights[k].T, out=sink_backward[k])

    def plain_loop() -> list[np.ndarray]:
        z, after = [], [x]
        for k in range(depth):
            z.append(after[-1] @ weights[k] + biases[k])
            after.append(np.maximum(z[-1], 0) if k < depth - 1 else z[-1])
        delta, gradients = gradient, []
        for k in range(depth - 1, -1, -1):
            gradients.append((after[k].T @ delta, delta.sum(axis=0)))
            if k:
                delta = (delta @ weights[k].T) * (z[k - 1] > 0)
        return [g[0] for g in gradients[::-1]]

    ours()
    last = plain_loop()
    for mine, theirs in zip(network.weight_gradients, last, strict=True):
        np.testing.assert_allclose(mine[0], theirs, rtol=1e-3, atol=1e-3 * np.abs(theirs).max())
    found: dict[str, Callable[[], object]] = {
        "weightinit MLP": ours,
        "bare products": bare_products,
        "plain numpy loop": plain_loop,
    }
    if with_torch:
        import torch

        torch.set_num_threads(threads)
        layers: list[torch.nn.Module] = []
        for k in range(depth):
            linear = torch.nn.Linear(width, width)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights[k].T.copy()))
                linear.bias.zero_()
            layers += [linear, torch.nn.ReLU()] if k < depth - 1 else [linear]
        model = torch.nn.Sequential(*layers)
        x_torch, gradient_torch = torch.from_numpy(x), torch.from_numpy(gradient)

        def torch_pass() -> None:
            model.zero_grad(set_to_none=True)
            model(x_torch).backward(gradient_torch)

        torch_pass()
        theirs = layers[-1].weight.grad.numpy().T
        np.testing.assert_allclose(last[-1], theirs, rtol=1e-3, atol=1e-3 * np.abs(theirs).max())
        found[f"torch {torch.__version__.split('+')[0]}"] = torch_pass
    return found


def measure(found: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each task, one number a round, in turn; the order is turned round by round."""
    times: dict[str, list[float]] = {name: [] for name in found}
    names = list(found)
    for name in names:
        found[name]()
    for k in range(rounds):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            start = time.perf_counter()
            found[name]()
            times[name].append(time.perf_counter() - start)
    return times


def has_torch() -> bool:
    """Whether torch can be imported."""
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def main() -> None:
    """Measure and print the table."""
    options = arguments()
    prepare_environment(options.threads)
    with_torch = not options.no_torch and has_torch()
    found = tasks(options.depth, options.width, options.batch, options.threads, with_torch)
    times = measure(found, options.rounds)
    print(
        f"depth {options.depth}, width {options.width}, batch {options.batch}, float32, forward + backward; "
        f"{options.threads} thread(s), {options.rounds} rounds in turn"
    )
    print(f"{'task':<20}{'median ms':>10}{'best ms':>9}{'time / ours':>13}{'% of bare rate':>16}")
    for name, values in times.items():
        against_ours = statistics.median(t / o for t, o in zip(values, times["weightinit MLP"], strict=True))
        rate = statistics.median(b / t for t, b in zip(values, times["bare products"], strict=True))
        print(
            f"{name:<20}{1e3 * statistics.median(values):>10.1f}{1e3 * min(values):>9.1f}{against_ours:>13.2f}{100 * rate:>15.0f}%"
        )
    if not with_torch:
        print("torch is not installed, or was left out")


if __name__ == "__main__":
    main()
