import html
import json
import re

import ipywidgets
import numpy as np
import pytest

from weightinit import explorers
from weightinit.explorers import explore

ALT = "A straight line whose slope follows the slider."


def draw(ax, slope, kind="plain"):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(-3, 3), title=kind)
    return f"slope {slope:g}"


def payload(explorer):
    return json.loads(html.unescape(re.search(r"data-explorer='([^']*)'", explorer.html)[1]))


def rebuild(data, k):
    frame = data["frames"][k]
    if "all" in frame:
        ids = frame["all"]
    else:
        ids = list(data["frames"][0]["all"])
        for place, number in zip(frame["put"][::2], frame["put"][1::2], strict=True):
            ids[place] = number
    return "\n".join(data["lines"][i] for i in ids)


def test_every_frame_is_stored_and_is_the_right_one():
    slopes, kinds = [-1, 0.5, 2], ["plain", "fancy"]
    made = explore(draw, alt=ALT, slope=slopes, kind=kinds)
    data = payload(made)
    assert made.frames == len(data["frames"]) == len(data["readouts"]) == 6
    for k, (slope, kind) in enumerate((s, c) for s in slopes for c in kinds):
        alone = payload(explore(draw, alt=ALT, slope=[slope], kind=[kind]))
        assert data["readouts"][k] == f"slope {slope:g}".replace("-", "−")
        assert f">{kind}<" in rebuild(data, k)
        assert curve(rebuild(data, k)) == curve(rebuild(alone, 0))
    assert len({rebuild(data, k) for k in range(6)}) == 6


def test_controls_and_readouts_set_their_numbers():
    made = explore(lambda ax, slope: f"cost {slope:.2g}", alt=ALT, slope=[-1, 1e-6, 5.4e-5], start={"slope": 1e-6})
    data = payload(made)
    assert data["controls"][0]["texts"] == ["−1", "10⁻⁶", "5.4·10⁻⁵"]
    assert data["readouts"] == ["cost −1", "cost 10⁻⁶", "cost 5.4·10⁻⁵"]
    assert 'aria-valuetext="10⁻⁶"' in made.html and "Now: slope 10⁻⁶. cost 10⁻⁶" in made.html
    assert "slope: −1, 10⁻⁶, 5.4·10⁻⁵\ncost 10⁻⁶\n" in repr(made)


def curve(picture):
    return re.findall(r'd="([^"]+)"[^>]*clip-path[^>]*stroke: #1f77b4', picture)


def test_start_frame_stands_in_the_page_without_script():
    made = explore(draw, alt=ALT, slope=[1, 2], kind=["plain", "fancy"], start={"slope": 2, "kind": "fancy"})
    data = payload(made)
    assert data["start"] == [1, 1]
    inner = re.search(r"<svg[^>]*>(.*?)</svg>", made.html, re.S)[1].strip()
    assert inner == rebuild(data, 3)
    assert "Now: slope 2, kind fancy. slope 2" in made.html
    assert (
        '<input type="range" min="0" max="1" step="1" value="1"' in made.html
        and '<option value="1" selected>fancy' in made.html
    )


def test_two_executions_give_the_same_bytes():
    one, two = (explore(draw, alt=ALT, slope=[1, 2]) for _ in range(2))
    assert one.html == two.html and one._png == two._png and repr(one) == repr(two)


def test_live_controls_can_be_observed_moved_and_linked():
    made = explore(draw, alt=ALT, slope=[1, 2], kind=["plain", "fancy"])
    seen = []
    made.observe(lambda change: seen.append(change["new"]), names="values")
    made.controls["slope"].value = 2  # what the browser does
    assert made.values == {"slope": 2, "kind": "plain"} and seen == [{"slope": 2, "kind": "plain"}]
    made.values = {"slope": 1, "kind": "fancy"}
    assert made.controls["slope"].value == 1 and made.controls["kind"].value == "fancy"
    other = explore(draw, alt=ALT, slope=[0, 3], kind=["plain", "fancy"])
    ipywidgets.link((made, "values"), (other, "values"))
    made.controls["slope"].value = 2
    assert other.values == {"slope": 2, "kind": "fancy"}
    with pytest.raises(ValueError, match="slope must lie between 1 and 2, got 3"):
        other.controls["slope"].value = 3
    assert (made.values["slope"], other.values["slope"]) == (2, 3)
    assert "slope must lie between 1 and 2, got 3. The picture shows slope 2, kind fancy." in note(made)
    assert note(other) == ""
    with pytest.raises(ValueError, match="slope"):
        made.values = {"slope": "steep", "kind": "fancy"}
    with pytest.raises(ValueError, match="kind"):
        made.values = {"slope": 1, "kind": "bold"}
    with pytest.raises(ValueError, match="values"):
        made.values = {"slope": 1}


def note(made):
    """The line below the picture."""
    return made.children[2].value


def picture(made):
    """What a live notebook shows: picture and readout."""
    return made.children[1].html


