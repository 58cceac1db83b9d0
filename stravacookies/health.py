"""The checks behind `status` and `doctor`. Findings contain no secret and no home directory."""

import os
import platform
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from itertools import chain
from urllib.parse import urlsplit

from stravacookies import josm_health
from stravacookies.credentials import candidates, sources
from stravacookies.credentials.store import KEYRING
from stravacookies.errors import (
    REINSTALL,
    RUN_JOSM_PREFS,
    RUN_LOGIN,
    NetworkError,
    SessionRefusedError,
    StravaError,
)
from stravacookies.facts import IGNORE, Facts
from stravacookies.findings import Finding, Result, State, bad, good, unchecked
from stravacookies.heatmap import serve_command
from stravacookies.installation import command
from stravacookies.version import __version__
from stravacookies.wording import listed, local_time, until, without_home

_PACKAGES = (
    *("click", "jinja2", "lxml", "lz4", "platformdirs", "psutil", "requests", "urllib3"),
    "websockets",
)
# Used only if they are installed.
_EXTRAS = ("httptools", "keyring", "pillow", "pycurl", "uvicorn", "yt-dlp")


_NO_COOKIES = "there are no valid cookies"


def _program(_: Facts) -> Result:
    versions = f"stravacookies {__version__}, Python {platform.python_version()}"
    return good(f"{versions}, {platform.platform()}")


def _packages(_: Facts) -> Result:
    from importlib import metadata  # imported here: 12 ms, and `status` does not need it

    versions, missing = [], []
    for name in _PACKAGES + _EXTRAS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if name in _PACKAGES:
                missing.append(name)
    if missing:
        return bad(f"{', '.join(versions)}; not installed: {', '.join(missing)}", REINSTALL)
    return good(", ".join(versions))


def _session(facts: Facts) -> Result:
    usable, kept = facts.candidate, facts.session
    if not usable:
        return _why_no_session(facts)
    browser = usable.source.partition(":")[0]  # without the profile, whose name may be the user's
    source = sources.label(browser if sources.is_browser(browser) else usable.source)
    if usable.origin is candidates.Origin.VARIABLE:
        return good(f"from {source}")
    if usable.origin is candidates.Origin.KEPT and kept and kept.session:
        place = "the system's keyring" if kept.place == KEYRING else "a file"
        end = kept.session.expires
        lasts = f"; it lasts at least until {local_time(end)}" if end else ""
        renewal = "; when it ends, a newer one is taken from there"
        renewed = renewal if sources.can_renew(usable.source) else ""
        return good(f"from {source}, kept in {place}{lasts}{renewed}")
    if usable.origin is candidates.Origin.LOGIN:
        source = f"{candidates.EMAIL_VARIABLE} and {candidates.PASSWORD_VARIABLE}"
    why = "the kept one cannot be used" if kept else "none yet"
    return good(f"{why}; the next run uses {source}")


def _why_no_session(facts: Facts) -> Result:
    failures = filter(None, (each.known_failure() for each in facts.candidates))
    detail = " ".join(failure.finding for failure in failures)
    return bad(detail or "none yet", _unset(facts) + RUN_LOGIN)


def _unset(facts: Facts) -> str:
    variable = candidates.SESSION_VARIABLE
    return f"unset {variable}, then " if facts.environ.get(variable) else ""


def _login(facts: Facts) -> Result:
    match facts.refusal:
        case None:
            return good("Strava accepts the session")
        case SessionRefusedError() if facts.candidate:
            way = sources.way_out(facts.candidate.source)
            advice = _unset(facts) + way[0].lower() + way[1:]
            return bad("Strava does not accept the session: it has ended", advice)
        case error:
            return unchecked(error.finding)


