"""Opening a connection to a database server: look up, check the address, connect, sign in."""

from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.server import DbapiConnection, Server


def connect(server: Server, config: ServerConfig, *, writable: bool = False) -> DbapiConnection:
    """A signed-in connection, autocommit on, that cannot write unless `writable`; statements and answers are
    limited to the policy's read timeout. The address that was checked is the one connected to.

    Raises:
        ValidationError: `host_not_allowed`, `own_port`, or of `ca_certificate`.
        IntegrationError: every way that connecting can fail (`errors/codes/databases.py`).
        SystemError: `driver_missing`, `secret_unreadable`.
    """
    raise NotImplementedError
