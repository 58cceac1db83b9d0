"""Fixtures and helpers: a store of credentials, and keyrings that are not the user's."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from stravacookies.credentials.store import CredentialStore


def exactly(message: str) -> str:
    """Return a pattern that matches a whole message and nothing else."""
    return rf"\A{re.escape(message)}\Z"


@dataclass(eq=False)
class MemoryKeyring(KeyringBackend):
    """A keyring in memory, which may be locked, forget, or wait for its owner."""

    priority: float = -1.0  # so that keyring never chooses it by itself
    is_locked: bool = False
    is_forgetful: bool = False
    pause: float = 0.0
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret."""
        time.sleep(self.pause)
        if self.is_locked:
            raise KeyringLocked
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a secret."""
        self.get_password(service, username)
        if not self.is_forgetful:
            self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Remove a secret."""
        del self.secrets[service, username]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the keyring of the user who runs the tests."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring() -> MemoryKeyring:
    """A keyring that is safe and works."""
    backend = MemoryKeyring(priority=1)
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    """A store with nothing in it."""
    return CredentialStore(tmp_path / "state" / "stravacookies")
