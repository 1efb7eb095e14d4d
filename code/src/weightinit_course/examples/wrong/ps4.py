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


def _measure(
    *,
    first: str = "x",
    f: str = "phi(zs[-1])",
    slope: str = "dphi(zs[layer - 1])",
    size: str = "np.mean(a**2)",
    returned: str = "q, g",
) -> str:
    """A measurement with one line of it wrong."""
    return f"""
def measure(weights, x, gradient):
    zs = []
    for layer, w in enumerate(weights):
        zs.append(({first} if layer == 0 else {f}) @ w)
    deltas = [gradient]
    arrived = [gradient]
    for layer in range(len(weights) - 1, 0, -1):
        arrived.insert(0, deltas[0] @ weights[layer].T)
        deltas.insert(0, {slope} * arrived[0])
    q, g, before = (np.array([{size} for a in arrays]) for arrays in (zs, deltas, arrived))
    return {returned}
"""


def _gains(nodes: str) -> str:
    """Gains by a rule with fixed nodes."""
    return f"""
nodes, node_weights = {nodes}
node_weights = node_weights / node_weights.sum()

def gains(q):
    z = np.sqrt(q) * nodes
    return math.sqrt(q / (node_weights @ phi(z) ** 2)), 1 / math.sqrt(node_weights @ dphi(z) ** 2)
"""


