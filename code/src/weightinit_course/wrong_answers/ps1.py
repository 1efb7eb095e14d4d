"""Wrong answers to problem set 1."""

from __future__ import annotations

from weightinit_course.wrong_answers.wrong import Wrong

_HEAD = "def loss_and_gradients(W1, b1, W2, b2, x, t):\n    z = x @ W1 + b1\n    h = phi(z)\n    e = h @ W2 + b2 - t\n"
_KIND = "def kind_of_start(W1, b1, W2, b2, x, t):\n    _, dW1, _, dW2, _ = loss_and_gradients(W1, b1, W2, b2, x, t)\n"


def _gradients(body: str, credit: float, phrase: str) -> Wrong:
    return Wrong("ps1-gradients", _HEAD + body, "ps1-gradients-test", credit, phrase)


def _growth(steps: str, more: str, credit: float, phrase: str) -> Wrong:
    source = (
        'small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100\nk = VARIANT["noise_exponent"]\n'
        f"steps_to_differ = {steps}\nmore_steps = {more}"
    )
    return Wrong("ps1-growth", source, "ps1-growth-test", credit, phrase)


def _random(body: str, credit: float, phrase: str) -> Wrong:
    source = f"def random_weights(shape, rng, std):\n    return {body}"
    return Wrong("ps1-random", source, "ps1-random-test", credit, phrase)


WRONG = {
    "no_average": _gradients(
        "    d = d_phi(z) * (e @ W2.T)\n    return 0.5 * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)",
        0.6,
        "average over the batch is missing",
    ),
    "no_average_in_gradients": _gradients(
        "    d = d_phi(z) * (e @ W2.T)\n"
        "    return 0.5 * np.sum(e**2) / len(x), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)",
        0.3,
        "its gradients are not",
    ),
    "no_half": _gradients(
        "    e = 2 * e / len(x)\n    d = d_phi(z) * (e @ W2.T)\n"
        "    return 0.25 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)",
        0.7,
        "factor one half",
    ),
    "no_derivative": _gradients(
        "    e = e / len(x)\n    d = e @ W2.T\n"
        "    return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)",
        0.3,
        "derivative is missing",
    ),
    "inverse_order": Wrong(
        "ps1-permute",
        "def permute_hidden(W1, b1, W2, order):\n    back = np.argsort(order)\n    return W1[:, back], b1[back], W2[back]",
        "ps1-permute-test",
        0.6,
        "inverse order",
    ),
    "incoming_only_permuted": Wrong(
        "ps1-permute",
        "def permute_hidden(W1, b1, W2, order):\n    return W1[:, order], b1[order], W2",
        "ps1-permute-test",
        0.0,
        "computes something else",
    ),
    "incoming_only_counted": Wrong(
        "ps1-distinct",
        "def distinct_units(W1, b1, W2, tolerance=1e-9):\n    units = np.concatenate([W1, b1[None]]).T\n    found = []\n"
        "    for u in units:\n        if all(np.max(np.abs(u - v)) > tolerance for v in found):\n            found.append(u)\n"
        "    return len(found)",
        "ps1-distinct-test",
        0.5,
        "rows of W2 count too",
    ),
    "fixed_tolerance": Wrong(
        "ps1-distinct",
        "def distinct_units(W1, b1, W2, tolerance=1e-9):\n"
        "    return np.unique(np.concatenate([W1, b1[None], W2.T]).round(9), axis=1).shape[1]",
        "ps1-distinct-test",
        0.7,
        "tolerance that the function is given is ignored",
    ),
    "dead_by_weights": Wrong(
        "ps1-kind",
        "def kind_of_start(W1, b1, W2, b2, x, t):\n    if not W1.any() and not W2.any():\n        return 'dead'\n"
        "    return 'symmetric' if distinct_units(W1, b1, W2) < W1.shape[1] else 'fine'",
        "ps1-kind-test",
        0.5,
        "decided by the gradients",
    ),
    "symmetric_by_incoming": Wrong(
        "ps1-kind",
        _KIND + "    if max(np.abs(dW1).max(), np.abs(dW2).max()) <= 1e-12:\n        return 'dead'\n"
        "    units = np.unique(np.concatenate([W1, b1[None]]), axis=1).shape[1]\n"
        "    return 'symmetric' if units < W1.shape[1] else 'fine'",
        "ps1-kind-test",
        0.5,
        "different outgoing weights are not symmetric",
    ),
    "one_step_early": _growth(
        "math.floor((k - 1) * math.log(10) / math.log1p(small))",
        "math.log(1000) / math.log1p(small)",
        0.7,
        "One step too early",
    ),
    "exponential": _growth(
        "math.ceil((k - 1) * math.log(10) / small)", "math.log(1000) / small", 0.65, "not by exp(ηλ)"
    ),
    "linear_in_noise": _growth(
        "math.ceil((k - 1) * math.log(10) / math.log1p(small))", "1000.0", 0.3, "through its logarithm only"
    ),
    "variance": _random("rng.normal(0, std**2, shape)", 0.4, "variance was used as the standard deviation"),
    "one_sided": _random("rng.uniform(0, 2 * np.sqrt(3) * std, shape)", 0.3, "The mean is not 0"),
    "seeded": _random("np.random.default_rng(1).normal(0, std, shape)", 0.4, "Every call returns the same"),
}
