"""The preview in a real Chromium: whether everyone can use it, and what its buttons do."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from tests import josm_app, page_app
from tests.command import Run, require
from tests.page_app import LOOKS, Opened, opened
from tests.standin.strava import Strava

pytestmark = pytest.mark.browser

IS_IN_VIEW = """() => {
    const {left, right, top, bottom} = document.activeElement.getBoundingClientRect();
    const shown = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return document.activeElement.contains(shown);
}"""
"""Returns whether the middle of what has the focus can be seen."""

DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require Chromium."""
    require(page_app.missing_parts())


@pytest.fixture
def retired() -> Sequence[str]:
    """The colours that Strava has retired."""
    return ()


@pytest.fixture
def preview(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path, retired: Sequence[str]
) -> Path:
    """The page of the five groups, for a JOSM that is not running."""
    strava.retired_colors = retired
    preferences = josm_app.preferences(remote_port=josm_app.free_port())
    (josm_directory / "preferences.xml").write_text(preferences)
    run("preview", "--at", "45.075,7.65", "--zoom", "13", STRAVA_SESSION=strava.open_session())
    return tmp_path / "strava-heatmap-preview.html"


def tick_two(shown: Opened) -> None:
    """Tick the boxes of two layers, show the top of the page, and leave with the pointer."""
    for name in ("All rides, blue", "All on foot, purple"):
        shown.page.get_by_label(name, exact=True).check()
    shown.page.evaluate("scrollTo(0, 0)")
    shown.page.mouse.move(0, 0)


@pytest.mark.parametrize("retired", [["mobileblue", "orange"]])
def test_everyone_can_use_it(preview: Path) -> None:
    """However people look at it, it fits and loads nothing, and axe finds no fault.

    The same is true while layers are ticked, their command is copied, a colour is chosen, and a
    tile is enlarged.
    """
    faults = {}
    with opened(preview, permissions=["clipboard-read", "clipboard-write"], **DESKTOP) as shown:
        boxes, colors = shown.page.get_by_role("checkbox"), shown.page.get_by_role("radio")
        faults["at first"] = shown.faults()
        for name in ("All rides, blue", "All on foot, purple"):
            boxes.and_(shown.page.get_by_label(name, exact=True)).check()
        for name, look in LOOKS.items():
            shown.look(**look)
            shown.press("Copy command")
            shown.page.get_by_role("status").get_by_text("Copied: ").wait_for()
            faults[name] = shown.faults()
            shown.press("Enlarge All, hot")
            faults[f"{name}, a tile"] = shown.faults()
            shown.page.keyboard.press("Escape")
        colors.and_(shown.page.get_by_label("Blue", exact=True)).check()
        faults["one colour"] = shown.faults()
        colors.and_(shown.page.locator("[name=color]")).first.check()
        boxes.evaluate_all("all => all.forEach(box => box.checked || box.click())")
        faults["all ticked"] = shown.faults()
        blank = shown.page.locator("img").evaluate_all("all => all.some(i => !i.naturalWidth)")

    assert {name: [] for name in faults} == faults
    assert not blank
    assert ([], []) == (shown.asked, shown.complaints)


