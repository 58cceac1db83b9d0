"""`stravacookies josm-prefs`: what it prints, writes and asks of Strava."""

import json
import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from lxml import etree

from stravacookies.errors import FileError, NoJosmDirectoryError
from stravacookies.heatmap import CLASSIC, CURRENT
from stravacookies.josm import directory
from stravacookies.josm.preferences import NEW
from tests.command import Run
from tests.command import run as run_program
from tests.josm.documents import USED
from tests.josm_app import free_port, pretended
from tests.made_up import NOON, token
from tests.served import serving
from tests.standin.server import StandIn
from tests.standin.strava import Strava


def entries(josm_directory: Path) -> dict[str, str]:
    """Return the URLs in the entry set that was written, by id."""
    tree = etree.parse(josm_directory / "strava-heatmap.xml")
    return {str(e.findtext("{*}id")): str(e.findtext("{*}url")) for e in tree.getroot()}


def snapshot(directory: Path) -> dict[Path, tuple[int, int]]:
    """Return what changes when a file below a directory is written again."""
    status = {path: path.stat() for path in directory.rglob("*")}
    return {path: (each.st_ino, each.st_mtime_ns) for path, each in status.items()}


def test_first_run(run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn) -> None:
    """With a session in the environment, one command writes layers that open tiles."""
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    assert (0, "") == (outcome.code, outcome.err)
    assert re.fullmatch(
        f"""\
The Strava heatmap is ready for JOSM, in {josm_directory}:

  strava-heatmap.xml  329 layers: 47 activities, 7 colours
  preferences.xml     created \\(JOSM has not run here yet\\)
  cartograph/         7 files for Cartograph Maps

In JOSM's Imagery menu:
  All, hot
  All rides, purple
  All on foot, orange
  All water sports, blue
  All winter sports, gray

The cookies in these files expire on \\d\\d \\w+ \\d{{4}}, \\d\\d:\\d\\d \\(23 h 59 min left\\)\\.
They are yours alone: do not share these files\\.

Next: start JOSM, and choose a layer from its Imagery menu\\.
More layers are in Imagery > Imagery preferences\\. Search for 'hike blue', for example\\.
Run this again on each day that you map\\.
""",
        outcome.out,
    ), outcome.out
    urls = entries(josm_directory)
    assert {layer.id for layer in CURRENT.layers()} == urls.keys()
    _, header, url = re.split(r"\{header\(Cookie,|\)\}", urls["strava-heatmap-all-hot"])
    url = url.replace("{zoom}", "8").replace("{x}", "198").replace("{y}", "114")
    proxies, ca = {"https": stand_in.environment()["HTTPS_PROXY"]}, str(stand_in.ca)
    tile = requests.get(url, headers={"Cookie": header}, proxies=proxies, verify=ca, timeout=10)
    assert (200, b"\x89PNG") == (tile.status_code, tile.content[:4])
    assert f"{header}\n" == run("cookies").out