def test_a_value_that_is_not_stored_is_drawn_and_it_is_said():
    asked = []

    def counted(ax, slope):
        asked.append(slope)
        return draw(ax, slope)

    made = explore(counted, alt=ALT, slope=[1.0, 2.0])
    assert asked == [1, 2] and made.children[2].value == ""
    made.controls["slope"].value = 1.37
    assert asked == [1, 2, 1.37] and "slope 1.37" in picture(made) and "Computed just now" in made.children[2].value
    alone = explore(draw, alt=ALT, slope=[1.37])
    assert curve(picture(made)) == curve(picture(alone)) and curve(picture(made))
    made.controls["slope"].value = 2.0  # stored: shown without drawing
    assert asked == [1, 2, 1.37] and "slope 2<" in picture(made) and made.children[2].value == ""


def test_a_value_that_cannot_be_drawn_leaves_the_picture_and_says_why():
    made = explore(lambda ax, n: {1: None, 9: None}[n], alt=ALT, n=[1, 9])
    before = picture(made)
    with pytest.raises(RuntimeError, match="n=7"):
        made.values = {"n": 7}
    assert picture(made) == before.replace('"wi-explorer"', '"wi-explorer wi-old"')
    assert "draw failed for n=7: KeyError: 7. The picture is an old one: it shows n 1." in note(made)
    made.values = {"n": 9}
    assert "wi-old" not in picture(made) and note(made) == ""


@pytest.mark.parametrize("value", [-1, 0, 0.4999, 2.001, 1e5])
def test_a_number_beyond_the_stored_ones_is_put_back_and_it_is_said_what_is_taken(value):
    asked = []

    def counted(ax, ratio):
        asked.append(ratio)

    made = explore(counted, alt=ALT, ratio=[0.5, 1.0, 2.0], start={"ratio": 1.0}, labels={"ratio": "n_out / n_in"})
    made.values = {"ratio": 1.5}
    before, seen = picture(made), []
    made.observe(seen.append, names="values")
    slider, number = made.children[0].children[0].children
    number.value = value
    assert number.value == 1.5 and made.values == {"ratio": 1.5} and slider.value in (1.0, 2.0)
    assert picture(made) == before and asked == [0.5, 1.0, 2.0, 1.5] and not seen
    got = explorers.shown(value)
    assert f"n<sub>out</sub> / n<sub>in</sub> must lie between 0.5 and 2, got {got}." in note(made)
    assert note(made).endswith("The picture shows n<sub>out</sub> / n<sub>in</sub> 1.5.</span>")
    number.value = 2.0
    assert made.values == {"ratio": 2.0} and note(made) == ""
    with pytest.raises(ValueError, match=rf"ratio must lie between 0.5 and 2, got {re.escape(got)}"):
        made.values = {"ratio": value}
    assert made.values == {"ratio": 2.0} and number.value == 2.0


def test_the_smallest_and_the_largest_value_are_taken_and_a_single_one_alone():
    made = explore(draw, alt=ALT, slope=[2.0, -1.0, 0.5])
    for value in (-1.0, 2.0):
        made.controls["slope"].value = value
        assert made.values == {"slope": value} and note(made) == ""
    alone = explore(draw, alt=ALT, slope=[1])
    alone.controls["slope"].value = 2
    assert "slope must be 1, got 2. The picture shows slope 1." in note(alone)


def test_the_slider_goes_to_the_nearest_stored_value_and_moves_the_number():
    made = explore(draw, alt=ALT, slope=[-1.0, 0.5, 2.0])
    slider, number = made.children[0].children[0].children
    number.value = 1.9
    assert slider.value == 2.0 and made.values == {"slope": 1.9}
    slider.value = 0.5
    assert number.value == 0.5 and made.values == {"slope": 0.5}


def test_the_play_of_a_live_notebook_goes_to_the_end_and_a_hand_stops_it():
    made = explore(draw, alt=ALT, slope=[-1.0, 0.5, 2.0], start={"slope": 2.0}, play="slope")
    _, number, play = made.children[0].children[0].children
    play.playing = True
    assert number.value == -1.0, "at the end it starts again from the beginning"
    play.step += 1
    assert made.values == {"slope": 0.5} and play.playing
    number.value = 1.5
    assert not play.playing and made.values == {"slope": 1.5}
    play.playing = True
    number.value = 0.5
    play.playing = True
    play.step += 1
    assert made.values == {"slope": 2.0} and not play.playing


def test_bundle_has_html_text_and_png():
    data = explore(draw, alt=ALT, slope=[1, 2])._repr_mimebundle_()
    assert {"text/html", "text/plain", "image/png"} <= set(data)
    assert data["text/plain"].startswith("Explorer of 2 frames. slope: 1, 2\nslope 1\nPanel 1: plain")


