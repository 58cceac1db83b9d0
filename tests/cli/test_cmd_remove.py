"""`stravacookies remove`: the heatmap is taken out of JOSM again."""

from pathlib import Path

import pytest

from stravacookies.errors import FileError
from stravacookies.josm.preferences import NEW
from tests.command import Run
from tests.josm_app import free_port
from tests.services import managers


def test_all_of_ours_is_removed(run_here: Run, josm_directory: Path, home: Path) -> None:
    """JOSM's directory is as it was before; a second time there is nothing to remove."""
    preferences = josm_directory / "preferences.xml"
    preferences.write_bytes(NEW)
    run_here("josm-prefs", "--color", "hot")
    outcome = run_here("remove")
    again = run_here("remove")

    assert (
        0,
        f"""\
The Strava heatmap is no longer in JOSM, in {josm_directory}:

  changed  preferences.xml: it no longer lists the heatmap; nothing else changed
  removed  strava-heatmap.xml
  removed  cartograph/strava-heatmap-hot.onlinemap
  removed  preferences.xml.stravacookies.bak

To remove the kept session and cookies as well, run 'stravacookies logout'.
""",
        "",
    ) == (outcome.code, outcome.out, outcome.err)
    assert f"The Strava heatmap is not in {josm_directory}.\n" == again.out
    assert [preferences] == list(josm_directory.iterdir())
    assert (home / ".local" / "state" / "stravacookies" / "cookies-today.json").exists()


def test_local_layers_are_removed(run_here: Run, josm_directory: Path) -> None:
    """Of the pictures in JOSM's folder, only our icons are removed."""
    own = josm_directory / "images" / "own.svg"
    own.parent.mkdir()
    own.touch()
    run_here("josm-prefs", "--local", "--color", "hot")
    assert "  removed  images/strava-heatmap-hot.svg\n" in run_here("remove").out
    assert [own] == list(own.parent.iterdir())


def test_what_cannot_be_removed(run: Run, run_here: Run, josm_directory: Path, home: Path) -> None:
    """The rest is removed, what is left is named, and a later run removes it."""
    run_here("josm-prefs", "--color", "hot")
    entry_set = josm_directory / "strava-heatmap.xml"
    entry_set.unlink()
    entry_set.mkdir()
    applications = home / ".local" / "share" / "applications"
    applications.parent.mkdir(exist_ok=True)
    applications.touch()
    outcome, again = run("remove"), run("remove")

    assert (
        f"""\
The Strava heatmap is no longer in JOSM, in {josm_directory}:

  changed  preferences.xml: it no longer lists the heatmap; nothing else changed
  removed  cartograph/strava-heatmap-hot.onlinemap
  removed  preferences.xml.stravacookies.bak

To remove the kept session and cookies as well, run 'stravacookies logout'.
"""
        == outcome.out
    )
    assert (
        f"""\
stravacookies: {entry_set} could not be removed: Is a directory.
{applications}/stravacookies-josm.desktop could not be removed: Not a directory.
Fix that, then run this again.
"""
        == outcome.err
        == again.err
    )
    assert (5, 5, "") == (outcome.code, again.code, again.out)
    entry_set.rmdir()
    entry_set.touch()
    applications.unlink()
    assert "  removed  strava-heatmap.xml\n" in run_here("remove").out
    assert ["preferences.xml"] == [path.name for path in josm_directory.iterdir()]


def test_server_at_login_is_removed(
    run_here: Run, josm_directory: Path, home: Path, tmp_path: Path
) -> None:
    """The server is stopped, and does not start at the next login."""
    port = free_port()
    with managers(tmp_path / "managers") as pretended:
        pretended.install(port)
        run_here("serve", "--at-login", "--port", str(port), PATH=pretended.path)
        outcome = run_here("remove", PATH=pretended.path)
        is_running = pretended.is_running()

    assert (False, 0) == (is_running, outcome.code)
    assert (
        "The server no longer starts at login, and was stopped. Removed"
        f" {home}/.config/systemd/user/stravacookies-serve.service.\n"
        f"The Strava heatmap is not in {josm_directory}.\n"
    ) == outcome.out


def test_no_directory(run_here: Run, home: Path) -> None:
    """If JOSM is gone, or has not run yet, its icon is removed all the same."""
    icon = home / ".local" / "share" / "applications" / "stravacookies-josm.desktop"
    icon.parent.mkdir(parents=True)
    icon.touch()
    outcome = run_here("remove")

    assert not icon.exists()
    assert (
        0,
        "JOSM has no preferences directory here, so the heatmap is not in it. If yours is in an"
        " unusual place, run 'stravacookies remove --josm-dir DIR'.\n"
        "Removed 'JOSM with Strava heatmap' from the desktop's menu.\n",
    ) == (outcome.code, outcome.out)


def test_damaged_preferences(run_here: Run, josm_directory: Path) -> None:
    """If the preferences cannot be read, nothing is removed."""
    (josm_directory / "preferences.xml").write_text("<preferences>")
    (josm_directory / "strava-heatmap.xml").touch()

    with pytest.raises(FileError, match="is not a JOSM preferences file"):
        run_here("remove")
    assert (josm_directory / "strava-heatmap.xml").exists()