def test_local_layers(
    environment: dict[str, str], run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """With `--local` no file has a cookie, and no session is needed; without it all is back.

    It says to run `serve`, unless that is running.
    """
    port, session = free_port(), {"STRAVA_SESSION": strava.open_session()}
    run("josm-prefs", **session)
    size = (josm_directory / "strava-heatmap.xml").stat().st_size
    ids = list(entries(josm_directory))
    local = run("josm-prefs", "--local", str(port))
    content = (josm_directory / "strava-heatmap.xml").read_bytes()
    before, status = snapshot(josm_directory), run("status")
    again = run("josm-prefs", "--local", str(port))

    assert (0, "", local.out) == (local.code, local.err, again.out)
    assert (
        """
  strava-heatmap.xml  329 layers: 47 activities, 7 colours
  preferences.xml     unchanged (it already lists them)
  images/             7 icons
  cartograph/         no files, since they would contain cookies
"""
        in local.out
    )
    assert (
        f"""
The layers work as long as 'stravacookies serve --port {port}' runs, and contain no cookies.

Next: run 'stravacookies serve --port {port}', start JOSM, and choose a layer from its Imagery menu.
A running JOSM gets the new addresses when you restart it."""
        in local.out
    )
    assert local.out.endswith("""
To get layers with cookies again, run 'stravacookies josm-prefs'.
""")
    assert ids == list(entries(josm_directory))
    assert len(content) < size / 3
    assert not (josm_directory / "cartograph").exists()
    files = [path.read_bytes() for path in josm_directory.rglob("*") if path.is_file()]
    assert not [each for each in stand_in.secrets() if each.encode() in b"".join(files)]
    assert before == snapshot(josm_directory)
    assert (1, True) == (status.code, f"nothing serves them on port {port}" in status.out)

    by_make = {"MAKELEVEL": "1"}  # then its page names another command
    with serving(environment | session | by_make, port=port):
        assert "\n\nNext: start JOSM, and choose" in run("josm-prefs", "--local", str(port)).out
        status = run("status")
        facts = json.loads(run("status", "--json").out)
    assert (0, True) == (status.code, f"329 layers, served on port {port}\n" in status.out)
    assert facts["josm"]["current"]

    run("josm-prefs", **session)
    assert (size, 7, False) == (
        (josm_directory / "strava-heatmap.xml").stat().st_size,
        len(list((josm_directory / "cartograph").iterdir())),
        (josm_directory / "images").exists(),
    )


@pytest.mark.parametrize("option", [("--classic",), ("--from", "firefox")])
def test_local_layers_take_no_source(run_here: Run, option: tuple[str, ...]) -> None:
    """Which cookies are used, and for which host, is said to the server."""
    outcome = run_here("josm-prefs", "--local", *option)

    assert (2, True) == (
        outcome.code,
        "Error: --local cannot be combined with --classic or --from.\n" in outcome.err,
    )


def test_josm_that_has_not_run(run: Run, home: Path, strava: Strava) -> None:
    """A JOSM that is installed gets its directory, private, once there is something to write."""
    (home / "bin").mkdir()
    (home / "bin" / "josm").touch(mode=0o755)
    path, config = str(home / "bin"), home / ".config"
    refused = run("josm-prefs", STRAVA_SESSION="made-up-session", PATH=path)
    before = config.exists()
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session(), PATH=path)

    assert (3, False) == (refused.code, before)
    assert (0, "") == (outcome.code, outcome.err)
    assert f"is ready for JOSM, in {config}/JOSM:\n" in outcome.out
    assert "preferences.xml     created (JOSM has not run here yet)\n" in outcome.out
    assert [0o700, 0o700] == [each.stat().st_mode & 0o777 for each in (config, config / "JOSM")]
    assert 329 == len(entries(config / "JOSM"))


