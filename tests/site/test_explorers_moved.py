"""Every explorer in the browser: each control is moved as a reader moves it, and the picture must be the right frame."""

from __future__ import annotations

import re

import pytest
from checks import Explorer, explorer_problems, stored_explorers
from moves import control, differences, step, tour, walk
from pages import NO_SITE, PAGES, notebook_of

pytestmark = pytest.mark.browser

TOC = [name for name in PAGES if notebook_of(name).is_file()]
WITH_EXPLORERS = [name for name in TOC if stored_explorers(notebook_of(name))]
each_page = pytest.mark.parametrize("name", WITH_EXPLORERS or [NO_SITE])

BRIGHTNESS = """(element, what) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = getComputedStyle(element)[what];
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""


def stored(name: str) -> list[Explorer]:
    return stored_explorers(notebook_of(name))


def hosts(page, name: str):
    """The explorers of a page with what the notebook says of them."""
    return [(page.locator(".wi-explorer").nth(k), explorer) for k, explorer in enumerate(stored(name))]


def test_each_chapter_and_the_landing_page_have_an_explorer(site):
    chapters = [name for name in TOC if re.match(r"chapters/\d\d-", name)]
    assert len(chapters) >= 5 and set(WITH_EXPLORERS) >= {"index.html", *chapters}


@each_page
def test_payload_has_a_frame_for_every_setting(site, name):
    assert explorer_problems(site / name, notebook_of(name)) == []


@each_page
@pytest.mark.parametrize(("scheme", "moves"), [("http", walk), ("file", tour)], ids=["http", "file"])
def test_every_setting_shows_its_frame(visit, name, scheme, moves):
    seen = visit(name, scheme=scheme)
    for host, explorer in hosts(seen.page, name):
        assert moves(host, explorer) == []
    assert not seen.complaints and not seen.elsewhere


@each_page
def test_controls_have_names_and_a_drop_down_obeys_the_keyboard(visit, name):
    page = visit(name).page
    for host, explorer in hosts(page, name):
        at = list(explorer.start)
        for number, described in enumerate(explorer.controls):
            found = control(host, explorer, number)
            role = "slider" if found.get_attribute("type") == "range" else "combobox"
            named = host.get_by_role(role, name=described["label"].replace("_", "")).all()  # an index is set low
            assert any(one.get_attribute("data-control") == described["name"] for one in named)
            up = at[number] + 1 < explorer.sizes[number]
            keys = ("ArrowRight", "ArrowLeft") if role == "slider" else ("ArrowDown", "ArrowUp")
            found.press(keys[0 if up else 1])
            at[number] += 1 if up else -1
            assert differences(host, explorer, tuple(at)) == []
            assert found.evaluate("e => document.activeElement === e")
            outline = found.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)")
            assert outline >= 1, "where the keyboard is cannot be seen"


def stop_the_clock(page):
    page.clock.install(time=0)
    page.clock.pause_at(1000)


@each_page
def test_play_button_shows_frame_after_frame(visit, name):
    if all(explorer.plays is None for explorer in stored(name)):
        pytest.skip("no play button on this page")
    page = visit(name).page
    stop_the_clock(page)
    for host, explorer in hosts(page, name):
        if explorer.plays is None:
            continue
        number, last = explorer.plays, explorer.sizes[explorer.plays] - 1
        button, at = host.locator(".wi-play"), list(explorer.start)
        button.focus()
        if at[number] == last:  # at the end it starts again from the beginning
            at[number] = 0
        page.keyboard.press("Enter")
        assert "Pause" in button.inner_text() and differences(host, explorer, tuple(at)) == []
        tick = int(button.get_attribute("data-pause"))
        page.clock.run_for(tick)
        at[number] += 1
        assert differences(host, explorer, tuple(at)) == []
        page.keyboard.press("Enter")
        page.clock.run_for(2000)
        assert "Play" in button.inner_text() and differences(host, explorer, tuple(at)) == [], "it does not pause"
        page.keyboard.press("Space")
        while at[number] < last:
            page.clock.run_for(tick)
            at[number] += 1
            assert differences(host, explorer, tuple(at)) == []
        page.clock.run_for(2000)
        assert "Play" in button.inner_text() and differences(host, explorer, tuple(at)) == []


def by_mouse(page, found):
    """Drag a slider's handle to its right end and hold it there for three ticks of the play, then let go."""
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    page.clock.run_for(1350)
    page.mouse.up()


