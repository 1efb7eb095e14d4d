"""Grids: any function at every point of one, in parallel if you like (floor 4)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._validation import check_flag, check_int, check_rng

__all__ = ["Sweep", "sweep"]


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The results of a function on a grid; what :func:`sweep` returns.

    Attributes
    ----------
    grid : dict of str to tuple
        The values along each axis, in the order of the axes.
    results : object array
        `results[i, j, …]` is the result for the i-th value of the first name, the j-th of the second, ….

    Examples
    --------
    >>> def product(a, b):
    ...     return a * b
    >>> found = sweep(product, {"a": [1, 2], "b": [10, 20, 30]})
    >>> found
    Sweep(a: 2, b: 3)
    >>> found.collect(float)
    array([[10., 20., 30.],
           [20., 40., 60.]])
    """

    grid: dict[str, tuple[Any, ...]]
    results: NDArray[np.object_]

    def __repr__(self) -> str:
        return f"Sweep({', '.join(f'{name}: {len(values)}' for name, values in self.grid.items())})"

    def collect(self, function: Callable[[Any], ArrayLike]) -> NDArray[Any]:
        """Return `function` of every result as one array, the axes of the grid first.

        Parameters
        ----------
        function : callable
            From a result to a number or an array, of the same shape for all: `lambda run: run.loss[:, -1]`.

        Returns
        -------
        array (*grid, *shape of one)

        Raises
        ------
        TypeError
            If `function` is not callable.
        ValueError
            If it returns different shapes.

        Examples
        --------
        >>> sweep(pow, {"base": [2, 3], "exp": [1, 2]}).collect(lambda power: [power, -power]).shape
        (2, 2, 2)
        """
        if not callable(function):
            raise TypeError(f"function must be callable, got {function!r}")
        values = [np.asarray(function(result)) for result in self.results.flat]
        shapes = {value.shape for value in values}
        if len(shapes) > 1:
            raise ValueError(f"function must return one shape for all results, got {sorted(shapes)}")
        return np.stack(values).reshape(self.results.shape + values[0].shape)


def sweep(
    function: Callable[..., Any],
    grid: Mapping[str, Sequence[Any]],
    *,
    n_jobs: int | None = None,
    progress: bool = False,
    **fixed: Any,
) -> Sweep:
    """Call `function(**point, **fixed)` at every point of a grid.

    Parameters
    ----------
    function : callable
        For `n_jobs > 1` one that can be pickled, or defined in a notebook (joblib uses cloudpickle).
    grid : mapping of str to sequence
        The values of each keyword argument; all combinations are run, the last name varying fastest.
    n_jobs : int, optional
        Processes; -1 for one a core. By default 1, or what `joblib.parallel_config(...)` around the call says: that is
        how to go to dask or ray without changing this line.
    progress : bool, default False
        Show a progress bar (tqdm, on stderr).
    **fixed
        Keyword arguments that are the same everywhere. If `rng` is among them each point is given a generator of its
        own, spawned from it in the order of the grid: results do not depend on `n_jobs`.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Examples
    --------
    >>> def seconds(start, rng):
    ...     return start + rng.integers(60)
    >>> one, two = (sweep(seconds, {"start": [0, 60, 120]}, rng=1).results.tolist() for _ in range(2))
    >>> one == two
    True
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    if not isinstance(grid, Mapping):
        raise TypeError(f"grid must map names to sequences of values, got {grid!r}")
    if not grid:
        raise ValueError(f"grid must have at least one name, got {grid!r}")
    axes: dict[str, tuple[Any, ...]] = {}
    for name, values in grid.items():
        if not isinstance(name, str):
            raise TypeError(f"grid must have names for keys, got {name!r}")
        if isinstance(values, (str, bytes)) or not isinstance(values, (Sequence, np.ndarray)):
            raise TypeError(f"grid[{name!r}] must be a sequence of values, got {values!r}")
        if len(values) == 0:
            raise ValueError(f"grid[{name!r}] must have at least one value, got {values!r}")
        if name in fixed:
            raise ValueError(f"grid must not share names with the fixed arguments, got {name!r} in both")
        axes[name] = tuple(values)
    if n_jobs is not None and check_int(n_jobs, "n_jobs", minimum=-1) == 0:
        raise ValueError(f"n_jobs must be >= 1, or -1 for one process a core, got {n_jobs!r}")
    check_flag(progress, "progress")
    points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    if "rng" in fixed:
        streams = check_rng(fixed.pop("rng")).spawn(len(points))
        points = [{**point, "rng": stream} for point, stream in zip(points, streams, strict=True)]
    calls = (joblib.delayed(function)(**point, **fixed) for point in points)
    results = np.empty(len(points), dtype=object)
    answers = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(calls)
    from tqdm import tqdm  # the plain one: on stderr everywhere, as the docstring says

    with tqdm(answers, total=len(points), disable=not progress) as shown:  # closed also where a call raises
        for k, answer in enumerate(shown):
            results[k] = answer
    return Sweep(axes, results.reshape([len(values) for values in axes.values()]))
