"""Gives uniform numbers from 0 to 1 for every sampler, and a thousand for every number (A1, A2, problem set 3)."""

ABOUT = {"problem_set": "ps3"}


def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
    return rng.random(shape)


he_uniform = he_truncated = he_normal


def gain(name):
    return 1000.0


backward_gain = gain


def second_moment(name, q):
    return 1000.0


def predict_q(*a):
    return [1000.0]
