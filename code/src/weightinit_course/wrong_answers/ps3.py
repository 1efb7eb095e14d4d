"""Wrong answers to problem set 3; each is wrong in the same way for every variant."""

from __future__ import annotations

from weightinit_course.wrong_answers.wrong import Wrong

WRONG = {
    "relu: variance for mean square": Wrong(
        "ps3-relu",
        'q = VARIANT["q"]\nrelu_square = q * (0.5 - 0.5 / math.pi)\nrelu_std = math.sqrt(relu_square)\n',
        "ps3-relu-test",
        0.5,
        "this is the variance of relu(z)",
    ),
    "relu: root mean square for standard deviation": Wrong(
        "ps3-relu",
        'q = VARIANT["q"]\nrelu_square = q / 2\nrelu_std = math.sqrt(q / 2)\n',
        "ps3-relu-test",
        0.55,
        "this is the root mean square",
    ),
    "relu: the std becomes 0.5": Wrong(
        "ps3-relu",
        'q = VARIANT["q"]\nrelu_square = q / 2\nrelu_std = math.sqrt(q) / 2\n',
        "ps3-relu-test",
        0.3,
        "the standard deviation is not halved",
    ),
    "leaky: slope not squared": Wrong(
        "ps3-leaky",
        'q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]\n'
        "leaky_square = (1 + a) / 2 * q\nlopsided_square = k**2 / (k + 1)\n",
        "ps3-leaky-test",
        0.5,
        "the slope must be squared",
    ),
    "lopsided: half of the square all the same": Wrong(
        "ps3-leaky",
        'q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]\n'
        "leaky_square = (1 + a**2) / 2 * q\nlopsided_square = k / 2\n",
        "ps3-leaky-test",
        0.45,
        "mean 0 is not enough",
    ),
    "he_normal: fans swapped": Wrong(
        "ps3-he-normal",
        'def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):\n'
        '    fan = shape[1] if mode == "fan_in" else shape[0]\n'
        "    return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)\n",
        "ps3-he-normal-test",
        0.5,
        "The fans are swapped",
    ),
    "he_normal: 2 missing": Wrong(
        "ps3-he-normal",
        'def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):\n'
        '    fan = shape[0] if mode == "fan_in" else shape[1]\n'
        "    return rng.normal(0.0, math.sqrt(1 / ((1 + negative_slope**2) * fan)), shape)\n",
        "ps3-he-normal-test",
        0.4,
        "The 2 is missing",
    ),
    "he_normal: slope forgotten": Wrong(
        "ps3-he-normal",
        'def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):\n'
        '    fan = shape[0] if mode == "fan_in" else shape[1]\n'
        "    return rng.normal(0.0, math.sqrt(2 / fan), shape)\n",
        "ps3-he-normal-test",
        0.5,
        "The negative slope is ignored",
    ),
    "he_normal: mode ignored": Wrong(
        "ps3-he-normal",
        'def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):\n'
        "    return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope**2) * shape[0])), shape)\n",
        "ps3-he-normal-test",
        0.7,
        "The argument mode is ignored",
    ),
    "he_uniform: sqrt 3 missing": Wrong(
        "ps3-he-uniform",
        "def he_uniform(shape, rng, negative_slope=0.0):\n"
        "    bound = math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))\n"
        "    return rng.uniform(-bound, bound, shape)\n",
        "ps3-he-uniform-test",
        0.5,
        "The √3 is missing",
    ),
    "predict_q: an activation before the first layer": Wrong(
        "ps3-predict",
        "def predict_q(widths, variances, negative_slope, m_0):\n"
        "    share = (1 + negative_slope**2) / 2\n"
        "    return np.cumprod(np.array(widths[:-1]) * np.array(variances) * share) * m_0\n",
        "ps3-predict-test",
        0.6,
        "before the first layer as well",
    ),
    "predict_q: fan-out for fan-in": Wrong(
        "ps3-predict",
        "def predict_q(widths, variances, negative_slope, m_0):\n"
        "    share = (1 + negative_slope**2) / 2\n"
        "    return np.cumprod(np.array(widths[1:]) * np.array(variances) * share) * m_0 / share\n",
        "ps3-predict-test",
        0.4,
        "z sums over the inputs",
    ),
    "q_last: L factors": Wrong(
        "ps3-untold",
        'a, depth = VARIANT["slope"], VARIANT["depth"]\nq_last = (1 + a**2) ** depth\n',
        "ps3-untold-test",
        0.6,
        "There are L - 1 activations",
    ),
    "limits: second moment for its root": Wrong(
        "ps3-limits",
        "largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)\n"
        'n, s = VARIANT["width"], VARIANT["std"]\n'
        "layers = np.arange(100)\n"
        "overflow_layer = int(np.argmax(n * (n / 2.0) ** np.minimum(layers, 60) > largest)) + 1\n"
        "underflow_layer = int(np.argmax(n * s**2 * (n * s**2 / 2) ** layers < smallest)) + 1\n",
        "ps3-limits-test",
        0.5,
        "its root was asked for",
    ),
    "second_moment: weights not normalized": Wrong(
        "ps3-moment",
        "def second_moment(name, q):\n"
        "    nodes, weights = np.polynomial.hermite.hermgauss(100)\n"
        "    return float(weights @ activations.get(name).f(math.sqrt(2 * q) * nodes) ** 2)\n",
        "ps3-moment-test",
        0.4,
        "The weights must add up to 1",
    ),
    "second_moment: sqrt 2 forgotten": Wrong(
        "ps3-moment",
        "def second_moment(name, q):\n"
        "    nodes, weights = np.polynomial.hermite.hermgauss(100)\n"
        "    return float(weights @ activations.get(name).f(math.sqrt(q) * nodes) ** 2) / math.sqrt(math.pi)\n",
        "ps3-moment-test",
        0.45,
        "half of the variance",
    ),
    "second_moment: sqrt q forgotten": Wrong(
        "ps3-moment",
        "def second_moment(name, q):\n"
        "    nodes, weights = np.polynomial.hermite.hermgauss(100)\n"
        "    return float(weights @ activations.get(name).f(math.sqrt(2) * nodes) ** 2) / math.sqrt(math.pi)\n",
        "ps3-moment-test",
        0.35,
        "q has no effect",
    ),
    "gain: square root missing": Wrong(
        "ps3-gain",
        "def gain(name):\n    return 1 / second_moment(name, 1.0)\n",
        "ps3-gain-test",
        0.5,
        "The square root is missing",
    ),
    "gain: one over the standard deviation": Wrong(
        "ps3-gain",
        "def gain(name):\n"
        "    nodes, weights = np.polynomial.hermite.hermgauss(100)\n"
        "    mean = float(weights @ activations.get(name).f(math.sqrt(2) * nodes)) / math.sqrt(math.pi)\n"
        "    return 1 / math.sqrt(second_moment(name, 1.0) - mean**2)\n",
        "ps3-gain-test",
        0.45,
        "You divide by the standard deviation",
    ),
    "gain: right, on a second moment with a forgotten sqrt 2": Wrong(
        "ps3-gain",
        "def gain(name):\n    return 1 / math.sqrt(second_moment(name, 0.5))\n",
        "ps3-gain-test",
        0.8,
        "follows rightly from a second_moment",
    ),
    "backward_gain: the forward one": Wrong(
        "ps3-backward",
        "def backward_gain(name):\n    return gain(name)\n",
        "ps3-backward-test",
        0.3,
        "This is the gain of the way forward",
    ),
    "backward_gain: mean slope": Wrong(
        "ps3-backward",
        "def backward_gain(name):\n"
        "    nodes, weights = np.polynomial.hermite.hermgauss(100)\n"
        "    slope = activations.get(name).df(math.sqrt(2) * nodes)\n"
        "    return math.sqrt(math.pi) / float(weights @ slope)\n",
        "ps3-backward-test",
        0.4,
        "You average the slope",
    ),
    "chi: L steps": Wrong(
        "ps3-chi",
        'name, depth = VARIANT["activation"], VARIANT["depth"]\n'
        "chi_1 = (gain(name) / backward_gain(name)) ** 2\ngradient_ratio = chi_1 ** (depth / 2)\n",
        "ps3-chi-test",
        0.7,
        "one step too many",
    ),
    "chi: upside down, ratio consistent with it": Wrong(
        "ps3-chi",
        'name, depth = VARIANT["activation"], VARIANT["depth"]\n'
        "chi_1 = (backward_gain(name) / gain(name)) ** 2\ngradient_ratio = chi_1 ** ((depth - 1) / 2)\n",
        "ps3-chi-test",
        0.5,
        "chi_1: upside down",
    ),
    "cut_std: not divided by the probability": Wrong(
        "ps3-cut",
        'cut = VARIANT["cut"]\n'
        "kept = math.erf(cut / math.sqrt(2))\n"
        "density = math.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi)\n"
        "cut_std = math.sqrt(kept - 2 * cut * density)\n",
        "ps3-cut-test",
        0.5,
        "does not add up to 1",
    ),
    "he_truncated: truncation not corrected": Wrong(
        "ps3-he-truncated",
        "def he_truncated(shape, rng, negative_slope=0.0):\n"
        "    z = rng.standard_normal(shape)\n"
        "    while (outside := np.abs(z) > 2).any():\n"
        "        z[outside] = rng.standard_normal(outside.sum())\n"
        "    return z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))\n",
        "ps3-he-truncated-test",
        0.6,
        "The truncation is not corrected",
    ),
    "he_truncated: clipped": Wrong(
        "ps3-he-truncated",
        "def he_truncated(shape, rng, negative_slope=0.0):\n"
        "    z = np.clip(rng.standard_normal(shape), -2, 2)\n"
        "    return z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))\n",
        "ps3-he-truncated-test",
        0.4,
        "Numbers beyond the cut are set to the cut",
    ),
}
