"""What a diagnosis says: the same to people, to programs and to the command line."""

import json
import math
import os
import shlex
import subprocess
import sys
import types
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit
from weightinit import initializers
from weightinit.__main__ import main
from weightinit.diagnosis import FAULTS, Report, assert_starts_well, diagnose, expect, find
from weightinit.diagnosis.observed import KINDS, MEASURED, SOURCES, Observed, ObservedLayer

SCHEMA = json.loads((Path(weightinit.__file__).parent / "diagnosis" / "schema.json").read_text(encoding="utf8"))
FAULTY, FINE = ((20,) * 16 + (10,), "relu", "xavier_normal"), ((20, 20, 20, 10), "tanh", "xavier_normal")


def diagnosed(*layers, **network):
    observed = Observed("torch", layers, **network)
    expected = expect(observed)
    return Report("Net", observed, expected, find(observed, expected))


# ---- for programs ------------------------------------------------------------------------------------------------------
def test_the_schema_is_one_and_knows_what_the_package_knows():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    fault, layer = SCHEMA["properties"]["faults"]["items"], SCHEMA["properties"]["layers"]["items"]
    assert fault["properties"]["kind"]["enum"] == list(FAULTS)
    assert layer["properties"]["kind"]["enum"] == list(KINDS)
    assert SCHEMA["properties"]["network"]["properties"]["source"]["enum"] == list(SOURCES)
    assert layer["properties"]["measured"]["required"] == list(MEASURED)


@pytest.mark.parametrize(
    "arguments",
    [
        FAULTY,
        FINE,
        ((8, 8, 3), "relu", "zeros"),
        ((8, 1), "identity", "he_normal"),
        ((9,) * 90, "gelu", initializers.get("normal", std=30.0)),
    ],
)
def test_every_report_obeys_the_schema(arguments):
    report = diagnose(*arguments, rate=0.1)
    found = json.loads(report.as_json())
    jsonschema.validate(found, SCHEMA)
    assert found["healthy"] == report.healthy == (not found["faults"])
    assert [fault["kind"] for fault in found["faults"]] == list(report.kinds)


def test_a_dict_says_what_was_measured_and_what_theory_says():
    report = diagnose((64, 64, 64, 10), "relu", "he_normal")
    layer = report.as_dict()["layers"][1]
    signal = report.observed.layers[1].signal
    assert layer["measured"]["signal"]["typical"] == np.median(signal)
    ordered = np.sort(signal)  # of 20 seeds: the 6th and the 15th enclose the median with 95 %
    assert (layer["measured"]["signal"]["low"], layer["measured"]["signal"]["high"]) == (ordered[5], ordered[14])
    assert layer["measured"]["update_ratio"] is None and layer["measured"]["saturated"] is None
    assert layer["predicted"]["signal"] == report.expected.signal[1]
    assert layer["predicted"]["jacobian"] == pytest.approx(1.0)
    assert report.as_dict()["loss"] == {
        "name": "cross_entropy",
        "typical": np.median(report.observed.loss),
        "ignorance": math.log(10),
    }
    assert report.as_dict()["noise_floor"] == pytest.approx(math.sqrt(5 / 64 + 2 / 64))


def test_numbers_that_json_does_not_have_are_null():
    odd = ObservedLayer("a", "dense", 3, 3, 3, signal=[math.inf], gradient=[math.nan])
    measured = diagnosed(odd, loss=[math.inf]).as_dict()["layers"][0]["measured"]
    assert measured["signal"] == {"typical": None, "low": None, "high": None} and measured["gradient"] is None
    assert json.loads(diagnosed(odd).as_json(indent=1))["loss"]["typical"] is None


# ---- for people --------------------------------------------------------------------------------------------------------
def test_a_fault_is_told_with_its_reason_its_certainty_and_the_line_that_mends_it():
    text = str(diagnose(*FAULTY))
    assert text.startswith("20-20x15-10, relu, xavier_normal: 20 networks, a batch of 32\n")
    assert "✗ vanishing_signal: the signal dies out, in layers " in text and "(certain" in text
    assert "    → weight = weightinit.he_normal((n_in, n_out), rng)" in text and "need 2/fan_in" in text
    assert "✓" not in text and "ln 10 = 2.30" in text and "noise floor" in text


