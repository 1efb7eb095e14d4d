from weightinit._numbers import typeset


def test_numbers_in_a_text_are_set_and_other_texts_stay():
    assert typeset("1e-06") == "10⁻⁶" and typeset("1e+06") == "10⁶" and typeset("-1e-06") == "−10⁻⁶"
    assert typeset("1.1e-06, 21e3 (-0.5)") == "1.1·10⁻⁶, 21·10³ (−0.5)"
    for text in ("0.25", "1-2", "x1e5", "0x1e5f", "layer-2", "a - b", "chapter 3-4", "1/fan_in"):
        assert typeset(text) == text
