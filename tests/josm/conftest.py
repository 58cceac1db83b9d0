"""Fixtures of what runs and listens on this computer."""

import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from tests.josm.remotes import Remote


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A remote control."""
    with Remote() as remote:
        yield remote


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens."""
    with Remote() as remote:
        return remote.port


@pytest.fixture
def show_processes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that lets the system show the processes of some commands, and no others."""

    def show(*commands: list[str]) -> None:
        ids = SimpleNamespace(real=os.getuid())
        known = {"cwd": lambda: "/", "environ": dict, "uids": lambda: ids}
        processes = [SimpleNamespace(info={"cmdline": each}, **known) for each in commands]
        monkeypatch.setattr("psutil.process_iter", lambda _: processes)

    return show
