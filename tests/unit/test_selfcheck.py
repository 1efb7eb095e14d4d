import html
import json
import re
import subprocess
import sys

import pytest

from weightinit.selfcheck import choice, numeric


def test_choice_explains_every_answer_without_a_script():
    made = choice("Which one?", {"1/n": "Two errors < one.", "2/n": "Half of the units are off."}, correct="2/n")
    assert made.html.count("<details ") == 2 and "<script" not in made.html
    assert '"wi-wrong"><summary>1/n</summary><p><strong>✗ Not quite.</strong> Two errors &lt; one.</p>' in made.html
    assert '"wi-right"><summary>2/n</summary><p><strong>✓ Right.</strong>' in made.html
    assert repr(made).splitlines()[0] == "Question: Which one?" and "✓ 2/n" in repr(made)


def test_numeric_carries_answer_mistakes_and_a_way_without_script():
    made = numeric("Variance?", 1 / 3, explanation="a²/3", mistakes={1.0: "You forgot the 3."})
    data = json.loads(html.unescape(re.search(r"data-question='([^']*)'", made.html)[1]))
    assert data["answer"] == 0.333333 and data["mistakes"] == [[1.0, "You forgot the 3."]] and data["tolerance"] == 0.02
    assert "<summary>Show the answer</summary><p><strong>0.333.</strong> a²/3</p>" in made.html
    assert 'aria-label="Your answer: Variance?"' in made.html
    assert set(made._repr_mimebundle_()[0]) >= {"text/html", "text/plain"}


def test_numeric_sets_its_numbers():
    made = numeric("How much?", 2.0**-20, explanation="About 10^-6.", mistakes={-1.0: "No.", 3e5: "Too large."})
    assert "<strong>9.54·10⁻⁷.</strong> About 10<sup>−6</sup>." in made.html
    assert repr(made).splitlines()[1:] == ["  ✓ 9.54·10⁻⁷: About 10^-6.", "  ✗ −1: No.", "  ✗ 3·10⁵: Too large."]


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda: choice("", {"a": "x", "b": "y"}, correct="a"), ValueError, "question"),
        (lambda: choice("q", {"a": "x"}, correct="a"), ValueError, "answers"),
        (lambda: choice("q", {"a": "x", "b": " "}, correct="a"), ValueError, "answers"),
        (lambda: choice("q", {"a": "x", "b": "y"}, correct="c"), ValueError, "correct"),
        (lambda: numeric("q", "one", explanation="x"), TypeError, "answer"),
        (lambda: numeric("q", float("nan"), explanation="x"), ValueError, "answer"),
        (lambda: numeric("q", 1.0, explanation=""), ValueError, "explanation"),
        (lambda: numeric("q", 1.0, explanation="x", tolerance=0), ValueError, "tolerance"),
        (lambda: numeric("q", 1.0, explanation="x", mistakes={1.01: "close"}), ValueError, "mistakes"),
        (lambda: numeric("q", 1.0, explanation="x", mistakes={2.0: ""}), ValueError, "mistakes"),
    ],
)
def test_bad_input_is_named(call, error, word):
    with pytest.raises(error, match=word):
        call()


def test_a_question_needs_no_matplotlib():
    code = "import sys, weightinit.selfcheck; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_quotes_of_a_question_are_safe_in_the_page():
    made = numeric('What is "tanh\'" & <f>?', 2.0, explanation="f'(0) < 3").html
    assert '<p>What is "tanh\'" &amp; &lt;f&gt;?</p>' in made and "f'(0) &lt; 3" in made
    assert 'aria-label="Your answer: What is &quot;tanh&#x27;&quot; &amp; &lt;f&gt;?"' in made
    data = json.loads(html.unescape(re.search(r"data-question='([^']*)'", made)[1]))
    assert data["explanation"] == "f'(0) &lt; 3"


def test_the_place_of_the_right_answer_does_not_tell():
    answers = {"right": "Yes.", "wrong": "No.", "worse": "No.", "worst": "No."}
    places = [
        re.findall(r'class="wi-(\w+)"', choice(f"Question {k}?", answers, correct="right").html).index("right")
        for k in range(400)
    ]
    assert all(70 <= places.count(place) <= 130 for place in range(4))
    again = choice("Question 7?", answers, correct="right").html
    assert re.findall(r'class="wi-(\w+)"', again).index("right") == places[7]
    assert re.findall(r"<summary>(w\w+)<", again) == ["wrong", "worse", "worst"], "the others keep their order"


def test_indices_and_powers_are_set():
    made = choice("Is x_1 < 2^-10?", {"n_in": "since fan_in^2 is", "no": "W_2ᵀ says 10^n"}, correct="no").html
    assert "<p>Is x<sub>1</sub> &lt; 2<sup>−10</sup>?</p>" in made and "n<sub>in</sub>" in made
    assert "fan_in<sup>2</sup>" in made and "W<sub>2</sub>ᵀ" in made and "10<sup>n</sup>" in made
