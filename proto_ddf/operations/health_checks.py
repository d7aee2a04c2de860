"""The health checks of what operations need: the database, the engine, the disk, the pool of connections, open
files and the load of the server."""

import shutil

import sqlalchemy

from proto_ddf.db.engine import engine as database_engine
from proto_ddf.db.engine import session
from proto_ddf.monitoring.health import Health, HealthChecks, Status
from proto_ddf.operations.disk_space import MINIMUM_FREE_BYTES
from proto_ddf.operations.engine import engine
from proto_ddf.operations.watches import storage_watch
from proto_ddf.serving.limits import descriptors
from proto_ddf.serving.load import LOAD
from proto_ddf.settings import get_settings

BUSY_POOL = 0.9
"""The share of a pool's connections from which on it is degraded: few are left for what comes next."""

BUSY_DESCRIPTORS = 0.95


def register_checks(checks: HealthChecks) -> None:
    checks.register("database", examine_database, is_needed=True)
    checks.register("operations", examine_operations, is_needed=True)
    checks.register("disk", examine_disk)
    checks.register("database pool", examine_pool)
    checks.register("open files", examine_descriptors)
    checks.register("load", examine_load)


def examine_database() -> Health:
    """Read from it, as every page does; and whether it can be written, as the storage watch found in the last seconds."""
    with session() as opened:
        opened.connection().execute(sqlalchemy.text("SELECT 1"))
    problems = storage_watch.problems()
    if problems:
        return Health(Status.DEGRADED, " ".join(each.message for each in problems))
    return Health()


def examine_operations() -> Health:
    engine.current()
    return Health()


def examine_disk() -> Health:
    free = shutil.disk_usage(get_settings().home).free
    if storage_watch.is_full(free):
        return Health(Status.FAILED, "The disk is full. Nothing new can be saved.")
    if free < MINIMUM_FREE_BYTES:
        return Health(Status.DEGRADED, f"{free // 2**20} MB are free, too few for a new app.")
    return Health()


def examine_pool() -> Health:
    used, most = pool_usage()
    if used < BUSY_POOL * most:
        return Health()
    return Health(Status.DEGRADED, f"{used} of {most} connections to the database are in use.")


def examine_descriptors() -> Health:
    """Without descriptors new connections wait, and files cannot be opened."""
    used, most = descriptors()
    if used < BUSY_DESCRIPTORS * most:
        return Health()
    return Health(Status.DEGRADED, f"{used} of {most} files and connections are open.")


def examine_load() -> Health:
    if not LOAD.is_overloaded():
        return Health()
    late = f"the event loop is {LOAD.lag_seconds:.1f} s late"
    return Health(Status.DEGRADED, f"Too busy: {late}, {LOAD.working} requests wait.")


def pool_usage() -> tuple[int, int]:
    """How many connections to Proto-DDF's database are in use, and how many may be."""
    pool = database_engine().pool
    assert isinstance(pool, sqlalchemy.QueuePool)
    return pool.checkedout(), pool.size() + pool._max_overflow
