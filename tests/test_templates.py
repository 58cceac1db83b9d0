"""Files for other programs: a user's own templates, and Cartograph's map sources elsewhere."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from stravacookies import render
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import FileAccessError, NoICloudError, TemplateError
from stravacookies.heatmap import TODAY
from tests import command
from tests.command import Outcome
from tests.conftest import Run
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Strava

COOKIES = HeatmapCookies.from_values(values())
LAYERS = TODAY.layers(["all"])
README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def rendered(folder: Path, text: str, name: str = "my.txt") -> str:
    """What comes of a template."""
    (folder / name).write_text(text)
    return render.users_template(folder / name, LAYERS, COOKIES)


def test_variables(tmp_path: Path) -> None:
    """A template gets the layers, the cookies, their end, and what maps need to know."""
    text = (
        "{% for layer in layers[:1] %}{{ layer.id }} {{ layer.name }} {{ layer.activity.name }}"
        " {{ layer.color.key }} {{ layer.color.shades[0] }} {{ layer.tile_url(1, 2, 3) }}"
        " {% endfor %}{{ cookies.header()[:23] }} {{ cookies.query()[:12] }}"
        " {{ cookies.values() | length }} {{ expires.isoformat() }} {{ min_zoom }}-{{ max_zoom }}"
        " {{ attribution }}\n"
    )

    assert (
        "strava-heatmap-all-hot Strava Heatmap: All Activities, hot All Activities hot #8b0000"
        " https://content-a.strava.com/identified/globalheat/all/hot/1/2/3.png?v=19"
        " CloudFront-Key-Pair-Id= Key-Pair-Id= 4 2026-11-23T12:00:00+00:00 3-15 © Strava\n"
    ) == rendered(tmp_path, text)


def test_xml_and_html_are_escaped(tmp_path: Path) -> None:
    """In a template of such a name, what is put in can end nothing."""
    assert "&lt;" == rendered(tmp_path, '{{ "<" }}', "my.xml.j2")
    assert "<" == rendered(tmp_path, '{{ "<" }}', "my.json.j2")


def test_templates_beside_it_can_be_included(tmp_path: Path) -> None:
    """A template may be in parts."""
    (tmp_path / "part.txt").write_text("part of {{ attribution }}")

    assert "part of © Strava" == rendered(tmp_path, '{% include "part.txt" %}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\n{{ layer }}", "my.txt, line 2: UndefinedError: 'layer' is undefined."),
        ("a\n\n{% for %}", "my.txt, line 3: Expected an expression, got 'end of statement block'."),
        ('{% include "other" %}', "my.txt: there is no other."),
        ("{{ 1 / 0 }}", "my.txt, line 1: ZeroDivisionError: division by zero."),
        ("{{ {}[cookies.header()] }}", "my.txt, line 1: UndefinedError."),
        ("{{ {}[cookies.signature[1:]] }}", "my.txt, line 1: UndefinedError."),
        ("{{ {}[cookies.policy[5:20] | upper] }}", "my.txt, line 1: UndefinedError."),
        ("{{ {}[cookies.signature[3:] | reverse] }}", "my.txt, line 1: UndefinedError."),
        ("{% include cookies.signature[1:] %}", "my.txt: there is no such template."),
        ("{{ cookies.header.__globals__ }}", "my.txt, line 1: SecurityError: access to attribute"),
        ("{{ ''.__class__.__mro__ }}", "my.txt, line 1: SecurityError: access to attribute"),
        ('{% include "../secret" %}', "my.txt: there is no ../secret."),
        ("{{ range(10 ** 9) | list }}", "my.txt, line 1: OverflowError: Range too big."),
        ("{% include cookies.header() %}", "my.txt: there is no such template."),
        (
            '{{ "\\udcff" }}',
            "my.txt: what comes of it holds U+DCFF, which is no character.",
        ),
        ('{% include "latin-1" %}', "latin-1: it is not text in UTF-8."),
        ('{% include "/etc/passwd" %}', "my.txt: there is no /etc/passwd."),
        ("{% include 'folder' %}", "my.txt: there is no folder."),
        ("{{ layers[0].x }}", "my.txt, line 1: UndefinedError: 'stravacookies.heatmap.Layer obj"),
        ("{{ cookies.x }}", "my.txt, line 1: UndefinedError: 'stravacookies.cookies.HeatmapCook"),
        ("{% do layers.append(1) %}", "my.txt, line 1: Encountered unknown tag 'do'."),
        ("{{ cookies.values().clear() }}", "my.txt, line 1: SecurityError: access to attribute"),
        ("{{ layers.append(1) }}", "my.txt, line 1: UndefinedError: 'tuple object' has no"),
        ("{% set cookies.x = 1 %}", "my.txt, line 1: TemplateRuntimeError: cannot assign attr"),
    ],
)
def test_template_that_does_not_work_out(tmp_path: Path, text: str, why: str) -> None:
    """What is wrong is told with its line; no secret is told with it, and none can be reached."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "templates"
    (folder / "folder").mkdir(parents=True)
    (folder / "latin-1").write_bytes(b"\xfc")

    with pytest.raises(TemplateError) as error:
        rendered(folder, text)
    assert str(error.value).startswith(f"{folder}/{why}"), error.value
    assert not str(error.value).endswith("..")


