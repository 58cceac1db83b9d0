"""Layers that are opened in a running JOSM, and the command `live`; a real JOSM is elsewhere."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from stravacookies.errors import JosmStateError
from stravacookies.heatmap import CURRENT
from stravacookies.josm import settings
from stravacookies.josm.live import find_port, open_layer
from stravacookies.strava.cookies import HeatmapCookies
from tests.command import Run, run_in_process
from tests.josm.remotes import HEAD, Remote, set_remote_control
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Strava

COOKIES = HeatmapCookies.from_values(values())
(LAYER,) = CURRENT.layers(["sport_Hike"], ["blue"])


def test_layer_is_opened(remote: Remote) -> None:
    """JOSM gets a layer with its name, its zoom levels, and the cookies in its URL."""
    open_layer(LAYER, COOKIES, remote.port)

    assert [
        "/imagery?title=Hike, blue – Strava Heatmap (hiking)&type=tms&min_zoom=3&max_zoom=15"
        f"&url={{header(Cookie,{COOKIES.header()})}}https://content-a.strava.com/identified"
        "/globalheat/sport_Hike/blue/{zoom}/{x}/{y}.png?v=19"
    ] == remote.layers


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "JOSM does not permit it: tick 'Load imagery layers'"),
        (None, "JOSM does not permit it"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "sent an unexpected answer (400)."),
        (b"", "sent an unexpected answer (nothing)."),
    ],
    ids=["forbidden", "user who does not answer", "error", "connection that breaks"],
)
def test_layer_is_not_opened(remote: Remote, answer: bytes | None, words: str) -> None:
    """The error says why JOSM did not open a layer, and which setting to change."""
    remote.answer = answer
    with pytest.raises(JosmStateError) as error:
        open_layer(LAYER, COOKIES, remote.port, patience=0.5)

    assert words in str(error.value)


@pytest.fixture
def listening(remote: Remote, josm_directory: Path) -> Remote:
    """A remote control where the preferences of the usual directory say that it is."""
    set_remote_control(josm_directory, remote.port)
    return remote


def test_port_is_found(listening: Remote, josm_directory: Path) -> None:
    """JOSM listens where its preferences say; if another program does, they can be changed."""
    assert listening.port == find_port(josm_directory)
    listening.version = HEAD + b'{"application":"another","version":18646}'
    with pytest.raises(JosmStateError) as error:
        find_port(josm_directory)
    assert (
        f"Another program listens on port {listening.port}, which JOSM's remote control needs:"
        " close that program, or set another port as 'remote.control.port' in JOSM's Preferences >"
        " Advanced Preferences; then restart JOSM."
    ) == str(error.value)


def test_josm_of_another_user(
    run_here: Run, listening: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that claims to be JOSM gets cookies only if the same user runs it."""
    users = count()
    monkeypatch.setattr("psutil.Process.username", lambda _: f"user {next(users)}")
    with pytest.raises(JosmStateError) as error:
        run_here("live")
    assert (
        f"The JOSM on port {listening.port} is not run by you, so it does not get your cookies. If"
        " it is in a container, run 'stravacookies josm-prefs --josm-dir DIR' instead. If it"
        " belongs to another user, set another port as 'remote.control.port' in your JOSM's"
        " Preferences > Advanced Preferences, and restart JOSM."
    ) == str(error.value)
    assert (6, []) == (error.value.exit_code, listening.layers)


RUNNING = "JOSM is running, but "
NAME_IT = "run 'stravacookies live --josm-dir DIR'."


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("vim josm.txt", "JOSM is not running: start it, and run this again."),
        (
            "java -Djosm.home={} -jar josm.jar",
            f"{RUNNING}nothing listens on port {{port}}: tick 'Enable remote control' in JOSM's"
            " Preferences > Remote Control, and run this again.",
        ),
        (
            "java -Djosm.home=/elsewhere -jar josm.jar",
            f"{RUNNING}its preferences directory is not {{}}: {NAME_IT}",
        ),
        (
            "java -jar josm.jar",
            f"{RUNNING}its preferences directory is not the usual one: {NAME_IT}",
        ),
    ],
)
def test_nothing_on_the_port(
    josm_directory: Path,
    free_port: int,
    monkeypatch: pytest.MonkeyPatch,
    show_processes: Callable[..., None],
    command: str,
    words: str,
) -> None:
    """If JOSM does not listen, the error says what to do, even if there is no directory."""
    monkeypatch.setattr(settings, "USUAL_PORT", free_port)
    show_processes(command.format(josm_directory).split())
    with pytest.raises(JosmStateError) as error:
        find_port(None if "usual" in words else josm_directory)

    assert words.format(josm_directory, port=free_port) == str(error.value)


def test_command_opens_named_layers(run_here: Run, listening: Remote) -> None:
    """The command opens the layers that are named, whatever the defaults are."""
    defaults = {"STRAVACOOKIES_ACTIVITIES": "run", "STRAVACOOKIES_SHOW": "run:hot"}
    outcome = run_here("live", "sport_Hike:blue", "ride:purple", **defaults)

    assert (
        "Opened in JOSM: Hike, blue – Strava Heatmap (hiking)\n"
        "Opened in JOSM: All rides, purple – Strava Heatmap (bicycle, cycling)\n"
    ) == outcome.out
    assert (0, "", 2) == (outcome.code, outcome.err, len(listening.layers))
    assert "/ride/purple/" in listening.layers[1]


