"""Losses: by hand, their properties, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit.losses import accuracy, softmax_cross_entropy, squared_loss

pytestmark = pytest.mark.filterwarnings("error")


def data(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_cross_entropy_by_hand():
    loss, gradient = softmax_cross_entropy([[0.0, np.log(3.0)]], [0])
    np.testing.assert_allclose(loss, np.log(4.0), rtol=1e-14)
    np.testing.assert_allclose(gradient, [[-0.75, 0.75]], rtol=1e-14)
    loss, gradient = softmax_cross_entropy([[0.0, np.log(3.0)], [0.0, 0.0]], [1, 0])
    np.testing.assert_allclose(loss, (np.log(4 / 3) + np.log(2)) / 2, rtol=1e-14)
    np.testing.assert_allclose(gradient, [[0.125, -0.125], [-0.25, 0.25]], rtol=1e-14)
    assert loss.shape == ()


def test_cross_entropy_of_equal_logits_is_the_log_of_the_number_of_classes():
    loss, _ = softmax_cross_entropy(np.zeros((3, 4, 10), np.float32), np.arange(4))
    np.testing.assert_allclose(loss, np.log(10), rtol=1e-6)
    assert loss.shape == (3,) and loss.dtype == np.float64


def test_cross_entropy_of_large_logits():
    loss, gradient = softmax_cross_entropy([[1000.0, 0.0], [-2000.0, -2001.0]], [1, 0])
    np.testing.assert_allclose(loss, (1000 + np.log1p(np.exp(-1.0))) / 2, rtol=1e-12)
    np.testing.assert_allclose(gradient[0], [0.5, -0.5])
    loss, gradient = softmax_cross_entropy(np.array([[3e38, -3e38]], np.float32), [0])
    assert loss == 0 and not gradient.any() and gradient.dtype == np.float32


def test_cross_entropy_labels_a_replica():
    logits, labels = data(2, 5, 3), np.random.default_rng(0).integers(3, size=(2, 5))
    loss, gradient = softmax_cross_entropy(logits, labels)
    for r in range(2):
        alone = softmax_cross_entropy(logits[r], labels[r])
        np.testing.assert_array_equal(loss[r], alone[0])
        np.testing.assert_array_equal(gradient[r], alone[1])


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(2, 5), st.integers(0, 2**32 - 1), st.floats(-50, 50))
def test_cross_entropy_properties(batch, classes, seed, shift):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(scale=4, size=(batch, classes)), rng.integers(classes, size=batch)
    loss, gradient = softmax_cross_entropy(logits, labels)
    assert loss >= 0
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-14)
    assert (np.take_along_axis(gradient, labels[:, None], -1) <= 0).all()
    np.testing.assert_allclose(softmax_cross_entropy(logits + shift, labels)[0], loss, rtol=1e-9, atol=1e-12)


def test_losses_let_divergence_through():
    logits = np.zeros((2, 1, 3))
    logits[1, 0, 1] = np.inf
    loss, _ = softmax_cross_entropy(logits, [0])
    assert np.isfinite(loss[0]) and not np.isfinite(loss[1])
    loss, _ = squared_loss(logits, np.zeros((1, 3)))
    np.testing.assert_array_equal(loss, [0, np.inf])
    np.testing.assert_array_equal(accuracy(logits, [0]), [1, np.nan])


def test_squared_loss_by_hand():
    outputs = np.array([[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    loss, gradient = squared_loss(outputs, [[0.0, 2.0], [3.0, 1.0]])
    np.testing.assert_allclose(loss, [(0.5 + 4.5) / 2, (2.0 + 5.0) / 2])
    np.testing.assert_allclose(gradient[0], [[0.5, 0.0], [0.0, 1.5]])
    np.testing.assert_allclose(gradient[1], [[0.0, -1.0], [-1.5, -0.5]])
    loss, gradient = squared_loss(np.full((1, 1, 1), 1e30, np.float32), [[0.0]])
    np.testing.assert_allclose(loss, 0.5e60, rtol=1e-6)
    assert gradient.dtype == np.float32


def test_accuracy():
    logits = np.array([[[1.0, 2.0], [3.0, 1.0], [0.0, 1.0], [5.0, 4.0]]])
    np.testing.assert_array_equal(accuracy(logits, [1, 0, 0, 0]), [0.75])
    assert accuracy(logits[0], [1, 0, 0, 0]) == 0.75


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((1, 2, 3, 4)), np.zeros((0, 3))])
def test_bad_outputs(bad):
    with pytest.raises(ValueError, match="logits"):
        softmax_cross_entropy(bad, [0])
    with pytest.raises(ValueError, match="outputs"):
        squared_loss(bad, bad)
    with pytest.raises(TypeError, match="logits"):
        softmax_cross_entropy(np.zeros((1, 2), complex), [0])
    with pytest.raises(TypeError, match="outputs"):
        squared_loss([["a"]], [[0.0]])


def test_one_label_for_a_whole_batch_is_none():
    with pytest.raises(ValueError, match=r"labels must have the shape \(2,\), got \(\)"):
        softmax_cross_entropy(np.zeros((2, 3)), 1)
    with pytest.raises(ValueError, match=r"labels must have the shape \(2,\) or \(4, 2\), got \(\)"):
        softmax_cross_entropy(np.zeros((4, 2, 3)), 1)