def test_nothing_wrong_is_told_in_one_line_and_long_tables_are_cut():
    text = str(diagnose(*FINE))
    assert text.endswith("\n✓ Nothing is wrong with this start.") and "✗" not in text and "…" not in text
    long = str(diagnose(*FAULTY)).splitlines()
    assert sum(line.startswith("  layer ") for line in long) == 15 and "  …" in long  # the head and fourteen layers
    assert repr(diagnose(*FINE)) == text


def test_columns_without_a_number_are_left_out():
    head = str(diagnose(*FINE)).splitlines()[2].split()
    assert head == "layer signal theory gradient theory weight gradient χ₁ theory alike theory flat copies".split()
    assert (
        "step" in str(diagnose(*FINE, rate=0.1)).splitlines()[2] and "silent" in str(diagnose(*FAULTY)).splitlines()[2]
    )


def test_notes_are_told():
    text = str(diagnosed(ObservedLayer("a", "other", 3, 3, 3, signal=[1.0]), notes=["the gate of the first block"]))
    assert "  not seen: the gate of the first block" in text and "1 network, a batch of 1" in text


@pytest.mark.parametrize("arguments", [FAULTY, FINE, ((8, 8, 3), "relu", "zeros")])
def test_the_figure_shows_signal_and_gradient_and_theory(arguments):
    report = diagnose(*arguments)
    (ax,) = report.figure().axes
    labels = [line.get_label() for line in ax.lines]
    if report.kinds[:1] == ("dead_start",):  # zeros have no place on a logarithmic axis
        assert labels[:1] == ["gradient δ, backward"]
        return
    assert labels[:4] == ["signal z, forward", "gradient δ, backward", "weight gradients", "theory"]
    assert ax.lines[0].get_ydata() == pytest.approx(np.median(report.observed.by_layer("signal"), axis=0))
    assert ax.lines[3].get_ydata() == pytest.approx(report.expected.typical)


# ---- the front door ----------------------------------------------------------------------------------------------------
def test_a_test_fails_with_the_report_unless_the_fault_is_allowed():
    assert assert_starts_well(*FINE).healthy
    with pytest.raises(AssertionError, match="20-20x15-10, relu, xavier_normal: 20 networks"):
        assert_starts_well(*FAULTY)
    with pytest.raises(AssertionError):
        assert_starts_well(*FAULTY, allow=["vanishing_signal"])
    assert assert_starts_well(*FAULTY, allow=["vanishing_signal", "vanishing_gradient"]).exit_status == 1
    assert assert_starts_well((8, 3), "relu", "zeros", allow="dead_start")
    with pytest.raises(ValueError, match="^allow must be one of .* did you mean 'vanishing_signal'"):
        assert_starts_well(*FINE, allow=["vanishing_signl"])


@pytest.mark.parametrize("network", [None, 3, "784,10", b"784", object()])
def test_what_is_no_network_is_named(network):
    with pytest.raises(TypeError, match="^network must be widths such as .* or a model of PyTorch, Keras or Flax, got"):
        diagnose(network, "relu", "he_normal")


def test_a_model_goes_to_the_module_of_its_framework(monkeypatch):
    """With a framework of this test's own: who owns a model measures it, a function makes one, and params mean apply."""

    class Model:
        pass

    seen = []

    def observe(model, batch, targets=None, **options):
        seen.append((model, batch, targets, options))
        return Observed("torch", [ObservedLayer("a", "dense", 3, 3, 3, signal=[1.0])])

    for name, owned in (("first", ()), ("last", Model)):
        module = types.ModuleType(f"weightinit.diagnosis.{name}")
        module.owns, module.observe = (lambda model, owned=owned: isinstance(model, owned)), observe
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("weightinit.diagnosis._ADAPTERS", ("first", "last"))
    model = Model()
    assert diagnose(model, "batch", "targets", rate=0.1).title == "Model"
    assert diagnose(Model, "batch").healthy and seen[0] == (model, "batch", "targets", {"rate": 0.1})
    assert diagnose(lambda params, x: x, "batch", params=3).title == "<lambda>" and seen[-1][3] == {"params": 3}
    with pytest.raises(
        TypeError, match="^network must make a model of PyTorch, Keras or Flax when it is called, got 3"
    ):
        diagnose(lambda: 3, "batch")
    assert diagnose(*FINE).healthy  # widths are nobody's