def by_keyboard(page, found):
    """Go to the last value of a slider or a drop-down."""
    found.press("End")


@each_page
@pytest.mark.parametrize("hand", [by_mouse, by_keyboard])
def test_a_hand_on_the_played_control_stops_the_play(visit, name, hand):
    if all(explorer.plays is None for explorer in stored(name)):
        pytest.skip("no play button on this page")
    seen = visit(name)
    stop_the_clock(seen.page)
    for host, explorer in hosts(seen.page, name):
        if explorer.plays is None:
            continue
        assert stops_at_the_end(seen.page, host, explorer, hand) == []
    assert not seen.complaints


def stops_at_the_end(page, host, explorer, hand) -> list[str]:
    """Play one step, put the hand on the played control and bring it to its end; what is wrong then and later."""
    number, last = explorer.plays, explorer.sizes[explorer.plays] - 1
    at = list(explorer.start)
    host.locator(".wi-play").click()
    page.clock.run_for(450)
    hand(page, control(host, explorer, number))
    at[number] = last
    found = differences(host, explorer, tuple(at))
    page.clock.run_for(3000)
    found += differences(host, explorer, tuple(at))
    shown = host.locator(".wi-play").inner_text()
    return found if "Play" in shown else [*found, f"{explorer.name}: the button says {shown}"]


@each_page
def test_the_way_back_to_a_page_brings_controls_and_picture_together(visit, name):
    """The browser puts the controls where the reader left them; the picture must not stand at the start."""
    page = visit(name).page
    for host, explorer in hosts(page, name):
        for number, start in enumerate(explorer.start):
            control(host, explorer, number).press("Home" if start else "End")
    page.goto("about:blank")
    page.go_back(wait_until="load")
    page.wait_for_function("() => document.querySelectorAll('.wi-explorer:not(.wi-live)').length === 0")
    for host, explorer in hosts(page, name):
        left = tuple(0 if old else size - 1 for old, size in zip(explorer.start, explorer.sizes, strict=True))
        assert differences(host, explorer, left) == []


@each_page
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_picture_follows_the_theme(visit, name, dark):
    page = visit(name, dark=dark).page
    for host, explorer in hosts(page, name):
        at = list(explorer.start)
        for number in range(-1, len(at)):  # at the start, then after a move of each control
            if number >= 0:
                new = at[number] + (1 if at[number] + 1 < explorer.sizes[number] else -1)
                step(host, explorer, number, at[number], new)
                at[number] = new
            assert differences(host, explorer, tuple(at)) == []
            ink = host.locator("svg text").first.evaluate(BRIGHTNESS, "fill")
            assert (ink > 0.6) == dark and (ink < 0.3) != dark
        for field in host.locator("select, button").all():
            assert (field.evaluate(BRIGHTNESS, "backgroundColor") < 0.3) == dark
            assert (field.evaluate(BRIGHTNESS, "color") > 0.6) == dark
        assert not re.search("#000000|#ffffff", host.locator("svg").first.inner_html())


@each_page
def test_fits_a_phone_and_can_be_tapped(visit, name):
    page = visit(name, width=390, has_touch=True, is_mobile=True).page
    for host, explorer in hosts(page, name):
        for setting in (explorer.start, tuple(size - 1 for size in explorer.sizes)):
            at = list(explorer.start)
            for number in range(len(setting)):
                while at[number] < setting[number]:
                    step(host, explorer, number, at[number], at[number] + 1)
                    at[number] += 1
            assert differences(host, explorer, setting) == []
            assert host.evaluate("h => h.scrollWidth <= h.clientWidth && h.getBoundingClientRect().right <= innerWidth")
            for found in host.locator("input, select, button").all():
                box = found.bounding_box()
                assert box["height"] >= 44 and box["width"] >= 60 and box["x"] >= 0 and box["x"] + box["width"] <= 390
    for host, explorer in hosts(page, name):  # a tap on the far end of a slider
        for number, size in enumerate(explorer.sizes):
            found = control(host, explorer, number)
            if found.get_attribute("type") == "range":
                box = found.bounding_box()
                found.tap(position={"x": box["width"] - 2, "y": 2})
                assert int(found.input_value()) == size - 1


