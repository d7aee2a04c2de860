"""The keys that encrypt secrets: PROTO_DDF_SECRET_KEY or, without it, those of a file in the home folder.

The file has one key per line. New secrets are encrypted with the first key; older ones may be encrypted with another.
There is more than one key only during a rotation.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from proto_ddf.folder_lock import locked
from proto_ddf.settings import get_settings


class KeyUnusableError(Exception):
    """There is no usable key; the message says why."""


def key_file() -> Path:
    return get_settings().home / "secret.key"


def read() -> tuple[str, ...]:
    """The current keys. The first one encrypts.

    Raises:
        KeyUnusableError: no key is set, and the key file is missing, unreadable or damaged.
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
    """Create the key file if a key is needed and there is none. Safe for several processes at the same time.

    Raises:
        OSError: it cannot be written.
    """
    if get_settings().secret_key is not None or key_file().exists():
        return
    with exclusive():
        if not key_file().exists():
            replace([Fernet.generate_key().decode()])


def replace(keys: Sequence[str]) -> None:
    """Replace the key file, readable by its owner only. After a crash there is the old or the new file. Call it only
    inside `exclusive`.

    Raises:
        OSError: it cannot be written.
    """
    path = key_file()
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # left by a process that was killed
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def exclusive() -> Iterator[None]:
    """A lock for writing the key file, between processes and threads."""
    with locked(key_file().parent):
        yield


def cipher(keys: Sequence[str]) -> MultiFernet:
    """Encrypts with the first of `keys`, decrypts with any. Raises ValueError if one is not a Fernet key."""
    return MultiFernet([Fernet(key) for key in keys])