# ---- the command line --------------------------------------------------------------------------------------------------
def asked(capsys, *words):
    status = main(["diagnose", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def words(widths="784,64x3,10", activation="tanh", init="xavier_normal", *more):
    return ["--widths", widths, "--activation", activation, "--init", init, *more]


@pytest.mark.parametrize(
    ("network", "kinds"),
    [
        (("784,64x40,10", "relu", "xavier_normal"), {"vanishing_signal", "vanishing_gradient"}),
        (("784,128x60,10", "tanh", "he_normal"), {"chaotic", "saturated"}),
        (("784,64x20,10", "sigmoid", "xavier_normal"), {"vanishing_gradient", "inputs_merge"}),
        (("784,64x3,10", "relu", "zeros"), {"dead_start", "twins"}),
        (("784,8x60,10", "relu", "he_normal"), {"fluctuation"}),
        (("784,64x3,10", "tanh", "xavier_normal"), set()),
    ],
)
def test_what_issue_14_wants_to_see_is_seen(capsys, network, kinds):
    status, out, err = asked(capsys, *words(*network), "--json")
    found = json.loads(out)
    assert {fault["kind"] for fault in found["faults"]} == kinds and err == ""
    assert status == (1 if kinds else 0)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (words("784"), ["widths must be at least two integers >= 1", "got '784'"]),
        (words("784,-3,10"), ["widths must be at least two integers >= 1", "got '784,-3,10'"]),
        (words("784,64x0,10"), ["widths must be", "got '784,64x0,10'"]),
        (words("784,0,10"), ["widths must be", "got '784,0,10'"]),
        (words("784,,10"), ["widths must be"]),
        (words("a,b"), ["widths must be"]),
        (words(activation="rleu"), ["activation must be one of 'tanh'", "got 'rleu'; did you mean 'relu'?"]),
        (words(init="he_nromal"), ["init must be one of", "did you mean 'he_normal'?"]),
        (words(init="he"), ["init must be one of", "did you mean 'he_normal' or 'he_uniform'?"]),
        (words(init="normal"), ["init must be", "needs std"]),
        (words(init="normal(std=x)"), ["init must have numbers for its options", "got 'normal(std=x)'"]),
        (words(init="orthogonal(gian=2)"), ["gian must not be given as an option", "did you mean"]),
        (words(activation="y**2"), ["y"]),
        ([*words(), "--seeds", "few"], ["seeds must be an integer, got 'few'"]),
        ([*words(), "--seeds", "0"], ["seeds must be an integer >= 1, got 0"]),
        ([*words(), "--batch", "1"], ["batch must be an integer >= 2"]),
        ([*words(), "--bias-std", "-1"], ["bias_std must be >= 0"]),
        ([*words(), "--bias-std", "nan"], ["bias_std must be >= 0 and finite"]),
        ([*words(), "--rate", "0"], ["rate must be > 0"]),
        ([*words(), "--rng", "-1"], ["rng must be"]),
        ([*words(), "--loss", "hinge"], ["loss must be one of 'cross_entropy', 'squared'"]),
        (words("784,1000x1000,10"), ["widths must make at most 400,000,000 weights, got 999,794,000"]),
        (words("999999999,999999999"), ["widths must make at most"]),
        ([*words(), "--optimizer", "lion"], ["optimizer must be one of 'sgd', 'adam'"]),
    ],
)
def test_bad_input_is_told_in_one_line_with_status_2(capsys, given, parts):
    status, out, err = asked(capsys, *given)
    assert status == 2 and out == "" and err.count("\n") == 1
    assert all(part in err for part in parts), err


def test_a_factor_may_be_capital(capsys):
    assert asked(capsys, *words("784,64X3,10"))[0] == 0


def test_an_option_that_there_is_not_is_told_in_one_line(capsys):
    with pytest.raises(SystemExit) as left:
        main(["diagnose", *words(), "--bias_std", "0.1"])
    said = capsys.readouterr().err
    assert left.value.code == 2 and said.count("\n") == 1 and "unrecognized arguments: --bias_std 0.1" in said


