"""Where an app listens, and at which address people open it.

An app that is open to this machine listens on this machine alone, by HTTP. One that needs sign-in listens on APPS_HOST, by
HTTPS if Proto-DDF does. It is opened at the host at which Proto-DDF is opened, on a port of its own.
"""

from urllib.parse import urlencode, urlsplit

from proto_ddf.hosting.app_access import bearer_of_probes, key_of, needs_sign_in
from proto_ddf.hosting.health import Endpoint
from proto_ddf.serving.hosts import Host, is_loopback, origin, reached_at
from proto_ddf.serving.middleware.app_sign_in import ENTER_PATH
from proto_ddf.serving.settings import LOOPBACK
from proto_ddf.serving.tickets import Rights, Ticket
from proto_ddf.settings import get_settings


def listening_host(slug: str) -> str:
    return get_settings().apps_host if needs_sign_in(slug) else LOOPBACK


def endpoint(slug: str, port: int | None) -> Endpoint:
    """Where Proto-DDF asks how the app is. Raises OSError."""
    if not needs_sign_in(slug):
        return Endpoint(port)
    settings = get_settings()
    return Endpoint(
        port,
        host=reached_at(settings.apps_host),
        has_tls=settings.tls_cert is not None,
        bearer=bearer_of_probes(slug),
    )


def address(slug: str, port: int, opened_at: Host | None = None) -> str:
    """Where people open an app who have opened Proto-DDF at the host `opened_at`; None: at its usual one."""
    if needs_sign_in(slug):
        return address_with_sign_in(port, opened_at)
    return origin("http", Host(_name(opened_at or _usual_host(), LOOPBACK), port))


def address_with_sign_in(port: int, opened_at: Host | None = None) -> str:
    """As `address`, of an app that needs sign-in."""
    settings = get_settings()
    usual = _usual_host()
    name = _name(opened_at or usual, settings.apps_host)
    # A proxy in front of Proto-DDF is in front of such apps too.
    scheme = urlsplit(settings.address).scheme if name == usual.name else settings.scheme
    return origin(scheme, Host(name, port))


def entry_address(
    slug: str, port: int, opened_at: Host, user: str, rights: Rights, back: str
) -> str:
    """Where to lead a person, who has opened Proto-DDF at a host, to the app with a ticket. Raises OSError."""
    ticket = Ticket(slug, user, rights).signed(key_of(slug))
    query = urlencode({"ticket": ticket, "next": back})
    return f"{address_with_sign_in(port, opened_at)}{ENTER_PATH}?{query}"


def _usual_host() -> Host:
    parts = urlsplit(get_settings().address)
    return Host(parts.hostname or "", parts.port or 0)


def _name(opened_at: Host, bound: str) -> str:
    """The name by which a browser reaches what listens on `bound`: the one that it knows, if that leads there."""
    if bound in ("0.0.0.0", "::"):  # noqa: S104
        leads_there = True
    elif opened_at.address is not None:
        leads_there = opened_at.name == bound
    else:
        leads_there = opened_at.is_loopback == is_loopback(bound)
    return opened_at.name if leads_there else bound
