"""What belongs to the user: defaults, kept credentials, JOSM's preferences directory."""

import os
import stat
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from stravacookies import paths
from stravacookies.cli import printing, prompt, selection
from stravacookies.cli.config import NAMES, VARIABLES, Config, load
from stravacookies.computer import this_computer
from stravacookies.credentials import sources
from stravacookies.credentials.browser_folders import BROWSERS
from stravacookies.credentials.candidates import SECRETS, Candidate, Contents, Origin, Sources
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import (
    BrowserNotFoundError,
    NoJosmDirectoryError,
    StravacookiesError,
    UsageError,
)
from stravacookies.files import file_type, renamed_errors
from stravacookies.heatmap import CURRENT, Layer, TileHost
from stravacookies.josm import directory
from stravacookies.strava.cookies import HeatmapCookies

_ENVIRON = "stravacookies.environ"
"""Where click keeps the environment of a run."""


def hide_secrets() -> None:
    """Take secrets out of the environment that child processes inherit; `environ` keeps them.

    Libraries start some as well: importing `keyring` runs a compiler.
    """
    click.get_current_context().meta[_ENVIRON] = dict(os.environ)
    for variable in SECRETS:
        os.environ.pop(variable, None)


def environ() -> Mapping[str, str]:
    """Return the environment that the program was started with, which may hold secrets."""
    found: Mapping[str, str] = click.get_current_context().meta[_ENVIRON]
    return found


def config() -> Config:
    """Return the user's defaults, which are read when they are first needed."""
    root = click.get_current_context().find_root()
    if root.obj is None:
        root.obj = load(paths.config())
    defaults: Config = root.obj
    return defaults


def option_defaults() -> dict[str, Callable[[], object]]:
    """Return functions that return the user's default of each option, by the option's name.

    The source is not among them: a source that is named with `--from` is read in each run.
    """
    return {name: partial(_setting, name) for name in Config._fields if name != "source"}


def _setting(name: str) -> Any:
    return getattr(config(), name)


def default_source() -> str | None:
    """Return the user's default source of a session, which must not need a person each time."""
    named = os.environ.get(VARIABLES["source"])
    if named and sources.needs_person(named):
        raise UsageError(f"{VARIABLES['source']} is neither a browser nor a file.")
    return named or config().source


def default_shown(host: TileHost) -> Sequence[Layer]:
    """Return the layers that `josm-prefs` shows in JOSM's menu without options."""
    return selection.layers_and_shown(host, *map(_default_names, NAMES))[1]


def _default_names(setting: str) -> Sequence[str]:
    """Return the names that an environment variable chooses, or else config.toml."""
    text = os.environ.get(VARIABLES[setting])
    try:
        return NAMES[setting].split_envvar_value(text) if text else list(_setting(setting))
    except click.BadParameter as error:
        error.param_hint = VARIABLES[setting]
        raise


def cookies(host: TileHost, source: str | None, *, refresh: bool) -> HeatmapCookies:
    """Return fresh cookies: from the source named with `--from`, or else the usual way."""
    if source is None and not refresh:
        kept = CredentialStore().cookies(host)
        if kept and kept.is_fresh():
            return kept
    from stravacookies.credentials.acquire import acquire  # imported here: fresh cookies need none

    chosen = credential_sources(source, host)
    acquired = acquire(chosen.candidates(host), chosen.store, host, report_failure)
    if acquired.not_kept:
        printing.warn(str(acquired.not_kept))
    if acquired.origin in (Origin.SEARCH, Origin.PERSON):
        label = sources.label(acquired.source)
        printing.warn(f"Logged in to Strava with {label}.")
    return acquired.cookies


def credential_sources(source: str | None, host: TileHost = CURRENT) -> Sources:
    """Return where a session may come from: the source named with `--from`, or all there are."""
    variables = environ()
    if source is not None:
        from stravacookies.cli import ways  # imported here: most runs use the session that is kept

        return Sources(named=ways.named(source, variables, host))

    def ask() -> Contents:
        from stravacookies.cli import ways  # as above

        return ways.ask(variables, host)

    asks = ask if prompt.is_possible() else None
    return Sources(environ=variables, default=default_source(), search=BROWSERS, ask=asks)


def report_failure(candidate: Candidate, error: StravacookiesError) -> None:
    """Say why a source failed, unless it can be renewed, or is a browser that is not here."""
    renewable = candidate.origin is Origin.KEPT and sources.can_renew(candidate.source)
    absent = candidate.origin is Origin.SEARCH and isinstance(error, BrowserNotFoundError)
    if not (renewable or absent):
        printing.warn(error.finding)


def josm(josm_dir: Path | None) -> Path:
    """Return JOSM's preferences directory, which exists: the named one, or where JOSM keeps it."""
    if josm_dir is None:
        return directory.find(this_computer())
    with renamed_errors(josm_dir, "read"):
        if file_type(josm_dir) != stat.S_IFDIR:
            raise directory.no_directory(josm_dir)
    return josm_dir


def josm_if_any(josm_dir: Path | None) -> Path | None:
    """Return JOSM's preferences directory, if it exists; one that the user named must exist."""
    try:
        return josm(josm_dir)
    except NoJosmDirectoryError:
        if josm_dir is not None:
            raise
        return None


def josm_to_write(josm_dir: Path | None, ours: Collection[str]) -> Path:
    """Return the directory to write into: as `josm`, or one that JOSM will use when it first runs.

    One that the user named must be JOSM's, apart from files of ours.
    """
    found = josm_dir or josm_if_any(None) or directory.to_create(this_computer())
    directory.check_shared(found, this_computer(), sys.base_prefix)
    if josm_dir:
        directory.check_named(josm(josm_dir), directory.usual(this_computer()), ours)
    return found
