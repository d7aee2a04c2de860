"""Who may open an app: everybody on this machine, or people who sign in to Proto-DDF.

With sign-in, Proto-DDF leads people to the app with a ticket (serving/tickets.py), signed with a key of this app. The key
is in a file of its own; an app that has one needs sign-in. A new version of the app, or the return to an earlier one,
changes nothing about it.
"""

import os
import secrets
from pathlib import Path

from proto_ddf.serving.tickets import probe_pass
from proto_ddf.settings import get_settings


def needs_sign_in(slug: str) -> bool:
    return _key_file(slug).exists()


def set_sign_in(slug: str, needed: bool) -> None:
    """It holds from the next start of the app's process. Raises OSError."""
    path = _key_file(slug)
    if not needed:
        path.unlink(missing_ok=True)
    elif not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f"{slug}.{secrets.token_hex(8)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)


def key_of(slug: str) -> str:
    """What the tickets for the app are signed with. Raises OSError."""
    return _key_file(slug).read_text("ascii")


def bearer_of_probes(slug: str) -> str:
    """What health probes of the app show; empty if it is open. Raises OSError."""
    return probe_pass(key_of(slug)) if needs_sign_in(slug) else ""


def _key_file(slug: str) -> Path:
    return get_settings().home / "app_keys" / slug
