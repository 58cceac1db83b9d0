"""The program's own directories: templates, configuration, state and cache."""

from pathlib import Path

import platformdirs

_NAME = "stravacookies"


def templates() -> Path:
    """Return the directory of the built-in templates: in the package or, in a clone, beside it."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def config() -> Path:
    """Return the directory of the user's `config.toml`."""
    return platformdirs.user_config_path(_NAME, appauthor=False)


def state() -> Path:
    """Return the directory in which session and cookies are kept."""
    return platformdirs.user_state_path(_NAME, appauthor=False)


def cache() -> Path:
    """Return the directory of compiled templates and tiles, which may be deleted at any time."""
    return platformdirs.user_cache_path(_NAME, appauthor=False)
