"""Walks the chain from the session to JOSM's menu, and tells of each link whether it holds.

What it tells is there to be pasted into an issue: no secret is in it, and no path to a home.
"""

import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from stravacookies import __version__, cartograph, output, sources
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    REINSTALL,
    JosmFilesError,
    NetworkError,
    NotLoggedInError,
    PortTakenError,
    StravaError,
)
from stravacookies.files import kind
from stravacookies.heatmap import TODAY, Layer, TileHost
from stravacookies.josm import preferences, remote
from stravacookies.josm.directory import PREFERENCES, candidates, find
from stravacookies.josm.process import is_running
from stravacookies.session import (
    EMAIL_VARIABLE,
    PASSWORD_VARIABLE,
    SESSION_VARIABLE,
    login_from_environment,
)
from stravacookies.status import kept_cookies
from stravacookies.strava import TileFetcher
from stravacookies.vault import KEYRING, Vault

_PATIENCE = 20.0
"""Seconds to wait for a tile."""

_NEEDED = ("click", "jinja2", "lxml", "platformdirs", "psutil", "requests")
_EXTRAS = ("keyring", "yt-dlp")
"""What is in use only where it is installed."""

_JOSM_VERSION = "josm.version"
"""The preference in which JOSM notes its own revision."""

_RUN = "run 'stravacookies josm-prefs' (in a clone 'make josm-prefs')"
_LOGIN = "run 'stravacookies login' (in a clone 'make login')"


class Finding(NamedTuple):
    """What was found of one link of the chain.

    Attributes:
        name: Which link.
        ok: Whether it holds; None if that could not be told, because an earlier one does not.
        detail: What was found.
        advice: What to do, if it does not hold.
    """

    name: str
    ok: bool | None
    detail: str
    advice: str | None = None


def examine(
    vault: Vault, environ: Mapping[str, str], josm_dir: Path | None, source: str | None = None
) -> list[Finding]:
    """Look at each link of the chain, in order; change nothing, and ask Strava for one tile only.

    Args:
        vault: Where session and cookies are kept.
        environ: The environment variables.
        josm_dir: JOSM's preferences directory; looked for where JOSM keeps it if left out.
        source: Where the user wants a session taken from when there is none that is kept.
    """
    directory = _find(josm_dir, environ)
    host, cookies = kept_cookies(vault, directory)
    findings = [
        _program(),
        _packages(),
        _session(vault, environ, source),
        _cookies(cookies),
        _tile(host, cookies),
        _directory(directory, josm_dir, environ),
        *_josm(directory, cookies),
    ]
    return [
        finding._replace(
            detail=_without_home(finding.detail),
            advice=finding.advice and _without_home(finding.advice),
        )
        for finding in findings
    ]


