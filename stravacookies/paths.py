"""The program's own directories: its templates, and those that the system sets aside for it."""

from pathlib import Path

import platformdirs

_NAME = "stravacookies"


def templates() -> Path:
    """Return where the built-in templates are: in an installed package, or beside a clone's."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def config() -> Path:
    """Return where the user's `config.toml` is."""
    return platformdirs.user_config_path(_NAME, appauthor=False)


def state() -> Path:
    """Return where session and cookies are kept."""
    return platformdirs.user_state_path(_NAME, appauthor=False)


def cache() -> Path:
    """Return where compiled templates and tiles are kept, which may be deleted at any time."""
    return platformdirs.user_cache_path(_NAME, appauthor=False)