def test_template_that_is_no_text(tmp_path: Path) -> None:
    """A template in another encoding is named."""
    (tmp_path / "my.txt").write_bytes(b"\xfc")

    with pytest.raises(TemplateError) as error:
        render.users_template(tmp_path / "my.txt", LAYERS, COOKIES)
    assert f"{tmp_path}/my.txt: it is not text in UTF-8." == str(error.value)


@pytest.mark.parametrize("name", ["templates", ".", ".."])
def test_folder_in_place_of_a_template(run_here: Run, tmp_path: Path, name: str) -> None:
    """A folder is there, and is no template."""
    (tmp_path / "templates").mkdir()

    with pytest.raises(TemplateError) as error:
        run_here("render", name)
    assert f"{name}: it is a folder." == str(error.value)


@pytest.mark.parametrize("file", ["my.txt", "./my.txt", "link"])
def test_template_is_not_written_over(run_here: Run, tmp_path: Path, file: str) -> None:
    """What somebody has written is not lost to what comes of it."""
    (tmp_path / "my.txt").write_text("{{ attribution }}")
    (tmp_path / "link").symlink_to("my.txt")
    outcome = run_here("render", "my.txt", "-o", file)

    assert 2 == outcome.code
    assert "Error: --output is the template itself." in outcome.err
    assert "{{ attribution }}" == (tmp_path / "my.txt").read_text()


def test_template_for_the_classic_host(run_here: Run, tmp_path: Path) -> None:
    """With `--classic`, layers and cookies are those of the older host."""
    (tmp_path / "my.txt").write_text("{{ layers[0].tile_url(8, 1, 2) }}?{{ cookies.query() }}")
    outcome = run_here("render", "my.txt", "--classic")

    assert (
        "https://heatmap-external-a.strava.com/tiles-auth/all/hot/8/1/2.png?Key-Pair-Id=K2XYZ&"
    ) in outcome.out


@pytest.mark.parametrize(
    "arguments", [["render", "my.txt"], ["cartograph"]], ids=lambda words: words[0]
)
def test_refresh(
    run: Run, strava: Strava, stand_in: StandIn, tmp_path: Path, arguments: list[str]
) -> None:
    """With `--refresh`, Strava is asked even if the cookies are fresh."""
    (tmp_path / "my.txt").touch()
    session = {"STRAVA_SESSION": strava.open_session()}
    run(*arguments, **session)
    outcome = run(*arguments, "--refresh", **session)

    assert 0 == outcome.code
    assert 2 == len(stand_in.requests)


