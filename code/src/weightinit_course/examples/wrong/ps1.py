"""Wrong answers to problem set 1; each is wrong in the same way for every variant."""

from __future__ import annotations

from weightinit_course.examples.wrong.record import Wrong

WRONG = {
    "no_average": Wrong(
        "ps1-gradients",
        phrase="average over the batch is missing",
        credit=0.6,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = h @ W2 + b2 - t
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "no_average_in_gradients": Wrong(
        "ps1-gradients",
        phrase="its gradients are not",
        credit=0.4,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = h @ W2 + b2 - t
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * np.sum(e**2) / len(x), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "no_half": Wrong(
        "ps1-gradients",
        phrase="factor one half",
        credit=0.7,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = h @ W2 + b2 - t
                e = 2 * e / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.25 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "no_derivative": Wrong(
        "ps1-gradients",
        phrase="derivative is missing",
        credit=0.3,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = h @ W2 + b2 - t
                e = e / len(x)
                d = e @ W2.T
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "inverse_order": Wrong(
        "ps1-permute",
        phrase="inverse order",
        credit=0.6,
        source="""
            def permute_hidden(W1, b1, W2, order):
                back = np.argsort(order)
                return W1[:, back], b1[back], W2[back]
            """,
    ),
    "incoming_only_permuted": Wrong(
        "ps1-permute",
        phrase="W2 has kept its old order",
        credit=0.3,
        source="""
            def permute_hidden(W1, b1, W2, order):
                return W1[:, order], b1[order], W2
            """,
    ),
    "incoming_only_counted": Wrong(
        "ps1-distinct",
        phrase="rows of W2 count too",
        credit=0.5,
        source="""
            def distinct_units(W1, b1, W2, tolerance=1e-9):
                units = np.concatenate([W1, b1[None]]).T
                found = []
                for u in units:
                    if all(np.max(np.abs(u - v)) > tolerance for v in found):
                        found.append(u)
                return len(found)
            """,
    ),
    "fixed_tolerance": Wrong(
        "ps1-distinct",
        phrase="tolerance that the function is given is ignored",
        credit=0.7,
        source="""
            def distinct_units(W1, b1, W2, tolerance=1e-9):
                return np.unique(np.concatenate([W1, b1[None], W2.T]).round(9), axis=1).shape[1]
            """,
    ),
    "dead_by_weights": Wrong(
        "ps1-kind",
        phrase="decided by the gradients",
        credit=0.5,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                if not W1.any() and not W2.any():
                    return 'dead'
                return 'symmetric' if distinct_units(W1, b1, W2) < W1.shape[1] else 'fine'
            """,
    ),
    "symmetric_by_incoming": Wrong(
        "ps1-kind",
        phrase="different outgoing weights are not symmetric",
        credit=0.5,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                _, dW1, _, dW2, _ = loss_and_gradients(W1, b1, W2, b2, x, t)
                if max(np.abs(dW1).max(), np.abs(dW2).max()) <= 1e-12:
                    return 'dead'
                units = np.unique(np.concatenate([W1, b1[None]]), axis=1).shape[1]
                return 'symmetric' if units < W1.shape[1] else 'fine'
            """,
    ),
    "symmetric_if_all": Wrong(
        "ps1-kind",
        phrase="Two equal units are enough",
        credit=0.6,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                _, dW1, _, dW2, _ = loss_and_gradients(W1, b1, W2, b2, x, t)
                if max(np.abs(dW1).max(), np.abs(dW2).max()) <= 1e-12:
                    return 'dead'
                return 'symmetric' if distinct_units(W1, b1, W2) == 1 else 'fine'
            """,
    ),
    "one_step_early": Wrong(
        "ps1-growth",
        phrase="One step too early",
        credit=0.7,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            k = VARIANT["noise_exponent"]
            steps_to_differ = math.floor((k - 1) * math.log(10) / math.log1p(small))
            more_steps = math.log(1000) / math.log1p(small)
            """,
    ),
    "exponential": Wrong(
        "ps1-growth",
        phrase="not by exp(ηλ)",
        credit=0.65,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            k = VARIANT["noise_exponent"]
            steps_to_differ = math.ceil((k - 1) * math.log(10) / small)
            more_steps = math.log(1000) / small
            """,
    ),
    "linear_in_noise": Wrong(
        "ps1-growth",
        test="ps1-more-test",
        phrase="through its logarithm only",
        credit=0.3,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            k = VARIANT["noise_exponent"]
            steps_to_differ = math.ceil((k - 1) * math.log(10) / math.log1p(small))
            more_steps = 1000.0
            """,
    ),
    "variance": Wrong(
        "ps1-random",
        mistake="variance_as_std",
        source="""
            def random_weights(shape, rng, std):
                return rng.normal(0, std**2, shape)
            """,
    ),
    "one_sided": Wrong(
        "ps1-random",
        mistake="nonzero_mean",
        source="""
            def random_weights(shape, rng, std):
                return rng.uniform(0, 2 * np.sqrt(3) * std, shape)
            """,
    ),
    "seeded": Wrong(
        "ps1-random",
        mistake="repeated_draws",
        source="""
            def random_weights(shape, rng, std):
                return np.random.default_rng(1).normal(0, std, shape)
            """,
    ),
    "bias_gradients_as_means": Wrong(
        "ps1-gradients",
        phrase="divided by the batch size twice",
        credit=0.6,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = (h @ W2 + b2 - t) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.mean(axis=0), h.T @ e, e.mean(axis=0)
            """,
    ),
    "generator_ignored": Wrong(
        "ps1-random",
        mistake="generator_ignored",
        source="""
            def random_weights(shape, rng, std):
                return std * np.random.randn(*shape)
            """,
    ),
    "half_range": Wrong(
        "ps1-random",
        mistake="half_range",
        source="""
            def random_weights(shape, rng, std):
                a = np.sqrt(3) * std
                return rng.uniform(-a / 2, a / 2, shape)
            """,
    ),
    "variance_behind_a_seed": Wrong(
        "ps1-random",
        mistake="variance_as_std",
        credit=0.16,
        source="""
            def random_weights(shape, rng, std):
                return np.random.default_rng(1).normal(0, std**2, shape)
            """,
    ),
    "growth_steps_not_rounded_up": Wrong(
        "ps1-growth",
        phrase="Steps are counted in whole numbers",
        credit=0.7,
        source="""
            log_growth = math.log(1 + VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100)
            steps_to_differ = (VARIANT["noise_exponent"] - 1) * math.log(10) / log_growth
            more_steps = math.log(1000) / log_growth
            """,
    ),
    "weights_not_averaged": Wrong(
        "ps1-gradients",
        phrase="those of the weights are not",
        credit=0.5,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = h @ W2 + b2 - t
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * np.sum(e**2) / len(x), x.T @ d, d.mean(axis=0), h.T @ e, e.mean(axis=0)
            """,
    ),
    "averaged_over_outputs": Wrong(
        "ps1-gradients",
        phrase="averaged over the outputs, too",
        credit=0.6,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                y = h @ W2 + b2
                e = (y - t) / t.size
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * np.mean((y - t) ** 2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "mean_squared_error": Wrong(
        "ps1-gradients",
        phrase="averaged over the batch only. The loss has a factor one half.",
        credit=0.42,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                y = h @ W2 + b2
                e = 2 * (y - t) / t.size
                d = d_phi(z) * (e @ W2.T)
                return np.mean((y - t) ** 2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "derivative_at_h": Wrong(
        "ps1-gradients",
        phrase="taken at h = φ(z)",
        credit=0.5,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                h = phi(x @ W1 + b1)
                e = (h @ W2 + b2 - t) / len(x)
                d = d_phi(h) * (e @ W2.T)
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "wrong_sign": Wrong(
        "ps1-gradients",
        phrase="All gradients have the wrong sign",
        credit=0.6,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = (t - h @ W2 - b2) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "weights_before_biases": Wrong(
        "ps1-gradients",
        mistake="wrong_order",
        phrase="You return (loss, dW1, dW2, db1, db2), asked for: (loss, dW1, db1, dW2, db2).",
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = (h @ W2 + b2 - t) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, h.T @ e, d.sum(axis=0), e.sum(axis=0)
            """,
    ),
    "without_biases_counted": Wrong(
        "ps1-distinct",
        phrase="entries of b1 count too",
        credit=0.6,
        source="""
            def distinct_units(W1, b1, W2, tolerance=1e-9):
                units = np.concatenate([W1, W2.T]).T
                found = []
                for u in units:
                    if all(np.max(np.abs(u - v)) > tolerance for v in found):
                        found.append(u)
                return len(found)
            """,
    ),
    "columns_only_counted": Wrong(
        "ps1-distinct",
        phrase="Only the columns of W1 are looked at",
        credit=0.3,
        source="""
            def distinct_units(W1, b1, W2, tolerance=1e-9):
                found = []
                for u in W1.T:
                    if all(np.max(np.abs(u - v)) > tolerance for v in found):
                        found.append(u)
                return len(found)
            """,
    ),
    "columns_only_and_exactly": Wrong(
        "ps1-distinct",
        phrase="rows of W2 count too. The tolerance that the function is given is ignored.",
        credit=0.21,
        source="""
            def distinct_units(W1, b1, W2, tolerance=1e-9):
                return np.unique(W1, axis=1).shape[1]
            """,
    ),
    "mixed_logarithms": Wrong(
        "ps1-growth",
        phrase="Two kinds of logarithms are mixed",
        credit=0.5,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) / math.log(1 + small))
            more_steps = 3 / math.log(1 + small)
            """,
    ),
    "base_10_below": Wrong(
        "ps1-growth",
        phrase="Two kinds of logarithms are mixed",
        credit=0.5,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            k = VARIANT["noise_exponent"]
            steps_to_differ = math.ceil((k - 1) * math.log(10) / math.log10(1 + small))
            more_steps = math.log(1000) / math.log10(1 + small)
            """,
    ),
    "scale_of_laplace": Wrong(
        "ps1-random",
        mistake="wrong_std",
        source="""
            def random_weights(shape, rng, std):
                return rng.laplace(0, std, shape)
            """,
    ),
    "scale_of_logistic": Wrong(
        "ps1-random",
        mistake="wrong_std",
        source="""
            def random_weights(shape, rng, std):
                return rng.logistic(0, std, shape)
            """,
    ),
    "loss_averaged_over_outputs": Wrong(
        "ps1-gradients",
        phrase="too, and its gradients are not",
        credit=0.6,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                y = h @ W2 + b2
                e = (y - t) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * np.mean((y - t) ** 2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "half_missing_in_the_loss": Wrong(
        "ps1-gradients",
        phrase="missing in the loss",
        credit=0.7,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = (h @ W2 + b2 - t) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)
            """,
    ),
    "z_for_h": Wrong(
        "ps1-gradients",
        phrase="dW2 is computed with z",
        credit=0.5,
        source="""
            def loss_and_gradients(W1, b1, W2, b2, x, t):
                z = x @ W1 + b1
                h = phi(z)
                e = (h @ W2 + b2 - t) / len(x)
                d = d_phi(z) * (e @ W2.T)
                return 0.5 * len(x) * np.sum(e**2), x.T @ d, d.sum(axis=0), z.T @ e, e.sum(axis=0)
            """,
    ),
    "biases_not_permuted": Wrong(
        "ps1-permute",
        phrase="b1 has kept its old order",
        credit=0.5,
        source="""
            def permute_hidden(W1, b1, W2, order):
                return W1[:, order], b1, W2[order]
            """,
    ),
    "dead_if_one": Wrong(
        "ps1-kind",
        phrase="for you one of them is enough",
        credit=0.5,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                _, dW1, _, dW2, _ = loss_and_gradients(W1, b1, W2, b2, x, t)
                if min(np.abs(dW1).max(), np.abs(dW2).max()) <= 1e-12:
                    return 'dead'
                return 'symmetric' if distinct_units(W1, b1, W2) < W1.shape[1] else 'fine'
            """,
    ),
    "never_dead": Wrong(
        "ps1-kind",
        phrase="You call no start dead",
        credit=0.4,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                return 'symmetric' if distinct_units(W1, b1, W2) < W1.shape[1] else 'fine'
            """,
    ),
    "upside_down": Wrong(
        "ps1-growth",
        phrase="positive number of steps. Steps are counted in whole numbers",
        credit=0.42,
        source="""
            log_growth = math.log(1 + VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100)
            steps_to_differ = math.log(10.0 ** -VARIANT["noise_exponent"] / 0.1) / log_growth
            more_steps = math.log(1 / 1000) / log_growth
            """,
    ),
    "rate_forgotten": Wrong(
        "ps1-growth",
        phrase="The rate is missing",
        credit=0.5,
        source="""
            log_growth = math.log(1 + VARIANT["growth_percent"] / 100)
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) * math.log(10) / log_growth)
            more_steps = math.log(1000) / log_growth
            """,
    ),
    "dead_with_all_biases": Wrong(
        "ps1-kind",
        phrase="those of the biases need not be",
        credit=0.4,
        source="""
            def kind_of_start(W1, b1, W2, b2, x, t):
                _, *gradients = loss_and_gradients(W1, b1, W2, b2, x, t)
                if all(np.abs(gradient).max() <= 1e-12 for gradient in gradients):
                    return 'dead'
                return 'symmetric' if distinct_units(W1, b1, W2) < W1.shape[1] else 'fine'
            """,
    ),
    "more_exponential": Wrong(
        "ps1-growth",
        test="ps1-more-test",
        phrase="not by exp(ηλ)",
        credit=0.65,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) * math.log(10) / math.log1p(small))
            more_steps = math.log(1000) / small
            """,
    ),
    "more_mixed": Wrong(
        "ps1-growth",
        test="ps1-more-test",
        phrase="Two kinds of logarithms are mixed",
        credit=0.5,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) * math.log(10) / math.log1p(small))
            more_steps = 3 / math.log1p(small)
            """,
    ),
    "more_upside_down": Wrong(
        "ps1-growth",
        test="ps1-more-test",
        phrase="positive number of steps",
        credit=0.6,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) * math.log(10) / math.log1p(small))
            more_steps = math.log(1e-3) / math.log1p(small)
            """,
    ),
    "more_without_rate": Wrong(
        "ps1-growth",
        test="ps1-more-test",
        phrase="The rate is missing",
        credit=0.5,
        source="""
            small = VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100
            steps_to_differ = math.ceil((VARIANT["noise_exponent"] - 1) * math.log(10) / math.log1p(small))
            more_steps = math.log(1000) / math.log1p(VARIANT["growth_percent"] / 100)
            """,
    ),
}
