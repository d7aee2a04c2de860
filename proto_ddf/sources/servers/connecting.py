"""Opening a connection to a database server: look up, check the address, connect, sign in."""

from collections.abc import Callable
from importlib import import_module
from typing import TypeVar

from proto_ddf import errors, vault
from proto_ddf.errors.types import IntegrationError
from proto_ddf.resilience import policy_config, time_left
from proto_ddf.sources.resilient import SYSTEM
from proto_ddf.sources.servers.addresses import Address, resolve
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.server import DbapiConnection, Server, Session

T = TypeVar("T")

_NOT_REACHED = frozenset(
    {"host_silent", "host_unreachable", "localhost_in_container", "port_closed"}
)
"""What one address of a host may meet while another one answers."""


def connect(server: Server, config: ServerConfig, *, writable: bool = False) -> DbapiConnection:
    """A signed-in connection, autocommit on, that cannot write unless `writable`; statements and answers are
    limited to the policy's read timeout. The address that was checked is the one connected to.

    Raises:
        ValidationError: `host_not_allowed`, `own_port`, or of `ca_certificate`.
        IntegrationError: every way that connecting can fail (`errors/codes/databases.py`).
        SystemError: `driver_missing`, `secret_unreadable`.
    """
    check_driver(server)
    password = vault.reveal(config.password)
    read_seconds = policy_config(SYSTEM).read_timeout

    def open_at(address: Address) -> DbapiConnection:
        session = Session(writable, connect_seconds(), read_seconds)
        return server.open(address, config, password, session)

    try:
        return at_first(find_addresses(config), open_at)
    except IntegrationError as error:
        if error.code == "authentication_failed" and password != password.strip():
            error.context["remark"] = "The password given begins or ends with a blank."
        raise


def find_addresses(config: ServerConfig) -> tuple[Address, ...]:
    """Where the host is. Raises as `addresses.resolve` does."""
    return resolve(config.host, config.port, connect_seconds())


def at_first(addresses: tuple[Address, ...], attempt: Callable[[Address], T]) -> T:
    """What `attempt` returns at the first address that answers. Raises what it raises there, or at one of those
    that did not answer."""
    failure: IntegrationError | None = None
    for address in addresses:
        try:
            return attempt(address)
        except IntegrationError as error:
            if error.code not in _NOT_REACHED:
                raise
            # Without a way to one kind of address, what was met at the other says more.
            if failure is None or failure.code == "host_unreachable":
                failure = error
    assert failure is not None, "resolve() gives one address at least"
    raise failure


def connect_seconds() -> float:
    """How long one attempt to connect may take now. Raises DeadlineExceededError when no time is left."""
    return time_left(policy_config(SYSTEM).connect_timeout)


def check_driver(server: Server) -> None:
    """Raises SystemError, `driver_missing`."""
    try:
        import_module(server.package)
    except ImportError as error:
        raise errors.SystemError(
            f"{server.package} cannot be loaded.",
            "drivers",
            code="driver_missing",
            package=server.package,
            reason=str(error),
        ) from error
