import numpy as np
import pytest

from weightinit import _validation as v


@pytest.mark.parametrize("check", [v.check_finite, v.check_nonnegative, v.check_positive])
@pytest.mark.parametrize("value", [1, 2.5, np.float32(0.5), np.int64(3)])
def test_numbers_come_back_as_floats(check, value):
    assert check(value, "gain") == float(value) and type(check(value, "gain")) is float


@pytest.mark.parametrize("check", [v.check_finite, v.check_nonnegative, v.check_positive])
@pytest.mark.parametrize("value", [True, np.True_, None, "1", 1j, [1.0], np.ones(1)])
def test_what_is_no_number_is_a_type_error(check, value):
    with pytest.raises(TypeError, match="^gain must"):
        check(value, "gain")


@pytest.mark.parametrize(
    ("check", "value"),
    [(c, x) for c in (v.check_finite, v.check_nonnegative, v.check_positive) for x in (np.nan, np.inf, -np.inf)]
    + [(v.check_nonnegative, -1e-300), (v.check_positive, 0), (v.check_positive, -2.0)],
)
def test_numbers_out_of_range_are_value_errors(check, value):
    with pytest.raises(ValueError, match="^gain must"):
        check(value, "gain")


@pytest.mark.parametrize("check", [v.check_finite, v.check_nonnegative, v.check_positive])
@pytest.mark.parametrize("value", [10**400, -(10**400)], ids=["huge", "-huge"])
def test_an_integer_too_large_for_a_float_is_out_of_range(check, value):
    with pytest.raises(ValueError, match="^gain must"):
        check(value, "gain")


def test_the_edges_belong_where_they_should():
    assert v.check_nonnegative(0, "gain") == 0.0 and v.check_finite(-3, "gain") == -3.0
    assert v.check_int(0, "depth", minimum=0) == 0 and v.check_int(1, "depth") == 1


def test_integers():
    assert type(v.check_int(np.int32(7), "depth")) is int
    for value in (True, 1.0, "1", None, np.float64(2)):
        with pytest.raises(TypeError, match="^depth must"):
            v.check_int(value, "depth")
    with pytest.raises(ValueError, match="^depth must be an integer >= 2, got 1"):
        v.check_int(1, "depth", minimum=2)


def test_choices_are_listed():
    assert v.check_choice("b", "mode", ("a", "b")) == "b"
    assert v.check_choice(2, "start", (1.0, 2.0)) == 2
    with pytest.raises(ValueError, match="^start must"):
        v.check_choice(True, "start", (1, 2))
    for value in ("c", None, 1, ["a"], True, np.array(["a", "b"])):
        with pytest.raises(ValueError, match="^mode must be one of 'a', 'b', got"):
            v.check_choice(value, "mode", ("a", "b"))


def test_shapes():
    found = v.check_shape([np.int64(3), 4])
    assert found == (3, 4) and all(type(axis) is int for axis in found)
    assert v.check_shape((5,), min_ndim=1) == (5,)
    for value in (3, None, 2.5):
        with pytest.raises(TypeError, match="^shape must"):
            v.check_shape(value)
    assert v.check_shape(np.array([3, 4])) == (3, 4)
    for value in (np.ones((2, 2), int), (n for n in (3, 4)), {3, 4}, b"34"):
        with pytest.raises(TypeError, match="^widths must"):
            v.check_shape(value, "widths")
    for value in ((3, 4.0), (3, True), "34", (3, None)):
        with pytest.raises(TypeError, match="^shape must"):
            v.check_shape(value)
    for value in ((), (3,), (3, 0), (-1, 3)):
        with pytest.raises(ValueError, match="^shape must"):
            v.check_shape(value)


def test_random_generators():
    rng = np.random.default_rng(0)
    assert v.check_rng(rng) is rng
    assert v.check_rng(np.int64(5)).random() == np.random.default_rng(5).random()
    for value in (None, True, 1.0, "0", np.random.RandomState(0), np.random, [1]):
        with pytest.raises(TypeError, match="^rng must"):
            v.check_rng(value)
    with pytest.raises(ValueError, match="^rng must"):
        v.check_rng(-1)


def test_dtypes():
    assert v.check_dtype("float32") == np.float32 and v.check_dtype(float) == np.float64
    for value in (np.float16, int, complex, "float99"):
        with pytest.raises(ValueError, match="^dtype must"):
            v.check_dtype(value)
    for value in (None, 3):
        with pytest.raises(TypeError, match="^dtype must"):
            v.check_dtype(value)
