"""Wrong answers to problem set 3; each is wrong in the same way for every variant."""

from __future__ import annotations

from weightinit_course.examples.wrong.record import Wrong


def _redrawn(returned: str) -> str:
    """A truncated He start that draws again what lies beyond the cut; what it returns is what may be wrong."""
    return f"""
def he_truncated(shape, rng, negative_slope=0.0):
    z = rng.standard_normal(shape)
    while (outside := np.abs(z) > 2).any():
        z[outside] = rng.standard_normal(outside.sum())
    return {returned}
"""


WRONG = {
    "relu_variance_for_mean_square": Wrong(
        "ps3-relu",
        phrase="this is the variance of relu(z)",
        credit=0.5,
        source="""
            q = VARIANT["q"]
            relu_square = q * (0.5 - 0.5 / math.pi)
            relu_std = math.sqrt(relu_square)
            """,
    ),
    "relu_root_mean_square_for_standard_deviation": Wrong(
        "ps3-relu",
        phrase="this is the root mean square",
        test="ps3-relu-std-test",
        credit=0.55,
        source="""
            q = VARIANT["q"]
            relu_square = q / 2
            relu_std = math.sqrt(q / 2)
            """,
    ),
    "relu_the_std_becomes_0_5": Wrong(
        "ps3-relu",
        phrase="the standard deviation is not halved",
        test="ps3-relu-std-test",
        credit=0.3,
        source="""
            q = VARIANT["q"]
            relu_square = q / 2
            relu_std = math.sqrt(q) / 2
            """,
    ),
    "leaky_slope_not_squared": Wrong(
        "ps3-leaky",
        phrase="the slope must be squared",
        credit=0.5,
        source="""
            q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]
            leaky_square = (1 + a) / 2 * q
            lopsided_square = k**2 / (k + 1)
            """,
    ),
    "lopsided_half_of_the_square_all_the_same": Wrong(
        "ps3-leaky",
        phrase="mean 0 is not enough",
        test="ps3-lopsided-test",
        credit=0.45,
        source="""
            q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]
            leaky_square = (1 + a**2) / 2 * q
            lopsided_square = k / 2
            """,
    ),
    "he_normal_fans_swapped": Wrong(
        "ps3-he-normal",
        mistake="swapped_fans",
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                fan = shape[1] if mode == "fan_in" else shape[0]
                return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)
            """,
    ),
    "he_normal_2_missing": Wrong(
        "ps3-he-normal",
        mistake="missing_two",
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                fan = shape[0] if mode == "fan_in" else shape[1]
                return rng.normal(0.0, math.sqrt(1 / ((1 + negative_slope**2) * fan)), shape)
            """,
    ),
    "he_normal_slope_forgotten": Wrong(
        "ps3-he-normal",
        mistake="slope_forgotten",
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                fan = shape[0] if mode == "fan_in" else shape[1]
                return rng.normal(0.0, math.sqrt(2 / fan), shape)
            """,
    ),
    "he_normal_mode_ignored": Wrong(
        "ps3-he-normal",
        phrase="The argument mode is ignored",
        credit=0.7,
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope**2) * shape[0])), shape)
            """,
    ),
    "he_uniform_sqrt_3_missing": Wrong(
        "ps3-he-uniform",
        mistake="missing_sqrt3",
        source="""
            def he_uniform(shape, rng, negative_slope=0.0):
                bound = math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))
                return rng.uniform(-bound, bound, shape)
            """,
    ),
    "predict_q_an_activation_before_the_first_layer": Wrong(
        "ps3-predict",
        phrase="one factor (1 + a²)/2 too many",
        credit=0.6,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                share = (1 + negative_slope**2) / 2
                return np.cumprod(np.array(widths[:-1]) * np.array(variances) * share) * m_0
            """,
    ),
    "predict_q_fan_out_for_fan_in": Wrong(
        "ps3-predict",
        phrase="z sums over the inputs",
        credit=0.4,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                share = (1 + negative_slope**2) / 2
                return np.cumprod(np.array(widths[1:]) * np.array(variances) * share) * m_0 / share
            """,
    ),
    "q_last_l_factors": Wrong(
        "ps3-untold",
        phrase="There are L - 1 activations",
        credit=0.6,
        source="""
            a, depth = VARIANT["slope"], VARIANT["depth"]
            q_last = (1 + a**2) ** depth
            """,
    ),
    "limits_second_moment_for_its_root": Wrong(
        "ps3-limits",
        phrase="its root was asked for",
        credit=0.5,
        source="""
            largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
            n, s = VARIANT["width"], VARIANT["std"]
            layers = np.arange(100)
            overflow_layer = int(np.argmax(n * (n / 2.0) ** np.minimum(layers, 60) > largest)) + 1
            underflow_layer = int(np.argmax(n * s**2 * (n * s**2 / 2) ** layers < smallest)) + 1
            """,
    ),
    "second_moment_weights_not_normalized": Wrong(
        "ps3-moment",
        phrase="The weights are not normalized",
        credit=0.4,
        source="""
            def second_moment(name, q):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                return float(weights @ activations.get(name).f(math.sqrt(2 * q) * nodes) ** 2)
            """,
    ),
    "second_moment_sqrt_2_forgotten": Wrong(
        "ps3-moment",
        phrase="A √2 is forgotten",
        credit=0.45,
        source="""
            def second_moment(name, q):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                return float(weights @ activations.get(name).f(math.sqrt(q) * nodes) ** 2) / math.sqrt(math.pi)
            """,
    ),
    "second_moment_sqrt_q_forgotten": Wrong(
        "ps3-moment",
        phrase="q has no effect",
        credit=0.35,
        source="""
            def second_moment(name, q):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                return float(weights @ activations.get(name).f(math.sqrt(2) * nodes) ** 2) / math.sqrt(math.pi)
            """,
    ),
    "gain_square_root_missing": Wrong(
        "ps3-gain",
        phrase="The square root is missing",
        credit=0.5,
        source="""
            def gain(name):
                return 1 / second_moment(name, 1.0)
            """,
    ),
    "gain_one_over_the_standard_deviation": Wrong(
        "ps3-gain",
        phrase="You divide by the standard deviation",
        credit=0.45,
        source="""
            def gain(name):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                mean = float(weights @ activations.get(name).f(math.sqrt(2) * nodes)) / math.sqrt(math.pi)
                return 1 / math.sqrt(second_moment(name, 1.0) - mean**2)
            """,
    ),
    "gain_right_on_a_second_moment_with_a_forgotten_sqrt_2": Wrong(
        "ps3-gain",
        phrase="follows rightly from a second_moment",
        credit=0.8,
        source="""
            def gain(name):
                return 1 / math.sqrt(second_moment(name, 0.5))
            """,
    ),
    "backward_gain_the_forward_one": Wrong(
        "ps3-backward",
        phrase="This is the gain of the way forward",
        credit=0.3,
        source="""
            def backward_gain(name):
                return gain(name)
            """,
    ),
    "backward_gain_mean_slope": Wrong(
        "ps3-backward",
        phrase="You average the slope",
        credit=0.4,
        source="""
            def backward_gain(name):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                slope = activations.get(name).df(math.sqrt(2) * nodes)
                return math.sqrt(math.pi) / float(weights @ slope)
            """,
    ),
    "chi_l_steps": Wrong(
        "ps3-chi",
        phrase="one step too many",
        credit=0.7,
        source="""
            name, depth = VARIANT["activation"], VARIANT["depth"]
            chi_1 = (gain(name) / backward_gain(name)) ** 2
            gradient_ratio = chi_1 ** (depth / 2)
            """,
    ),
    "chi_upside_down_ratio_consistent_with_it": Wrong(
        "ps3-chi",
        phrase="chi_1: upside down",
        credit=0.5,
        source="""
            name, depth = VARIANT["activation"], VARIANT["depth"]
            chi_1 = (backward_gain(name) / gain(name)) ** 2
            gradient_ratio = chi_1 ** ((depth - 1) / 2)
            """,
    ),
    "cut_std_not_divided_by_the_probability": Wrong(
        "ps3-cut",
        phrase="does not add up to 1",
        credit=0.5,
        source="""
            cut = VARIANT["cut"]
            kept = math.erf(cut / math.sqrt(2))
            density = math.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi)
            cut_std = math.sqrt(kept - 2 * cut * density)
            """,
    ),
    "he_truncated_truncation_not_corrected": Wrong(
        "ps3-he-truncated",
        mistake="truncation_uncorrected",
        source=_redrawn("z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))"),
    ),
    "he_truncated_clipped": Wrong(
        "ps3-he-truncated",
        phrase="Numbers beyond the cut are set to the cut",
        credit=0.4,
        source="""
            def he_truncated(shape, rng, negative_slope=0.0):
                z = np.clip(rng.standard_normal(shape), -2, 2)
                return z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))
            """,
    ),
    "he_normal_slope_not_squared": Wrong(
        "ps3-he-normal",
        mistake="slope_not_squared",
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                fan = shape[0] if mode == "fan_in" else shape[1]
                return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope) * fan)), shape)
            """,
    ),
    "he_normal_root_of_two_only": Wrong(
        "ps3-he-normal",
        mistake="root_of_two_only",
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                fan = shape[0] if mode == "fan_in" else shape[1]
                return rng.normal(0.0, math.sqrt(2) / ((1 + negative_slope**2) * fan), shape)
            """,
    ),
    "he_normal_slope_ignored_in_one_mode": Wrong(
        "ps3-he-normal",
        phrase='With mode="fan_out" the slope is ignored',
        credit=0.75,
        source="""
            def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
                if mode == "fan_out":
                    return rng.normal(0.0, math.sqrt(2 / shape[1]), shape)
                return rng.normal(0.0, math.sqrt(2 / ((1 + negative_slope**2) * shape[0])), shape)
            """,
    ),
    "he_uniform_half_range": Wrong(
        "ps3-he-uniform",
        mistake="half_range",
        source="""
            def he_uniform(shape, rng, negative_slope=0.0):
                bound = math.sqrt(6 / ((1 + negative_slope**2) * shape[0]))
                return bound * (rng.random(shape) - 0.5)
            """,
    ),
    "he_uniform_generator_ignored": Wrong(
        "ps3-he-uniform",
        mistake="generator_ignored",
        source="""
            def he_uniform(shape, rng, negative_slope=0.0):
                bound = math.sqrt(6 / ((1 + negative_slope**2) * shape[0]))
                return np.random.default_rng().uniform(-bound, bound, shape)
            """,
    ),
    "he_truncated_cut_set_to_0": Wrong(
        "ps3-he-truncated",
        phrase="Numbers beyond the cut are set to 0",
        credit=0.4,
        source="""
            def he_truncated(shape, rng, negative_slope=0.0):
                z = rng.standard_normal(shape)
                z[np.abs(z) > 2] = 0.0
                return z / 0.8796 * math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))
            """,
    ),
    "he_truncated_clipped_with_another_scale": Wrong(
        "ps3-he-truncated",
        phrase="The scale is wrong",
        credit=0.0,
        source="""
            def he_truncated(shape, rng, negative_slope=0.0):
                return np.clip(rng.standard_normal(shape), -2, 2)
            """,
    ),
    "he_truncated_divided_by_what_the_cut_of_6a_leaves": Wrong(
        "ps3-he-truncated",
        mistake="other_truncation",
        source=_redrawn("z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0])) / cut_std"),
    ),
    "he_truncated_not_corrected_and_slope_not_squared": Wrong(
        "ps3-he-truncated",
        mistake="slope_not_squared",
        credit=0.3,
        source=_redrawn("z * math.sqrt(2 / ((1 + negative_slope) * shape[0]))"),
    ),
    "he_truncated_another_cut_and_slope_forgotten": Wrong(
        "ps3-he-truncated",
        mistake="slope_forgotten",
        credit=0.35,
        source=_redrawn("z * math.sqrt(2 / shape[0]) / cut_std"),
    ),
    "he_truncated_wrong_by_a_tenth": Wrong(
        "ps3-he-truncated",
        mistake="wrong_std",
        source=_redrawn("1.1 * z * math.sqrt(2 / ((1 + negative_slope**2) * shape[0])) / 0.8796"),
    ),
    "limits_layers_not_rounded_up": Wrong(
        "ps3-limits",
        phrase="A layer is a whole number",
        credit=0.7,
        source="""
            largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
            n, s = VARIANT["width"], VARIANT["std"]
            overflow_layer = 1 + (2 * math.log(largest) - math.log(n)) / math.log(n / 2)
            underflow_layer = 1 + (2 * math.log(smallest) - math.log(n * s**2)) / math.log(n * s**2 / 2)
            """,
    ),
    "limits_a_relu_before_the_first_layer": Wrong(
        "ps3-limits",
        phrase="One layer off",
        credit=0.6,
        source="""
            largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
            n, s = VARIANT["width"], VARIANT["std"]
            layers = np.arange(1, 100)
            overflow_layer = int(np.argmax((n / 2) ** (layers / 2) > largest)) + 1
            underflow_layer = int(np.argmax((n * s**2 / 2) ** (layers / 2) < smallest)) + 1
            """,
    ),
    "second_moment_factor_left_in_front": Wrong(
        "ps3-moment",
        phrase="The substitution is half done",
        credit=0.5,
        source="""
            def second_moment(name, q):
                nodes, weights = np.polynomial.hermite.hermgauss(100)
                values = activations.get(name).f(math.sqrt(2 * q) * nodes) ** 2
                return float(weights @ values) / math.sqrt(2 * math.pi * q)
            """,
    ),
    "chi_follows_from_a_gain_that_was_paid_for": Wrong(
        "ps3-gain",
        phrase="chi_1 follows rightly from your gains",
        credit=1.0,
        test="ps3-chi-test",
        source="""
            def gain(name):
                return 1 / second_moment(name, 1.0)
            """,
    ),
    "chi_follows_from_a_backward_gain_that_was_paid_for": Wrong(
        "ps3-backward",
        phrase="chi_1 follows rightly from your gains",
        credit=1.0,
        test="ps3-chi-test",
        source="""
            def backward_gain(name):
                return 1 / math.sqrt(second_moment(name, 1.0))
            """,
    ),
    "chi_follows_from_a_worthless_gain": Wrong(
        "ps3-gain",
        phrase="without the factor γ² of the weights",
        credit=0.3,
        test="ps3-chi-test",
        source="""
            def gain(name):
                return 1.0
            """,
    ),
    "gradient_ratio_of_a_wrong_chi": Wrong(
        "ps3-chi",
        phrase="✓ gradient_ratio, which follows from your chi_1",
        credit=0.0,
        source="""
            name, depth = VARIANT["activation"], VARIANT["depth"]
            chi_1 = 1.3 * (gain(name) / backward_gain(name)) ** 2
            gradient_ratio = chi_1 ** ((depth - 1) / 2)
            """,
    ),
    "relu_the_mean_is_not_squared": Wrong(
        "ps3-relu",
        phrase="subtract its square",
        credit=0.6,
        test="ps3-relu-std-test",
        source="""
            q = VARIANT["q"]
            relu_square = q / 2
            relu_std = math.sqrt(q / 2 - math.sqrt(q / (2 * math.pi)))
            """,
    ),
    "relu_of_the_half_normal_law": Wrong(
        "ps3-relu",
        phrase="this is the standard deviation of |z|",
        credit=0.4,
        test="ps3-relu-std-test",
        source="""
            q = VARIANT["q"]
            relu_square = q / 2
            relu_std = math.sqrt(q * (1 - 2 / math.pi))
            """,
    ),
    "relu_squared_mean": Wrong(
        "ps3-relu",
        phrase="relu_square: this is the squared mean",
        credit=0.3,
        source="""
            q = VARIANT["q"]
            relu_square = q / (2 * math.pi)
            relu_std = math.sqrt(q / 2 - relu_square)
            """,
    ),
    "leaky_squared_mean": Wrong(
        "ps3-leaky",
        phrase="leaky_square: this is the squared mean",
        credit=0.3,
        source="""
            q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]
            leaky_square = ((1 - a) * math.sqrt(q / (2 * math.pi))) ** 2
            lopsided_square = k**2 / (k + 1)
            """,
    ),
    "lopsided_squared_mean": Wrong(
        "ps3-leaky",
        phrase="lopsided_square: this is the squared mean",
        credit=0.25,
        test="ps3-lopsided-test",
        source="""
            q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]
            leaky_square = (1 + a**2) / 2 * q
            lopsided_square = (k / (k + 1)) ** 2
            """,
    ),
    "lopsided_wrong_keeps_what_leaky_earned": Wrong(
        "ps3-leaky",
        phrase="the slope must be squared",
        credit=0.5,
        source="""
            q, a, k = VARIANT["q"], VARIANT["slope"], VARIANT["k"]
            leaky_square = (1 + a) / 2 * q
            lopsided_square = k / 2
            """,
    ),
    "predict_q_no_activation": Wrong(
        "ps3-predict",
        phrase="There is no activation in it",
        credit=0.4,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                return np.cumprod(np.array(widths[:-1]) * np.array(variances)) * m_0
            """,
    ),
    "predict_q_m_0_squared": Wrong(
        "ps3-predict",
        phrase="it is not squared again",
        credit=0.6,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                share = (1 + negative_slope**2) / 2
                return np.cumprod(np.array(widths[:-1]) * np.array(variances) * share) * m_0**2 / share
            """,
    ),
    "predict_q_m_from_m_0_on": Wrong(
        "ps3-predict",
        phrase="from m_0 on",
        credit=0.5,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                m = [m_0]
                for n, variance in zip(widths[:-1], variances):
                    m.append((1 + negative_slope**2) / 2 * n * variance * m[-1])
                return m[:-1]
            """,
    ),
    "predict_q_whole_numbers": Wrong(
        "ps3-predict",
        phrase="make an array of floats",
        credit=0.6,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                q = np.zeros(len(variances), dtype=int)
                for l, variance in enumerate(variances):
                    m = m_0 if l == 0 else (1 + negative_slope**2) / 2 * q[l - 1]
                    q[l] = min(widths[l] * variance * m, 1e18)  # 3c would not fit
                return q
            """,
    ),
    "predict_q_whole_numbers_at_the_end": Wrong(
        "ps3-predict",
        phrase="make an array of floats",
        credit=0.6,
        source="""
            def predict_q(widths, variances, negative_slope, m_0):
                q, m = np.zeros_like(widths[1:]), m_0
                for l, variance in enumerate(variances):
                    z = widths[l] * variance * m
                    q[l], m = min(z, 1e18), (1 + negative_slope**2) / 2 * z
                return q
            """,
    ),
    "limits_single_precision": Wrong(
        "ps3-limits",
        phrase="compute in double precision",
        credit=0.25,
        source="""
            largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
            n, s = VARIANT["width"], VARIANT["std"]
            steps = np.full(100, 0.5, np.float32)
            steps[0] = 1
            with np.errstate(over="ignore"):
                growing = np.sqrt(np.cumprod(steps * np.float32(n)))
            falling = np.sqrt(np.cumprod(steps * np.float32(n * s**2)))
            overflow_layer = int(np.argmax(growing > largest)) + 1
            underflow_layer = int(np.argmax(falling < smallest)) + 1
            """,
    ),
    "backward_gain_slope_at_0": Wrong(
        "ps3-backward",
        phrase="This is one over the slope at 0",
        credit=0.35,
        source="""
            def backward_gain(name):
                return 1 / float(activations.get(name).df(np.zeros(1))[0])
            """,
    ),
}
