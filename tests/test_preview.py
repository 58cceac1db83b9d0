"""The command `preview`, as a user runs it, and the text of its page."""

import re
import signal
import stat
import subprocess
import sys
import time
from html.parser import HTMLParser
from itertools import repeat as forever
from pathlib import Path

import pytest

from tests.command import converse, run_stravacookies
from tests.conftest import Run
from tests.josm_app import preferences
from tests.standin.faults import Place, silence
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Strava

PAGE = "strava-heatmap-preview.html"
TURIN = ("--at", "45.075,7.65", "--zoom", "13")


class Page(HTMLParser):
    """What is in a page.

    Attributes:
        ids: The JOSM ids that its buttons open, in order.
        options: The options that its buttons copy, in order.
        pictures: How many there are.
        sources: What it would ask somebody for when it is opened, but for data in itself.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.options: list[str] = []
        self.pictures = 0
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what matters of an element."""
        values = dict(attrs)
        self.pictures += tag == "img"
        if tag == "button":
            self.ids += [values["data-id"] or ""] if "data-id" in values else []
            self.options += [values["data-option"] or ""] if "data-option" in values else []
        source = values.get("src") or (values.get("href") if tag == "link" else None)
        if source and not source.startswith("data:image/png;base64,"):
            self.sources.append(source)


def test_groups_in_every_colour(
    run: Run, strava: Strava, stand_in: StandIn, tmp_path: Path
) -> None:
    """Without a choice, 5 groups in 7 colours are shown, with one request for each and one more."""
    outcome = run("preview", *TURIN, STRAVA_SESSION=strava.open_session())
    path = tmp_path / PAGE
    page = Page(path.read_text(encoding="utf-8"))

    assert (0, "") == (outcome.code, outcome.err)
    assert (
        f"The preview is ready, in {PAGE}:\n\n  35 layers at 45.0750, 7.6500, zoom level 13\n\n"
        "Next: open it in your browser.\n"
    ) == outcome.out
    assert (35, 35, 35) == (len(set(page.ids)), len(set(page.options)), page.pictures)
    assert ["strava-heatmap-all-hot", "strava-heatmap-all-blue"] == page.ids[:2]
    assert "--show winter:orange" == page.options[-1]
    assert 36 == len(stand_in.requests)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_page_is_whole_in_itself(run: Run, strava: Strava, stand_in: StandIn, home: Path) -> None:
    """Whoever opens the page asks nobody for anything; no cookie and no path is in it."""
    run("preview", *TURIN, "-o", home / "p.html", STRAVA_SESSION=strava.open_session())
    text = (home / "p.html").read_text(encoding="utf-8")

    assert [] == Page(text).sources
    assert not re.search(r"url\(|@import|fetch\(`https", text)
    assert "default-src 'none'; img-src data:;" in text
    assert [] == [secret for secret in stand_in.secrets() if secret in text]
    assert str(home) not in text


def test_second_page_costs_nothing(run: Run, strava: Strava, stand_in: StandIn) -> None:
    """A page of tiles that are kept needs neither tiles nor cookies, nor a session."""
    run("preview", *TURIN, STRAVA_SESSION=strava.open_session())
    stand_in.exchanges.clear()
    run("logout")
    outcome = run("preview", *TURIN, "-o", "again.html")

    assert (0, "", []) == (outcome.code, outcome.err, stand_in.exchanges)


def test_refresh_asks_though_all_tiles_are_kept(
    run: Run, strava: Strava, stand_in: StandIn
) -> None:
    """What was typed is done: new cookies are asked for, or taken from the source."""
    session = {"STRAVA_SESSION": strava.open_session()}
    run("preview", *TURIN, **session)
    stand_in.exchanges.clear()
    refreshed = run("preview", *TURIN, "--refresh", **session)
    nonsense = run("preview", *TURIN, "--from", "nonsense", **session)

    assert (0, ["/maps"]) == (refreshed.code, [request.path for request in stand_in.requests])
    assert 2 == nonsense.code


