"""Wrong answers to problem set 2."""

from __future__ import annotations

from weightinit_course.wrong_answers.wrong import Wrong


def _normal(body: str, credit: float, phrase: str, before: str = "") -> Wrong:
    source = f"{before}def xavier_normal(shape, rng, gain=1.0):\n    n_in, n_out = shape\n    std = gain * np.sqrt(2 / (n_in + n_out))\n    {body}"
    return Wrong("ps2-normal", source, "ps2-normal-test", credit, phrase)


def _uniform(bound: str, credit: float, phrase: str, draw: str = "rng.uniform(-bound, bound, shape)") -> Wrong:
    source = (
        "def xavier_bound(fan_in, fan_out, gain=1.0):\n    return gain * np.sqrt(6 / (fan_in + fan_out))\n\n\n"
        "def xavier_uniform(shape, rng, gain=1.0):\n    n_in, n_out = shape\n    std = gain * np.sqrt(2 / (n_in + n_out))\n"
        f"    bound = {bound}\n    return {draw}"
    )
    return Wrong("ps2-uniform", source, "ps2-uniform-test", credit, phrase)


WRONG = {
    "variance_as_std": _normal("return rng.normal(0, std**2, shape)", 0.4, "The variance was used"),
    "std_as_variance": _normal("return rng.normal(0, np.sqrt(std), shape)", 0.4, "used as the variance"),
    "half_variance": _normal("return rng.normal(0, std / np.sqrt(2), shape)", 0.5, "half of what it should be"),
    "one_fan": _normal("return rng.normal(0, gain / np.sqrt(n_in), shape)", 0.4, "with one of the fans"),
    "other_fan": _normal("return rng.normal(0, gain / np.sqrt(n_out), shape)", 0.4, "with one of the fans"),
    "he_for_xavier": _normal("return rng.normal(0, gain * np.sqrt(2 / n_in), shape)", 0.2, "He's variance"),
    "gain_squared": _normal("return rng.normal(0, gain * std, shape)", 0.5, "The gain is squared"),
    "gain_forgotten": _normal("return rng.normal(0, std / gain, shape)", 0.4, "The gain is ignored"),
    "gain_root": _normal("return rng.normal(0, std / np.sqrt(gain), shape)", 0.5, "The gain multiplies the variance"),
    "nonzero_mean": _normal("return rng.normal(0.3 * std, std, shape)", 0.3, "The mean is not 0"),
    "constant_draws": _normal("return np.full(shape, std)", 0.0, "All entries are equal"),
    "reseeded": _normal("return np.random.default_rng(0).normal(0, std, shape)", 0.4, "Every call returns the same"),
    "repeated_rows": _normal(
        "return np.tile(rng.normal(0, std, (1, n_out)), (n_in, 1))", 0.2, "The entries depend on each other"
    ),
    "mirrored": _normal(
        "half = rng.normal(0, std, (n_in // 2, n_out))\n    return np.concatenate([half, -half])",
        0.2,
        "depend on each other",
    ),
    "rescaled": _normal(
        "w = rng.normal(0, 1, shape)\n    return w / w.std() * std", 0.5, "rescaled to have exactly the wanted scale"
    ),
    "transposed": _normal("return rng.normal(0, std, shape).T", 0.0, "another shape"),
    "integers": _normal("return rng.integers(-1, 2, shape)", 0.0, "real numbers"),
    "nan": _normal("w = rng.normal(0, std, shape)\n    w[0, 0] = np.nan\n    return w", 0.0, "nan or infinite"),
    "error": _normal("return rng.normal(0, std, shap)", 0.0, "NameError"),
    "other_law": _normal("return rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, shape)", 0.6, "another law"),
    "missing_sqrt3": _uniform("std", 0.5, "The √3 is missing"),
    "variance_as_bound": _uniform("std**2", 0.4, "The variance was used"),
    "one_sided": _uniform("np.sqrt(3) * std", 0.3, "The mean is not 0", "rng.uniform(0, bound, shape)"),
    "uniform_half": _uniform("np.sqrt(3 / (n_in + n_out)) * gain", 0.5, "half of what it should be"),
    "normal_for_uniform": _uniform("std", 0.6, "another law", "rng.normal(0, std, shape)"),
    "swapped_fans_number": Wrong(
        "ps2-numbers",
        'fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]\n'
        'fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]\n'
        'variance_uniform = VARIANT["bound"] ** 2 / 3\n'
        'second_moment_z = VARIANT["n_in"] * (VARIANT["std_percent"] / 100) ** 2 * VARIANT["mean_square"]',
        "ps2-numbers-test",
        0.7,
        "The fans are swapped",
    ),
    "sum_over_outputs": Wrong(
        "ps2-stack",
        "def signal_by_layer(widths, stds, q0):\n    return q0 * np.cumprod(np.array(widths[1:]) * np.array(stds) ** 2)",
        "ps2-stack-test",
        0.0,
        "off by up to",
    ),
    "exchanged_factors": Wrong(
        "ps2-factors",
        "def total_factors(widths):\n"
        "    n_in, n_out = np.asarray(widths[:-1], float), np.asarray(widths[1:], float)\n"
        "    return float(np.prod(2 * n_out / (n_in + n_out))), float(np.prod(2 * n_in / (n_in + n_out)))",
        "ps2-factors-test",
        0.5,
        "Forward and backward are exchanged",
    ),
    "one_layer_early": Wrong(
        "ps2-slip",
        'layers_until_lost = int(VARIANT["threshold_exponent"] * np.log2(10))',
        "ps2-slip-test",
        0.7,
        "One layer too early",
    ),
    "variance_measured": Wrong(
        "ps2-measure",
        "def measure_forward(weights, x):\n    measured = []\n    for w in weights:\n        x = x @ w\n"
        "        measured.append(x.var())\n    return np.array(measured)",
        "ps2-measure-test",
        0.0,
        "off by up to",
    ),
}
