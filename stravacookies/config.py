"""The user's own defaults, in `config.toml`."""

import stat
from pathlib import Path
from typing import NamedTuple

from stravacookies import names
from stravacookies.errors import ConfigError
from stravacookies.files import kind
from stravacookies.sources import PASSWORD, STANDARD_INPUT

FILE = "config.toml"

_KNOWN = {"activities": names.ACTIVITIES, "colors": names.COLORS, "show": names.LAYERS}
"""What there is, for the settings that choose from it."""


class Config(NamedTuple):
    """What the user wants where no option and no environment variable says otherwise.

    Attributes:
        activities: Only these, by Strava's keys; all if empty.
        colors: Only these, by Strava's keys; all if empty.
        show: The layers to show in JOSM's menu, as ACTIVITY:COLOR; the usual ones if empty.
        josm_dir: JOSM's preferences directory.
        source: Where a session is taken from when there is none that is kept.
    """

    activities: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    josm_dir: str | None = None
    source: str | None = None


def load(directory: Path) -> Config:
    """Read the file in a directory; without one, nothing is wanted.

    Raises:
        ConfigError: It cannot be read, is no TOML, or holds what is no setting.
    """
    path = directory / FILE
    try:
        if not kind(path):
            return Config()
        if kind(path) != stat.S_IFREG:
            raise ConfigError(path, "it is no file")
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(path, error.strerror or str(error)) from None
    import tomllib  # only here, since most users have no such file

    try:
        settings = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(path, "it is not text in UTF-8") from None
    except ValueError as error:
        raise ConfigError(path, str(error)) from None
    except RecursionError:
        raise ConfigError(path, "it is nested too deeply") from None
    by_key = {name.replace("_", "-"): name for name in Config._fields}
    values: dict[str, str | tuple[str, ...]] = {}
    for key, value in settings.items():
        if key not in by_key:
            raise ConfigError(path, f"there is no setting {key!r}; there are {', '.join(by_key)}")
        name = by_key[key]
        one = Config._field_defaults[name] is None
        texts = [value] if one else value
        if not isinstance(texts, list) or not all(map(_is_text, texts)):
            raise ConfigError(path, f"{key} is not {'a text' if one else 'a list of texts'}")
        for text in texts:
            if text not in _KNOWN.get(key, texts):
                raise ConfigError(path, f"in {key}, {names.explain_unknown(text, _KNOWN[key])}")
        values[name] = texts[0] if one else tuple(texts)
    if values.get("source") in (PASSWORD, STANDARD_INPUT):
        raise ConfigError(path, "source is neither a browser nor a file")
    return Config(**values)  # type: ignore[arg-type]  # checked above


def _is_text(value: object) -> bool:
    """Tell whether a value is a text that may name something."""
    return isinstance(value, str) and value != "" and "\0" not in value
