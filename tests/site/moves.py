"""Using explorers and self-checks as a reader does, in the browser; each function returns the problems it finds.

What an explorer must show is computed from the notebook's stored output (`checks.Explorer`), not by the site's script.
"""

from __future__ import annotations

from bs4 import BeautifulSoup
from checks import Choice, Explorer, Frame, Numeric

# The browser parses the expected picture itself, so that both sides are written in the same way.
COMPARE = """(host, want) => {
    const wrong = [], svg = host.querySelector('svg'), model = document.createElementNS(svg.namespaceURI, 'svg');
    const figure = host.querySelector('.wi-figure'), canvas = figure === svg ? svg : svg.querySelector('g');
    model.innerHTML = want.picture;
    const same = (what, found, wanted) => found === wanted || wrong.push(`${what} is ${found}, not ${wanted}`);
    if (canvas.innerHTML.trim() !== model.innerHTML.trim()) wrong.push('another picture');
    if (figure.getBoundingClientRect().height < 100) wrong.push('no picture to be seen');
    same('aria-label', figure.getAttribute('aria-label'), want.label);
    same('readout', host.querySelector('.wi-readout').textContent, want.readout);
    want.texts.forEach((text, i) => {
        const input = host.querySelector(`[data-control="${want.names[i]}"]`);
        same(want.names[i], input.value, String(want.at[i]));
        if (input.type === 'range') {
            same(`aria-valuetext of ${want.names[i]}`, input.getAttribute('aria-valuetext'), text);
            same(`output of ${want.names[i]}`, input.parentElement.querySelector('output').textContent, text);
        } else same(`choice of ${want.names[i]}`, input.selectedOptions[0].textContent, text);
    });
    return wrong;
}"""


def differences(host, explorer: Explorer, at: tuple[int, ...]) -> list[str]:
    """What an explorer on the page shows otherwise than it must for this setting."""
    want: Frame = explorer.frame(at)
    names = [control["name"] for control in explorer.controls]
    wrong = host.evaluate(COMPARE, vars(want) | {"names": names})
    return [f"{explorer.name} at {', '.join(want.texts)}: {problem}" for problem in wrong]


def control(host, explorer: Explorer, number: int):
    """The control of this number."""
    return host.locator(f'[data-control="{explorer.controls[number]["name"]}"]')


def step(host, explorer: Explorer, number: int, old: int, new: int) -> None:
    """Move one control by one place: a slider with the arrow keys, a drop-down by choosing."""
    found = control(host, explorer, number)
    if found.get_attribute("type") == "range":
        found.press("ArrowRight" if new > old else "ArrowLeft")
    else:
        found.select_option(str(new))


def walk(host, explorer: Explorer) -> list[str]:
    """Visit every setting with the real controls; what is wrong on the way."""
    found = differences(host, explorer, explorer.start)
    at = list(explorer.start)
    for setting in explorer.walk():
        for number, new in enumerate(setting):
            while at[number] != new:
                nearer = at[number] + (1 if new > at[number] else -1)
                step(host, explorer, number, at[number], nearer)
                at[number] = nearer
        found += differences(host, explorer, setting)
    return found


def tour(host, explorer: Explorer) -> list[str]:
    """Move each control through all its values, one control after the other; what is wrong on the way."""
    found, at = differences(host, explorer, explorer.start), list(explorer.start)
    for number, size in enumerate(explorer.sizes):
        for new in [*range(at[number] + 1, size), *reversed(range(size - 1))]:
            step(host, explorer, number, at[number], new)
            at[number] = new
            found += differences(host, explorer, tuple(at))
    return found


# ---- self-checks ----------------------------------------------------------------------------------------------------
NUMBER_WANTED = "Type a number, for example 0.25, 1e-3 or ln 2."
GARBAGE = ("", "   ", "abc", "1/0", "1e999", "--1", "NaN", "(1", "2)", "1 +", "ln", "alert(1)", "12 0", "1 2/3")


def numeric_replies(question: Numeric) -> list[tuple[str, str, str]]:
    """What can be typed, the reply that it must get, and whether that counts as right ("" if it is no number)."""
    data = question.data
    answer, tolerance = data["answer"], data["tolerance"]
    near = tolerance * max(abs(answer), 1e-12)
    right, wrong = f"✓ Right. {shown(data['explanation'])}", "✗ Not yet. "
    cases = [(repr(answer), right, "true"), (f"  {answer + 0.9 * near!r} ", right, "true")]
    cases += [(text, right, "true") for text in ways(answer)]
    cases += [(repr(mistake), wrong + shown(why), "false") for mistake, why in data["mistakes"]]
    # a number that is neither right nor foreseen
    other = next(
        value
        for value in (answer * 1.357 + 0.171 + k for k in range(100))
        if all(abs(value - m) > tolerance * max(abs(m), 1e-12) for m in [answer, *(m for m, _ in data["mistakes"])])
    )
    cases.append((repr(other), wrong + shown(data["hint"]), "false"))
    return cases + [(text, NUMBER_WANTED, "") for text in GARBAGE]


RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


def ways(number: float) -> list[str]:
    """How one number can be typed: by hand, copied from a page, from another program, as a formula."""
    exact, (digits, power) = repr(number), f"{number:.6e}".split("e")
    return [
        exact.replace(".", ","),
        f"{digits}e{power}",
        f"{digits}e{power}".replace("-", "−"),  # the typographic minus of this book
        f" {digits} · 10^{int(power)}",
        f"{digits}×10^{power}",
        f"{digits} x 10{str(int(power)).translate(RAISED)}",
        f"{digits}*10**({power})",
        f"{exact}\u202c\u200b",  # marks that cannot be seen, from a copy
        f"{exact} + 2 − 2",
        f"{number * 3!r}/3",
        f"{exact} * ln e^1 * log10(10) * log2 2 * √(4)/2 * 2!/2",
        f"{exact} · sqrt(9)/3 · 2^-1 · 2 · π/pi · ½ · 2",
    ]


def shown(html: str) -> str:
    """What is read of a text with indices and powers."""
    return BeautifulSoup(html, "html.parser").get_text()


def numeric_problems(page, host, question: Numeric, replies: list[tuple[str, str, str]]) -> list[str]:
    """Type answers and press Enter; which replies are wrong."""
    found = []
    field, verdict = host.locator("input"), host.locator(".wi-verdict")
    for text, reply, right in replies:
        field.fill(text)
        page.keyboard.press("Enter")
        got = verdict.evaluate("v => [v.textContent, v.dataset.right]")
        if got != [reply, right]:
            found.append(f"typed {text!r}: {got}, not {[reply, right]}")
    page.keyboard.press("Tab")  # the button can be reached and pressed as well
    if page.evaluate("document.activeElement.textContent") != "Check":
        found.append("Tab does not lead from the field to the button")
    return found


def choice_problems(page, host, question: Choice) -> list[str]:
    """Open every answer by keyboard; which explanations do not appear."""
    found = []
    rows = host.locator("details")
    if rows.count() != len(question.answers):
        return [f"{rows.count()} answers, not {len(question.answers)}"]
    for number, (answer, explanation) in enumerate(question.answers.items()):
        row = rows.nth(number)
        if row.evaluate("d => d.open"):
            found.append(f"{answer}: open before it was chosen")
        row.locator("summary").press("Enter")
        shown = row.evaluate(
            "d => [d.open, d.querySelector('summary').textContent, d.querySelector('p').textContent, d.querySelector('p').checkVisibility()]"
        )
        if shown != [True, answer, explanation, True]:
            found.append(f"{answer}: shows {shown}, not {explanation!r}")
    return found
