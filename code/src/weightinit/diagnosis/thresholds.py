"""Where a fault begins: each threshold with its reason, and none made for one case."""

from __future__ import annotations

import math

__all__ = [
    "A_TENTH",
    "BORN_SILENT",
    "FEW_TWINS",
    "FLOAT16_LARGEST",
    "FLOAT16_SMALLEST",
    "FEWEST_PLACES",
    "FOUR_SIGMA",
    "HALF",
    "LOUD_INPUT",
    "MOSTLY_BIAS",
    "ONE_IN_TWENTY",
    "ONE_PLACE",
    "ROUNDING",
    "SIX_DEPTH_SCALES",
    "SURE",
    "TENFOLD",
    "TWICE_IGNORANCE",
    "UNEVEN",
    "UNITS_OF_ROUNDING",
    "WHOLE_WEIGHT",
]

SIX_DEPTH_SCALES = 6.0
"""Of ln of a mean square, between the first and the last hidden layer: e⁻⁶ = 1/400, a twentieth in size, is where training is said to stop."""

TENFOLD = math.log(100)
"""Of ln of a mean square: in size tenfold. What differs by a tenth arrives as unlike as anything; that is chaos."""

SURE = 0.95
"""A fault that seeds decide is told if the typical network has it with at least this confidence."""

ONE_IN_TWENTY = 0.05
"""Share of the networks that may be lost by the chance of a draw before the width, or the start, is at fault."""

LOUD_INPUT = 100.0
"""Mean square of inputs that nobody has scaled: tenfold the size that every start counts on."""

HALF = 0.5
"""Of a layer's entries on the flat part of φ: the typical unit is, and learns twenty times more slowly than it could."""

A_TENTH = 0.1
"""The same in a network that is chaotic already: there flat units are a second sign of weights that are too large."""

FEWEST_PLACES = 8
"""Among which attention must choose before one of them can be a fault: of few places one has much of the weight by chance."""

ONE_PLACE = 0.6
"""Of a row's weight, to one place in the mean. With scores N(0, 1), as q·k/√d of unit variance has them, the largest of 8 weights is 0.36
in the mean and of 64 weights 0.11; scores N(0, 4²) make it 0.76 and 0.59."""

BORN_SILENT = 0.6
"""Of a layer's units, silent for the whole batch. Without biases weights have no sign, so that a unit is silent for all inputs at most with
probability 1/2, and that only when they are all alike: more than half, beyond chance, has been pushed."""

FEW_TWINS = 0.01
"""Of a layer's units. A continuous law makes no twins; among float32 numbers two in some thousands may meet in a layer of one input."""

MOSTLY_BIAS = 0.95
"""Of a layer's mean square: what the bias says, the same for every input. (PyTorch's own biases make up 5/6 deep in a ReLU network.)"""

TWICE_IGNORANCE = 2.0
"""Times ln C, the loss of a network that knows nothing and says so. He's start behind a linear last layer has at most 1 more."""

UNEVEN = 1000.0
"""Between the largest and the smallest step of a layer, relative to its weights: no one rate serves both."""

WHOLE_WEIGHT = 1.0
"""A step as large as the weight itself: nothing is left of the start."""

UNITS_OF_ROUNDING = {"float64": 2.0**-54, "float32": 2.0**-25, "bfloat16": 2.0**-9, "float16": 2.0**-12}
"""Half a unit in the last place of 1 to 2, halved once more: a relative change below it is rounded away, in every place."""

FLOAT16_LARGEST, FLOAT16_SMALLEST = 65504.0, 2.0**-24
"""The largest number of float16, and the smallest but 0."""

ROUNDING = 1e-12
"""Of 1 minus a correlation: what float32 signals can tell."""

FOUR_SIGMA = 4.0
"""One entry in 16,000 is that large: in a batch of some inputs and some hundred units there is one."""