def test_play_group_and_labels():
    html = explore(draw, alt=ALT, slope=[1, 2], play="slope", pause=200, group="pair", labels={"slope": "σ_w"}).html
    assert (
        'class="wi-play" data-plays="slope"' in html
        and '"group":"pair"' in html
        and "<span>σ<sub>w</sub></span>" in html
    )
    assert 'data-pause="200"' in html


def test_several_panels():
    def two(axes, slope):
        assert len(axes) == 2
        for ax in axes:
            draw(ax, slope)

    assert explore(two, alt=ALT, panels=2, slope=[1, 2]).frames == 2


def test_html_cannot_be_broken_by_texts():
    def risky(ax, kind):
        ax.set_title(kind)
        return f"</script><b>{kind}"

    made = explore(risky, alt=ALT + """ '"<&>""", kind=['a"b', "<i>"])
    outside = re.sub(r"data-explorer='[^']*'", "", made.html)
    assert "<b>" not in outside and "<i>" not in outside and "<script" not in outside
    assert payload(made)["readouts"][1] == "</script><b><i>" and payload(made)["alt"].endswith("""'"<&>""")


def test_where_tags_are_stripped_no_data_stand_on_the_page():
    made = explore(draw, alt=ALT, slope=[1, 2], play="slope")
    text = re.sub(r"<[^>]*>", " ", re.sub(r"data-explorer='[^']*'", "", made.html))
    assert "[" not in text and '"' not in text, "the frames are in an attribute"
    assert '<div class="wi-controls" hidden>' in made.html


def test_panels_can_stand_one_below_the_other():
    def two(axes, slope):
        for ax in axes:
            draw(ax, slope)

    made = explore(two, alt=ALT, panels=2, slope=[1, 2])
    drawing = re.search(r'<g id="([^"]+)">(.*?)</g></svg>', made.html, re.S)
    assert drawing[2].strip() == rebuild(payload(made), 0)
    boxes = [tuple(map(float, box.split())) for box in re.findall(r'viewBox="([^"]+)"', made.html)]
    assert len(boxes) == 2 and made.html.count(f'<use href="#{drawing[1]}"/>') == 1
    assert boxes[0][0] == 0 and boxes[0][2] == boxes[1][0], "together they show all of it"


def test_frame_differences_are_small():
    made = explore(draw, alt=ALT, slope=list(np.linspace(-2, 2, 21)))
    data = payload(made)
    assert all("put" in frame and len(frame["put"]) <= 8 for frame in data["frames"][1:])


def boom(ax, slope, kind="plain"):
    if (slope, kind) == (2, "fancy"):
        raise ValueError("no such slope")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, ValueError, ["controls"]),
        ({"a": [1], "b": [1], "c": [1], "d": [1]}, ValueError, ["controls", "3"]),
        ({"slope": []}, ValueError, ["slope"]),
        ({"slope": 3}, TypeError, ["slope"]),
        ({"kind": "plain"}, TypeError, ["kind"]),
        ({"slope": [1, "two"]}, TypeError, ["slope"]),
        ({"slope": [1, np.nan]}, TypeError, ["slope"]),
        ({"slope": [1, 1.0]}, ValueError, ["slope", "differ"]),
        ({"slope": list(range(21)), "kind": [str(k) for k in range(20)]}, ValueError, ["400", "420", "slope 21"]),
        ({"slope": [1], "alt": "short"}, ValueError, ["alt"]),
        ({"slope": [1], "start": {"slope": 3}}, ValueError, ["start"]),
        ({"slope": [1], "start": {"gain": 3}}, ValueError, ["start", "gain"]),
        ({"slope": [1], "play": "gain"}, ValueError, ["play", "gain"]),
        ({"slope": [1], "pause": 0}, ValueError, ["pause", "50"]),
        ({"slope": [1], "labels": {"gain": "g"}}, ValueError, ["labels", "gain"]),
        ({"slope": [1], "draw": 3}, TypeError, ["draw"]),
        (
            {"draw": boom, "slope": [1, 2], "kind": ["plain", "fancy"]},
            RuntimeError,
            ["slope=2", "kind='fancy'", "no such slope"],
        ),
    ],
)
def test_bad_input_says_which(arguments, error, words):
    arguments = {"alt": ALT, "draw": draw} | arguments
    with pytest.raises(error) as caught:
        explore(arguments.pop("draw"), **arguments)
    for word in words:
        assert word in str(caught.value)


def test_four_hundred_frames_are_allowed():
    controls = explorers._check_controls({"a": list(range(20)), "b": list(range(20))})
    assert len(controls["a"]) * len(controls["b"]) == 400


@pytest.mark.parametrize("said", [[1], 3.0, ("a",)])
def test_a_readout_is_a_text_or_nothing(said):
    with pytest.raises(TypeError, match=rf"draw must return a readout, .* got {type(said).__name__} for n=1"):
        explore(lambda ax, n: said, alt="A picture with nothing in it.", n=[1])
    assert explore(lambda ax, n: None, alt="A picture with nothing in it.", n=[1]).html.count('polite"></p>') == 1