def test_all_layers_are_usable_too(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A page of all layers, where there is no heat, has no fault; its links stay in view."""
    at = ("--at", "10,-40", "--zoom", "14")
    run("preview", "--all", *at, STRAVA_SESSION=strava.open_session())
    with opened(tmp_path / "strava-heatmap-preview.html", **DESKTOP) as shown:
        faults = shown.faults()
        for width in (1280, 360):
            shown.look(width, 740)
            shown.page.get_by_role("link", name="Snowshoe").click()
            heading = shown.page.get_by_role("heading", name="Snowshoe", exact=True)
            tops = "e => { const {top, bottom} = e.getBoundingClientRect(); return [top, bottom]; }"
            top, _ = heading.evaluate(tops)
            link_top, link_bottom = shown.page.get_by_role("link", name="Snowshoe").evaluate(tops)

            assert 0 <= link_top < link_bottom <= 740
            assert 0 < top < 740
            assert width == 1280 or link_bottom <= top

    assert ([], []) == (faults, shown.complaints)


@pytest.mark.parametrize(
    ("name", "scheme", "lightness"), [("preview", "light", 245), ("preview-dark", "dark", 20)]
)
def test_picture_of_page(
    preview: Path, pictures: Path, name: str, scheme: str, lightness: int
) -> None:
    """The page is light or dark, as the user's system is, and shows what is ticked."""
    path = pictures / f"{name}.png"
    three_rows = {"width": 1280, "height": 985}
    with opened(preview, viewport=three_rows, color_scheme=scheme) as shown:
        tick_two(shown)
        shown.screenshot(path)

    with Image.open(path) as picture:
        assert lightness == pytest.approx(picture.convert("L").getpixel((8, 8)), abs=15)


def test_keyboard_is_enough(preview: Path) -> None:
    """Tab leads visibly from tile to tile. Enter enlarges one, Space ticks it.

    What has the focus is not below the bar, not even in a small window. It has somewhere to go when
    its button disappears.
    """
    with opened(preview, **DESKTOP) as shown:
        for key in ("Tab", "ArrowRight", "Tab", "Tab"):  # ground, colour, the first tile
            shown.page.keyboard.press(key)
        focused = shown.page.evaluate("document.activeElement.getAttribute('aria-label')")
        outline = shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        shown.page.keyboard.press("Enter")
        enlarged = shown.page.get_by_role("dialog", name="All, hot").get_by_role("img").count()
        for key in ("Escape", "Tab", "Space"):
            shown.page.keyboard.press(key)
        ground = shown.page.locator("[name=ground]:checked").input_value()
        chosen = shown.page.get_by_role("region", name="Your choice").get_by_role("paragraph")

        assert ("Enlarge All, hot", "solid", 3, "field") == (focused, outline, enlarged, ground)
        assert "1 layer: All, hot" == chosen.inner_text()
        shown.look(320, 400)
        for _ in range(20):
            shown.page.keyboard.press("Tab")
            assert shown.page.evaluate(IS_IN_VIEW)
        shown.press("Untick all")
        assert "all:hot" == shown.page.evaluate("document.activeElement.value")
    assert ([], []) == (shown.asked, shown.complaints)


def test_choice_is_copied(preview: Path) -> None:
    """What is ticked is copied in the page's order: as a command, or for config.toml."""
    with opened(preview, permissions=["clipboard-read", "clipboard-write"], **DESKTOP) as shown:
        for name in ("All rides, light blue", "All, hot", "All, gray"):
            shown.page.get_by_label(name, exact=True).check()
        shown.page.get_by_label("All, gray", exact=True).uncheck()
        copied = []
        for button in ("Copy command", "Copy for config.toml"):
            shown.press(button)
            shown.page.get_by_role("status").get_by_text("Copied: ").wait_for()
            copied.append(shown.page.evaluate("navigator.clipboard.readText()"))
        shown.press("Untick all")

        assert [
            "stravacookies josm-prefs --only all:hot --only ride:mobileblue",
            'only = ["all:hot", "ride:mobileblue"]',
        ] == copied
        assert 0 == shown.page.locator("main :checked").count()
        assert not shown.page.get_by_role("button", name="Copy command").is_visible()


def test_grounds_and_colours(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A ground is below all tiles; a colour hides other layers, and activities without it."""
    only = ("--only", "all hot", "--only", "ride blue", "--only", "ride hot")
    run("preview", *only, "--at", "45.075,7.65", STRAVA_SESSION=strava.open_session())
    with opened(tmp_path / "strava-heatmap-preview.html", **DESKTOP) as shown:
        tile = shown.page.locator("main .tile").first
        grounds = set()
        for ground in ("Forest", "Field", "Snow"):
            shown.page.get_by_label(ground).check()
            grounds.add(tile.evaluate("tile => getComputedStyle(tile).backgroundImage"))
        shown.page.get_by_label("Blue", exact=True).check()
        boxes = shown.page.get_by_role("checkbox").evaluate_all("all => all.map(box => box.value)")
        headings = shown.page.get_by_role("heading", level=2).all_inner_texts()

    assert (3, ["ride:blue"], ["All rides"]) == (len(grounds), boxes, headings)


def test_what_fails_is_explained(preview: Path) -> None:
    """If copying is not allowed, the page shows the text; if JOSM does not listen, what to do."""
    with opened(preview, **DESKTOP) as shown:
        shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        shown.page.get_by_label("All rides, purple", exact=True).check()
        shown.press("Copy command")
        command = "stravacookies josm-prefs --only ride:purple"
        shown.wait_for_status(f"The browser does not allow copying. Copy this yourself: {command}")
        shown.press("Open in JOSM: All rides, purple")
        advice = "start it, and tick 'Enable remote control' in its Preferences > Remote Control."
        shown.wait_for_status(f"JOSM does not answer: {advice}")

    (url,) = shown.asked
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/imagery?id=strava-heatmap-ride-purple")
