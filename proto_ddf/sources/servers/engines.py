"""Connections that are kept open: a small pool for each config, shared by all its readers.

When a connection breaks, all connections of its pool are discarded: the cause (a restart, a firewall) ended them too. The
next call opens a new one. Nothing here is retried; the policy of the source does that.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from threading import Lock, Timer
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext

from proto_ddf.errors.classify import classify
from proto_ddf.logs import get_logger
from proto_ddf.sources.servers.catalogue import CatalogTable
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.connecting import check_driver, connect
from proto_ddf.sources.servers.dialects import dialect
from proto_ddf.sources.servers.server import Server

IDLE_SECONDS = 300.0
"""After this time without a call, connections are closed."""
_KEPT_CONNECTIONS = 2
"""Connections of a pool that stay open between calls."""
_MORE_CONNECTIONS = 14
"""For concurrent calls and streams; closed after use."""
_SECONDS_FOR_A_CONNECTION = 10
"""How long a call waits for a connection when all are in use."""
_LOST = frozenset(
    {"connection_failed", "connection_lost", "host_silent", "server_starting", "server_stopping"}
)
"""Codes of errors after which a connection cannot be used any more."""

log = get_logger(__name__)


@dataclass(frozen=True)
class ConnectionStatistics:
    """Statistics of the connections to one endpoint since this process started."""

    connects: int = 0
    reconnects: int = 0
    """Connects that were the first after connections had been lost."""
    failures: int = 0
    """Connects that failed, and connections that were lost."""
    connect_seconds: float | None = None
    """Duration of the last connect."""
    last_error: str = ""
    """Code of the last failure; a later success does not clear it."""


class _Endpoint:
    """The statistics of connections to one endpoint."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.statistics = ConnectionStatistics()
        self._lost = False
        self._lock = Lock()

    def connected(self, seconds: float) -> None:
        with self._lock:
            again, self._lost = self._lost, False
            self.statistics = replace(
                self.statistics,
                connects=self.statistics.connects + 1,
                reconnects=self.statistics.reconnects + again,
                connect_seconds=seconds,
            )
        if again:
            log.info("connected again", target=self.target)

    def failed(self, error: BaseException, *, lost: bool) -> None:
        code = classify(error).code
        with self._lock:
            self._lost = self._lost or lost
            self.statistics = replace(
                self.statistics,
                failures=self.statistics.failures + 1,
                last_error=code,
            )
        if lost:
            log.warning("connection lost, others thrown away", target=self.target, code=code)


@dataclass
class Pool:
    """The connections for one config, and the tables that were read over them."""

    engine: sa.Engine
    target: str
    tables: dict[str, tuple[float, CatalogTable]] = field(default_factory=dict)
    """Tables by name, each with when it was read (`time.monotonic`)."""
    used_at: float = field(default_factory=time.monotonic)

    @property
    def in_use(self) -> bool:
        """A call or a stream holds one of the connections."""
        connections = self.engine.pool
        return isinstance(connections, sa.QueuePool) and connections.checkedout() > 0


_Key = tuple[str, str]

_lock = Lock()
_pools: dict[_Key, Pool] = {}
_endpoints: dict[str, _Endpoint] = {}
_timer: Timer | None = None


def pool(server: Server, config: ServerConfig) -> Pool:
    """The pool for a config: the same one until it is idle for some time. Its connections are in autocommit;
    `engine.connect()` raises as `connecting.connect`. Raises SystemError: `driver_missing`."""
    key = _key(server, config)
    with _lock:
        if key not in _pools:
            _pools[key] = _create(server, config)
            _schedule_cleanup()
        found = _pools[key]
        found.used_at = time.monotonic()
    return found


def statistics(target: str) -> ConnectionStatistics:
    """The statistics of all connections to an endpoint; zeros if there were none."""
    with _lock:
        endpoint = _endpoints.get(target)
    return endpoint.statistics if endpoint else ConnectionStatistics()


def connections_in_use() -> int:
    """Of all pools."""
    with _lock:
        connections = [each.engine.pool for each in _pools.values()]
    return sum(each.checkedout() for each in connections if isinstance(each, sa.QueuePool))


def close_unused(server: Server, config: ServerConfig) -> None:
    """Close the connections for a config that no call holds: the next call signs in anew."""
    with _lock:
        found = _pools.get(_key(server, config))
    if found:
        found.engine.dispose()


def dispose(server: Server, config: ServerConfig) -> None:
    """Close the connections for a config that was changed or deleted. Running calls are not affected."""
    with _lock:
        closing = _pools.pop(_key(server, config), None)
    if closing:
        _close([closing])


def dispose_all() -> None:
    """Close all connections that are kept open."""
    with _lock:
        closing = list(_pools.values())
        _pools.clear()
    _close(closing)


def close_idle(seconds: float = IDLE_SECONDS) -> None:
    """Close the pools that were not used for that time."""
    before = time.monotonic() - seconds
    with _lock:
        idle = [key for key, each in _pools.items() if each.used_at <= before and not each.in_use]
        closing = [_pools.pop(key) for key in idle]
    _close(closing)


def _schedule_cleanup() -> None:
    """Close idle pools periodically as long as there are pools. Must be called with the lock."""
    global _timer
    if _timer is None:
        _timer = Timer(IDLE_SECONDS / 2, _clean_up)
        _timer.daemon = True
        _timer.start()


def _clean_up() -> None:
    global _timer
    close_idle()
    with _lock:
        _timer = None
        if _pools:
            _schedule_cleanup()


def target_of(server: Server, config: ServerConfig) -> str:
    """The name of the server: "PostgreSQL at db.example.com:5432"."""
    host = config.host.lower()
    named = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{server.label} at {named}:{config.port}"


def _close(pools: Iterable[Pool]) -> None:
    for each in pools:
        each.engine.dispose()


def _key(server: Server, config: ServerConfig) -> _Key:
    return server.name, config.model_dump_json()


def _create(server: Server, config: ServerConfig) -> Pool:
    target = target_of(server, config)
    endpoint = _endpoints.setdefault(target, _Endpoint(target))
    check_driver(server)
    server_dialect = dialect(server.name)

    def open_connection() -> Any:
        began = time.monotonic()
        try:
            connection = connect(server, config)
            server_dialect.adapt(connection)
        except Exception as error:
            endpoint.failed(error, lost=False)
            raise
        endpoint.connected(time.monotonic() - began)
        return connection

    def note_disconnect(context: ExceptionContext) -> None:
        error = context.original_exception
        if not context.is_disconnect and classify(error).code in _LOST:
            context.is_disconnect = True
        if context.is_disconnect:
            endpoint.failed(error, lost=True)

    made = sa.create_engine(
        sa.URL.create(server.drivername),
        creator=open_connection,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=_MORE_CONNECTIONS,
        pool_timeout=_SECONDS_FOR_A_CONNECTION,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        # No statement needs a transaction, so none of them costs a round trip to end one.
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
        **server_dialect.engine_options,
    )
    sa.event.listen(made, "handle_error", note_disconnect)
    return Pool(made, target)