def _find(josm_dir: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return JOSM's preferences directory, if there is one."""
    try:
        directory = josm_dir or find(sys.platform, environ, Path.home())
        return directory if directory.is_dir() else None
    except (JosmFilesError, OSError):
        return None


def _program() -> Finding:
    versions = f"stravacookies {__version__}, Python {platform.python_version()}"
    return Finding("Program", True, f"{versions}, {platform.platform()}")


def _packages() -> Finding:
    versions, missing = [], []
    for name in _NEEDED + _EXTRAS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if name in _NEEDED:
                missing.append(name)
    if missing:
        return Finding(
            "Packages",
            False,
            f"{', '.join(versions)}; not installed: {', '.join(missing)}",
            REINSTALL,
        )
    return Finding("Packages", True, ", ".join(versions))


def _session(vault: Vault, environ: Mapping[str, str], source: str | None) -> Finding:
    if text := environ.get(SESSION_VARIABLE):
        try:
            sources.from_text(text, SESSION_VARIABLE, TODAY)
        except NotLoggedInError:
            detail = f"{SESSION_VARIABLE} is set, and holds no session"
            return Finding("Session", False, detail, f"unset it, and {_LOGIN}")
        return Finding("Session", True, f"from {SESSION_VARIABLE}")
    kept = vault.session()
    if kept and kept.session:
        detail = f"from {_without_profile(kept.source)}, kept in: {kept.place}"
        return Finding("Session", True, detail)
    if not kept:
        detail, advice = "none is kept", _LOGIN
    elif kept.place == KEYRING:
        detail = "kept in the system's keyring, which is locked or out of reach"
        advice = f"unlock the keyring, or {_LOGIN}"
    else:
        detail, advice = "what is kept of it has expired or is damaged", _LOGIN
    return _next_session(detail, environ, source) or Finding("Session", False, detail, advice)


def _next_session(detail: str, environ: Mapping[str, str], source: str | None) -> Finding | None:
    """Look at where the next run would get a session from, if that is not the kept one."""
    try:
        if login_from_environment(environ):
            named = f"{EMAIL_VARIABLE} and {PASSWORD_VARIABLE}"
        elif source:
            named = _without_profile(sources.canonical(source))
        else:
            return None
    except NotLoggedInError as error:
        return Finding("Session", False, str(error).removesuffix("."), _LOGIN)
    return Finding("Session", True, f"{detail}; the next 'josm-prefs' logs in with {named}")


def _without_profile(source: str) -> str:
    """Leave out of a browser its profile, which may be called by the user's name."""
    return source.partition(":")[0] if sources.is_browser(source) else sources.spoken(source)


def _cookies(cookies: HeatmapCookies | None) -> Finding:
    if not cookies:
        return Finding("Cookies", False, "none are kept", _RUN)
    left = cookies.expires - datetime.now(UTC)
    if left < timedelta(0):
        return Finding("Cookies", False, f"expired {_hours(-left)} ago", _RUN)
    if not cookies.is_fresh():
        detail = f"a refresh is due: they last for {_hours(left)} more"
        return Finding("Cookies", False, detail, _RUN)
    return Finding("Cookies", True, f"fresh: they last for {_hours(left)} more")


def _tile(host: TileHost, cookies: HeatmapCookies | None) -> Finding:
    if not cookies or not cookies.is_fresh(timedelta(0)):
        return Finding("Tile", None, "not asked for: there are no cookies that could open it")
    try:
        status = TileFetcher(cookies, host).status(patience=_PATIENCE)
    except NetworkError as error:
        return Finding(
            "Tile",
            False,
            str(error).removesuffix("."),
            "see if a browser here opens https://www.strava.com; behind a proxy, set HTTPS_PROXY",
        )
    except StravaError:
        detail = "Strava's answer could not be understood"
        return Finding("Tile", False, detail, "try again later")
    answered = f"{host.servers[0]}.strava.com answered {status}"
    match status:
        case 200:
            return Finding("Tile", True, answered)
        case 404:
            return Finding("Tile", True, f"{answered}: open, without heat")
        case 403:
            advice = "run 'stravacookies josm-prefs --refresh', which asks for new cookies"
            return Finding("Tile", False, f"{answered}: the cookies do not open it", advice)
    return Finding("Tile", False, f"{answered}, which was not expected", "try again later")


def _directory(
    directory: Path | None, josm_dir: Path | None, environ: Mapping[str, str]
) -> Finding:
    if directory and not os.access(directory, os.W_OK):
        detail = f"{directory}, which cannot be written into"
        return Finding("JOSM directory", False, detail, f"make it yours to write: {directory}")
    if directory:
        return Finding("JOSM directory", True, str(directory))
    places = [josm_dir] if josm_dir else candidates(sys.platform, environ, Path.home())
    return Finding(
        "JOSM directory",
        False,
        f"none; looked for: {', '.join(map(str, places))}",
        "start JOSM once, which makes it, or give its path to --josm-dir",
    )


def _josm(directory: Path | None, cookies: HeatmapCookies | None) -> list[Finding]:
    """Look at what is in JOSM's directory, and at JOSM itself."""
    if not directory:
        names = ("Preferences", "Site", "Entry set", "JOSM", "Remote control", "Cartograph")
        why = "not looked for: there is no JOSM directory"
        return [Finding(name, None, why) for name in names]
    readable, version = _preferences(directory)
    entry_set, layers = _entry_set(directory, cookies)
    running = is_running(directory)
    listening, answered = _remote_control(directory, running=running, readable=readable.ok)
    return [
        readable,
        _site(directory, readable=readable.ok),
        entry_set,
        Finding("JOSM", True, _described(answered or version, running=running)),
        listening,
        _cartograph(directory, layers, cookies),
    ]


def _preferences(directory: Path) -> tuple[Finding, str | None]:
    """Look at JOSM's preferences, and return the version of the JOSM that wrote them, too."""
    path = directory / PREFERENCES
    try:
        if path.exists() and not path.is_file():
            detail = f"{path.name} is no file"
            return Finding("Preferences", False, detail, "remove it, and start JOSM once"), None
        version = preferences.tags(path.read_bytes(), [_JOSM_VERSION]).get(_JOSM_VERSION)
    except FileNotFoundError:
        return Finding("Preferences", False, f"there is no {path.name}", _RUN), None
    except OSError as error:
        detail = f"{path.name} could not be read: {error.strerror or error}"
        advice = f"make it yours to read: {path}"
        return Finding("Preferences", False, detail, advice), None
    except preferences.MalformedError as error:
        detail = f"{path.name} is not what JOSM writes ({error})"
        advice = "start JOSM, which restores it from its own copy, close it, and run this again"
        return Finding("Preferences", False, detail, advice), None
    return Finding("Preferences", True, "readable"), version


def _site(directory: Path, *, readable: bool | None) -> Finding:
    if not readable:
        return Finding("Site", None, "not looked for: the preferences are not readable")
    try:
        if output.is_registered(directory):
            return Finding("Site", True, f"{output.ENTRY_SET} is registered")
    except JosmFilesError as error:
        return Finding("Site", False, "the preferences cannot be changed", str(error))
    detail = f"{output.ENTRY_SET} is not registered"
    return Finding("Site", False, detail, f"close JOSM, and {_RUN}")


def _entry_set(
    directory: Path, cookies: HeatmapCookies | None
) -> tuple[Finding, list[Layer] | None]:
    """Look at the entry set, and return the layers in it, too, if it can be read."""
    name, path = "Entry set", directory / output.ENTRY_SET
    by_id = {layer.id: layer for layer in TODAY.layers()}
    try:
        if path.exists() and not path.is_file():
            return Finding(name, False, f"{path.name} is no file", f"remove it, and {_RUN}"), None
        content = path.read_bytes()
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except FileNotFoundError:
        return Finding(name, False, f"there is no {path.name}", _RUN), None
    except OSError as error:
        detail = f"{path.name} could not be read: {error.strerror or error}"
        return Finding(name, False, detail, f"make it yours to read: {path}"), None
    except etree.XMLSyntaxError as error:  # its words may hold a part of the file
        detail = f"{path.name} is malformed in line {error.lineno}"
        return Finding(name, False, detail, _RUN), None
    ids = [entry.findtext("{*}id") for entry in root.iterfind("{*}entry")]
    layers = [by_id[key] for key in ids if key in by_id]
    found = "1 layer" if len(ids) == 1 else f"{len(ids)} layers"
    if not layers:
        return Finding(name, False, f"{path.name} holds no layers of ours", _RUN), None
    return _compared(name, found, [content], cookies), layers


def _cartograph(
    directory: Path, layers: list[Layer] | None, cookies: HeatmapCookies | None
) -> Finding:
    name = "Cartograph"
    if layers is None:
        why = "not looked for: the entry set does not tell which files there should be"
        return Finding(name, None, why)
    contents, wrong = [], []
    for file in cartograph.by_file(layers):
        path = directory / output.CARTOGRAPH / file
        try:
            if not kind(path):
                wrong.append(f"{file} is missing")
                continue
            content = path.read_bytes() if path.is_file() else b""
            json.loads(content)
        except (OSError, ValueError, RecursionError):
            wrong.append(f"{file} cannot be read")
        else:
            contents.append(content)
    if wrong:
        return Finding(name, False, ", ".join(wrong), _RUN)
    found = "1 file" if len(contents) == 1 else f"{len(contents)} files"
    return _compared(name, found, contents, cookies)


def _compared(
    name: str, found: str, contents: list[bytes], cookies: HeatmapCookies | None
) -> Finding:
    """Tell whether files have the kept cookies in them."""
    if not cookies:
        why = f"{found}; no cookies are kept to compare theirs with"
        return Finding(name, None, why)
    if all(cookies.signature.encode() in content for content in contents):
        return Finding(name, True, f"{found} with the kept cookies")
    return Finding(name, False, f"{found} with other cookies than the kept ones", _RUN)


def _remote_control(
    directory: Path, *, running: bool, readable: bool | None
) -> tuple[Finding, str | None]:
    """Look at JOSM's remote control, and return the version that it tells, too.

    A JOSM that does not run need not answer. Another program must not, in its place.
    """
    name = "Remote control"
    if not readable:
        return Finding(name, None, "not looked for: the preferences are not readable"), None
    enabled, port = remote.settings(directory)
    if not enabled:
        return Finding(name, True, "off, as it may be"), None
    try:
        version = remote.version(port)
    except ConnectionRefusedError:
        if not running:
            return Finding(name, True, f"on, on port {port}, when JOSM runs"), None
        detail = f"on, but nothing listens on port {port}"
        advice = "tick 'Enable remote control' in JOSM's Preferences > Remote Control"
        return Finding(name, False, detail, advice), None
    except PortTakenError:
        detail = f"another program listens on port {port}"
        advice = (
            "end it and start JOSM again, or set another port as 'remote.control.port' in JOSM's"
            " Preferences > Advanced Preferences, and start JOSM again"
        )
        return Finding(name, False, detail, advice), None
    if not running:
        detail = f"on, on port {port}, where a JOSM on another directory answers"
        return Finding(name, True, detail), None
    return Finding(name, True, f"JOSM answers on port {port}"), version


def _described(version: str | None, *, running: bool) -> str:
    return f"version {version or 'unknown'}, {'running' if running else 'not running'}"


def _hours(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60} min"


def _without_home(text: str) -> str:
    """Write `~` for the user's home directory, which tells the user's name."""
    home = Path.home()
    for path in {home, home.resolve()}:
        if path != Path(path.anchor):  # a home at the root tells nothing
            text = re.sub(rf"{re.escape(str(path))}(?!\w)", "~", text)
    return text
