"""What the capstone's hidden tests say of how a start is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit_course import capstone

WIDTHS = (64, *[32, 24] * 19, 32, 10)
LAST = len(WIDTHS) - 3  # of the hidden layers


def drawn(change=None, which=()):
    """Matrices of seven networks, changed in those that are listed, and what is said of them."""

    def network(number):
        rng = np.random.default_rng(number)
        weights = [rng.normal(0, n**-0.5, (n, m)) for n, m in zip(WIDTHS[:-1], WIDTHS[1:], strict=True)]
        if number in which:
            change(weights)
        return weights

    report = capstone._check_draws("start", [network(k) for k in range(capstone.NETWORKS)], network(0))
    return [finding.message for finding in report.findings]


def put(source, target, factor=1.0, noise=0.0):
    def change(weights):
        weights[target] = factor * weights[source] + noise * weights[target]

    return change


def test_independent_layers_are_accepted():
    assert drawn() == []


@pytest.mark.parametrize("which", [range(7), (0,), (3,), (6,)])
@pytest.mark.parametrize("apart", [2, 4, 6, 10, 36])
def test_a_copy_is_found_however_far_apart_and_in_whichever_network(apart, which):
    assert drawn(put(1, 1 + apart), which) == [capstone._COPIED]
    assert drawn(put(LAST - apart, LAST), which) == [capstone._COPIED]


@pytest.mark.parametrize(("factor", "noise"), [(-1.0, 0.0), (1.5, 0.0), (1.0, 1e-3), (0.0, 0.0)])
def test_a_copy_in_a_disguise_is_one(factor, noise):
    two = [put(1, 9, factor, noise), put(1, 1, factor and 1.0)]
    assert drawn(lambda weights: [change(weights) for change in two], (2,)) == [capstone._COPIED]


def test_matrices_that_two_seeds_share_are_found_in_whichever_networks():
    kept = np.random.default_rng(99).normal(size=(24, 32))

    def change(weights):
        weights[20] = kept

    (said,) = drawn(change, (3, 5))
    assert said.startswith("Other seeds give the same matrices")


def test_a_layer_is_like_one_of_its_own_shape_only():
    def change(weights):
        weights[1], weights[2] = np.full((32, 24), 0.1), np.full((24, 32), 0.1)

    assert drawn(change, (4,)) == []
