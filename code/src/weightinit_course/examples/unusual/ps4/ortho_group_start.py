"""Corners of Haar matrices of scipy, with a generator spawned for each layer; predictions in logarithms."""


# %% ps4-predict
def predict_q(widths, variances, m_0):
    logs, incoming = [], math.log(m_0)
    for n, v in zip(widths, variances):
        logs.append(math.log(n) + math.log(v) + incoming)
        incoming = math.log(moments.second_moment(PHI, math.exp(logs[-1])))
    return np.exp(logs)


# %% ps4-start
from scipy.stats import ortho_group


def start(widths, m_0, rng):
    seeds = np.random.SeedSequence(int(rng.integers(2**63))).spawn(len(widths) - 1)
    gain = gains(1.0)[0]
    drawn = []
    for layer, (n, m, seed) in enumerate(zip(widths, widths[1:], seeds)):
        basis = ortho_group.rvs(max(n, m), random_state=np.random.default_rng(seed))
        drawn.append((gain if layer else m_0**-0.5) * max(1, m / n) ** 0.5 * basis[:n, :m])
    return drawn


LEARNING_RATE = 0.001 / VARIANT["scale"] ** 2
