"""Sweeps: every point once, in order, with a stream of its own, however many processes there are."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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
        ({"store": 3}, "store", TypeError),
        ({"store": ""}, "store", TypeError),
        ({"store": __file__}, "store", ValueError),
        (
            {"factr": 2},
            "function must take .*, a, b, factr; .*draw.*factr|function must take .* a, b, factr",
            TypeError,
        ),
        ({"grid": {"a": [1]}}, "function must take .*'b'", TypeError),
    ],
)
def test_bad_arguments_of_sweep_are_named(change, argument, error):
    with pytest.raises(error, match=argument):
        sweep(**({"function": draw, "grid": {"a": [1], "b": ["x"]}} | change))


# ------------------------------------------------------------------------------------------------------------ the store

GLOBAL = 1


def helper(a):
    return a * GLOBAL


def counted(a, log, rng=None, extra=0):
    """A result with a drawn array in it, and a line in `log` for each call."""
    with open(log, "a") as lines:
        lines.write(f"{a}\n")
    return {"a": helper(a) + extra, "drawn": None if rng is None else rng.standard_normal(3)}


def calls(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_a_stored_point_is_not_computed_again(tmp_path):
    log, store = tmp_path / "log", tmp_path / "new" / "store"
    run = {"log": log, "rng": 3}
    first = sweep(counted, {"a": [1, 2, 3]}, store=store, **run)
    assert calls(log) == [1, 2, 3] and len(list(store.iterdir())) == 3
    again = sweep(counted, {"a": [1, 2, 3]}, store=str(store), **run)
    assert calls(log) == [1, 2, 3]
    for one, two in zip(first.results, again.results, strict=True):
        assert one["a"] == two["a"]
        np.testing.assert_array_equal(one["drawn"], two["drawn"])
    longer = sweep(counted, {"a": [1, 2, 3, 4]}, store=store, **run)  # the streams of the first three are as before
    assert calls(log) == [1, 2, 3, 4]
    np.testing.assert_array_equal(longer.results[2]["drawn"], first.results[2]["drawn"])
    sweep(counted, {"a": [1, 2, 3]}, store=store, n_jobs=2, **run)
    assert calls(log) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change",
    [{"rng": 4}, {"extra": 1}, {"grid": {"a": [5]}}, {"rng": None}],
    ids=["another seed", "another fixed argument", "another point", "no generator"],
)
def test_what_has_changed_is_computed_anew(tmp_path, change):
    log = tmp_path / "log"
    same = {"grid": {"a": [1]}, "store": tmp_path / "s", "log": log, "rng": 3}
    sweep(counted, **same)
    run = {key: value for key, value in (same | change).items() if value is not None}
    sweep(counted, **run)
    assert len(calls(log)) == 2


def test_changed_code_is_computed_anew(tmp_path, monkeypatch):
    log = tmp_path / "log"
    run = {"grid": {"a": [2]}, "store": tmp_path / "s", "log": log}
    value = lambda: sweep(counted, **run).results[0]["a"]  # noqa: E731
    assert (value(), value(), len(calls(log))) == (2, 2, 1)
    monkeypatch.setitem(globals(), "GLOBAL", 3)  # what a function that it calls looks at
    assert (value(), value(), len(calls(log))) == (6, 6, 2)
    monkeypatch.setitem(globals(), "helper", lambda a: a + GLOBAL)
    assert (value(), value(), len(calls(log))) == (5, 5, 3)
    monkeypatch.setitem(globals(), "helper", lambda a: a - GLOBAL)
    assert (value(), value(), len(calls(log))) == (-1, -1, 4)


@pytest.mark.parametrize("which", ["__defaults__", "__kwdefaults__"])
def test_a_changed_default_is_computed_anew(tmp_path, monkeypatch, which):
    def shifted(a, by=1, *, times=1):
        return times * (a + by)

    value = lambda: sweep(shifted, {"a": [2]}, store=tmp_path).results[0]  # noqa: E731
    assert value() == 3
    monkeypatch.setattr(shifted, which, {"__defaults__": (4,), "__kwdefaults__": {"times": 2}}[which])
    assert value() == 6


class Times:
    def __init__(self, by):
        self.by = by

    def __call__(self, a):
        return a * self.by


def adder(by):
    return lambda a: a + by


def factorial(a):
    return 1 if a == 0 else a * factorial(a - 1)


@pytest.mark.parametrize(
    ("functions", "results"),
    [
        ([adder(1), adder(2)], [4, 5]),
        ([factorial], [6]),
        ([Times(2), Times(3)], [6, 9]),
        ([functools.partial(lambda by, a: a + by, by=1), functools.partial(lambda by, a: a + by, by=2)], [4, 5]),
    ],
    ids=["closures", "recursion", "objects", "partial"],
)
def test_functions_of_every_kind_have_a_name(tmp_path, functions, results):
    for _ in range(2):
        assert [sweep(function, {"a": [3]}, store=tmp_path).results[0] for function in functions] == results
        assert len(list(tmp_path.iterdir())) == len(functions)


def test_builtins_and_functions_among_the_arguments(tmp_path):
    for _ in range(2):
        assert sweep(pow, {"base": [2, 3], "exp": [2]}, store=tmp_path).results.tolist() == [[4], [9]]
        for by in (1, 2):
            assert sweep(lambda a, f: f[0](a), {"a": [3]}, f=[adder(by)], store=tmp_path).results[0] == 3 + by
        assert len(list(tmp_path.iterdir())) == 4


def test_what_cannot_be_pickled_cannot_be_stored(tmp_path):
    with (
        open(__file__) as file,
        pytest.raises(TypeError, match="store must not be given unless.*pickled"),
    ):
        sweep(lambda a, f: a, {"a": [1]}, f=file, store=tmp_path)
    assert sweep(lambda a, f: a, {"a": [1]}, f=map).results[0] == 1


def test_a_call_that_fails_leaves_the_finished_points_and_no_rubbish(tmp_path):
    log = tmp_path / "log"

    with pytest.raises(ZeroDivisionError):
        sweep(_inverse, {"a": [1, 2, 0, 4]}, store=tmp_path / "s", log=log, n_jobs=1)
    assert calls(log) == [1, 2, 0]
    assert len(list((tmp_path / "s").iterdir())) == 2
    with pytest.raises(ZeroDivisionError):
        sweep(_inverse, {"a": [1, 2, 0, 4]}, store=tmp_path / "s", log=log, n_jobs=1)
    assert calls(log) == [1, 2, 0, 0]
    with pytest.raises(Exception, match="pickle"):
        sweep(_generator, {"a": [1]}, store=tmp_path / "s")
    assert len(list((tmp_path / "s").iterdir())) == 2


def _inverse(a, log):
    with open(log, "a") as lines:
        lines.write(f"{a}\n")
    return 1 / a


def _generator(a):
    return (k for k in range(a))


def test_a_damaged_file_is_told_and_computed_again(tmp_path):
    log, store = tmp_path / "log", tmp_path / "s"
    sweep(counted, {"a": [1]}, store=store, log=log)
    (file,) = store.iterdir()
    file.write_bytes(file.read_bytes()[:20])
    with pytest.warns(UserWarning, match="cannot be read"):
        assert sweep(counted, {"a": [1]}, store=store, log=log).results[0]["a"] == 1
    assert calls(log) == [1, 1]
    sweep(counted, {"a": [1]}, store=store, log=log)
    assert calls(log) == [1, 1]


def test_progress_begins_with_what_is_stored(tmp_path, capfd):
    run = {"store": tmp_path / "s", "log": tmp_path / "log"}
    sweep(counted, {"a": [1, 2]}, **run)
    sweep(counted, {"a": [1, 2, 3]}, progress=True, **run)
    assert "2/3" in (shown := capfd.readouterr().err) and "3/3" in shown
    sweep(counted, {"a": [1, 2, 3]}, progress=True, **run)
    assert "3/3" in capfd.readouterr().err


SCRIPT = """
import sys, time
import numpy as np
from weightinit import sweeps
from weightinit.network import MLP
from weightinit.training import SGD, train


