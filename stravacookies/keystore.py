"""The system's keyring, for one secret; where there is none that works, it holds nothing.

Backends raise what their systems do: locked, dismissed, no D-Bus, and more that nobody lists.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "stravacookies"
_NAME = "session"


def store(secret: str) -> bool:
    """Put the secret into the keyring in place of the one before, and tell whether that worked."""
    try:
        backend = _backend()
        if not backend:
            return False
        backend.set_password(_SERVICE, _NAME, secret)
        return backend.get_password(_SERVICE, _NAME) == secret
    except Exception:  # noqa: BLE001 - see above
        return False


def load() -> str | None:
    """Return the secret, if it is there and the keyring is open."""
    try:
        backend = _backend()
        secret = backend.get_password(_SERVICE, _NAME) if backend else None
    except Exception:  # noqa: BLE001 - see above
        return None
    return secret if isinstance(secret, str) else None


def delete() -> bool:
    """Remove the secret, and tell whether that worked; if there was none, it did not."""
    try:
        backend = _backend()
        if not backend or backend.get_password(_SERVICE, _NAME) is None:
            return False
        backend.delete_password(_SERVICE, _NAME)
        return backend.get_password(_SERVICE, _NAME) is None
    except Exception:  # noqa: BLE001 - see above
        return False


def _backend() -> "KeyringBackend | None":
    """Return the keyring, if the extra `keyring` is installed and finds one that is safe."""
    try:
        import keyring
    except ImportError:
        return None
    backend = keyring.get_keyring()
    # keyring gives 1 and more to what it recommends, less to files in clear and to no keyring.
    return backend if backend.priority >= 1 else None
