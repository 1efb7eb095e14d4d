"""Grids: any function at every point of one, in parallel if you like, and with a folder that keeps what is finished (floor 4).

Why not `joblib.Memory` for the folder: it throws a function's results away when its source looks changed, and a worker
process cannot read the source of a function that was written in a notebook. Here the names of the files are made once,
by the process that asks, and what a worker has computed it writes at once.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
    store: str | os.PathLike[str] | None = None,
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
        Show a progress bar (tqdm, on stderr). Points that are found in `store` are counted at the start.
    store : path, optional
        A folder, made if it is missing, that keeps each point as soon as it is computed: a file a point, which appears
        whole or not at all. Interrupt a sweep, or let the machine do it, and call it again: it goes on where it stopped,
        with the same results. On a cluster it must be a folder that every machine sees.
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

    Notes
    -----
    The name of a file in `store` is a hash of the point, of the fixed arguments, of the point's generator, and of the
    function: its code, its defaults, and the variables and functions of its own module that it uses. Change one of these
    and the point is computed anew. Of other modules only the name and the version are looked at. The files are pickles:
    open only folders whose origin you trust.

    Examples
    --------
    >>> def seconds(start, rng):
    ...     return start + rng.integers(60)
    >>> one, two = (sweep(seconds, {"start": [0, 60, 120]}, rng=1).results.tolist() for _ in range(2))
    >>> one == two
    True
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = sweep(seconds, {"start": [0, 60, 120]}, rng=1, store=folder)
    ...     files = len(list(Path(folder).iterdir()))
    ...     again = sweep(seconds, {"start": [0, 60, 120]}, rng=1, store=folder)  # three files are read
    >>> files, again.results.tolist() == one
    (3, True)
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
    _check_arguments(function, [*axes, *fixed])
    points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    if "rng" in fixed:
        streams = check_rng(fixed.pop("rng")).spawn(len(points))
        points = [{**point, "rng": stream} for point, stream in zip(points, streams, strict=True)]
    files: list[Path | None] = [None] * len(points)
    if store is not None:
        folder = _folder(store)
        same = [_identity(function, set()), _value(fixed, function, set())]
        files = [folder / f"{_hash([*same, _value(point, function, set())])}.pkl" for point in points]
    results = np.empty(len(points), dtype=object)
    missing = []
    for k, file in enumerate(files):
        found, results[k] = _read(file)
        if not found:
            missing.append(k)
    calls = (joblib.delayed(_compute)(function, points[k] | fixed, files[k]) for k in missing)
    answers = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(calls)
    from tqdm import tqdm  # the plain one: on stderr everywhere, as the docstring says

    shown = tqdm(answers, total=len(points), initial=len(points) - len(missing), disable=not progress)
    with shown:  # closed also where a call raises
        for k, answer in zip(missing, shown, strict=True):
            results[k] = answer
    return Sweep(axes, results.reshape([len(values) for values in axes.values()]))


# ------------------------------------------------------------------------------------------------------------ the store


def _compute(function: Callable[..., Any], arguments: dict[str, Any], file: Path | None) -> Any:
    """Call `function`, in whatever process this is, and keep the result before anybody waits for it."""
    result = function(**arguments)
    if file is not None:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.stem}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                joblib.dump(result, part)
            os.replace(name, file)  # in one step: no reader ever sees half of a file
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return result


def _read(file: Path | None) -> tuple[bool, Any]:
    """Is the point there, and its result."""
    if file is None or not file.exists():
        return False, None
    try:
        return True, joblib.load(file)
    except Exception as error:  # a damaged disk, or a class that is gone: whatever a pickle may raise
        warnings.warn(f"{file} cannot be read ({error!r}); the point is computed again", stacklevel=3)
        return False, None


def _folder(store: str | os.PathLike[str]) -> Path:
    """`store` as the absolute path of a folder that exists."""
    if not isinstance(store, (str, os.PathLike)) or not str(store):
        raise TypeError(f"store must be the path of a folder, got {store!r}")
    folder = Path(store).absolute()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"store must be a folder, got {store!r}, which is a file")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _hash(value: Any) -> str:
    """Return the same for equal values in every process."""
    try:
        return joblib.hash(value, hash_name="sha1")
    except Exception as error:  # pickle has no error of its own for what it cannot pickle
        raise TypeError(
            f"store must not be given unless the function, the grid and the fixed arguments can be pickled: {error}"
        ) from None


def _check_arguments(function: Callable[..., Any], names: Sequence[str]) -> None:
    """Refuse a name that `function` does not take before anything is computed."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some builtins do not tell
        return
    try:
        signature.bind(**dict.fromkeys(names))
    except TypeError as error:
        raise TypeError(
            f"function must take the names of the grid and of the fixed arguments, {', '.join(names)}; it is called as "
            f"{getattr(function, '__name__', 'function')}{signature}: {error}"
        ) from None


def _identity(function: Any, seen: set[int]) -> Any:
    """What decides on the results of a function: code, defaults, closure, and what it uses of its own module."""
    if isinstance(function, functools.partial):
        return "partial", _identity(function.func, seen), function.args, function.keywords
    function = inspect.unwrap(function)
    if not isinstance(function, types.FunctionType):
        return function  # a builtin, a class or an object that can be called, as pickle has it
    name = (function.__module__, function.__qualname__)
    if id(function) in seen:  # it calls itself
        return name
    seen = seen | {id(function)}
    closure = [_value(cell.cell_contents, function, seen) for cell in function.__closure__ or ()]
    used = {
        word: _value(function.__globals__[word], function, seen)
        for word in sorted(_words(function.__code__) & function.__globals__.keys())
    }
    return name, _code(function.__code__), function.__defaults__, function.__kwdefaults__, closure, used


def _value(value: Any, user: types.FunctionType, seen: set[int]) -> Any:
    """What a function sees under one of its names."""
    if isinstance(value, types.ModuleType):
        return "module", value.__name__, _version(value.__name__)
    if isinstance(value, (types.FunctionType, type)) and value.__module__ != getattr(user, "__module__", None):
        return "from", value.__module__, value.__qualname__, _version(value.__module__)
    if type(value) in (list, tuple):
        return [type(value).__name__, *(_value(part, user, seen) for part in value)]
    if type(value) is dict:
        return {key: _value(part, user, seen) for key, part in value.items()}
    return _identity(value, seen) if isinstance(value, (types.FunctionType, functools.partial)) else value


def _version(module: str) -> Any:
    return getattr(sys.modules.get(module.partition(".")[0]), "__version__", None)


def _words(code: types.CodeType) -> set[str]:
    """All names that a code and the codes inside it look up."""
    inner = (_words(part) for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*inner)


def _code(code: types.CodeType) -> Any:
    """A code without what may change where it does the same: file, lines, addresses."""
    constants = [
        _code(part)
        if isinstance(part, types.CodeType)
        else sorted(map(repr, part))
        if isinstance(part, frozenset)
        else repr(part)
        for part in code.co_consts
    ]
    return code.co_code, constants, code.co_names, code.co_varnames