@each_page
def test_without_script_the_start_frame_and_no_dead_control(visit, name):
    page = visit(name, java_script_enabled=False).page
    for host, explorer in hosts(page, name):
        want = explorer.frame(explorer.start)
        assert re.sub(r"\s+", " ", host.locator("svg").first.inner_html()).strip()
        assert host.locator(".wi-figure").get_attribute("aria-label") == want.label
        assert host.locator(".wi-figure").bounding_box()["height"] > 100
        assert host.locator(".wi-readout").text_content() == want.readout
        assert not any(found.is_visible() for found in host.locator("input, select, button").all())


@each_page
def test_paper_shows_the_frame_that_was_chosen(visit, name):
    page = visit(name).page
    for host, explorer in hosts(page, name):
        old = explorer.start[0]
        new = old + 1 if old + 1 < explorer.sizes[0] else old - 1
        step(host, explorer, 0, old, new)
    page.emulate_media(media="print")
    for host, explorer in hosts(page, name):
        old = explorer.start[0]
        at = (old + 1 if old + 1 < explorer.sizes[0] else old - 1, *explorer.start[1:])
        assert differences(host, explorer, at) == []
        assert host.locator("svg").first.is_visible() and host.locator(".wi-readout").is_visible()
        assert not any(found.is_visible() for found in host.locator("input, select, button").all())


# ---- what the book does not use yet ---------------------------------------------------------------------------------
def line(ax, slope, kind="plain"):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(-3, 3), title=kind)
    return f"slope {slope:g}"


def pair(axes, slope):
    for sign, ax in zip((1, -1), axes, strict=True):
        line(ax, sign * slope)


@pytest.fixture
def sheet(site, browser, tmp_path):
    """A page with explorers made here, with the site's own style and script, opened from disk."""
    from weightinit.explorers import explore

    def open_sheet(*made):
        made = [explore(draw, alt=f"Number {k}: a straight line with the slope of the slider.", **more) for k, (draw, more) in enumerate(made)]  # fmt: skip
        path = tmp_path / "sheet.html"
        links = f'<link rel="stylesheet" href="{site.as_uri()}/_static/site.css"><script defer src="{site.as_uri()}/_static/explorers.js"></script>'
        html = "\n".join(explorer.html for explorer in made)
        path.write_text(f'<!DOCTYPE html><html lang="en" data-theme="light"><title>t</title>{links}<main>{html}</main>')
        page = browser.new_page()
        page.goto(path.as_uri())
        opened.append(page)
        return page, [(page.locator(".wi-explorer").nth(k), Explorer(e.html)) for k, e in enumerate(made)]

    opened = []
    yield open_sheet
    for page in opened:
        page.close()


def test_explorers_of_a_group_move_together(sheet):
    slopes, kinds = [-1, 0.5, 2], ["plain", "fancy"]
    linked = {"group": "pair", "slope": slopes, "kind": kinds}
    _, (one, two, alone, other) = sheet(
        (line, linked),
        (line, {"group": "pair", "kind": kinds[::-1], "slope": [2, 3, -1], "start": {"slope": -1, "kind": "plain"}}),
        (line, {"slope": slopes, "kind": kinds}),
        (line, {"group": "another", "slope": slopes, "kind": kinds}),
    )
    assert two[1].start == (1, 2)
    step(*one, 1, 0, 1)  # "fancy" stands in another place there
    assert differences(*one, (0, 1)) + differences(*two, (0, 2)) == []
    step(*one, 0, 0, 1)  # there is no slope of 0.5 in the other: it stays where it is
    assert differences(*one, (1, 1)) + differences(*two, (0, 2)) == []
    step(*one, 0, 1, 2)
    assert differences(*one, (2, 1)) + differences(*two, (0, 0)) == []
    step(*two, 0, 0, 1)  # and the other way round
    assert differences(*one, (2, 0)) + differences(*two, (1, 0)) == []
    assert differences(*alone, (0, 0)) + differences(*other, (0, 0)) == []


