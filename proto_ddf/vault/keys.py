"""The keys that secrets are encrypted with: from PROTO_DDF_SECRET_KEY, or else from a file in the home folder.

The file holds one key a line. Secrets are encrypted with the first, and may still be encrypted with any other:
there is more than one only while they are being rotated.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from proto_ddf.settings import get_settings


class KeyUnusableError(Exception):
    """There is no key, or none that can be used; the text says why."""


def key_file() -> Path:
    return get_settings().home / "secret.key"


def read() -> tuple[str, ...]:
    """The keys in force, the one to encrypt with first.

    Raises:
        KeyUnusableError: no key is given and the key file is not there, not readable or no key file.
    """
    settings = get_settings()
    given = (settings.secret_key, settings.previous_secret_key)
    if settings.secret_key is not None:
        return tuple(key.get_secret_value() for key in given if key is not None)
    try:
        keys = tuple(key_file().read_text("ascii").split())
        cipher(keys)
    except FileNotFoundError:
        raise KeyUnusableError(f"the key file {key_file()} is gone") from None
    except OSError as error:
        raise KeyUnusableError(f"the key file {key_file()}: {error.strerror}") from error
    except ValueError:
        raise KeyUnusableError(f"the key file {key_file()} is damaged") from None
    return keys


def ensure() -> None:
    """Make the key file if a key is needed and there is none yet. Of several processes at once one makes it.

    Raises:
        OSError: it cannot be written.
    """
    if get_settings().secret_key is not None or key_file().exists():
        return
    with exclusive():
        if not key_file().exists():
            replace([Fernet.generate_key().decode()])


def replace(keys: Sequence[str]) -> None:
    """Write the key file anew, readable by its owner alone; a crash leaves the old one or the new one. Only
    inside `exclusive`.

    Raises:
        OSError: it cannot be written.
    """
    path = key_file()
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # of a process that was killed
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    with _folder() as folder:
        os.fsync(folder)


@contextmanager
def exclusive() -> Iterator[None]:
    """One process and thread at a time may write the key file."""
    with _folder() as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def cipher(keys: Sequence[str]) -> MultiFernet:
    """Encrypts with the first of `keys`, decrypts with any. Raises ValueError where one is no Fernet key."""
    return MultiFernet([Fernet(key) for key in keys])


@contextmanager
def _folder() -> Iterator[int]:
    opened = os.open(key_file().parent, os.O_RDONLY)
    try:
        yield opened
    finally:
        os.close(opened)