def test_other_arguments_than_there_are_are_told_in_words_of_the_caller():
    with pytest.raises(
        TypeError, match=r"^got an unexpected keyword argument 'bias': widths may come with activation, init"
    ):
        diagnose(*FINE, bias=1)
    with pytest.raises(TypeError, match=r"^missing a required argument: 'init': widths may come with"):
        diagnose((20, 10), "relu")
    with pytest.raises(TypeError, match=r"^allow must be kinds of faults, such as \['first_loss'\], got 3$"):
        assert_starts_well(*FINE, allow=3)


def test_words_that_are_missing_are_told_in_one_line_too(capsys):
    with pytest.raises(SystemExit) as left:
        main(["diagnose", "--activation", "relu"])
    said = capsys.readouterr().err
    assert left.value.code == 2 and said.count("\n") == 1 and "--widths, --init" in said and "diagnose --help" in said


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789x,-. *ab", max_size=12))
def test_any_text_for_widths_is_taken_or_told(text):
    from weightinit.__main__ import _widths

    try:
        found = _widths(text)
    except ValueError as error:
        assert str(error).startswith("widths must be at least two integers >= 1") and repr(text) in str(error)
    else:
        assert len(found) > 1 and min(found) > 0


def test_options_and_formulas_arrive(capsys):
    status, out, _ = asked(
        capsys,
        *words("20,20,20,5", "leaky_relu(negative_slope=0.2)", "orthogonal(gain=1.3)", "--seeds", "3", "--batch", "7"),
    )
    assert status == 0 and out.startswith(
        "20-20x2-5, leaky ReLU (0.2), orthogonal(gain=1.3): 3 networks, a batch of 7\n"
    )
    status, out, _ = asked(capsys, *words("20,20,20,5", "x*tanh(x)", "lecun_normal"))
    assert out.startswith("20-20x2-5, x*tanh(x), lecun_normal: 20 networks")
    biased = asked(capsys, *words("20,20,20,5", "relu", "he_normal", "--bias-std", "50", "--json"))[1]
    assert "bias_dominates" in [fault["kind"] for fault in json.loads(biased)["faults"]]
    fast = asked(capsys, *words("20,20,20,5", "relu", "he_normal", "--rate", "1000", "--json"))[1]
    assert [fault["kind"] for fault in json.loads(fast)["faults"]] == ["frozen_or_uneven_updates"]
    assert (
        json.loads(asked(capsys, *words("20,20,5", "relu", "he_normal", "--loss", "squared", "--json"))[1])["loss"][
            "name"
        ]
        == "squared"
    )


def test_the_same_seed_gives_the_same_text_and_another_one_another(capsys):
    first, again = (asked(capsys, *words("20,20,20,5"), "--rng", "3")[1] for _ in range(2))
    assert first == again != asked(capsys, *words("20,20,20,5"), "--rng", "4")[1]


def test_a_process_ends_with_the_status():
    command = [sys.executable, "-m", "weightinit", "diagnose", *words("20,20,20,5", "relu", "zeros")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr == "" and "✗ dead_start" in done.stdout


@pytest.mark.parametrize(("end", "status", "said"), [("| head -1", 0, ""), ("> /dev/full", 2, "No space left")])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_reader_who_leaves_and_a_full_disk_make_no_traceback(end, status, said):
    command = [sys.executable, "-m", "weightinit", "diagnose", *words("20,20x30,5", "relu", "he_normal")]
    done = subprocess.run(f"{shlex.join(command)} {end}", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == status and said in done.stderr and done.stderr.count("\n") <= 1


def test_a_terminal_without_our_signs_gets_a_report_all_the_same():
    command = [sys.executable, "-m", "weightinit", "diagnose", *words("20,20,20,5", "relu", "zeros")]
    for more in ([], ["--json"]):
        options = {
            "env": os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
            "capture_output": True,
            "text": True,
        }
        done = subprocess.run([*command, *more], check=False, **options)
        assert done.returncode == 1 and done.stderr == "" and "dead_start" in done.stdout
    jsonschema.validate(json.loads(done.stdout), SCHEMA)
