"""Names of the notebook are used for other things: `check`, `grading`, `example`, and `np` inside a function."""

# %% own
import numpy

check, grading, example, reference = "done", None, "see above", []


def helper(np, scale):
    return [scale * value for value in np]


# %% ps1-random
def random_weights(shape, rng, std):
    np = numpy.asarray(helper([1.0], std))
    return rng.normal(0.0, np[0], shape)