def test_named_directory_must_be_there(run: Run, tmp_path: Path) -> None:
    """A JOSM that was named is not passed over."""
    outcome = run("preview", "--josm-dir", tmp_path / "nowhere")

    assert 5 == outcome.code
    assert f"There is no JOSM preferences directory (looked for: {tmp_path}/nowhere)" in outcome.err


def test_all_layers(run: Run, strava: Strava, tmp_path: Path) -> None:
    """With `--all` there are 287, whatever the defaults of the user, and a list to jump from."""
    chosen = {"STRAVACOOKIES_ACTIVITIES": "ride", "STRAVACOOKIES_COLORS": "hot"}
    session = {"STRAVA_SESSION": strava.open_session()}
    run("preview", "--all", "--at", "10,-40", "--zoom", "14", **session, **chosen)
    text = (tmp_path / PAGE).read_text(encoding="utf-8")

    assert 287 == len(set(Page(text).ids))
    assert '<a href="#sport_Hike">Hike</a>' in text
    assert "No heat here" in text


def test_a_choice_of_layers(run: Run, strava: Strava, tmp_path: Path) -> None:
    """Options and the user's defaults choose activities and colours here, too."""
    session = {"STRAVA_SESSION": strava.open_session()}
    outcome = run(
        *("preview", "--activity", "sport_Hike", "--at", "10,-40"),
        **session,
        STRAVACOOKIES_COLORS="blue gray",
    )
    page = Page((tmp_path / PAGE).read_text(encoding="utf-8"))

    assert ["strava-heatmap-sport_Hike-blue", "strava-heatmap-sport_Hike-gray"] == page.ids
    assert "  2 layers at 10.0000, -40.0000, zoom level 12" in outcome.out


LUCERNE = "47.0500, 8.3100"


@pytest.mark.parametrize(
    ("bounds", "place"),
    [
        ("45.05;7.6;45.1;7.7", "45.0750, 7.6500"),
        ("45.05;7.6;45.1", LUCERNE),
        ("nan;7.6;45.1;7.7", LUCERNE),
        ("45.05;190;45.1;190", LUCERNE),
        (None, LUCERNE),
    ],
)
def test_place_is_where_josm_was(
    run: Run, strava: Strava, josm_directory: Path, bounds: str | None, place: str
) -> None:
    """Unless a place is named, it is the area that JOSM downloaded last; else one that is told."""
    tags = {"osm-download.bounds": bounds} if bounds else {}
    (josm_directory / "preferences.xml").write_text(preferences(remote_port=8222, tags=tags))
    outcome = run("preview", "--activity", "all", STRAVA_SESSION=strava.open_session())

    err = (
        "stravacookies: JOSM has downloaded nothing yet, so this is Lucerne; --at shows another"
        " place.\n"
    )
    assert (0, err if place == LUCERNE else "") == (outcome.code, outcome.err)
    assert f" layers at {place}, zoom level 12" in outcome.out


def test_buttons_ask_the_port_of_josm(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path
) -> None:
    """The page finds JOSM where its preferences say that it listens, and may ask nobody else."""
    (josm_directory / "preferences.xml").write_text(preferences(remote_port=8222))
    run("preview", "--activity", "all", STRAVA_SESSION=strava.open_session())
    text = (tmp_path / PAGE).read_text(encoding="utf-8")

    assert "connect-src http://127.0.0.1:8222" in text
    assert "fetch(`http://127.0.0.1:8222/imagery?id=" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "47.05"], "'47.05' is no place; one is 47.05,8.31, for example."),
        (["--at", "here,there"], "'here,there' is no place"),
        (["--at", "47,8,9"], "'47,8,9' is no place"),
        (["--at", "8.31,247.05"], "'8.31,247.05' is not on the map: latitude comes first"),
        (["--at", "90,0"], "'90,0' is not on the map"),
        (["--at", "nan,0"], "'nan,0' is not on the map"),
        (["--at", "0,inf"], "'0,inf' is not on the map"),
        (["--zoom", "16"], "16 is not in the range 3<=x<=15."),
        (["--activity", "hike"], "'hike' is not to be had; did you mean sport_Hike?"),
        (["--output", ""], "it is empty, or the current folder"),
        (["--all", "--color", "hot"], "--all leaves nothing to choose with --activity or --color."),
    ],
)
def test_mistakes(
    run: Run, strava: Strava, stand_in: StandIn, tmp_path: Path, options: list[str], words: str
) -> None:
    """What cannot be shown is refused before Strava is asked for anything."""
    outcome = run("preview", *options, STRAVA_SESSION=strava.open_session())

    assert (2, "") == (outcome.code, outcome.out)
    assert words in outcome.err
    assert [] == stand_in.exchanges
    assert not (tmp_path / PAGE).exists()


