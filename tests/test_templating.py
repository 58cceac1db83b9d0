"""Templates: what a user's own can do and cannot do, and the cache of the built-in ones."""

import os
import pickle
from pathlib import Path

import pytest
from jinja2.bccache import bc_magic

from stravacookies import templating
from stravacookies.errors import StravacookiesError
from stravacookies.heatmap import CURRENT
from stravacookies.strava.cookies import HeatmapCookies
from tests.command import Run
from tests.made_up import values

COOKIES = HeatmapCookies.from_values(values())
LAYERS = CURRENT.layers(["all"])


def rendered(folder: Path, text: str, name: str = "my.txt") -> str:
    """Render a template with this text."""
    (folder / name).write_text(text)
    return templating.render_users_template(folder / name, LAYERS, COOKIES)


def test_variables(tmp_path: Path) -> None:
    """A template gets the layers, the cookies, their expiry, and what maps need to know."""
    text = (
        "{% for layer in layers[:1] %}{{ layer.id }} {{ layer.name }} {{ layer.activity.name }}"
        " {{ layer.color.key }} {{ layer.color.shades[0] }} {{ layer.tile_url(1, 2, 3) }}"
        " {% endfor %}{{ cookies.header()[:23] }} {{ cookies.query()[:12] }}"
        " {{ cookies.values() | length }} {{ expires.isoformat() }} {{ min_zoom }}-{{ max_zoom }}"
        " {{ attribution }}\n"
    )

    assert (
        "strava-heatmap-all-hot All, hot – Strava Heatmap All hot #8b0000"
        " https://content-a.strava.com/identified/globalheat/all/hot/1/2/3.png?v=19"
        " CloudFront-Key-Pair-Id= Key-Pair-Id= 4 2026-11-23T12:00:00+00:00 3-15 © Strava\n"
    ) == rendered(tmp_path, text)


@pytest.mark.parametrize(("name", "escaped"), [("my.xml.j2", "&lt;"), ("my.json.j2", "<")])
def test_xml_and_html_are_escaped(tmp_path: Path, name: str, escaped: str) -> None:
    """Only a template whose name says that it is XML or HTML escapes its variables."""
    assert escaped == rendered(tmp_path, '{{ "<" }}', name)


def test_templates_beside_it_can_be_included(tmp_path: Path) -> None:
    """A template may be in parts. They are beside the path that was given, even if it is a link."""
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    (folder / "part.txt").write_text("part of {{ attribution }}")
    (folder / "alias.txt").symlink_to("part.txt")
    (tmp_path / "elsewhere").write_text('{% include "part.txt" %}')
    (folder / ".hidden").symlink_to(tmp_path / "elsewhere")

    assert "part of © Strava" == rendered(link, '{% include "./alias.txt" %}')
    assert "part of © Strava" == templating.render_users_template(link / ".hidden", [], COOKIES)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\n{{ layer }}", "my.txt, line 2: UndefinedError."),
        ("a\n\n{% for %}", "my.txt, line 3: Expected an expression, got 'end of statement block'."),
        ("{{ 1 / 0 }}", "my.txt, line 1: ZeroDivisionError."),
        ("{{ range(10 ** 9) | list }}", "my.txt, line 1: OverflowError."),
        ("{{ layers[0].x }}", "my.txt, line 1: UndefinedError."),
        ("{% do layers.append(1) %}", "my.txt, line 1: Encountered unknown tag 'do'."),
        ('{{ "\\udcff" }}', "my.txt: its output contains U+DCFF, which is not a character."),
        # It may repeat a cookie, so only the type of the error is shown.
        ("{{ {}[cookies.header()] }}", "my.txt, line 1: UndefinedError."),
        ("{% include cookies.header() %}", "my.txt, line 1: TemplateNotFound."),
        # It can read only the templates beside it.
        ('{% include "other" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "../secret" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "/etc/passwd" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "folder" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "folder/secret" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "folder/../part" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include ".hidden" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% import "link-to-hidden" as x %}', "my.txt, line 1: TemplateNotFound."),
        ('{% extends "link" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "link-to-folder/secret" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "pipe" %}', "my.txt, line 1: TemplateNotFound."),
        ('{% include "latin-1" %}', "latin-1, line 1: it is not text in UTF-8."),
        ('{% include "broken" %}', "broken, line 2: Encountered unknown tag 'x'."),
        # It can change nothing, and reach nothing else of this program.
        ("{{ cookies.header.__globals__ }}", "my.txt, line 1: SecurityError."),
        ("{{ ''.__class__.__mro__ }}", "my.txt, line 1: SecurityError."),
        ("{{ cookies.values().clear() }}", "my.txt, line 1: SecurityError."),
        ("{{ layers.append(1) }}", "my.txt, line 1: UndefinedError."),
        ("{% set cookies.x = 1 %}", "my.txt, line 1: TemplateRuntimeError."),
        ("{{ cookies.from_values({}, [cookies.policy]) }}", "my.txt, line 1: StravaError."),
    ],
)
def test_template_that_fails(tmp_path: Path, text: str, why: str) -> None:
    """An error names the template, the line and its type, and shows no secret."""
    folder = tmp_path / "templates"
    (folder / "folder").mkdir(parents=True)
    for file in (tmp_path / "secret", folder / "folder" / "secret", folder / ".hidden"):
        file.write_text("secret")
    links = {"link": "../secret", "link-to-hidden": ".hidden", "link-to-folder": "folder"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    (folder / "part").touch()
    os.mkfifo(folder / "pipe")
    (folder / "latin-1").write_bytes(b"\xfc")
    (folder / "broken").write_text("a\n{% x %}")

    with pytest.raises(StravacookiesError) as error:
        rendered(folder, text)
    assert f"{folder}/{why}" == str(error.value)


def test_template_that_is_not_text(tmp_path: Path) -> None:
    """A template in another encoding is named."""
    (tmp_path / "my.txt").write_bytes(b"\xfc")

    with pytest.raises(StravacookiesError) as error:
        templating.render_users_template(tmp_path / "my.txt", LAYERS, COOKIES)
    assert f"{tmp_path}/my.txt, line 1: it is not text in UTF-8." == str(error.value)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("folder", "it is a folder"),
        ("nothing", "there is no such file"),
        ("pipe", "it is not a file"),
    ],
)
def test_template_that_is_not_a_file(tmp_path: Path, name: str, why: str) -> None:
    """Neither a folder nor a pipe is a template."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(StravacookiesError) as error:
        templating.render_users_template(tmp_path / name, LAYERS, COOKIES)
    assert f"{tmp_path / name}: {why}." == str(error.value)


class Evil:
    """What another user could put into a pickle: loading it runs code."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Create a file."""
        return os.mkdir, ("evil",)


@pytest.mark.usefixtures("run_here")  # which keeps cookies
@pytest.mark.parametrize(("mode", "runs"), [(0o700, True), (0o777, False)])
def test_cache_that_others_can_write_to(
    run: Run, home: Path, tmp_path: Path, mode: int, runs: bool
) -> None:
    """No code is taken from a cache that others can write to."""
    cache = home / ".cache" / "stravacookies"
    run("cartograph")
    for path in cache.iterdir():
        path.write_bytes(bc_magic + pickle.dumps(Evil()))
    cache.chmod(mode)

    assert 0 == run("cartograph").code
    assert runs == (tmp_path / "evil").exists()
