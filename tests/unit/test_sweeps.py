"""Sweeps: every point once, in order, with a stream of its own, however many processes there are."""

from __future__ import annotations

import joblib
import numpy as np
import pytest

from weightinit.experiments import propagate
from weightinit.sweeps import sweep

pytestmark = pytest.mark.filterwarnings("error")


def draw(a: int, b: str, rng=None, factor: int = 1):
    return (a, b, None if rng is None else rng.integers(10**9) * factor)


def measure(width: int, activation: str, rng):
    return propagate((width,) * 3, activation, "xavier_normal", rng=rng, replicas=2, batch=4)


def test_sweep_calls_every_point_in_order():
    result = sweep(draw, {"a": [1, 2, 3], "b": ("x", "y")}, factor=2)
    assert result.results.shape == (3, 2)
    assert result.results.dtype == object
    for i, a in enumerate((1, 2, 3)):
        for j, b in enumerate("xy"):
            assert result.results[i, j] == (a, b, None)
    assert result.grid == {"a": (1, 2, 3), "b": ("x", "y")}
    assert repr(result) == "Sweep(a: 3, b: 2)"


def test_sweep_spawns_one_stream_a_point():
    result = sweep(draw, {"a": [1, 2, 3], "b": ("x", "y")}, rng=5)
    streams = np.random.default_rng(5).spawn(6)
    expected = [stream.integers(10**9) for stream in streams]
    assert [r[2] for r in result.results.flat] == expected
    assert len(set(expected)) == 6
    generator = sweep(draw, {"a": [1, 2, 3], "b": ("x", "y")}, rng=np.random.default_rng(5))
    assert generator.results.tolist() == result.results.tolist()


def test_sweep_does_not_depend_on_n_jobs():
    grid = {"width": [4, 8], "activation": ["relu", "tanh"]}
    alone = sweep(measure, grid, rng=3, n_jobs=1)
    with joblib.parallel_config("threading"):
        others = [
            sweep(measure, grid, rng=3, n_jobs=2),
            sweep(measure, grid, rng=3, n_jobs=-1),
            sweep(measure, grid, rng=3),
        ]
    others.append(sweep(measure, grid, rng=3, n_jobs=2))
    for other in others:
        for name in ("pre_mean", "post_second_moment"):
            collected = [run.collect(lambda r, name=name: getattr(r, name)) for run in (alone, other)]
            np.testing.assert_array_equal(*collected)


def test_sweep_obeys_joblibs_configuration():
    with joblib.parallel_config("threading", n_jobs=2):
        names = sweep(_thread_name, {"a": [1, 2, 3, 4]}).results.tolist()
    assert "MainThread" not in names
    assert set(sweep(_thread_name, {"a": [1, 2]}).results.tolist()) == {"MainThread"}


def _thread_name(a: int) -> str:
    import threading

    return threading.current_thread().name


def test_collect_puts_the_grid_first():
    result = sweep(measure, {"width": [4, 8], "activation": ["relu", "tanh", "erf"]}, rng=3)
    moments = result.collect(lambda r: r.post_second_moment)
    assert moments.shape == (2, 3, 2, 3)
    np.testing.assert_array_equal(moments[1, 2], result.results[1, 2].post_second_moment)
    assert result.collect(lambda r: r.post_mean[0, 0]).shape == (2, 3)
    with pytest.raises(ValueError, match="function"):
        sweep(draw, {"a": [1, 2], "b": "x y".split()}).collect(lambda r: np.zeros(r[0]))
    with pytest.raises(TypeError, match="function"):
        result.collect("loss")


def test_sweep_keeps_arrays_whole_and_takes_array_grids():
    result = sweep(lambda a: np.full(3, a), {"a": np.array([1.0, 2.0])})
    assert result.results.shape == (2,)
    np.testing.assert_array_equal(result.results[1], [2.0, 2.0, 2.0])


def test_progress_goes_to_stderr(capfd):
    sweep(draw, {"a": [1, 2], "b": ["x"]}, progress=True)
    captured = capfd.readouterr()
    assert captured.out == "" and "2/2" in captured.err
    sweep(draw, {"a": [1, 2], "b": ["x"]})
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "argument", "error"),
    [
        ({"function": 3}, "function", TypeError),
        ({"grid": [("a", [1])]}, "grid", TypeError),
        ({"grid": {}}, "grid", ValueError),
        ({"grid": {"a": []}}, "grid", ValueError),
        ({"grid": {"a": 3}}, "grid", TypeError),
        ({"grid": {"a": "xyz"}}, "grid", TypeError),
        ({"grid": {1: [2]}}, "grid", TypeError),
        ({"a": 3}, "grid", ValueError),
        ({"n_jobs": 0}, "n_jobs", ValueError),
        ({"n_jobs": -3}, "n_jobs", ValueError),
        ({"n_jobs": 1.5}, "n_jobs", TypeError),
        ({"progress": 1}, "progress", TypeError),
        ({"rng": None}, "rng", TypeError),
        ({"rng": -1}, "rng", ValueError),
    ],
)
def test_bad_arguments_of_sweep_are_named(change, argument, error):
    with pytest.raises(error, match=argument):
        sweep(**({"function": draw, "grid": {"a": [1], "b": ["x"]}} | change))
