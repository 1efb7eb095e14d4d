"""Optimizers and `train`: against the formulas written out, by hand, and for reproducibility."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit import training
from weightinit.losses import accuracy, softmax_cross_entropy, squared_loss
from weightinit.network import MLP
from weightinit.training import SGD, Adam, train

pytestmark = pytest.mark.filterwarnings("error")


def data(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def stack_with_gradients(dtype=np.float64, replicas: int = 2) -> MLP:
    net = MLP((3, 4, 2), "tanh", rng=0, replicas=replicas, bias_std=0.1, dtype=dtype)
    net.loss_and_gradients(data(5, 3), np.array([0, 1, 1, 0, 1]))
    return net


def state(net: MLP) -> tuple[list[np.ndarray], list[np.ndarray]]:
    parameters = [p.copy() for p in net.weights + net.biases]
    return parameters, [g.copy() for g in net.weight_gradients + net.bias_gradients]


def column(rates: np.ndarray, like: np.ndarray) -> np.ndarray:
    return np.reshape(rates, (-1,) + (1,) * (like.ndim - 1))


@pytest.mark.parametrize("rates", [0.1, np.array([0.1, 0.02])])
def test_sgd_step(rates):
    net = stack_with_gradients()
    before, gradients = state(net)
    SGD(rates).step(net)
    after, unchanged = state(net)
    for old, g, new, same in zip(before, gradients, after, unchanged, strict=True):
        np.testing.assert_allclose(new, old - column(rates, old) * g, rtol=1e-14, atol=1e-16)
        np.testing.assert_array_equal(g, same)


def test_momentum_over_three_steps():
    net = stack_with_gradients()
    optimizer = SGD(0.1, momentum=0.9)
    start, g1 = state(net)
    optimizer.step(net)
    net.loss_and_gradients(data(5, 3, seed=1), np.zeros(5, int))
    _, g2 = state(net)
    optimizer.step(net)
    optimizer.step(net)  # the same gradient once more
    end, _ = state(net)
    for w, a, b, new in zip(start, g1, g2, end, strict=True):
        v1, v2 = a, 0.9 * a + b
        v3 = 0.9 * v2 + b
        np.testing.assert_allclose(new, w - 0.1 * (v1 + v2 + v3), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("rates", [0.01, np.array([0.01, 0.3])])
def test_adam_first_steps(rates):
    net = stack_with_gradients()
    optimizer = Adam(rates, beta_1=0.8, beta_2=0.95, epsilon=1e-3)
    start, g1 = state(net)
    optimizer.step(net)
    one, _ = state(net)
    for w, g, new in zip(start, g1, one, strict=True):
        np.testing.assert_allclose(new, w - column(rates, w) * g / (np.abs(g) + 1e-3), rtol=1e-12, atol=1e-15)
    net.loss_and_gradients(data(5, 3, seed=1), np.zeros(5, int))
    _, g2 = state(net)
    optimizer.step(net)
    two, _ = state(net)
    for w, a, b, new in zip(one, g1, g2, two, strict=True):
        m = (0.8 * 0.2 * a + 0.2 * b) / (1 - 0.8**2)
        v = (0.95 * 0.05 * a**2 + 0.05 * b**2) / (1 - 0.95**2)
        np.testing.assert_allclose(new, w - column(rates, w) * m / (np.sqrt(v) + 1e-3), rtol=1e-12, atol=1e-15)


def test_default_adam_moves_by_the_learning_rate():
    net = stack_with_gradients()
    before, gradients = state(net)
    optimizer = Adam(0.001)
    assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.9, 0.999, 1e-8)
    optimizer.step(net)
    for old, g, new in zip(before, gradients, state(net)[0], strict=True):
        np.testing.assert_allclose(new - old, -0.001 * np.sign(g), rtol=1e-3)


@pytest.mark.parametrize("make", [lambda: SGD([0.1, 0.2], momentum=0.5), lambda: Adam([0.1, 0.2])])
def test_optimizers_keep_the_dtype(make):
    net = stack_with_gradients(np.float32)
    optimizer = make()
    optimizer.step(net)
    assert {p.dtype for p in net.weights + net.biases} == {np.dtype(np.float32)}
    assert {s.dtype for s in optimizer._scratch + optimizer._rates} == {np.dtype(np.float32)}


@pytest.mark.parametrize("make", [lambda: SGD(0.3, momentum=0.5), lambda: Adam(0.02)])
def test_optimizers_lower_the_loss(make):
    net, x, y = MLP((3, 16, 2), rng=0, replicas=3), data(40, 3), (data(40, 3)[:, 0] > 0).astype(int)
    optimizer, first = make(), None
    for _ in range(60):
        loss = net.loss_and_gradients(x, y)
        first = loss if first is None else first
        optimizer.step(net)
    assert (loss < 0.3 * first).all()


def test_an_optimizer_belongs_to_one_network():
    optimizer, net = SGD(0.1, momentum=0.9), stack_with_gradients()
    optimizer.step(net)
    with pytest.raises(ValueError, match="network"):
        optimizer.step(stack_with_gradients())


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize(
    ("rate", "error"),
    [
        (0.0, ValueError),
        (-0.1, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        ([0.1, 0.0], ValueError),
        ([], ValueError),
        ([[0.1]], ValueError),
        ("0.1", TypeError),
        (None, TypeError),
        (True, TypeError),
    ],
)
def test_bad_learning_rate(kind, rate, error):
    with pytest.raises(error, match="learning_rate"):
        kind(rate)


def test_bad_number_of_learning_rates():
    for rates in ([0.1], [0.1, 0.1, 0.1]):
        with pytest.raises(ValueError, match="learning_rate"):
            SGD(rates).step(stack_with_gradients())


@pytest.mark.parametrize(
    ("make", "argument", "error"),
    [
        (lambda: SGD(0.1, momentum=1.0), "momentum", ValueError),
        (lambda: SGD(0.1, momentum=-0.1), "momentum", ValueError),
        (lambda: SGD(0.1, momentum="a"), "momentum", TypeError),
        (lambda: SGD(0.1, momentum=True), "momentum", TypeError),
        (lambda: Adam(0.1, beta_1=1.0), "beta_1", ValueError),
        (lambda: Adam(0.1, beta_1=-0.1), "beta_1", ValueError),
        (lambda: Adam(0.1, beta_2=1.0), "beta_2", ValueError),
        (lambda: Adam(0.1, beta_2=None), "beta_2", TypeError),
        (lambda: Adam(0.1, epsilon=0.0), "epsilon", ValueError),
        (lambda: Adam(0.1, epsilon=np.inf), "epsilon", ValueError),
        (lambda: Adam(0.1, epsilon="a"), "epsilon", TypeError),
    ],
)
def test_bad_optimizer_arguments(make, argument, error):
    with pytest.raises(error, match=argument):
        make()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: SGD(lr=0.1),
            "lr must not be given, SGD takes learning_rate, momentum, factors; .*did you mean learning_rate",
        ),
        (lambda: Adam(lr=0.1), "did you mean learning_rate"),
        (lambda: Adam(0.1, betas=(0.9, 0.99)), "betas must not .*did you mean beta_1 and beta_2"),
        (lambda: Adam(0.1, eps=1e-6), "did you mean epsilon"),
        (lambda: SGD(0.1, eps=1e-6), r"got eps=1e-06$"),
        (lambda: SGD(0.1, weight_decay=0.1), "weight_decay must not be given, SGD takes learning_rate, momentum"),
    ],
)
def test_names_of_other_libraries_are_asked_back(make, words):
    with pytest.raises(TypeError, match=words):
        make()


def test_step_needs_a_network():
    with pytest.raises(TypeError, match="network"):
        SGD(0.1).step([np.ones(3)])


# ------------------------------------------------------------------- train


def classes(samples: int = 30) -> tuple[np.ndarray, np.ndarray]:
    x = data(samples, 5)
    return x, (x[:, 0] + x[:, 1] > 0).astype(int)


def small(replicas: int = 3, **settings) -> MLP:
    return MLP((5, 8, 2), "tanh", rng=1, replicas=replicas, **({"dtype": np.float64} | settings))


def test_train_is_the_loop_written_out():
    x, y = classes()
    net, by_hand = small(), small()
    run = train(net, x, y, optimizer=SGD(0.2, momentum=0.9), steps=7, batch_size=8, rng=4, record_every=3)
    streams = np.random.default_rng(4).spawn(3)
    optimizer, order, losses = SGD(0.2, momentum=0.9), [], []
    for step in range(7):
        if step % 3 == 0:  # 30 samples give three batches of 8; the other six are left out
            losses.append(softmax_cross_entropy(by_hand.predict(x), y)[0])
            order = [stream.permutation(30) for stream in streams]
        rows = np.stack([permutation[8 * (step % 3) : 8 * (step % 3) + 8] for permutation in order])
        by_hand.loss_and_gradients(x[rows], y[rows])
        optimizer.step(by_hand)
    losses.append(softmax_cross_entropy(by_hand.predict(x), y)[0])
    np.testing.assert_array_equal(run.step, [0, 3, 6, 7])
    np.testing.assert_allclose(run.loss.T, losses, rtol=1e-12)
    for mine, theirs in zip(net.weights, by_hand.weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    np.testing.assert_allclose(run.accuracy[:, -1], accuracy(net.predict(x), y))
    assert run.loss.shape == run.accuracy.shape == (3, 4)
    assert run.test_loss is None and run.test_accuracy is None
    assert not run.diverged.any()


def test_whole_batches_need_no_rng():
    x, y = data(12, 5), data(12, 2, seed=1)
    net, by_hand = small(), small()
    run = train(net, x, y, optimizer=SGD(0.05), steps=20, batch_size=None, loss="squared", test=(x[:4], y[:4]))
    for _ in range(20):
        by_hand.loss_and_gradients(x, y, "squared")
        by_hand.biases[0] -= 0.05 * by_hand.bias_gradients[0]
        by_hand.biases[1] -= 0.05 * by_hand.bias_gradients[1]
        by_hand.weights[0] -= 0.05 * by_hand.weight_gradients[0]
        by_hand.weights[1] -= 0.05 * by_hand.weight_gradients[1]
    np.testing.assert_allclose(run.loss[:, -1], squared_loss(by_hand.predict(x), y)[0], rtol=1e-12)
    np.testing.assert_allclose(run.test_loss[:, -1], squared_loss(by_hand.predict(x[:4]), y[:4])[0], rtol=1e-12)
    assert (np.diff(run.loss, axis=1) < 0).all()
    np.testing.assert_array_equal(run.step, [0, 10, 20])
    assert run.accuracy is None and run.test_accuracy is None


def test_train_records_the_test_set():
    x, y = classes(60)
    net = small()
    run = train(net, x[:40], y[:40], optimizer=Adam(0.02), steps=60, batch_size=10, rng=0, test=(x[40:], y[40:]))
    np.testing.assert_allclose(run.test_loss[:, -1], softmax_cross_entropy(net.predict(x[40:]), y[40:])[0])
    np.testing.assert_allclose(run.test_accuracy[:, -1], accuracy(net.predict(x[40:]), y[40:]))
    assert (run.test_accuracy[:, -1] > 0.75).all()
    assert (run.loss[:, -1] < 0.5 * run.loss[:, 0]).all()


def test_train_is_deterministic_and_replicas_do_not_depend_on_how_many():
    x, y = classes()
    runs = [
        train(small(replicas), x, y, optimizer=Adam(0.02), steps=15, batch_size=7, rng=2, record_every=5)
        for replicas in (4, 4, 2, 1)
    ]
    np.testing.assert_array_equal(runs[0].loss, runs[1].loss)
    np.testing.assert_allclose(runs[0].loss[:2], runs[2].loss, rtol=1e-10)
    np.testing.assert_allclose(runs[0].loss[:1], runs[3].loss, rtol=1e-10)


def test_replicas_have_mini_batches_of_their_own():
    x, y = classes()
    net = small(2)
    for array in net.weights + net.biases:
        array[1] = array[0]
    run = train(net, x, y, optimizer=SGD(0.1), steps=2, batch_size=3, rng=2)
    assert run.loss[0, 0] == run.loss[1, 0] and run.loss[0, -1] != run.loss[1, -1]


def test_an_epoch_sees_every_sample_once():
    x = np.arange(12.0)[:, None]
    seen = []
    for k, (rows, labels) in enumerate(training._mini_batches(x, np.arange(12), 4, np.random.default_rng(0).spawn(2))):
        np.testing.assert_array_equal(rows[..., 0], labels)
        assert rows.shape == (2, 4, 1)
        seen.append(labels)
        if k == 5:
            break
    epochs = np.concatenate(seen, axis=1).reshape(2, 2, 12)
    np.testing.assert_array_equal(np.sort(epochs, axis=-1), np.broadcast_to(np.arange(12), (2, 2, 12)))
    assert len({tuple(order) for order in epochs.reshape(4, 12)}) == 4


def test_divergence_is_flagged_in_its_replica_without_a_warning():
    x, y = data(20, 5), data(20, 2, seed=1)
    net = MLP((5, 8, 2), "relu", rng=1, replicas=3)
    run = train(net, x, y, optimizer=SGD([0.01, 1e6, 0.01]), steps=40, batch_size=5, rng=0, loss="squared")
    np.testing.assert_array_equal(run.diverged, [False, True, False])
    assert np.isfinite(run.loss[[0, 2]]).all() and not np.isfinite(run.loss[1, -1])
    alone = train(
        MLP((5, 8, 2), "relu", rng=1), x, y, optimizer=SGD(0.01), steps=40, batch_size=5, rng=0, loss="squared"
    )
    np.testing.assert_allclose(run.loss[0], alone.loss[0], rtol=1e-4)


def test_when_all_diverge_the_rest_of_the_records_is_nan():
    x, y = classes()
    net = MLP((5, 8, 2), "relu", rng=1, replicas=2)
    net.weights[0][...] = np.inf
    steps = []

    class Counting(SGD):
        def step(self, network: MLP) -> None:
            steps.append(network)
            super().step(network)

    run = train(net, x, y, optimizer=Counting(0.1), steps=10**6, batch_size=5, rng=0, record_every=10**5)
    assert len(steps) == 1  # and not a million
    assert run.diverged.all() and np.isnan(run.loss).all() and np.isnan(run.accuracy).all()
    assert run.loss.shape == (2, 11)


def test_train_keeps_float32():
    x, y = classes()
    net = small(dtype=np.float32)
    run = train(net, x, y, optimizer=SGD(0.1, momentum=0.9), steps=3, batch_size=5, rng=0)
    assert {w.dtype for w in net.weights} == {np.dtype(np.float32)}
    assert run.loss.dtype == np.float64


def test_a_record_is_taken_every_tenth_step_and_after_the_last():
    x, y = classes()
    run = train(small(), x, y, optimizer=SGD(0.1), steps=25, batch_size=5, rng=0)
    np.testing.assert_array_equal(run.step, [0, 10, 20, 25])


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("network", "MLP", TypeError),
        ("x", np.ones((30, 4)), ValueError),
        ("x", np.ones((3, 30, 5)), ValueError),
        ("x", np.full((30, 5), np.nan), ValueError),
        ("x", "x", TypeError),
        ("y", np.zeros(29, int), ValueError),
        ("y", np.full(30, 2), ValueError),
        ("y", np.full(30, -1), ValueError),
        ("y", np.zeros(30), TypeError),
        ("y", np.zeros(30, bool), TypeError),
        ("optimizer", "sgd", TypeError),
        ("optimizer", None, TypeError),
        ("steps", 0, ValueError),
        ("steps", 1.0, TypeError),
        ("batch_size", 0, ValueError),
        ("batch_size", 31, ValueError),
        ("batch_size", 2.0, TypeError),
        ("rng", None, TypeError),
        ("rng", -1, ValueError),
        ("loss", "mse", ValueError),
        ("record_every", 0, ValueError),
        ("record_every", 1.0, TypeError),
        ("test", np.ones((3, 5)), TypeError),
        ("test", (np.ones((3, 5)),), TypeError),
        ("test", (np.ones((3, 4)), [0, 1, 0]), ValueError),
        ("test", (np.ones((3, 5)), [0, 1, 2]), ValueError),
        ("test", (np.ones((3, 5)), [0.0, 1.0, 1.0]), TypeError),
    ],
)
def test_bad_arguments_of_train_are_named(argument, value, error):
    net = small()
    before = [w.copy() for w in net.weights]
    x, y = classes()
    good = {"network": net, "x": x, "y": y, "optimizer": SGD(0.1), "steps": 2, "batch_size": 5, "rng": 0}
    with pytest.raises(error, match=argument):
        train(**(good | {argument: value}))
    for old, new in zip(before, net.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_mini_batches_need_an_rng_and_whole_ones_do_not():
    with pytest.raises(TypeError, match="rng must be given for mini-batches, with batch_size=5"):
        train(small(), *classes(), optimizer=SGD(0.1), steps=2, batch_size=5)
    whole, named = (
        train(small(), *classes(), optimizer=SGD(0.1), steps=2, **options) for options in ({}, {"batch_size": None})
    )
    np.testing.assert_array_equal(whole.loss, named.loss)


def test_steps_to_a_level():
    loss = np.array(
        [[3.0, 1.0, 0.5, 0.7], [3.0, 2.0, 2.0, 1.9], [np.nan, np.nan, np.nan, np.nan], [0.1, 5.0, 5.0, 5.0]]
    )
    step = np.array([0, 20, 40, 50])
    run = training.Training(step, loss, None, None, None, np.zeros(4, bool))
    np.testing.assert_array_equal(run.steps_to(1.0), [40, 50, 50, 0])  # below, not at; never: the last step
    np.testing.assert_array_equal(run.steps_to(1.95), [20, 50, 50, 0])
    for level, error in ((np.nan, ValueError), ("1", TypeError), (None, TypeError)):
        with pytest.raises(error, match="level"):
            run.steps_to(level)
        with pytest.raises(error, match="level"):
            run.arrived(level)
    assert run.arrived(1.0).tolist() == [True, False, False, True]
    assert run.arrived(1.95).tolist() == [True, True, False, True]


def test_a_run_ends_when_all_have_arrived_or_diverged():
    x, y = classes()
    net = small()
    plan = {"steps": 200, "batch_size": 5, "rng": 0, "record_every": 4}
    rates = np.array([0.5, 0.3, 0.3])
    for weight in net.weights:
        weight[2] = np.nan
    whole = train(net.copy(), x, y, optimizer=SGD(rates), **plan)
    level = 0.9 * whole.loss[:2, 0].min()
    assert whole.arrived(level).tolist() == [True, True, False] and whole.diverged.tolist() == [False, False, True]
    short = train(net.copy(), x, y, optimizer=SGD(rates), until=level, **plan)
    last = whole.steps_to(level)[:2].max()
    np.testing.assert_array_equal(short.steps_to(level), whole.steps_to(level))
    np.testing.assert_array_equal(short.arrived(level), whole.arrived(level))
    np.testing.assert_array_equal(short.loss[:2, whole.step <= last], whole.loss[:2, whole.step <= last])
    assert np.isnan(short.loss[:, whole.step > last]).all() and last < 200
    waiting = train(net.copy(), x, y, optimizer=SGD(1e-9), until=level, **plan)  # nobody arrives: to the end
    assert np.isfinite(waiting.loss[:2]).all() and not waiting.arrived(level).any()
    for until, error in ((np.nan, ValueError), ("1", TypeError)):
        with pytest.raises(error, match="until"):
            train(net.copy(), x, y, optimizer=SGD(0.1), until=until, **plan)


def test_a_run_has_a_short_repr():
    run = train(small(), *classes(), optimizer=SGD(0.1), steps=1, batch_size=5, rng=0)
    assert repr(run).startswith("Training(step(2,), loss(3, 2)") and "test_loss=None" in repr(run)


def test_bad_targets_of_train():
    for y in (np.zeros((30, 3)), np.zeros(30), np.full((30, 2), np.inf)):
        with pytest.raises(ValueError, match=r"^y "):
            train(small(), classes()[0], y, optimizer=SGD(0.1), steps=1, batch_size=5, rng=0, loss="squared")
