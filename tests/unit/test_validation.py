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


BELOW, ABOVE = np.nextafter(0.5, 0), np.nextafter(0.5, 1)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({}, [-1e308, 0, 1e308], [], "finite"),
        ({"low": 0.5}, [0.5, ABOVE, 1e308], [BELOW], ">= 0.5 and finite"),
        ({"low": 0.5, "closed": "neither"}, [ABOVE], [0.5, BELOW], "> 0.5 and finite"),
        ({"high": 0.5}, [0.5, BELOW, -1e308], [ABOVE], "<= 0.5 and finite"),
        ({"high": 0.5, "closed": "left"}, [BELOW], [0.5, ABOVE], "< 0.5 and finite"),
        ({"low": -1, "high": 0.5}, [-1, 0.5], [np.nextafter(-1, -2), ABOVE], "in [-1, 0.5]"),
        ({"low": -1, "high": 0.5, "closed": "left"}, [-1, BELOW], [np.nextafter(-1, -2), 0.5], "in [-1, 0.5)"),
        ({"low": -1, "high": 0.5, "closed": "right"}, [np.nextafter(-1, 0), 0.5], [-1, ABOVE], "in (-1, 0.5]"),
        ({"low": 0, "high": 0.5, "closed": "neither"}, [5e-324, BELOW], [0, 0.5], "strictly between 0 and 0.5"),
    ],
)
def test_bounds_are_data_and_so_are_their_edges_and_the_message(bounds, inside, outside, words):
    for value in inside:
        assert v.check_number(value, "c", **bounds) == value
        assert v.check_numbers([value, value], "c", **bounds).tolist() == [value, value]
    for value in [*outside, np.nan, np.inf, -np.inf]:
        for check in (lambda x: v.check_number(x, "c", **bounds), lambda x: v.check_numbers([x], "c", **bounds)):
            with pytest.raises(ValueError) as caught:
                check(value)
            assert str(caught.value).startswith(f"c must be {words}, got ")


def test_the_edges_belong_where_they_should():
    assert v.check_nonnegative(0, "gain") == 0.0 and v.check_finite(-3, "gain") == -3.0
    assert v.check_int(0, "depth", minimum=0) == 0 and v.check_int(1, "depth") == 1


def test_arrays_of_numbers():
    found = v.check_numbers(np.float32([[1, 2]]), "q")
    assert found.dtype == np.float64 and found.shape == (1, 2) and v.unwrap(found) is found
    assert v.check_numbers(3, "q").shape == () and type(v.unwrap(v.check_numbers(3, "q"))) is float
    for value in ("1", [True], [[1], [2, 3]], None, [1j]):
        with pytest.raises(TypeError, match="^q must be a real number or an array of them, got"):
            v.check_numbers(value, "q")
    for value in ([], [1, np.nan], [0.0, -1.0]):
        with pytest.raises(ValueError, match="^q must be >= 0 and finite, got"):
            v.check_numbers(value, "q", 0)


def test_what_counts_as_a_number():
    assert all(map(v.is_number, (1, 0.5, np.float32(1), np.int8(1), float("nan"), 10**400)))
    assert not any(map(v.is_number, (True, np.True_, "1", 1j, None, np.ones(1))))


def test_flags():
    assert v.check_flag(np.True_, "exact") is True and v.check_flag(False, "exact") is False
    for value in (1, 0, "yes", None):
        with pytest.raises(TypeError, match="^exact must be True or False, got"):
            v.check_flag(value, "exact")


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


LISTED = ("leaky_relu", "relu", "he_normal", "he_uniform", "normal")


@pytest.mark.parametrize("spelling", ["LeakyReLU", "leaky-relu", "Leaky ReLU", "leaky_relu_", "LEAKY_RELU"])
def test_spelling_is_forgiven_only_where_there_may_be_aliases(spelling):
    assert v.check_choice(spelling, "name", LISTED, {}) == "leaky_relu"
    with pytest.raises(ValueError, match=r"^name must be one of .*; did you mean 'leaky_relu'\?$"):
        v.check_choice(spelling, "name", LISTED)


def test_aliases_give_the_name_itself():
    assert v.check_choice("Rectifier", "name", LISTED, {"rectifier": "relu"}) == "relu"
    with pytest.raises(ValueError, match=r"^name must be one of .*got 'rectifyer'; did you mean 'rectifier'\?$"):
        v.check_choice("rectifyer", "name", LISTED, {"rectifier": "relu"})


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("rleu", "; did you mean 'relu'?"),
        ("he_nromal", "; did you mean 'he_normal'?"),
        ("he", "; did you mean 'he_normal' or 'he_uniform'?"),  # a family: which distribution is for the reader to say
        ("HE", "; did you mean 'he_normal' or 'he_uniform'?"),
        ("h", ""),
        ("quartz", ""),
        (3, ""),
    ],
)
def test_what_was_meant_is_asked(typed, question):
    with pytest.raises(ValueError) as caught:
        v.check_choice(typed, "name", LISTED)
    assert str(caught.value).endswith(f"got {typed!r}{question}")


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
