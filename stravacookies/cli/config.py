"""The user's defaults, in `config.toml`."""

import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from stravacookies.cli.layer_names import ACTIVITY, COLOR, LAYER
from stravacookies.credentials.sources import needs_person
from stravacookies.errors import UsageError
from stravacookies.files import file_type

FILE = "config.toml"

_BACKSLASHES = r"put a path with backslashes in single quotes, such as 'D:\my-josm'"
"""What to do on Windows: between double quotes, TOML takes a backslash for an escape.

Source: https://toml.io/en/v1.0.0#string
"""

NAMES = {"activities": ACTIVITY, "colors": COLOR, "only": LAYER, "show": LAYER}
"""The settings that are lists of names, and the kind of names that each contains."""

VARIABLES = {
    "activities": "STRAVACOOKIES_ACTIVITIES",
    "colors": "STRAVACOOKIES_COLORS",
    "only": "STRAVACOOKIES_ONLY",
    "show": "STRAVACOOKIES_SHOW",
    "josm_dir": "STRAVACOOKIES_JOSM_DIR",
    "source": "STRAVACOOKIES_SOURCE",
}
"""The environment variables that override settings."""


class Config(NamedTuple):
    """What the user wants unless an option or an environment variable says otherwise.

    Attributes:
        activities: Only these, by Strava's keys; all if empty.
        colors: Only these, by Strava's keys; all if empty.
        only: Only these layers, as ACTIVITY:COLOR; activities and colors are then empty.
        show: The layers to show in JOSM's menu, as ACTIVITY:COLOR; the usual ones if empty.
        josm_dir: JOSM's preferences directory.
        source: Where to take a session from if none is kept.
    """

    activities: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    josm_dir: str | None = None
    source: str | None = None


def load(directory: Path) -> Config:
    """Read the file in a directory; if it does not exist, nothing is set.

    Raises:
        UsageError: It cannot be read, is not TOML, or contains something that is not a setting.
    """
    path = directory / FILE
    try:
        kind = file_type(path)
        content = path.read_bytes() if kind == stat.S_IFREG else b""
    except OSError as error:
        raise _unusable_config(path, error.strerror or str(error)) from None
    if kind not in (0, stat.S_IFREG):
        raise _unusable_config(path, "it is not a file")
    settings = {}
    for key, value in (_parse_toml(path, content) if content else {}).items():
        name = key.replace("-", "_")
        if name not in Config._fields or "_" in key:
            names = ", ".join(field.replace("_", "-") for field in Config._fields)
            raise _unusable_config(path, f"there is no setting {key!r}; the settings are {names}")
        settings[name] = _checked(path, key, value, Config._field_defaults[name])
    if settings.get("only") and (settings.get("activities") or settings.get("colors")):
        raise _unusable_config(path, "only cannot be combined with activities or colors")
    if needs_person(settings.get("source") or ""):
        raise _unusable_config(path, "source is neither a browser nor a file")
    return Config(**settings)


def _parse_toml(path: Path, content: bytes) -> dict[str, Any]:
    import tomllib  # imported here: most users have no such file

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _unusable_config(path, "it is not text in UTF-8") from None
    except ValueError as error:
        advice = f"; {_BACKSLASHES}" if _has_backslashes(content) else ""
        raise _unusable_config(path, f"{error}{advice}") from None
    except RecursionError:
        raise _unusable_config(path, "it is nested too deeply") from None


def _has_backslashes(content: bytes) -> bool:
    """Return whether a file is not TOML, and would be with slashes in place of backslashes."""
    import tomllib

    with suppress(ValueError):
        return bool(tomllib.loads(content.decode("utf-8-sig").replace("\\", "/")))
    return False


def _checked(path: Path, key: str, value: object, default: object) -> Any:
    """Return the value of a setting: a string or a list of names, as its default shows."""
    is_text = default is None
    texts = [value] if is_text else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise _unusable_config(
            path, f"{key} is not {'a string' if is_text else 'a list of strings'}"
        )
    if is_text and re.search(r"[\0-\x1f]", texts[0]):  # as of "D:\tiles", whose \t is a tab
        raise _unusable_config(path, f"{key} contains a control character; {_BACKSLASHES}")
    try:
        return value if is_text else tuple(map(NAMES[key].find, texts))
    except ValueError as error:
        raise _unusable_config(path, f"in {key}: {error}") from None


def _unusable_config(path: Path, why: str) -> UsageError:
    ending = "" if why.endswith((".", "?")) else "."
    return UsageError(f"{path} cannot be used: {why}{ending}")
