"""Session cookies and pages from Firefox's list of its windows."""

import os
import struct
import tracemalloc
from pathlib import Path

import lz4.block
import pytest

from stravacookies.credentials.firefox_windows import files, read, remove
from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import StoredCookie
from tests.sessionstore import ORDINARY, compressed, sessionstore

COOKIE = {"host": ".strava.com", "name": "_strava4_session", "value": "real"}
RECOVERY = "sessionstore-backups/recovery.jsonlz4"
FOUND = StoredCookie("_strava4_session", "real", ".strava.com")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The folder of a profile."""
    (tmp_path / "sessionstore-backups").mkdir()
    return tmp_path


def write(profile: Path, content: bytes) -> None:
    """Write the file of a running Firefox."""
    (profile / RECOVERY).write_bytes(content)


@pytest.mark.parametrize(
    "cookie",
    [
        COOKIE | {"host": "notstrava.com"},
        COOKIE | {"originAttributes": ORDINARY | {"userContextId": 2}},
        COOKIE | {"originAttributes": ORDINARY | {"privateBrowsingId": 1}},
        COOKIE | {"originAttributes": ORDINARY | {"partitionKey": "(https,example.org)"}},
        COOKIE | {"originAttributes": ORDINARY | {"firstPartyDomain": "example.org"}},
        COOKIE | {"value": None},
        COOKIE | {"host": 7},
        {},
        "nonsense",
        None,
    ],
    ids=str,
)
def test_other_cookies_are_left_out(profile: Path, cookie: object) -> None:
    """Cookies of other sites, containers, private windows and partitions are left out."""
    real = COOKIE | {"originAttributes": ORDINARY}
    write(profile, compressed({"cookies": [cookie, real, cookie]}))

    assert [FOUND] == read(profile).cookies


def test_attributes_may_be_missing(profile: Path) -> None:
    """A cookie of an older Firefox has no attributes."""
    write(profile, compressed({"cookies": [COOKIE, COOKIE | {"originAttributes": {}}]}))

    assert [FOUND, FOUND] == read(profile).cookies


def test_each_tab_has_one_page(profile: Path) -> None:
    """A tab shows the page that its index names; a tab without one hides no other."""
    entries = [{"url": "https://one"}, {"url": "https://two"}, {"url": "https://three"}]
    tabs = [
        {"entries": entries, "index": 2},
        {"entries": []},
        {"entries": [], "index": 1},
        {"entries": entries, "index": 0},
        {"entries": entries, "index": 4},
        {"entries": [{}], "index": 1},
        {"entries": [7], "index": 1},
        7,
        {"entries": entries, "index": 3},
    ]
    windows = [{"tabs": None}, {"tabs": tabs}, 7, {"tabs": [{"entries": entries, "index": 1}]}]
    write(profile, compressed({"windows": windows}))

    assert ["https://two", "https://three", "https://one"] == read(profile).pages


@pytest.mark.parametrize("stored", [{}, [], 7, None, {"cookies": 7, "windows": "x"}])
def test_other_shapes_have_no_windows(profile: Path, stored: object) -> None:
    """Without cookies and windows, there are none."""
    write(profile, compressed(stored))

    assert ([], []) == read(profile)


def test_newest_file_is_read(profile: Path) -> None:
    """A running Firefox writes to one file, and one that has ended to another."""
    for age, (name, value) in enumerate(
        [
            ("sessionstore.jsonlz4", "newest"),
            (RECOVERY, "older"),
            ("sessionstore-backups/previous.jsonlz4", "oldest"),
        ]
    ):
        (profile / name).write_bytes(sessionstore({"_strava4_session": value}))
        os.utime(profile / name, (1000 - age, 1000 - age))

    assert ["newest"] == [cookie.value for cookie in read(profile).cookies]
    assert 3 == len(files(profile))


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    """A folder without such a file, a missing one and a file have no windows."""
    (tmp_path / "file").touch()

    assert [([], [])] * 3 == [read(tmp_path), read(tmp_path / "missing"), read(tmp_path / "file")]


def test_all_files_are_removed(profile: Path) -> None:
    """Firefox restores windows from its copies too, so these go with them."""
    kept = profile / "sessionstore-backups" / "other"
    names = ("recovery.jsonlz4", "recovery.baklz4", "previous.jsonlz4", "upgrade.jsonlz4-20261110")
    paths = [profile / "sessionstore.jsonlz4", *(kept.with_name(name) for name in names), kept]
    for path in paths:
        path.touch()
    remove(profile)

    assert [kept] == [path for path in paths if path.exists()]


GOOD = sessionstore({"_strava4_session": "s3cr3t"})


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(GOOD[:8], id="no content"),
        pytest.param(GOOD[:-20], id="truncated"),
        pytest.param(b"{}", id="no LZ4"),
        pytest.param(b"mozLz40\0" + b"\xff" * 100, id="noise"),
        pytest.param(GOOD[:8] + struct.pack("<I", 5) + GOOD[12:], id="more than it says"),
        pytest.param(b"mozLz40\0" + lz4.block.compress(b"s3cr3t"), id="no JSON"),
        pytest.param(b"mozLz40\0" + lz4.block.compress(b"\xff\xfe"), id="no text"),
        pytest.param(b"mozLz40\0" + lz4.block.compress(b"[" * 100_000), id="deep"),
    ],
)
def test_damage_is_one_sentence(profile: Path, content: bytes) -> None:
    """A file that is damaged, or no such file, is named, and nothing of it is shown."""
    write(profile, content)
    with pytest.raises(NotLoggedInError) as caught:
        read(profile)

    assert (
        f"Firefox's list of its windows cannot be read ({profile / RECOVERY}: it is damaged, or"
        " something else)."
    ) == str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("is_compressed", [True, False])
def test_huge_file_is_not_read(profile: Path, is_compressed: bool) -> None:
    """A file that is too large, as it is or decompressed, takes no memory."""
    write(profile, GOOD)
    if is_compressed:
        write(profile, b"mozLz40\0" + lz4.block.compress(bytes(200 * 2**20)))
    else:
        os.truncate(profile / RECOVERY, 200 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(NotLoggedInError, match="it is damaged, or something else"):
            read(profile)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * 2**20


def test_folder_in_place_of_the_file(profile: Path) -> None:
    """What the system says is part of the sentence."""
    (profile / RECOVERY).mkdir()
    with pytest.raises(NotLoggedInError, match=r"recovery.jsonlz4: Is a directory\)\.$"):
        read(profile)