def _cookies(facts: Facts) -> Result:
    _, cookies = facts.host_and_cookies
    port = facts.josm.port if facts.josm else None
    advice = f"run '{serve_command(port)}'" if port else RUN_JOSM_PREFS
    if not cookies:
        return bad("none yet", advice)
    if not cookies.is_fresh(timedelta(0)):
        return bad(f"expired on {local_time(cookies.expires)}", advice)
    if not port and not cookies.is_fresh():  # the server renews them later
        return bad(f"a refresh is due: they expire on {until(cookies.expires)}", RUN_JOSM_PREFS)
    return good(f"fresh until {until(cookies.expires)}")


def _tile(facts: Facts) -> Result:
    host, _ = facts.host_and_cookies
    match facts.tile:
        case None:
            return unchecked(_NO_COOKIES)
        case NetworkError() as error:
            advice = "check that https://www.strava.com opens here; behind a proxy, set HTTPS_PROXY"
            return bad(str(error), advice)
        case StravaError():
            return bad("Strava's answer makes no sense", "try again later")
    status = facts.tile.status
    answered = f"{urlsplit(host.layer('all:hot').tile_url()).netloc} answered {status}"
    match status:
        case 200:
            return good(answered)
        case 404:
            return good(f"{answered}: opened, but there is no heat")
        case 401 | 403:
            return bad(f"{answered}: the cookies do not open it", josm_health.RENEW)
    return bad(f"{answered}, which is unexpected", "try again later")


def _colors(facts: Facts) -> Result:
    host, _ = facts.host_and_cookies
    match facts.retired_colors:
        case None:
            return unchecked("no tile with heat was opened" if facts.tile else _NO_COOKIES)
        case StravaError() as error:
            return unchecked(str(error))
        case []:
            return good(f"{len(host.colors)} different ones")
        case retired:
            drawn = f"Strava now draws {listed(color.name for color in retired)} as hot"
    used = {layer.color for layer in facts.josm.layers} if facts.josm else set()
    if used and used.isdisjoint(retired):
        return good(f"{drawn}; none of your layers has such a colour")
    others = (("--color", color.key) for color in host.colors if color not in retired)
    return bad(drawn, f"choose other colours: run '{command('josm-prefs', *chain(*others))}'")


def _directory(facts: Facts) -> Result:
    if not facts.josm:
        detail, advice = facts.no_josm
        return bad(detail, advice or RUN_JOSM_PREFS)
    found = facts.josm.directory
    if not os.access(found, os.W_OK):
        return bad(f"{found}, which is not writable", f"make it writable for you: {found}")
    if facts.josm.is_exposed:
        return bad(f"{found}, in a git repository that does not ignore cookies", IGNORE)
    return good(str(found))


_CHECKS: Mapping[str, Callable[[Facts], Result]] = {
    "Program": _program,
    "Packages": _packages,
    "Session": _session,
    "Login": _login,
    "Cookies": _cookies,
    "Tile": _tile,
    "Colours": _colors,
    "JOSM directory": _directory,
}

ALL = (*_CHECKS, *josm_health.CHECKS)
"""All checks, from the session to JOSM's menu."""

QUICK = ("Session", "Cookies", "JOSM directory", "Registration", "Layers", "JOSM")
"""The checks that ask no one and take milliseconds."""

READY = ("Cookies", "Registration", "Layers")
"""The checks that must be good before a mapper can start."""


def examine(facts: Facts, checks: Collection[str] = ALL) -> list[Finding]:
    """Run checks, in order; change nothing. Strava gets one request, and one for each colour."""
    return [_check(name, facts) for name in checks]


def is_ready(facts: Facts) -> bool:
    """Return whether a mapper could start JOSM now."""
    return all(finding.state is State.GOOD for finding in examine(facts, READY))


def _check(name: str, facts: Facts) -> Finding:
    if name in _CHECKS:
        state, detail, advice = _CHECKS[name](facts)
    elif facts.josm:
        state, detail, advice = josm_health.CHECKS[name](facts.josm)
    else:
        state, detail, advice = unchecked("there is no JOSM directory")
    return Finding(name, state, without_home(detail), advice and without_home(advice))