def test_no_josm(run_here: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without JOSM, nothing is written."""
    monkeypatch.setattr(directory, "to_create", directory.find)  # as if none were installed here
    with pytest.raises(NoJosmDirectoryError, match=r"^JOSM was not found \(looked in: "):
        run_here("josm-prefs")

    assert not (home / ".config").exists()


def test_named_directory(run_here: Run, tmp_path: Path) -> None:
    """A directory of the user's other files is refused; an empty one, or one of ours, is not."""
    named = tmp_path / "named"
    named.mkdir()
    (named / "notes.txt").touch()
    with pytest.raises(
        FileError, match=r"/named contains files, but not JOSM's preferences\.xml: "
    ):
        run_here("josm-prefs", "--josm-dir", named)
    before = list(named.iterdir())
    (named / "notes.txt").unlink()
    codes = [run_here("josm-prefs", "--josm-dir", named).code]
    (named / "preferences.xml").rename(named / "preferences.xml.stravacookies.bak")
    codes.append(run_here("josm-prefs", "--josm-dir", named).code)

    assert [named / "notes.txt"] == before
    assert [0, 0] == codes


def test_git_repository(run_here: Run, josm_directory: Path, home: Path) -> None:
    """In a git repository that does not ignore the files, each run says so."""
    outside = run_here("josm-prefs")
    (home / ".git").touch()
    inside = run_here("josm-prefs")

    assert outside.out.endswith("\nRun this again on each day that you map.\n")
    assert inside.out.endswith(
        """
Run this again on each day that you map.

This directory is in a git repository that does not ignore the files with cookies:
add strava-heatmap.xml, cartograph/ and preferences.xml.stravacookies.bak to .gitignore there.
"""
    )


def test_nothing_to_do(run_here: Run, josm_directory: Path) -> None:
    """A second run with fresh cookies writes nothing, and says what a running JOSM needs."""
    run_here("josm-prefs")
    before = snapshot(josm_directory)
    outcome = run_here("josm-prefs")

    assert 0 == outcome.code
    assert "preferences.xml     unchanged (it already lists them)\n" in outcome.out
    assert (
        "Next: start JOSM, and choose a layer from its Imagery menu.\n"
        "A running JOSM gets the new cookies when you restart it. Or press 'Update default"
        " entries' and OK in Imagery > Imagery preferences, then delete the open layers and choose"
        " them from the menu again.\n"
        "More layers are"
    ) in outcome.out
    assert before == snapshot(josm_directory)


def test_refresh(
    run: Run,
    josm_directory: Path,
    strava: Strava,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only `--refresh` asks Strava while cookies are fresh, and repairs a damaged map source."""
    session = {"STRAVA_SESSION": strava.open_session()}
    run("josm-prefs", **session)
    ((_, answer),) = stand_in.exchanges
    monkeypatch.setattr(strava, "answer", lambda _: answer)  # the same cookies again
    map_source = josm_directory / "cartograph" / "strava-heatmap-hot.onlinemap"
    content = map_source.read_bytes()
    map_source.write_bytes(content[:100])
    again = run("josm-prefs", **session)
    before = len(stand_in.requests), len(stand_in.connections), map_source.stat().st_size
    refreshed = run("josm-prefs", "--refresh", **session)

    assert (0, 0) == (again.code, refreshed.code)
    assert (1, 1, 100) == before
    assert (2, 2) == (len(stand_in.requests), len(stand_in.connections))
    assert content == map_source.read_bytes()


def test_colours_left_out(run_here: Run, josm_directory: Path) -> None:
    """A map source of a colour that is left out is removed, and not named as an example."""
    run_here("josm-prefs")
    outcome = run_here("josm-prefs", "--color", "hot")

    map_sources = [path.name for path in (josm_directory / "cartograph").iterdir()]
    assert ["strava-heatmap-hot.onlinemap"] == map_sources
    assert "Search for 'wheelchair hot', for example." in outcome.out


def test_password_logs_in_once(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn, home: Path
) -> None:
    """The session from a login is kept; only when Strava refuses it, another login follows."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    first = run("josm-prefs", **login)
    second = run("josm-prefs", "--refresh")
    methods = [request.method for request in stand_in.requests]
    kept = home / ".local" / "state" / "stravacookies" / "session.json"
    kept.write_text('{"source": "password", "_strava4_session": "ended"}')
    refused = run("josm-prefs", "--refresh")
    third = run("josm-prefs", "--refresh", **login)

    assert [0, 0, 3, 0] == [outcome.code for outcome in (first, second, refused, third)]
    assert ["GET", "POST", "HEAD", "HEAD"] == methods
    assert "The session from password is not logged in to Strava" in refused.err
    assert 2 == strava.logins


def test_session_from_a_file(run: Run, josm_directory: Path, export: Path) -> None:
    """`--from` takes the session from a file, and keeps it for the next run."""
    outcome = run("josm-prefs", "--from", export)

    assert (0, "") == (outcome.code, outcome.err)
    assert 329 == len(entries(josm_directory))
    assert 0 == run("josm-prefs", "--refresh").code


def test_classic(run: Run, josm_directory: Path, strava: Strava) -> None:
    """The classic host has 25 layers and 5 map sources, with cookies of its own."""
    outcome = run("josm-prefs", "--classic", STRAVA_SESSION=strava.open_session())

    assert (0, "") == (outcome.code, outcome.err)
    assert "25 layers: 5 activities, 5 colours" in outcome.out
    assert {layer.id for layer in CLASSIC.layers()} == entries(josm_directory).keys()
    assert 5 == len(list((josm_directory / "cartograph").iterdir()))


def test_preferences_survive(run_here: Run, josm_directory: Path) -> None:
    """The user's preferences stay the same, byte for byte, except for one new entry."""
    before = (
        "<preferences xmlns='http://josm.openstreetmap.de/preferences-1.0' version='18646'>\n"
        "  <tag key='oauth.access-token.key' value='a\nb'/>\n"
        "  <list key='imagery.layers.sites'>\n"
        "    <entry value='https://example.org/mine.xml'/>\n"
        "  </list>\n</preferences>\n"
    )
    preferences = josm_directory / "preferences.xml"
    preferences.write_text(before)
    outcome = run_here("josm-prefs")

    entry = f'\n    <entry value="{josm_directory}/strava-heatmap.xml"/>'
    assert before.replace("mine.xml'/>", f"mine.xml'/>{entry}") == preferences.read_text()
    assert "now lists them (backup: preferences.xml.stravacookies.bak)" in outcome.out


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        (
            ["unshare", "-rm", "sh", "-c", 'mount --bind "$0" "$0" && exec "$@"'],
            "it is mounted by itself, as in a container. Mount its folder instead",
        ),
        (
            ["sh", "-c", 'chattr +i "$0" && { "$@"; code=$?; chattr -i "$0"; exit $code; }'],
            "it or its folder seems to be immutable or append-only",
        ),
    ],
    ids=["mounted", "immutable"],
)
def test_preferences_that_cannot_be_replaced(
    environment: dict[str, str], josm_directory: Path, strava: Strava, steps: list[str], why: str
) -> None:
    """Nothing is left behind, and the error says why; test_install.py tests it everywhere."""
    path = josm_directory / "preferences.xml"
    path.write_bytes(NEW)
    around: list[str | Path] = [*steps, path]
    program = (sys.executable, "-m", "stravacookies", "josm-prefs")
    session = {"STRAVA_SESSION": strava.open_session()}
    possible = run_program(*around, "true", environment=environment, folder=josm_directory)
    if possible.code:
        pytest.skip(f"this machine does not let a test do it: {possible.err}")
    outcome = run_program(
        *around, *program, environment=environment | session, folder=josm_directory
    )

    words = f"stravacookies: {path} could not be written: {why}.\n"
    assert (5, "", words) == (outcome.code, outcome.out, outcome.err)
    assert ([path], NEW) == (list(josm_directory.iterdir()), path.read_bytes())


