"""Wrong answers to problem set 4."""

from __future__ import annotations

from weightinit_course.wrong_answers.wrong import Wrong

_MEASURE = (
    "def measure(weights, x, gradient):\n    zs = []\n    for layer, w in enumerate(weights):\n"
    "        zs.append((x if layer == 0 else phi(zs[-1])) @ w)\n    deltas = [{last}]\n"
    "    for layer in range(len(weights) - 1, 0, -1):\n"
    "        deltas.insert(0, {slope}(deltas[0] @ weights[layer].T))\n"
    "    return np.array([{size}(z{after}) for z in zs]), np.array([{size}(d{after}) for d in deltas])\n"
)
_SLOPE = "dphi(zs[layer - 1]) * "


def _measure(last="gradient", slope=_SLOPE, size="np.mean", after="**2"):
    return _MEASURE.format(last=last, slope=slope, size=size, after=after)


def _start(body, first="1 / math.sqrt(m_0)", rng="", rate='0.001 / VARIANT["scale"] ** 2'):
    return (
        f"def start(widths, m_0, rng):\n{rng}    weights = []\n"
        "    for layer, (n, m) in enumerate(zip(widths[:-1], widths[1:], strict=True)):\n"
        f"        scale = gains(1.0)[0] if layer else {first}\n        {body}\n    return weights\n\n\n"
        f"LEARNING_RATE = {rate}\n"
    )


_XAVIER = _start("weights.append(initializers.xavier_normal((n, m), rng))")
_HE = _start("weights.append(initializers.he_normal((n, m), rng))")
_ORTHOGONAL = "weights.append(scale * math.sqrt(max(n, m) / n) * initializers.orthogonal((n, m), rng))"

_FORESEEN = {
    "measure: variances": (
        "ps4-measure",
        _measure(size="np.var", after=""),
        "ps4-measure-test",
        0.5,
        "These are variances",
    ),
    "measure: slope at the output": (
        "ps4-measure",
        _measure(last="gradient * dphi(zs[-1])"),
        "ps4-measure-test",
        0.6,
        "The last layer has no activation",
    ),
    "measure: no slope": ("ps4-measure", _measure(slope=""), "ps4-measure-test", 0.5, "Backward the slope"),
    "gains: square roots missing": (
        "ps4-gains",
        "def gains(q):\n    return q / moments.second_moment(PHI, q), 1 / moments.derivative_moment(PHI, q)\n",
        "ps4-gains-test",
        0.5,
        "The square roots are missing",
    ),
    "gains: the numerator missing": (
        "ps4-gains",
        "def gains(q):\n    return moments.second_moment(PHI, q) ** -0.5, moments.derivative_moment(PHI, q) ** -0.5\n",
        "ps4-gains-test",
        0.6,
        "the q in the numerator is missing",
    ),
    "predict: fan-out": (
        "ps4-predict",
        "def predict_q(widths, variances, m_0):\n    q = []\n    for n, v in zip(widths[1:], variances, strict=True):\n"
        "        q.append(n * v * (moments.second_moment(PHI, q[-1]) if q else m_0))\n    return np.array(q)\n",
        "ps4-predict-test",
        0.4,
        "You multiply by the fan-out",
    ),
    "predict: an activation before the first layer": (
        "ps4-predict",
        "def predict_q(widths, variances, m_0):\n    q = []\n    for n, v in zip(widths[:-1], variances, strict=True):\n"
        "        q.append(n * v * moments.second_moment(PHI, q[-1] if q else m_0))\n    return np.array(q)\n",
        "ps4-predict-test",
        0.6,
        "before the first layer as well",
    ),
    "start: Xavier, not level": ("ps4-start", _XAVIER, "ps4-start-test", 0.2, "Xavier's variances"),
    "start: Xavier, training": ("ps4-start", _XAVIER, "ps4-train-test", 0.1, "Xavier's variances"),
    "start: He, not level": ("ps4-start", _HE, "ps4-start-test", 0.2, "He's variances"),
    "start: He, training": ("ps4-start", _HE, "ps4-train-test", 0.1, "He's variances"),
    "start: reseeded": (
        "ps4-start",
        _start(_ORTHOGONAL, rng="    rng = np.random.default_rng(0)\n"),
        "ps4-start-test",
        0.4,
        "draw from the generator that you are given",
    ),
    "start: the same matrix in all layers": (
        "ps4-start",
        _start(
            "rng = np.random.default_rng(int(salt))\n        " + _ORTHOGONAL, rng="    salt = rng.integers(10**9)\n"
        ),
        "ps4-start-test",
        0.4,
        "Two layers are the same matrix",
    ),
    "start: the inputs' scale ignored": (
        "ps4-start",
        _start(_ORTHOGONAL, first="gains(1.0)[0]"),
        "ps4-start-test",
        0.6,
        "q_1 follows m_0",
    ),
    "start: matrices the wrong way round": (
        "ps4-start",
        _start(_ORTHOGONAL.replace("(n, m), rng))", "(m, n), rng))")),
        "ps4-start-test",
        0.0,
        "of shapes (5, 7) and (7, 4)",
    ),
}

WRONG = {name: Wrong(*answer) for name, answer in _FORESEEN.items()}
