"""Opens connections to a database server: looks up the host, checks its addresses, connects and signs in."""

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
"""Codes of errors at one address of a host while another address may answer."""


def connect(server: Server, config: ServerConfig) -> DbapiConnection:
    """A signed-in connection, autocommit on and read-only; the policy's read timeout limits each statement
    and the wait for its answer. It goes to an address that was checked.

    Raises:
        ValidationError: `host_not_allowed`, `own_port`, or of `ca_certificate`.
        IntegrationError: any failure to connect (`errors/codes/databases.py`).
        SystemError: `driver_missing`, `secret_unreadable`.
    """
    check_driver(server)
    password = vault.reveal(config.password)
    read_seconds = policy_config(SYSTEM).read_timeout

    def open_at(address: Address) -> DbapiConnection:
        session = Session(connect_seconds(), read_seconds)
        return server.open(address, config, password, session)

    try:
        return try_addresses(find_addresses(config), open_at)
    except IntegrationError as error:
        if error.code == "authentication_failed" and password != password.strip():
            error.context["remark"] = "The password given begins or ends with a blank."
        raise


def find_addresses(config: ServerConfig) -> tuple[Address, ...]:
    """The addresses of the host. Raises as `addresses.resolve` does."""
    return resolve(config.host, config.port, connect_seconds())


def try_addresses(addresses: tuple[Address, ...], attempt: Callable[[Address], T]) -> T:
    """The result of `attempt` at the first address that answers. Raises its error there or, if no address answers, its
    error at one of them."""
    failure: IntegrationError | None = None
    for address in addresses:
        try:
            return attempt(address)
        except IntegrationError as error:
            if error.code not in _NOT_REACHED:
                raise
            # On a machine without IPv6, or without IPv4, the error at the other kind of address is more useful.
            if failure is None or failure.code == "host_unreachable":
                failure = error
    assert failure is not None, "resolve() gives one address at least"
    raise failure


def connect_seconds() -> float:
    """Seconds that one attempt to connect may take now. Raises DeadlineExceededError when no time is left."""
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