def test_layers_in_josms_menu(run_here: Run, josm_directory: Path) -> None:
    """The summary lists what JOSM's menu holds and will add; a second run says the same."""
    (josm_directory / "preferences.xml").write_text(USED)
    for _ in range(2):
        listing = run_here("josm-prefs").out.split("\n\n")[2]
        assert (
            "In JOSM's Imagery menu:\n  All rides, purple\n  All winter sports, gray\n  Hike, blue"
        ) == listing


def test_empty_and_full_menu(run_here: Run, josm_directory: Path) -> None:
    """If the menu holds no layer, the summary says what to do; of many, it lists ten."""
    text = USED.replace("Hike-blue", "Hike-brown")
    (josm_directory / "preferences.xml").write_text(text)
    none = run_here("josm-prefs", "--show", "all:hot").out
    shown = [f"--show={layer.key}" for layer in CURRENT.layers(["all", "ride"])]
    (josm_directory / "preferences.xml").write_bytes(NEW)
    many = run_here("josm-prefs", *reversed(shown)).out.split("\n\n")[2].splitlines()

    assert (
        "In JOSM's Imagery menu:\n  none of them yet: activate some in Imagery preferences\n\n"
    ) in none
    assert "Next: start JOSM, and activate a layer.\nMore layers are in" in none
    assert ["  All, hot", "  All, blue"] == many[1:3]
    assert (12, "  … and 4 more") == (len(many), many[-1])


def test_damaged_preferences(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """Preferences that cannot be read are refused before Strava is asked, and stay."""
    path = josm_directory / "preferences.xml"
    path.write_text("<preferences>\n<tag")
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    assert (5, "") == (outcome.code, outcome.out)
    assert f"{path} is not a JOSM preferences file" in outcome.err
    assert ([path], []) == (list(josm_directory.iterdir()), stand_in.requests)


def test_force(run: Run, strava: Strava, josm_directory: Path, home: Path) -> None:
    """Only `--force` changes the preferences of a running JOSM, and it must then be restarted."""
    session = {"STRAVA_SESSION": strava.open_session()}
    with pretended(home, f"-Duser.home={home}"):
        refused = run("josm-prefs", **session)
        before = list(josm_directory.iterdir())
        forced = run("josm-prefs", "--force", **session)

    assert (6, []) == (refused.code, before)
    assert (
        0,
        "stravacookies: JOSM is running. It may undo the change to its preferences when it next"
        " saves them: if the layers are missing then, close JOSM and run this again.\n",
    ) == (forced.code, forced.err)
    assert "\nNext: restart JOSM, and choose a layer from its Imagery menu.\n" in forced.out
    assert b"strava-heatmap.xml" in (josm_directory / "preferences.xml").read_bytes()


def test_compiled_templates_are_damaged(
    run: Run, run_here: Run, josm_directory: Path, home: Path
) -> None:
    """Whatever happens to the compiled templates in the cache, the files are the same."""
    cache = home / ".cache" / "stravacookies"
    written = []
    for damage in ("none", "cut", "garbage", "unwritable"):
        for path in cache.glob("*") if damage in ("cut", "garbage") else ():
            path.write_bytes(path.read_bytes()[:20] if damage == "cut" else b"garbage")
        if damage == "unwritable":
            shutil.rmtree(cache)
            cache.touch()
        (josm_directory / "strava-heatmap.xml").unlink(missing_ok=True)
        outcome = run("josm-prefs")
        assert (0, "") == (outcome.code, outcome.err)
        written.append((josm_directory / "strava-heatmap.xml").read_bytes())
        assert damage == "unwritable" or 3 == len(list(cache.iterdir()))

    assert 1 == len(set(written))


def test_unusable_time_zone(run: Run, run_here: Run, josm_directory: Path) -> None:
    """In a time zone that does not exist, times are printed in UTC."""
    outcome = run("josm-prefs", TZ="XXX+24")
    expired = f"strava_remember_token={token(NOON - timedelta(days=400))}; strava_remember_id=1"
    refused = run("josm-prefs", "--refresh", TZ="XXX+24", STRAVA_SESSION=expired)

    assert (0, "") == (outcome.code, outcome.err)
    assert (3, True) == (refused.code, " UTC. Log in at" in refused.err)
    assert re.search(r"\d\d:\d\d UTC \(23 h 59 min left\)", outcome.out)
