"""Single settings in JOSM's preferences."""

import os
from functools import partial
from pathlib import Path

import pytest

from stravacookies.josm import settings
from stravacookies.josm.settings import RemoteControl, last_downloaded, remote_control
from stravacookies.josm.xml_edit import MalformedError
from tests.josm.documents import document
from tests.josm.remotes import set_remote_control


@pytest.mark.parametrize(
    ("enabled", "port", "expected"),
    [
        ("true", 1234, RemoteControl(True, 1234)),
        ("false", 1234, RemoteControl(False, 1234)),
        ("yes", 65535, RemoteControl(False, 65535)),
        ("true", 0, RemoteControl(True, 8111)),
        ("true", 65536, RemoteControl(True, 8111)),
        ("true", "many", RemoteControl(False, 8111)),
    ],
)
def test_remote_control(tmp_path: Path, enabled: str, port: object, expected: object) -> None:
    """The remote control is as the preferences say, if the port is possible."""
    set_remote_control(tmp_path, port, enabled)

    assert expected == remote_control(tmp_path)


@pytest.mark.parametrize(
    ("bounds", "middle"),
    [
        ("48.0;11.5;48.2;11.7", (48.1, 11.6)),
        ("-34;-59;-33;-58", (-33.5, -58.5)),
        ("86;0;89;1", None),
        ("0;190;1;191", None),
        ("nan;0;1;1", None),
        ("1;2;3", None),
        ("a;b;c;d", None),
    ],
)
def test_last_downloaded(tmp_path: Path, bounds: str, middle: tuple[float, float] | None) -> None:
    """The centre of the area that was downloaded last is returned, if it has tiles."""
    tag = f"<tag key='osm-download.bounds' value='{bounds}'/>"
    (tmp_path / "preferences.xml").write_bytes(document(tag))

    assert (middle and pytest.approx(middle)) == last_downloaded(tmp_path)


def test_no_settings(tmp_path: Path) -> None:
    """Without settings, JOSM starts with no remote control; only damage is an error."""
    path = tmp_path / "preferences.xml"
    for make in (lambda: None, partial(os.mkfifo, path), partial(path.write_bytes, document(""))):
        path.unlink(missing_ok=True)
        make()
        assert {} == settings.read(tmp_path, ["a"])
        assert RemoteControl(False, 8111) == remote_control(tmp_path) == remote_control(None)
        assert last_downloaded(tmp_path) is None
    path.write_bytes(document("")[:-9])
    assert RemoteControl(False, 8111) == remote_control(tmp_path)
    assert last_downloaded(tmp_path) is None
    with pytest.raises(MalformedError):
        settings.read(tmp_path, ["a"])
