"""What a command finds: the user's defaults, what is kept, and JOSM's preferences directory."""

import os
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import platformdirs

from stravacookies import sources
from stravacookies.config import Config, load
from stravacookies.errors import FileAccessError, NoJosmDirectoryError
from stravacookies.files import kind
from stravacookies.josm.directory import find
from stravacookies.vault import Vault

_NAME = "stravacookies"
_SOURCE_VARIABLE = "STRAVACOOKIES_SOURCE"


def config() -> Config:
    """Return the user's defaults, which are read when they are first asked for.

    Raises:
        ConfigError: They are not such.
    """
    root = click.get_current_context().find_root()
    if root.obj is None:
        root.obj = load(platformdirs.user_config_path(_NAME, appauthor=False))
    defaults: Config = root.obj
    return defaults


def source() -> str | None:
    """Return where the user wants a session taken from when there is none that is kept.

    Raises:
        ConfigError: The user's defaults are not such.
        click.UsageError: It is one that a person must answer each time.
    """
    named = os.environ.get(_SOURCE_VARIABLE)
    if named in (sources.PASSWORD, sources.STANDARD_INPUT):
        raise click.UsageError(f"{_SOURCE_VARIABLE} is neither a browser nor a file.")
    return named or config().source


def option_defaults() -> dict[str, Callable[[], object]]:
    """Return what tells the values of options that are left out, by name.

    The source is not among them: what is named with `--from` is read in each run.
    """
    return {name: partial(_default, name) for name in Config._fields if name != "source"}


def _default(name: str) -> object:
    return getattr(config(), name)


def vault() -> Vault:
    """Return what is kept between runs."""
    return Vault(platformdirs.user_state_path(_NAME, appauthor=False))


def find_josm() -> Path:
    """Return JOSM's preferences directory.

    Raises:
        NoJosmDirectoryError: There is none.
    """
    return find(sys.platform, os.environ, Path.home())


def josm_if_any(josm_dir: Path | None) -> Path | None:
    """Return JOSM's preferences directory, if one was named or is there.

    Raises:
        NoJosmDirectoryError: One was named and is not there.
        FileAccessError: One was named and is out of reach.
    """
    try:
        if josm_dir and kind(josm_dir) != stat.S_IFDIR:
            raise NoJosmDirectoryError([josm_dir])
    except OSError as error:
        raise FileAccessError(Path(error.filename), "read", error) from None
    try:
        return josm_dir or find_josm()
    except NoJosmDirectoryError:
        return None