@pytest.mark.parametrize(
    ("command", "config", "show", "opened"),
    [
        ("live", "", "", "/globalheat/all/hot/"),
        (
            "live --classic",
            "",
            "",
            "heatmap-external-{switch:a,b,c}.strava.com/tiles-auth/all/hot/",
        ),
        ("live", 'show = ["sport_Hike:blue", "ride:hot"]', "", "/sport_Hike/blue/"),
        ("live", 'activities = ["water"]\ncolors = ["gray"]', "", "/water/gray/"),
        ("live", 'show = ["ride:hot"]', "run:blue", "/run/blue/"),
    ],
)
def test_command_opens_the_usual_layer(
    run_here: Run, listening: Remote, home: Path, command: str, config: str, show: str, opened: str
) -> None:
    """Without a name, the command opens the first layer that `josm-prefs` would show."""
    directory = home / ".config" / "stravacookies"
    directory.mkdir()
    (directory / "config.toml").write_text(config)

    assert 0 == run_here(*command.split(), STRAVACOOKIES_SHOW=show).code
    assert opened in listening.layers[0]


def test_directory(run_here: Run, listening: Remote, josm_directory: Path, tmp_path: Path) -> None:
    """The JOSM is asked whose directory is named, by the option rather than the environment."""
    assert 0 == run_here("live", "--josm-dir", josm_directory, STRAVACOOKIES_JOSM_DIR=".").code
    (josm_directory / "preferences.xml").rename(tmp_path / "preferences.xml")
    assert 0 == run_here("live", STRAVACOOKIES_JOSM_DIR=str(tmp_path)).code
    assert 2 == len(listening.layers)


def put_into_menu(directory: Path, *ids: str) -> None:
    """Put entries with these ids, and one of the user's own, into the menu of a JOSM."""
    path = directory / "preferences.xml"
    others = "".join(f'<tag key="{key}" value="tms"/>' for key in ("name", "type", "url"))
    maps = (f'<map><tag key="id" value="{each}"/>{others}</map>' for each in (*ids, "Bing"))
    menu = f'<maps key="imagery.entries">{"".join(maps)}</maps></preferences>'
    path.write_text(path.read_text().replace("</preferences>", menu))


@pytest.mark.parametrize(
    ("written", "options", "opened"),
    [
        ([], [], ["globalheat/ride/hot/", "globalheat/sport_Hike/blue/"]),
        ([], ["--classic"], ["tiles-auth/ride/hot/"]),
        (["--classic"], [], ["tiles-auth/ride/hot/"]),
    ],
)
def test_layers_of_the_menu_are_renewed(
    environment: dict[str, str],
    listening: Remote,
    strava: Strava,
    stand_in: StandIn,
    josm_directory: Path,
    written: list[str],
    options: list[str],
    opened: list[str],
) -> None:
    """The heatmap's layers in JOSM's menu are opened with new cookies, on the host of its files."""
    user = environment | {"STRAVA_SESSION": strava.open_session()}
    run_in_process("josm-prefs", "--force", *written, environment=user)
    put_into_menu(josm_directory, "strava-heatmap-sport_Hike-blue", "strava-heatmap-ride-hot")
    before = len(stand_in.requests)
    outcome = run_in_process("live", "--renew", *options, environment=user)

    assert 1 == len(stand_in.requests) - before
    assert [True] * len(opened) == [
        each in layer for each, layer in zip(opened, listening.layers, strict=True)
    ]
    assert (0, "") == (outcome.code, outcome.err)
    assert "Opened in JOSM: All rides, hot – Strava Heatmap (bicycle, cycling)" in outcome.out
    assert outcome.out.endswith("\n\nNext: delete the older layers with the same names in JOSM.\n")
    outcome.check_hides(stand_in.secrets())


@pytest.mark.usefixtures("listening")
def test_nothing_to_renew(run_here: Run, josm_directory: Path) -> None:
    """If no layer of ours is in the menu, or others are named, the command says what to do."""
    put_into_menu(josm_directory)
    named = run_here("live", "--renew", "ride:hot")

    assert 2 == named.code
    assert (
        "Error: --renew opens the layers that are in JOSM's menu, so it takes no names.\n"
        in named.err
    )
    with pytest.raises(JosmStateError) as error:
        run_here("live", "--renew")
    assert (
        "There is no heatmap layer in JOSM's Imagery menu: name a layer, such as ride:hot, or close"
        " JOSM and run 'stravacookies josm-prefs'."
    ) == str(error.value)


def test_cookies_are_fresh(
    environment: dict[str, str], listening: Remote, strava: Strava, stand_in: StandIn, export: Path
) -> None:
    """JOSM gets cookies that last, from the named source or the kept session."""
    requests = []
    strava.lifetime = 3600
    for arguments in (["--from", str(export)], [], [], ["--refresh"]):
        assert 0 == run_in_process("live", *arguments, environment=environment).code
        requests.append(len(stand_in.requests))
        strava.lifetime = 24 * 3600
    header = run_in_process("cookies", environment=environment).out.strip()

    assert [1, 2, 2, 3] == requests
    assert f"header(Cookie,{header})" in listening.layers[-1]


def test_strava_is_not_asked_in_vain(
    environment: dict[str, str], josm_directory: Path, free_port: int, stand_in: StandIn
) -> None:
    """If JOSM does not listen, Strava is not asked."""
    set_remote_control(josm_directory, free_port)
    with pytest.raises(JosmStateError):
        run_in_process("live", environment=environment | {"STRAVA_SESSION": "any"})

    assert [] == stand_in.requests