def test_refused_tiles(run: Run, strava: Strava, tmp_path: Path) -> None:
    """Cookies that Strava does not take any more end the run with the reason, and no page."""
    session = {"STRAVA_SESSION": strava.open_session()}
    run("josm-prefs", "--josm-dir", tmp_path, **session)
    strava.signer = Signer()
    outcome = run("preview", *TURIN, **session)

    assert (
        4,
        "",
        "stravacookies: Strava refuses the heatmap's tiles to these cookies (403 Forbidden): run"
        " this again with --refresh, which asks for new ones.\n",
    ) == (outcome.code, outcome.out, outcome.err)
    assert not (tmp_path / PAGE).exists()
    assert 0 == run("preview", *TURIN, "--refresh", **session).code


def test_interruption_is_not_waited_for(
    environment: dict[str, str], strava: Strava, stand_in: StandIn, tmp_path: Path
) -> None:
    """Who presses Ctrl+C while Strava says nothing need not wait until it does."""
    session = {"STRAVA_SESSION": strava.open_session()}
    run_stravacookies("cookies", environment=environment | session, folder=tmp_path)
    stand_in.faults = forever((Place.SITE, silence))
    command = [sys.executable, "-m", "stravacookies", "preview", *TURIN]
    own = signal.signal(signal.SIGINT, signal.SIG_DFL)  # it may be ignored where tests are run
    with subprocess.Popen(
        command, env=environment | session, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        signal.signal(signal.SIGINT, own)
        deadline = time.monotonic() + 30
        while len(stand_in.connections) < 7:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)

    assert (1, "Aborted!") == (process.returncode, err.strip())
    assert not (tmp_path / PAGE).exists()


def test_page_that_cannot_be_written(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A place where no file can be is named."""
    (tmp_path / "folder.html").mkdir()
    outcome = run("preview", *TURIN, "-o", "folder.html", STRAVA_SESSION=strava.open_session())

    assert (5, "", "stravacookies: folder.html could not be written: Is a directory.\n") == (
        outcome.code,
        outcome.out,
        outcome.err,
    )


def test_page_is_opened_in_the_browser(run: Run, strava: Strava, tmp_path: Path) -> None:
    """With `--open` the browser gets the page; where there is none, it is said."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n')
    browser.chmod(0o700)
    session = {"STRAVA_SESSION": strava.open_session()}
    opened = run("preview", *TURIN, "--open", **session, BROWSER=f"{browser} %s")
    failed = run("preview", *TURIN, "--open", **session, BROWSER="false %s", PATH=str(tmp_path))

    assert (0, "") == (opened.code, opened.err)
    assert "Next:" not in opened.out
    assert (tmp_path / PAGE).as_uri() == (tmp_path / "opened").read_text()
    assert (
        0,
        "stravacookies: No browser could be opened.\n",
    ) == (failed.code, failed.err)
    assert "Next: open it in your browser" in failed.out


def test_progress_is_for_terminals(
    environment: dict[str, str], run: Run, strava: Strava, home: Path
) -> None:
    """On a terminal a bar shows how far it is; elsewhere there is none."""
    session = {"STRAVA_SESSION": strava.open_session()}
    arguments = ("preview", *TURIN, "-o", str(home / "p.html"))
    code, shown = converse(environment | session | {"TERM": "xterm"}, [], *arguments)

    assert 0 == code
    assert re.search(r"Tiles +\[#+-*\] +\d+%", shown)
    assert "Tiles" not in run(*arguments, **session).err
