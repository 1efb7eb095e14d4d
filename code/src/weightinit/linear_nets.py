"""How a deep linear network learns: Saxe's curves (floor 3).

A network of L weight matrices without activations, white inputs and half the squared error learns each singular direction of
its task by itself, if it starts along them. With the same strength u^{1/L} in all layers, a direction of singular value s
obeys du/dt = L u^{2 - 2/L} (s - u), where t is the learning rate times the number of small steps (Saxe, McClelland & Ganguli
2013, equation 15; theirs has N_l - 1 for our L).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad, solve_ivp

from weightinit._validation import check_int, check_numbers, check_positive, unwrap

__all__ = ["learning_time", "mode_strength"]


def mode_strength(t: ArrayLike, singular_value: float, start: float, layers: int = 2) -> float | NDArray[np.float64]:
    """Strength u(t) of one direction of the task: how much of it the network does at time t.

    Parameters
    ----------
    t : array_like
        Times >= 0: learning rate times number of steps.
    singular_value : float
        s > 0, that of the task in this direction; u ends there.
    start : float
        u(0) > 0: the product of the L factors, each start^(1/L).
    layers : int, default 2
        L, the number of weight matrices.

    Returns
    -------
    float or float64 array of the shape of `t`

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.

    Notes
    -----
    One layer approaches s like e^{-t}. Two layers follow a logistic curve, s/(1 + (s/u_0 - 1) e^{-2st}), equation 12 of Saxe
    et al. 2013 (theirs multiplied through). More are integrated numerically, to a relative error of about 1e-9.

    Examples
    --------
    >>> mode_strength([0.0, 2.0, 5.0], singular_value=2.0, start=0.01).round(3)
    array([0.01 , 1.875, 2.   ])
    >>> round(mode_strength(0.5, 2.0, 0.2, layers=5), 3)
    1.705
    """
    t = check_numbers(t, "t", 0)
    s, u_0 = check_positive(singular_value, "singular_value"), check_positive(start, "start")
    layers = check_int(layers, "layers")
    if layers == 1:
        return unwrap(s + (u_0 - s) * np.exp(-t))
    if layers == 2:
        left = np.exp(-2 * s * t)
        return unwrap(s * u_0 / (u_0 + (s - u_0) * left))
    if u_0 == s:
        return unwrap(np.full(t.shape, s))
    # v = ln(u/|s - u|) obeys dv/dt = L s u^{1 - 2/L}: it grows steadily, where u comes to rest
    sign = 1.0 if u_0 < s else -1.0
    times, places = np.unique(t, return_inverse=True)

    def strength(v: NDArray[np.float64]) -> NDArray[np.float64]:
        return s / (1 + sign * np.exp(-v))

    def slope(_: float, v: NDArray[np.float64]) -> NDArray[np.float64]:
        return layers * s * strength(v) ** (1 - 2 / layers)

    span = (0.0, max(float(times[-1]), np.finfo(float).tiny))
    v_0 = np.log(u_0 / abs(s - u_0))
    solved = solve_ivp(slope, span, [v_0], method="DOP853", t_eval=times, rtol=1e-10, atol=1e-12)
    assert solved.success
    return unwrap(strength(solved.y[0])[places].reshape(t.shape))


def learning_time(singular_value: float, start: float, end: float, layers: int = 2) -> float:
    """Time in which the strength of a direction goes from `start` to `end`.

    Parameters
    ----------
    singular_value : float
        s > 0, that of the task in this direction.
    start, end : float
        u_0 and u_1, > 0, both below s or both above; `end` nearer to s.
    layers : int, default 2
        L, the number of weight matrices.

    Returns
    -------
    float
        Learning rate times number of steps.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.

    Notes
    -----
    Two layers: ln[u_1 (s - u_0)/(u_0 (s - u_1))]/(2s), equation 11 of Saxe et al. 2013.

    Examples
    --------
    >>> round(learning_time(2.0, 0.01, 1.99), 3)  # nearly ln(s/ε)/s
    2.647
    >>> [round(layers * learning_time(1.5, 1.0, 1.49, layers), 2) for layers in (2, 8, 32, 128)]  # hardly depends on depth
    [2.87, 2.3, 2.17, 2.14]
    """
    s, u_0, u_1 = (
        check_positive(value, name)
        for value, name in ((singular_value, "singular_value"), (start, "start"), (end, "end"))
    )
    layers = check_int(layers, "layers")
    if not (u_0 <= u_1 < s or u_0 >= u_1 > s):
        raise ValueError(
            f"end must lie between start and singular_value, got {end!r} for {start!r} and {singular_value!r}"
        )
    # with v = ln(u/|s - u|), du/(u (s - u)) = dv/s: no pole is left
    sign = 1.0 if u_1 < s else -1.0

    def step(v: float) -> float:
        u = s / (1 + sign * np.exp(-v))
        return float(u ** (2 / layers - 1))

    ends = [float(np.log(u / abs(s - u))) for u in (u_0, u_1)]
    return quad(step, *ends, epsabs=0, epsrel=1e-11, limit=500)[0] / (layers * s)
