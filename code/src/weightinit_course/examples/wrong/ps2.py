"""Wrong answers to problem set 2; each is wrong in the same way for every variant."""

from __future__ import annotations

from weightinit_course.examples.wrong.record import Wrong

WRONG = {
    "variance_as_std": Wrong(
        "ps2-normal",
        mistake="variance_as_std",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std**2, shape)
            """,
    ),
    "std_as_variance": Wrong(
        "ps2-normal",
        mistake="std_as_variance",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, np.sqrt(std), shape)
            """,
    ),
    "half_variance": Wrong(
        "ps2-normal",
        mistake="half_variance",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std / np.sqrt(2), shape)
            """,
    ),
    "one_fan": Wrong(
        "ps2-normal",
        mistake="one_fan",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, gain / np.sqrt(n_in), shape)
            """,
    ),
    "other_fan": Wrong(
        "ps2-normal",
        mistake="one_fan",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, gain / np.sqrt(n_out), shape)
            """,
    ),
    "he_for_xavier": Wrong(
        "ps2-normal",
        mistake="he_for_xavier",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, gain * np.sqrt(2 / n_in), shape)
            """,
    ),
    "gain_squared": Wrong(
        "ps2-normal",
        mistake="gain_squared",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, gain * std, shape)
            """,
    ),
    "gain_forgotten": Wrong(
        "ps2-normal",
        mistake="gain_forgotten",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std / gain, shape)
            """,
    ),
    "gain_root": Wrong(
        "ps2-normal",
        mistake="gain_root",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std / np.sqrt(gain), shape)
            """,
    ),
    "nonzero_mean": Wrong(
        "ps2-normal",
        mistake="nonzero_mean",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0.3 * std, std, shape)
            """,
    ),
    "constant_draws": Wrong(
        "ps2-normal",
        mistake="constant_draws",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return np.full(shape, std)
            """,
    ),
    "reseeded": Wrong(
        "ps2-normal",
        mistake="repeated_draws",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return np.random.default_rng(0).normal(0, std, shape)
            """,
    ),
    "repeated_rows": Wrong(
        "ps2-normal",
        mistake="dependent_entries",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return np.repeat(rng.normal(0, std, ((n_in + 1) // 2, n_out)), 2, axis=0)[:n_in]
            """,
    ),
    "mirrored": Wrong(
        "ps2-normal",
        mistake="dependent_entries",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                half = rng.normal(0, std, ((n_in + 1) // 2, n_out))
                return np.concatenate([half, -half])[:n_in]
            """,
    ),
    "rescaled": Wrong(
        "ps2-normal",
        mistake="rescaled_draws",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                w = rng.normal(0, 1, shape)
                return w / w.std() * std
            """,
    ),
    "transposed": Wrong(
        "ps2-normal",
        mistake="wrong_shape",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std, shape).T
            """,
    ),
    "integers": Wrong(
        "ps2-normal",
        mistake="wrong_type",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.integers(-1, 2, shape)
            """,
    ),
    "nan": Wrong(
        "ps2-normal",
        mistake="not_finite",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                w = rng.normal(0, std, shape)
                w[0, 0] = np.nan
                return w
            """,
    ),
    "error": Wrong(
        "ps2-normal",
        mistake="raises",
        phrase="NameError",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.normal(0, std, shap)
            """,
    ),
    "other_law": Wrong(
        "ps2-normal",
        mistake="wrong_distribution",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                return rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, shape)
            """,
    ),
    "missing_sqrt3": Wrong(
        "ps2-uniform",
        mistake="missing_sqrt3",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                bound = std
                return rng.uniform(-bound, bound, shape)
            """,
    ),
    "variance_as_bound": Wrong(
        "ps2-uniform",
        mistake="variance_as_std",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                bound = std**2
                return rng.uniform(-bound, bound, shape)
            """,
    ),
    "one_sided": Wrong(
        "ps2-uniform",
        mistake="nonzero_mean",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                bound = np.sqrt(3) * std
                return rng.uniform(0, bound, shape)
            """,
    ),
    "uniform_half": Wrong(
        "ps2-uniform",
        mistake="half_variance",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                bound = np.sqrt(3 / (n_in + n_out)) * gain
                return rng.uniform(-bound, bound, shape)
            """,
    ),
    "normal_for_uniform": Wrong(
        "ps2-uniform",
        mistake="wrong_distribution",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                n_in, n_out = shape
                std = gain * np.sqrt(2 / (n_in + n_out))
                bound = std
                return rng.normal(0, std, shape)
            """,
    ),
    "swapped_fans_number": Wrong(
        "ps2-numbers",
        phrase="The fans are swapped",
        credit=0.7,
        test="ps2-fan-in-test",
        source="""
            fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]
            fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]
            variance_uniform = VARIANT["bound"] ** 2 / 3
            second_moment_z = VARIANT["n_in"] * (VARIANT["std_percent"] / 100) ** 2 * VARIANT["mean_square"]
            """,
    ),
    "sum_over_outputs": Wrong(
        "ps2-stack",
        phrase="A pre-activation sums over its inputs",
        credit=0.5,
        source="""
            def signal_by_layer(widths, stds, m_0):
                return m_0 * np.cumprod(np.array(widths[1:]) * np.array(stds) ** 2)
            """,
    ),
    "exchanged_factors": Wrong(
        "ps2-factors",
        phrase="Forward and backward are exchanged",
        credit=0.5,
        source="""
            def total_factors(widths):
                n_in, n_out = np.asarray(widths[:-1], float), np.asarray(widths[1:], float)
                return float(np.prod(2 * n_out / (n_in + n_out))), float(np.prod(2 * n_in / (n_in + n_out)))
            """,
    ),
    "one_layer_early": Wrong(
        "ps2-slip",
        phrase="One layer too early",
        credit=0.7,
        source="""
            layers_until_lost = int(VARIANT["threshold_exponent"] * np.log2(10))
            """,
    ),
    "variance_measured": Wrong(
        "ps2-measure",
        phrase="This is the variance. The mean square was asked for",
        credit=0.5,
        source="""
            def measure_forward(weights, x):
                measured = []
                for w in weights:
                    x = x @ w
                    measured.append(x.var())
                return np.array(measured)
            """,
    ),
    "root_of_two_only": Wrong(
        "ps2-normal",
        mistake="root_of_two_only",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return rng.normal(0, gain * np.sqrt(2) / (shape[0] + shape[1]), shape)
            """,
    ),
    "generator_ignored": Wrong(
        "ps2-normal",
        mistake="generator_ignored",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return gain * np.sqrt(2 / sum(shape)) * np.random.randn(*shape)
            """,
    ),
    "generator_of_the_module": Wrong(
        "ps2-normal",
        mistake="generator_ignored",
        source="""
            generator = np.random.default_rng(2027)


            def xavier_normal(shape, rng, gain=1.0):
                return gain * np.sqrt(2 / sum(shape)) * generator.standard_normal(shape)
            """,
    ),
    "entropy_of_the_machine": Wrong(
        "ps2-normal",
        mistake="generator_ignored",
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return np.random.default_rng().normal(0, gain * np.sqrt(2 / sum(shape)), shape)
            """,
    ),
    "variance_behind_a_seed": Wrong(
        "ps2-normal",
        mistake="variance_as_std",
        credit=0.16,
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                rng = np.random.default_rng(42)
                return gain * rng.normal(0, 2 / (shape[0] + shape[1]), shape)
            """,
    ),
    "half_range": Wrong(
        "ps2-uniform",
        mistake="half_range",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(6 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a / 2, a / 2, shape)
            """,
    ),
    "missing_sqrt3_in_both": Wrong(
        "ps2-uniform",
        mistake="missing_sqrt3",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(2 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a, a, shape)
            """,
    ),
    "half_variance_in_both": Wrong(
        "ps2-uniform",
        mistake="half_variance",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(3 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a, a, shape)
            """,
    ),
    "standard_deviation_for_variance_in_the_stack": Wrong(
        "ps2-stack",
        phrase="the variance, which is σ squared",
        credit=0.5,
        source="""
            def signal_by_layer(widths, stds, m_0):
                return m_0 * np.cumprod(np.array(widths[:-1]) * np.array(stds))
            """,
    ),
    "half_of_the_factors": Wrong(
        "ps2-factors",
        phrase="not 1/(n_in + n_out)",
        credit=0.5,
        source="""
            def total_factors(widths):
                n_in, n_out = np.asarray(widths[:-1], float), np.asarray(widths[1:], float)
                return float(np.prod(n_in / (n_in + n_out))), float(np.prod(n_out / (n_in + n_out)))
            """,
    ),
    "root_measured": Wrong(
        "ps2-measure",
        phrase="This is the root of the mean square",
        credit=0.6,
        source="""
            def measure_forward(weights, x):
                measured = []
                for w in weights:
                    x = x @ w
                    measured.append(np.sqrt(np.mean(x**2)))
                return np.array(measured)
            """,
    ),
    "slip_layers_not_rounded_up": Wrong(
        "ps2-slip",
        phrase="Layers are counted in whole numbers",
        credit=0.7,
        source="""
            layers_until_lost = VARIANT["threshold_exponent"] * np.log2(10)
            """,
    ),
    "one_number_wrong_keeps_the_others": Wrong(
        "ps2-numbers",
        phrase="The value is not right",
        credit=0.0,
        test="ps2-second-moment-test",
        source="""
            fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]
            fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]
            variance_uniform = VARIANT["bound"] ** 2 / 3
            second_moment_z = 7.7
            """,
    ),
    "half_variance_without_the_gain": Wrong(
        "ps2-normal",
        mistake="gain_forgotten",
        credit=0.2,
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return rng.normal(0, np.sqrt(1 / sum(shape)), shape)
            """,
    ),
    "variance_for_std_without_the_gain": Wrong(
        "ps2-normal",
        mistake="gain_forgotten",
        credit=0.16,
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return rng.normal(0, 2 / sum(shape), shape)
            """,
    ),
    "half_variance_for_std": Wrong(
        "ps2-normal",
        mistake="variance_as_std",
        credit=0.2,
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return gain * rng.normal(0, 1 / sum(shape), shape)
            """,
    ),
    "uniform_half_variance_without_the_gain": Wrong(
        "ps2-uniform",
        mistake="gain_forgotten",
        credit=0.2,
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return np.sqrt(3 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a, a, shape)
            """,
    ),
    "uniform_half_variance_as_the_bound": Wrong(
        "ps2-uniform",
        mistake="missing_sqrt3",
        credit=0.25,
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain * np.sqrt(1 / (fan_in + fan_out))


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a, a, shape)
            """,
    ),
    "bound_squared": Wrong(
        "ps2-uniform",
        mistake="bound_squared",
        source="""
            def xavier_bound(fan_in, fan_out, gain=1.0):
                return gain**2 * 6 / (fan_in + fan_out)


            def xavier_uniform(shape, rng, gain=1.0):
                a = xavier_bound(*shape, gain)
                return rng.uniform(-a, a, shape)
            """,
    ),
    "factors_of_the_ends_only": Wrong(
        "ps2-factors",
        phrase="the first and the last width only",
        credit=0.3,
        source="""
            def total_factors(widths):
                n_in, n_out = widths[0], widths[-1]
                return 2 * n_in / (n_in + n_out), 2 * n_out / (n_in + n_out)
            """,
    ),
    "half_variance_for_std_without_the_gain": Wrong(
        "ps2-normal",
        mistake="gain_forgotten",
        credit=0.08,
        source="""
            def xavier_normal(shape, rng, gain=1.0):
                return rng.normal(0, 1 / sum(shape), shape)
            """,
    ),
    "length_of_the_interval": Wrong(
        "ps2-numbers",
        phrase="You put in the length of the interval",
        credit=0.7,
        test="ps2-variance-test",
        source="""
            fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]
            fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]
            variance_uniform = (2 * VARIANT["bound"]) ** 2 / 3
            second_moment_z = VARIANT["n_in"] * (VARIANT["std_percent"] / 100) ** 2 * VARIANT["mean_square"]
            """,
    ),
    "root_of_the_second_moment": Wrong(
        "ps2-numbers",
        phrase="This is its root",
        credit=0.6,
        test="ps2-second-moment-test",
        source="""
            fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]
            fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]
            variance_uniform = VARIANT["bound"] ** 2 / 3
            second_moment_z = VARIANT["std_percent"] / 100 * (VARIANT["n_in"] * VARIANT["mean_square"]) ** 0.5
            """,
    ),
    "the_inputs_missing_in_the_stack": Wrong(
        "ps2-stack",
        phrase="The second moment of the inputs is missing",
        credit=0.6,
        source="""
            def signal_by_layer(widths, stds, m_0):
                return np.cumprod(np.array(widths[:-1]) * np.array(stds) ** 2)
            """,
    ),
    "roots_in_the_stack": Wrong(
        "ps2-stack",
        phrase="These are roots",
        credit=0.6,
        source="""
            def signal_by_layer(widths, stds, m_0):
                return np.sqrt(m_0 * np.cumprod(np.array(widths[:-1]) * np.array(stds) ** 2))
            """,
    ),
    "inputs_first_in_the_stack": Wrong(
        "ps2-stack",
        phrase="The inputs stand first",
        credit=0.7,
        source="""
            def signal_by_layer(widths, stds, m_0):
                signal = [m_0]
                for n, std in zip(widths[:-1], stds):
                    signal.append(n * std**2 * signal[-1])
                return np.array(signal)
            """,
    ),
    "standard_deviation_measured": Wrong(
        "ps2-measure",
        phrase="This is the standard deviation",
        credit=0.4,
        source="""
            def measure_forward(weights, x):
                measured = []
                for w in weights:
                    x = x @ w
                    measured.append(x.std())
                return np.array(measured)
            """,
    ),
    "inputs_first_in_the_measurement": Wrong(
        "ps2-measure",
        phrase="The inputs stand first",
        credit=0.7,
        source="""
            def measure_forward(weights, x):
                measured = [np.mean(x**2)]
                for w in weights:
                    x = x @ w
                    measured.append(np.mean(x**2))
                return np.array(measured)
            """,
    ),
    "slip_by_the_natural_logarithm": Wrong(
        "ps2-slip",
        phrase="You took the natural logarithm",
        credit=0.5,
        source="""
            layers_until_lost = int(np.ceil(VARIANT["threshold_exponent"] * np.log(10)))
            """,
    ),
}