def point(depth, gain, log, rng):
    with open(log, "a") as lines:
        lines.write(f"{depth}{gain}\\n")
    x = np.random.default_rng(0).standard_normal((32, 4))
    net = MLP((4, *[8] * (depth - 1), 2), rng=rng, replicas=3)
    for W in net.weights:
        W *= gain
    time.sleep(0.1)
    return train(net, x, (x[:, 0] > 0).astype(int), optimizer=SGD(0.1), steps=20, batch_size=8, rng=rng)


def main(log, store, n_jobs):
    grid = {"depth": [2, 3, 4, 5], "gain": [1, 2, 3, 4, 5]}
    return sweeps.sweep(point, grid, log=log, rng=7, n_jobs=n_jobs, store=store)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""


def test_killed_in_the_middle_and_resumed(tmp_path, monkeypatch):
    """`kill -9` of the sweep and its workers: to the bit the same, and no finished point is computed again."""
    (tmp_path / "killed_sweep.py").write_text(SCRIPT)
    log, store = tmp_path / "log", tmp_path / "store"
    command = [sys.executable, "killed_sweep.py", str(log), str(store), "2"]
    process = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
    try:
        deadline = time.monotonic() + 120
        while len(list(store.glob("*.pkl"))) < 6:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the group of this process only: the workers belong to it
        process.wait()
    kept = {file: file.read_bytes() for file in store.glob("*.pkl")}
    begun = calls(log)
    assert 6 <= len(kept) < 20

    log.unlink()
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    resumed = calls(log)
    assert len(resumed) == 20 - len(kept) and len(set(resumed)) == len(resumed)
    assert len(set(begun) - set(resumed)) == len(kept)  # a point that was begun and not finished is begun again
    for file, content in kept.items():
        assert file.read_bytes() == content

    log.unlink()
    subprocess.run([*command[:3], str(tmp_path / "whole"), "1"], cwd=tmp_path, check=True, timeout=120)
    whole = {file.name: file.read_bytes() for file in (tmp_path / "whole").iterdir()}
    # the name of a file says of which point, the log's path is the same: so the stores must agree, file by file
    assert whole == {file.name: file.read_bytes() for file in store.glob("*.pkl")}
    assert sorted(calls(log)) == sorted({*begun, *resumed})
