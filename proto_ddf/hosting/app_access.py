"""Who may open an app: everybody on this machine, or people who sign in to Proto-DDF.

With sign-in, Proto-DDF leads people to the app with a ticket (serving/tickets.py), signed with a key of this app. The key
is in a file of its own; an app that has one needs sign-in. A new version of the app, or the return to an earlier one,
changes nothing about it.
"""

import os
import secrets
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from proto_ddf.serving.middleware.app_sign_in import ENTER_PATH
from proto_ddf.serving.settings import SignIn
from proto_ddf.serving.tickets import KEY_VARIABLE, Rights, Ticket, probe_pass
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


def serving_environment(slug: str) -> dict[str, str]:
    """The variables that tell the process of an app how it is served. Raises OSError."""
    settings = get_settings().serving()
    if not needs_sign_in(slug):
        return settings.to_variable()
    sign_in = _sign_in(slug)
    serving = replace(settings, sign_in=sign_in).to_variable()
    # For the app's own content security policy, because its pages renew their sessions there.
    return {
        **serving,
        KEY_VARIABLE: _key(slug),
        "SIGN_IN_AT": sign_in.server.replace("{host}", "*"),
    }


def entry_address(slug: str, port: int, host: str, user: str, rights: Rights, back: str) -> str:
    """Where to lead a person, who has opened Proto-DDF at `host`, to the app with a ticket. Raises OSError."""
    ticket = Ticket(slug, user, rights).signed(_key(slug))
    return f"http://{host}:{port}{ENTER_PATH}?{urlencode({'ticket': ticket, 'next': back})}"


def bearer_of_probes(slug: str) -> str:
    """What health probes of the app show; empty if it is open. Raises OSError."""
    return probe_pass(_key(slug)) if needs_sign_in(slug) else ""


def _sign_in(slug: str) -> SignIn:
    settings = get_settings()
    scheme = "https" if settings.tls_cert else "http"
    return SignIn(
        app=slug,
        server=settings.public_url or f"{scheme}://{{host}}:{settings.port}",
        session_seconds=settings.app_session_seconds,
        # A version of an earlier release does not know viewers.
        only_editors=not (settings.apps_folder / slug / slug / "sign_in.py").exists(),
    )


def _key_file(slug: str) -> Path:
    return get_settings().home / "app_keys" / slug


def _key(slug: str) -> str:
    return _key_file(slug).read_text("ascii")