def test_missing_template(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A template that is not there is exit 1, and one sentence."""
    outcome = run("render", "my.txt", STRAVA_SESSION=strava.open_session())

    assert (1, "stravacookies: my.txt: there is no my.txt.\n") == (outcome.code, outcome.err)


@pytest.mark.skipif(
    not shutil.which("curl") and not os.environ.get("REQUIRE_REAL_PARTS"), reason="needs curl"
)
def test_example_of_the_readme(
    run: Run, environment: dict[str, str], strava: Strava, tmp_path: Path
) -> None:
    """The template in the README makes curl fetch tiles; what it is rendered into is private."""
    (template,) = re.findall(r"^```jinja\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "tile.curl.j2").write_text(template)
    arguments = ["render", "tile.curl.j2", "--activity", "all", "-o", "tile.curl"]
    assert f"stravacookies {' '.join(arguments)}\ncurl --config tile.curl\n" in README
    outcome = run(*arguments, STRAVA_SESSION=strava.open_session())
    command.run("curl", "--config", "tile.curl", environment=environment, folder=tmp_path)

    assert (0, "", "") == (outcome.code, outcome.out, outcome.err)
    assert 0o600 == (tmp_path / "tile.curl").stat().st_mode & 0o777
    tiles = sorted(tmp_path.glob("*.png"))
    assert sorted(f"{layer.id}.png" for layer in LAYERS) == [tile.name for tile in tiles]
    assert {b"\x89PNG"} == {tile.read_bytes()[:4] for tile in tiles}


def test_template_to_standard_output(run_here: Run, tmp_path: Path) -> None:
    """Without a file, the text is printed as it is."""
    (tmp_path / "my.txt").write_text("{{ layers | length }} layers")

    assert Outcome(0, "41 layers", "") == run_here("render", "my.txt", "--color", "hot")


UNTIL = r"\d\d \w+ \d{4}, \d\d:\d\d, that is for \d+ h \d+ min"


def test_cartograph_elsewhere(run_here: Run, tmp_path: Path, home: Path) -> None:
    """The map sources are written where they are wanted, privately, and nothing else is."""
    outcome = run_here("cartograph", "-o", "phone", "--color", "hot", "--color", "blue")

    assert (0, "") == (outcome.code, outcome.err)
    assert re.fullmatch(
        f"""\
2 files for Cartograph Maps, for each colour one, in phone:

  strava-heatmap-hot.onlinemap
  strava-heatmap-blue.onlinemap

On iPhone and iPad, put a file into iCloud Drive, or mail it to yourself; tap it in the app Files,
and choose Cartograph among what it can be shared with. On Android, copy a file to the phone, or
mail it to yourself; tap it, and open it with Cartograph.

The cookies in these files last until {UNTIL};
then run this again. They are yours alone: share none of these files.
""",
        outcome.out,
    ), outcome.out
    files = list((tmp_path / "phone").iterdir())
    assert [0o600] * 2 == [path.stat().st_mode & 0o777 for path in files]
    assert {3} == {json.loads(path.read_bytes())["version"] for path in files}
    assert not (home / ".config").exists()


def test_cartograph_with_some_activities(run_here: Run, tmp_path: Path) -> None:
    """The activities that are chosen are in each file, and no other."""
    run_here("cartograph", "--activity", "ride", "--activity", "sport_Hike")

    files = list((tmp_path / "cartograph").iterdir())
    assert 7 == len(files)
    for path in files:
        maps = json.loads(path.read_bytes())["maps"]
        assert ["All Rides", "Hike"] == [
            each["name"]["default"].removeprefix("Strava Heatmap: ").partition(",")[0]
            for each in maps
        ]


def test_cartograph_for_the_classic_host(run_here: Run, tmp_path: Path) -> None:
    """With `--classic`, there is a file for each of its five colours."""
    run_here("cartograph", "--classic")

    files = list((tmp_path / "cartograph").iterdir())
    assert 5 == len(files)
    assert "heatmap-external-a" in files[0].read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--icloud", "-o", "x"], "--icloud and --output are two places."),
        (["-o", "my.onlinemap"], "--output is a folder, for a file of each colour."),
    ],
)
def test_cartograph_in_no_place(
    run_here: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """What can be no folder for the files is a usage error, and nothing is made."""
    outcome = run_here("cartograph", *arguments)

    assert 2 == outcome.code
    assert f"Error: {words}\n" in outcome.err
    assert {"home"} == {path.name for path in tmp_path.iterdir()}


def test_cartograph_in_a_folder_with_the_name_of_a_file(run_here: Run, tmp_path: Path) -> None:
    """A folder that is there may have whatever name."""
    (tmp_path / "my.onlinemap").mkdir()

    assert 0 == run_here("cartograph", "-o", "my.onlinemap").code


def test_cartograph_2(run_here: Run, tmp_path: Path) -> None:
    """For the app before, names are plain texts, and there are no folders or ids."""
    run_here("cartograph", "--version", "2")
    content = json.loads((tmp_path / "cartograph" / "strava-heatmap-hot.onlinemap").read_bytes())

    assert {"version", "maps"} == content.keys()
    assert 41 == len(content["maps"])
    first = content["maps"][0]
    assert {"unique_id", "folder_key"}.isdisjoint(first)
    assert ("Strava Heatmap: All Activities, hot", "ONLINE", False) == (
        first["name"],
        first["type"],
        first["enable_tile_download"],
    )
    assert ["Cookie"] == [header["key"] for header in first["headers"]]


def test_cartograph_in_icloud(run_here: Run, home: Path) -> None:
    """On a Mac the app's folder in iCloud is found, from where files come to the phone."""
    folder = home / "Library/Mobile Documents/com~apple~CloudDocs/Cartograph Pro"
    folder.mkdir(parents=True)
    outcome = run_here("cartograph", "--icloud")

    assert 0 == outcome.code
    assert 7 == len(list(folder.iterdir()))
    assert (
        "On iPhone and iPad, they appear in iCloud Drive, in the folder Cartograph Pro; tap one in"
        " the app\nFiles, and choose Cartograph among what it can be shared with.\n\nThe cookies"
    ) in outcome.out
    assert "Android" not in outcome.out


def test_cartograph_without_icloud(run_here: Run, home: Path) -> None:
    """Elsewhere it says that there is no such folder."""
    folder = home / "Library/Mobile Documents/com~apple~CloudDocs/Cartograph Pro"

    with pytest.raises(NoICloudError) as error:
        run_here("cartograph", "--icloud")
    assert f"(looked for: {folder})" in str(error.value)


@pytest.mark.parametrize(
    "arguments", [["cartograph", "-o", "file"], ["render", "my.txt", "-o", "file/x"]]
)
def test_place_that_cannot_be_written(run_here: Run, tmp_path: Path, arguments: list[str]) -> None:
    """A file in the way is told, for either command."""
    (tmp_path / "file").touch()
    (tmp_path / "my.txt").touch()

    with pytest.raises(FileAccessError) as error:
        run_here(*arguments)
    assert "file could not be made: File exists." == str(error.value)
