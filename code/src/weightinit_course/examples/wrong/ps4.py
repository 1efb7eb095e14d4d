"""Wrong answers to problem set 4; each is wrong in the same way for every variant."""

from __future__ import annotations

from weightinit_course.examples.wrong.record import Wrong

ORTHOGONAL = "scale * math.sqrt(max(n, m) / n) * initializers.orthogonal((n, m), rng)"


def _start(
    matrix: str = ORTHOGONAL,
    *,
    first: str = "1 / math.sqrt(m_0)",
    rate: str = '0.001 / VARIANT["scale"] ** 2',
    once: str = "",
    each: str = "",
) -> str:
    """A start of the right form: one layer's matrix, the first layer's scale, and lines that run once or in each layer."""
    lines = [
        "def start(widths, m_0, rng):",
        *([f"    {once}"] if once else []),
        "    weights = []",
        "    for layer, (n, m) in enumerate(zip(widths[:-1], widths[1:], strict=True)):",
        f"        scale = gains(1.0)[0] if layer else {first}",
        *([f"        {each}"] if each else []),
        f"        weights.append({matrix})",
        "    return weights",
        "",
        "",
        f"LEARNING_RATE = {rate}",
    ]
    return "\n".join(lines)


WRONG = {
    "measure_variances": Wrong(
        "ps4-measure",
        phrase="These are variances",
        credit=0.5,
        source="""
            def measure(weights, x, gradient):
                zs = []
                for layer, w in enumerate(weights):
                    zs.append((x if layer == 0 else phi(zs[-1])) @ w)
                deltas = [gradient]
                for layer in range(len(weights) - 1, 0, -1):
                    deltas.insert(0, dphi(zs[layer - 1]) * (deltas[0] @ weights[layer].T))
                return np.array([np.var(z) for z in zs]), np.array([np.var(d) for d in deltas])
            """,
    ),
    "measure_slope_at_the_output": Wrong(
        "ps4-measure",
        phrase="The last layer has no activation",
        credit=0.6,
        source="""
            def measure(weights, x, gradient):
                zs = []
                for layer, w in enumerate(weights):
                    zs.append((x if layer == 0 else phi(zs[-1])) @ w)
                deltas = [gradient * dphi(zs[-1])]
                for layer in range(len(weights) - 1, 0, -1):
                    deltas.insert(0, dphi(zs[layer - 1]) * (deltas[0] @ weights[layer].T))
                return np.array([np.mean(z**2) for z in zs]), np.array([np.mean(d**2) for d in deltas])
            """,
    ),
    "measure_no_slope": Wrong(
        "ps4-measure",
        phrase="Backward the slope",
        credit=0.5,
        source="""
            def measure(weights, x, gradient):
                zs = []
                for layer, w in enumerate(weights):
                    zs.append((x if layer == 0 else phi(zs[-1])) @ w)
                deltas = [gradient]
                for layer in range(len(weights) - 1, 0, -1):
                    deltas.insert(0, (deltas[0] @ weights[layer].T))
                return np.array([np.mean(z**2) for z in zs]), np.array([np.mean(d**2) for d in deltas])
            """,
    ),
    "gains_square_roots_missing": Wrong(
        "ps4-gains",
        phrase="The square roots are missing",
        credit=0.5,
        source="""
            def gains(q):
                return q / moments.second_moment(PHI, q), 1 / moments.derivative_moment(PHI, q)
            """,
    ),
    "gains_the_numerator_missing": Wrong(
        "ps4-gains",
        phrase="the q in the numerator is missing",
        credit=0.6,
        source="""
            def gains(q):
                return moments.second_moment(PHI, q) ** -0.5, moments.derivative_moment(PHI, q) ** -0.5
            """,
    ),
    "predict_fan_out": Wrong(
        "ps4-predict",
        phrase="You multiply by the fan-out",
        credit=0.4,
        source="""
            def predict_q(widths, variances, m_0):
                q = []
                for n, v in zip(widths[1:], variances, strict=True):
                    q.append(n * v * (moments.second_moment(PHI, q[-1]) if q else m_0))
                return np.array(q)
            """,
    ),
    "predict_an_activation_before_the_first_layer": Wrong(
        "ps4-predict",
        phrase="before the first layer as well",
        credit=0.6,
        source="""
            def predict_q(widths, variances, m_0):
                q = []
                for n, v in zip(widths[:-1], variances, strict=True):
                    q.append(n * v * moments.second_moment(PHI, q[-1] if q else m_0))
                return np.array(q)
            """,
    ),
    "start_xavier_not_level": Wrong(
        "ps4-start",
        phrase="Xavier's variances",
        credit=0.2,
        source=_start("initializers.xavier_normal((n, m), rng)"),
    ),
    "start_xavier_training": Wrong(
        "ps4-start",
        phrase="Xavier's variances",
        credit=0.0,
        test="ps4-train-test",
        source=_start("initializers.xavier_normal((n, m), rng)"),
    ),
    "start_he_not_level": Wrong(
        "ps4-start",
        phrase="He's variances",
        credit=0.2,
        source=_start("initializers.he_normal((n, m), rng)"),
    ),
    "start_he_training": Wrong(
        "ps4-start",
        phrase="He's variances",
        credit=0.0,
        test="ps4-train-test",
        source=_start("initializers.he_normal((n, m), rng)"),
    ),
    "start_reseeded": Wrong(
        "ps4-start",
        phrase="draw from the generator that you are given",
        credit=0.4,
        source=_start(once="rng = np.random.default_rng(0)"),
    ),
    "start_the_same_matrix_in_all_layers": Wrong(
        "ps4-start",
        phrase="Two layers are the same matrix",
        credit=0.4,
        source=_start(once="salt = rng.integers(10**9)", each="rng = np.random.default_rng(int(salt))"),
    ),
    "start_the_inputs_scale_ignored": Wrong(
        "ps4-start",
        phrase="q_1 follows m_0",
        credit=0.6,
        source=_start(first="gains(1.0)[0]"),
    ),
    "start_matrices_the_wrong_way_round": Wrong(
        "ps4-start",
        phrase="of shapes (5, 7) and (7, 4)",
        source=_start(ORTHOGONAL.replace("(n, m), rng", "(m, n), rng")),
    ),
    "start_zeros": Wrong(
        "ps4-start",
        phrase="is not level",
        credit=0.0,
        source=_start("np.zeros((n, m))"),
    ),
    "start_zeros_training": Wrong(
        "ps4-start",
        phrase="The median loss is 2.3",
        credit=0.0,
        test="ps4-train-test",
        source=_start("np.zeros((n, m))"),
    ),
    "start_generator_ignored": Wrong(
        "ps4-start",
        mistake="generator_ignored",
        source=_start(ORTHOGONAL.replace("rng", "np.random.default_rng()")),
    ),
    "start_learning_rate_out_of_range": Wrong(
        "ps4-start",
        phrase="LEARNING_RATE must be between",
        credit=0.6,
        source=_start(rate="0.5"),
    ),
    "start_learning_rate_far_too_small": Wrong(
        "ps4-start",
        phrase="is wanted",
        credit=0.1,
        test="ps4-other-test",
        source=_start(rate="1e-5"),
    ),
    "numbers_one_layer_early": Wrong(
        "ps4-numbers",
        phrase="This is q_39",
        credit=0.7,
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 2 / (fan_in + fan_out), M_0)[-2]
            q_he = predict_q(WIDTHS, 2 / fan_in, M_0)[-2]
            q_blind = predict_q(WIDTHS, gains(1.0)[0] ** 2 / fan_in, M_0)[-1]
            """,
    ),
}
