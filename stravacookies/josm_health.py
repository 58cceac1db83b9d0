"""The checks of JOSM behind `status` and `doctor`: its preferences, the layers, and itself."""

from collections.abc import Callable, Mapping

from stravacookies.errors import RUN_JOSM_PREFS, FileError
from stravacookies.facts import JosmFacts
from stravacookies.findings import Result, bad, good, unchecked
from stravacookies.heatmap import serve_command
from stravacookies.installation import command
from stravacookies.josm import entry_set, live, remote
from stravacookies.josm.directory import PREFERENCES
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.wording import count, until

RENEW = f"run '{command('josm-prefs', '--refresh')}'"
"""What to do if files of ours are damaged, or their cookies are refused."""


def _preferences(josm: JosmFacts) -> Result:
    if isinstance(josm.registration, FileError):
        return bad(str(josm.registration))
    if josm.registration.before is None:
        return bad(f"there is no {PREFERENCES}", RUN_JOSM_PREFS)
    return good("readable")


def _registration(josm: JosmFacts) -> Result:
    if isinstance(josm.registration, FileError):
        return unchecked("the preferences cannot be used")
    if josm.is_registered:
        return good(f"JOSM's preferences list {entry_set.FILE}")
    first = "close JOSM, then " if josm.is_running else ""
    return bad(f"JOSM's preferences do not list {entry_set.FILE}", first + RUN_JOSM_PREFS)


def _layers(josm: JosmFacts) -> Result:
    file = entry_set.FILE
    match josm.entry_set:
        case FileNotFoundError():
            return bad(f"there is no {file}", RUN_JOSM_PREFS)
        case OSError() as error:
            why = error.strerror or error
            return bad(f"{file} could not be read: {why}", f"remove it, then {RUN_JOSM_PREFS}")
        case MalformedError() as error:
            return bad(f"{file} is malformed in {error}", RENEW)
    if not josm.layers:
        return bad(f"{file} contains no heatmap layers", RENEW)
    found = count(len(josm.layers), "layer")
    if josm.port and josm.is_served:
        return good(f"{found}, served on port {josm.port}")
    if josm.port:
        nothing = f"{found}, but nothing serves them on port {josm.port}"
        return bad(nothing, f"run '{serve_command(josm.port)}'")
    if not josm.cookies:
        return bad(f"{found} without usable cookies", RENEW)
    if not josm.cookies.is_fresh():
        expiry = until(josm.cookies.expires)
        return bad(f"{found}, whose cookies expire on {expiry}", RUN_JOSM_PREFS)
    return good(f"{found} with fresh cookies")


def _josm(josm: JosmFacts) -> Result:
    return good(f"version {josm.version}, {'running' if josm.is_running else 'not running'}")


def _remote_control(josm: JosmFacts) -> Result:
    if isinstance(josm.registration, FileError):
        return unchecked("the preferences cannot be used")
    on, port = josm.remote_control
    if not on:
        return good("off (it is optional)")
    match josm.probe.listener, josm.is_running:
        case remote.Listener.OTHER, _:
            return bad(f"another program listens on port {port}", live.FREE_PORT)
        case remote.Listener.NOTHING, True:
            return bad(f"on, but nothing listens on port {port}", live.ENABLE)
        case remote.Listener.NOTHING, False:
            return good(f"on, on port {port} when JOSM runs")
        case remote.Listener.JOSM, False:
            return good(f"on; a JOSM with another directory answers on port {port}")
    return good(f"JOSM answers on port {port}")


def _cartograph(josm: JosmFacts) -> Result:
    if josm.port:
        return good("none, since JOSM's layers have no cookies")
    if not josm.layers or not josm.cookies:
        return unchecked("there are no layers to compare them with")
    wrong = []
    for name, content in josm.map_sources.items():
        if isinstance(content, FileNotFoundError):
            wrong.append(f"{name} is missing")
        elif isinstance(content, Exception):
            wrong.append(f"{name} cannot be read")
        elif josm.cookies.signature not in content:
            wrong.append(f"{name} has different cookies from JOSM's layers")
    if wrong:
        return bad(", ".join(wrong), RENEW)
    return good(f"{count(len(josm.map_sources), 'file')} with the cookies of JOSM's layers")


CHECKS: Mapping[str, Callable[[JosmFacts], Result]] = {
    "Preferences": _preferences,
    "Registration": _registration,
    "Layers": _layers,
    "JOSM": _josm,
    "Remote control": _remote_control,
    "Cartograph": _cartograph,
}
"""The checks by name, in order."""
