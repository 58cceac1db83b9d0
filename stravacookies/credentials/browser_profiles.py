"""The profiles of browsers, by their folders and by the names that people see."""

import configparser
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from stravacookies.computer import this_computer
from stravacookies.credentials.browser_folders import (
    BROWSERS,
    FIREFOX_FAMILY,
    display_name,
    folders,
)
from stravacookies.errors import TRY_AGAIN, BrowserNotFoundError
from stravacookies.files import content_of

_CHROMIUM_STORES = ("Cookies", "Network/Cookies")
_STORES = {"safari": ("Cookies.binarycookies",)} | dict.fromkeys(
    FIREFOX_FAMILY, ("cookies.sqlite",)
)
"""Where the stores of cookies are in the folder of a profile."""


class Profile(NamedTuple):
    """A profile of a browser.

    Attributes:
        browser: One of `BROWSERS`.
        store: Its store of cookies.
        name: The name that people see, if the browser tells it.
    """

    browser: str
    store: Path
    name: str = ""

    @property
    def folder(self) -> Path:
        """Its folder."""
        folder = self.store.parent
        return folder.parent if folder.name == "Network" else folder

    def __str__(self) -> str:
        """Return its folder and its name."""
        return f"{self.folder} ({self.name})" if self.name else str(self.folder)


def find_profiles(browser: str, named: str | None) -> list[Profile]:
    """List a browser's profiles that have a store of cookies, the one that was used last first.

    Args:
        browser: One of `BROWSERS`.
        named: The only profile to list: its folder's name, the name that people see, or a path.

    Raises:
        BrowserNotFoundError: There is no such browser, or no such profile.
    """
    roots = folders(browser, this_computer())
    is_path = named is not None and Path(named).name != named
    if named and is_path:
        roots = [Path(named).expanduser()]
    found = {each.store: each for root in roots for each in _profiles_below(root, browser)}
    profiles = sorted(found.values(), key=lambda each: last_change(each.store), reverse=True)
    name = display_name(browser)
    what = f"A profile {named!r} of {name}" if named else name
    if not profiles:
        where = f"looked in: {', '.join(map(str, roots))}" if roots else "this system has none"
        raise BrowserNotFoundError(f"{what} was not found ({where}).", TRY_AGAIN)
    if not named or is_path:
        return profiles
    wanted = named.casefold()
    by_folder = [each for each in profiles if each.folder.name.casefold() == wanted]
    if chosen := by_folder or [each for each in profiles if each.name.casefold() == wanted]:
        return chosen
    there = ", ".join(map(str, profiles))
    raise BrowserNotFoundError(f"{what} was not found. There are: {there}.", TRY_AGAIN)


def _profiles_below(root: Path, browser: str) -> Iterator[Profile]:
    """List the profiles in a browser's folder, or the one whose folder it is."""
    names = _firefox_names(root) if browser in FIREFOX_FAMILY else _chromium_names(root)
    below = (*_content(root), *_content(root / "Profiles"))
    for folder in dict.fromkeys((root, *below, *names)):
        stores = [folder / store for store in _STORES.get(browser, _CHROMIUM_STORES)]
        # Path.is_file would raise errors for names that are too long, and for locked folders.
        if existing := [store for store in stores if os.path.isfile(store)]:  # noqa: PTH113
            yield Profile(browser, max(existing, key=last_change), names.get(folder, ""))


def _content(folder: Path) -> list[Path]:
    """List what is in a folder; nothing if it cannot be read."""
    with suppress(OSError, ValueError):
        return list(folder.iterdir())
    return []


def _firefox_names(root: Path) -> dict[Path, str]:
    """Return the names of Firefox's profiles by their folders, which may be anywhere.

    Source: https://kb.mozillazine.org/Profiles.ini_file
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    with suppress(OSError, ValueError, configparser.Error):
        parser.read_string(content_of(root / "profiles.ini").decode("utf-8-sig"))
    profiles = [section for section in parser.values() if "Path" in section]
    return {root / each["Path"]: each.get("Name", "") for each in profiles}


def _chromium_names(root: Path) -> dict[Path, str]:
    """Return the names of the profiles of Chromium and its relatives by their folders.

    Source: https://source.chromium.org/chromium/chromium/src/+/main:chrome/browser/profiles/profile_attributes_storage.h
    """
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        profiles = json.loads(content_of(root / "Local State"))["profile"]["info_cache"]
        return {root / folder: str(each["name"]) for folder, each in profiles.items()}
    return {}


def browser_of(store: Path) -> str:
    """Return the browser in whose folders a store is; Chrome if it is in none."""
    for browser in BROWSERS:
        if any(store.is_relative_to(each) for each in folders(browser, this_computer())):
            return browser
    return "chrome"


def last_change(store: Path) -> list[tuple[int, int]]:
    """Return time and size of a store and of its log, the newer one first.

    A running browser writes to the log only.
    """
    parts = [part.stat() for part in (store, Path(f"{store}-wal")) if part.exists()]
    return sorted(((part.st_mtime_ns, part.st_size) for part in parts), reverse=True)


def container_name(profile: Profile, container: int) -> str:
    """Return the name that people see of one of Firefox's containers.

    Source: https://searchfox.org/mozilla-central/source/toolkit/components/contextualidentity
    """
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        content = json.loads(content_of(profile.folder / "containers.json"))
        for identity in content["identities"]:
            if identity["userContextId"] == container:
                text = identity.get("l10nId") or identity.get("l10nID") or ""
                standard = re.sub(r"(?i)^user-?context-?|\.label$", "", text).capitalize()
                return str(identity.get("name") or standard or container)
    return str(container)