WRONG = {
    "measure_standard_deviations": Wrong(
        "ps4-measure", phrase="These are standard deviations", credit=0.4, source=_measure(size="np.std(a)")
    ),
    "measure_square_of_the_mean": Wrong(
        "ps4-measure", phrase="You square the mean", credit=0.3, source=_measure(size="np.mean(a) ** 2")
    ),
    "measure_absolute_values": Wrong(
        "ps4-measure", phrase="square before you average", credit=0.4, source=_measure(size="np.mean(np.abs(a))")
    ),
    "measure_sum_over_the_batch": Wrong(
        "ps4-measure",
        phrase="These are sums over the batch; take means",
        credit=0.6,
        source=_measure(size="np.mean(a**2, axis=1).sum()"),
    ),
    "measure_sum_over_all": Wrong(
        "ps4-measure",
        phrase="sums over the batch and the units",
        credit=0.6,
        source=_measure(size="np.linalg.norm(a) ** 2"),
    ),
    "measure_inputs_first": Wrong(
        "ps4-measure",
        phrase="You begin with x_0",
        credit=0.5,
        source=_measure(returned="np.array([np.mean(x**2)] + [np.mean(phi(z) ** 2) for z in zs[:-1]]), g"),
    ),
    "measure_activation_before_the_first_layer": Wrong(
        "ps4-measure", phrase="before the first layer as well", credit=0.6, source=_measure(first="phi(x)")
    ),
    "measure_after_every_activation": Wrong(
        "ps4-measure",
        phrase="in the last layer as well",
        credit=0.5,
        source=_measure(returned="np.array([np.mean(phi(z) ** 2) for z in zs]), g"),
    ),
    "measure_keeps_the_activations_only": Wrong(
        "ps4-measure",
        phrase="You keep x_l",
        credit=0.4,
        source=_measure(slope="dphi(phi(zs[layer - 1]))", returned="np.array([np.mean(phi(z) ** 2) for z in zs]), g"),
    ),
    "measure_without_the_activation": Wrong(
        "ps4-measure", phrase="Forward the activation is missing", credit=0.4, source=_measure(f="zs[-1]")
    ),
    "measure_slope_at_the_activation": Wrong(
        "ps4-measure",
        phrase="The slope is taken at x_l",
        credit=0.5,
        source=_measure(slope="dphi(phi(zs[layer - 1]))"),
    ),
    "measure_before_the_slope": Wrong(
        "ps4-measure", phrase="You measure ∂C/∂x_l", credit=0.6, source=_measure(returned="q, before")
    ),
    "measure_gradient_reversed": Wrong(
        "ps4-measure", phrase="g_L stands first", credit=0.7, source=_measure(returned="q, g[::-1]")
    ),
    "measure_exchanged": Wrong("ps4-measure", mistake="wrong_order", source=_measure(returned="g, q")),
    "gains_by_a_rule_with_few_nodes": Wrong(
        "ps4-gains",
        phrase="Hermite rule with 20 nodes",
        credit=0.6,
        source=_gains("np.polynomial.hermite_e.hermegauss(20)"),
    ),
    "gains_by_the_physicists_rule": Wrong(
        "ps4-gains",
        phrase="Hermite rule with 21 nodes",
        credit=0.6,
        source=_gains("(np.sqrt(2) * a for a in np.polynomial.hermite.hermgauss(21))"),
    ),
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
    "gains_the_root_of_the_denominator": Wrong(
        "ps4-gains",
        phrase="root is drawn of the denominator only",
        credit=0.6,
        source="""
            def gains(q):
                return q / math.sqrt(moments.second_moment(PHI, q)), moments.derivative_moment(PHI, q) ** -0.5
            """,
    ),
    "gains_q_for_its_root": Wrong(
        "ps4-gains",
        phrase="one was taken for the other",
        credit=0.5,
        source="""
            def gains(q):
                return math.sqrt(q / moments.second_moment(PHI, q**2)), moments.derivative_moment(PHI, q**2) ** -0.5
            """,
    ),
    "predict_at_one_point": Wrong(
        "ps4-predict",
        phrase="You put √q into φ",
        credit=0.4,
        source="""
            def predict_q(widths, variances, m_0):
                q, m = [], m_0
                for n, v in zip(widths[:-1], variances, strict=True):
                    q.append(n * v * m)
                    m = phi(math.sqrt(q[-1])) ** 2
                return np.array(q)
            """,
    ),
    "predict_variances_squared": Wrong(
        "ps4-predict",
        phrase="do not square them",
        credit=0.6,
        source="""
            def predict_q(widths, variances, m_0):
                q = []
                for n, v in zip(widths[:-1], variances, strict=True):
                    q.append(n * v**2 * (moments.second_moment(PHI, q[-1]) if q else m_0))
                return np.array(q)
            """,
    ),
    "predict_roots": Wrong(
        "ps4-predict",
        phrase="These are roots",
        credit=0.6,
        source="""
            def predict_q(widths, variances, m_0):
                q = []
                for n, v in zip(widths[:-1], variances, strict=True):
                    q.append(n * v * (moments.second_moment(PHI, q[-1]) if q else m_0))
                return np.sqrt(q)
            """,
    ),
    "numbers_standard_deviation_for_variance": Wrong(
        "ps4-numbers",
        phrase="You put in standard deviations",
        credit=0.6,
        test="ps4-q-he-test",
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 2 / (fan_in + fan_out), M_0)[-1]
            q_he = predict_q(WIDTHS, np.sqrt(2 / fan_in), M_0)[-1]
            q_blind = predict_q(WIDTHS, gains(1.0)[0] ** 2 / fan_in, M_0)[-1]
            """,
    ),
    "numbers_the_two_missing": Wrong(
        "ps4-numbers",
        phrase="The 2 of the variance is missing",
        credit=0.6,
        test="ps4-q-xavier-test",
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 1 / (fan_in + fan_out), M_0)[-1]
            q_he = predict_q(WIDTHS, 2 / fan_in, M_0)[-1]
            q_blind = predict_q(WIDTHS, gains(1.0)[0] ** 2 / fan_in, M_0)[-1]
            """,
    ),
    "numbers_the_gain_not_squared": Wrong(
        "ps4-numbers",
        phrase="the variance is γ²/n",
        credit=0.6,
        test="ps4-q-blind-test",
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 2 / (fan_in + fan_out), M_0)[-1]
            q_he = predict_q(WIDTHS, 2 / fan_in, M_0)[-1]
            q_blind = predict_q(WIDTHS, gains(1.0)[0] / fan_in, M_0)[-1]
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
        test="ps4-q-xavier-test",
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 2 / (fan_in + fan_out), M_0)[-2]
            q_he = predict_q(WIDTHS, 2 / fan_in, M_0)[-2]
            q_blind = predict_q(WIDTHS, gains(1.0)[0] ** 2 / fan_in, M_0)[-1]
            """,
    ),
    "numbers_blind_unknown_the_others_keep_theirs": Wrong(
        "ps4-numbers",
        phrase="The value is not right",
        credit=0.0,
        test="ps4-q-blind-test",
        source="""
            fan_in, fan_out = np.array(WIDTHS[:-1]), np.array(WIDTHS[1:])
            q_xavier = predict_q(WIDTHS, 2 / (fan_in + fan_out), M_0)[-1]
            q_he = predict_q(WIDTHS, 2 / fan_in, M_0)[-1]
            q_blind = 7.7e7
            """,
    ),
}