def test_a_linked_explorer_plays_for_both(sheet):
    page, (one, two) = sheet(*[(line, {"group": "g", "slope": [0, 1, 2], "play": "slope"})] * 2)
    stop_the_clock(page)
    one[0].locator(".wi-play").click()
    page.clock.run_for(900)
    assert differences(*one, (2,)) + differences(*two, (2,)) == []


CURVES = [-2, -1, 0, 1, 2]
PLAYED = {  # which control plays: the outermost, an inner one (another combination's frame comes after its last), a drop-down
    "alone": {"slope": CURVES, "play": "slope"},
    "outermost": {"slope": CURVES, "kind": ["plain", "fancy"], "play": "slope"},
    "inner": {"kind": ["plain", "fancy", "bold"], "slope": CURVES, "play": "slope"},
    "drop-down": {"kind": list("abcde"), "slope": CURVES, "play": "kind"},
}


@pytest.mark.parametrize("hand", [by_mouse, by_keyboard])
@pytest.mark.parametrize("controls", PLAYED.values(), ids=PLAYED)
def test_the_play_never_runs_past_the_last_frame(sheet, controls, hand):
    if controls["play"] == "kind" and hand is by_mouse:
        pytest.skip("a drop-down has no handle to drag")
    page, ((host, explorer),) = sheet((line, controls))
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    stop_the_clock(page)
    assert stops_at_the_end(page, host, explorer, hand) == [] and not errors


def test_a_hand_on_another_control_stops_the_play_too(sheet):
    page, ((host, explorer),) = sheet((line, PLAYED["inner"]))
    stop_the_clock(page)
    host.locator(".wi-play").click()
    page.clock.run_for(450)
    step(host, explorer, 0, 0, 1)
    page.clock.run_for(3000)
    assert differences(host, explorer, (1, 1)) == []


def test_a_hand_on_a_linked_explorer_stops_the_play(sheet):
    page, (one, two) = sheet(*[(line, {"group": "g", "slope": CURVES, "play": "slope"})] * 2)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    stop_the_clock(page)
    one[0].locator(".wi-play").click()
    page.clock.run_for(450)
    by_keyboard(page, control(*two, 0))
    page.clock.run_for(3000)
    assert differences(*one, (4,)) + differences(*two, (4,)) == [] and not errors
    assert "Play" in one[0].locator(".wi-play").inner_text()


def test_of_two_linked_explorers_only_the_last_started_plays(sheet):
    page, (one, two) = sheet(*[(line, {"group": "g", "slope": CURVES, "play": "slope"})] * 2)
    stop_the_clock(page)
    one[0].locator(".wi-play").click()
    page.clock.run_for(450)
    two[0].locator(".wi-play").click()
    page.clock.run_for(450)
    assert differences(*one, (2,)) + differences(*two, (2,)) == []
    assert "Play" in one[0].locator(".wi-play").inner_text() and "Pause" in two[0].locator(".wi-play").inner_text()


def test_several_panels_booleans_and_texts_with_markup(sheet):
    def risky(ax, kind, on):
        ax.set_title(f"{kind} {on}")
        return f"</script><b>{kind} & {on}"

    _, found = sheet(
        (pair, {"slope": [0.5, 1, 2], "panels": 2}),
        (risky, {"kind": ['a"b', "<i>", "&amp;"], "on": [True, False]}),
        (line, {"slope": [1]}),
    )
    for host, explorer in found:
        assert walk(host, explorer) == []
