"""What a command finds: the user's defaults, what is kept, and JOSM's preferences directory."""

import os
import sys
from pathlib import Path

import click
import platformdirs

from stravacookies.config import Config, load
from stravacookies.errors import NoJosmDirectoryError
from stravacookies.josm.directory import find
from stravacookies.vault import Vault

_NAME = "stravacookies"


def load_config() -> Config:
    """Read the user's defaults.

    Raises:
        ConfigError: They are not such.
    """
    return load(platformdirs.user_config_path(_NAME, appauthor=False))


def config() -> Config:
    """Return the user's defaults."""
    return click.get_current_context().find_object(Config) or Config()


def vault() -> Vault:
    """Return what is kept between runs."""
    return Vault(platformdirs.user_state_path(_NAME, appauthor=False))


def cache() -> Path:
    """Return where there may be what can be had anew."""
    return platformdirs.user_cache_path(_NAME, appauthor=False)


def find_josm() -> Path:
    """Return JOSM's preferences directory.

    Raises:
        NoJosmDirectoryError: There is none.
    """
    return find(sys.platform, os.environ, Path.home())


def josm_if_any(josm_dir: Path | None) -> Path | None:
    """Return JOSM's preferences directory, if one was named or is there."""
    try:
        return josm_dir or find_josm()
    except NoJosmDirectoryError:
        return None
