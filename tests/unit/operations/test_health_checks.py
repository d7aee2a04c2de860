"""What operations need is checked: the database, the engine, the disk, the pool."""

import resource
from pathlib import Path

import pytest

from proto_ddf.db.engine import session
from proto_ddf.errors import ProtoDDFError
from proto_ddf.monitoring.health import Health, HealthChecks, Status
from proto_ddf.operations import health_checks
from proto_ddf.serving.limits import descriptors
from proto_ddf.serving.load import SAMPLES, Load
from proto_ddf.settings import get_settings


def test_each_check_is_registered_and_what_stores_operations_is_needed(migrated_home: Path) -> None:
    checks = HealthChecks()
    health_checks.register_checks(checks)
    needed = {name for name, check in checks._checks.items() if check.is_needed}
    assert needed == {"database", "operations"}


def test_a_database_that_answers_is_well_and_one_that_is_gone_is_not(migrated_home: Path) -> None:
    assert health_checks.examine_database() == Health()
    database = get_settings().database_path
    database.rename(database.with_name("away.db"))
    with pytest.raises(Exception, match="moved, deleted or replaced"):
        health_checks.examine_database()


def test_without_its_engine_operations_are_not_well() -> None:
    with pytest.raises(ProtoDDFError, match="starting or stopping"):
        health_checks.examine_operations()


def test_a_full_disk_and_one_without_room_for_an_app_are_told_apart(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = health_checks.shutil.disk_usage(home).free
    for least, room, status in (
        (0, 0, Status.OK),
        (0, 2 * free, Status.DEGRADED),
        (2 * free, 2 * free, Status.FAILED),
    ):
        monkeypatch.setattr(health_checks.storage_watch, "LEAST_FREE_BYTES", least)
        monkeypatch.setattr(health_checks, "MINIMUM_FREE_BYTES", room)
        assert health_checks.examine_disk().status is status


def test_a_pool_whose_connections_are_nearly_all_in_use_is_degraded(migrated_home: Path) -> None:
    _, most = health_checks.pool_usage()
    opened = [session() for _ in range(round(0.9 * most) + 1)]
    for each in opened:
        each.__enter__().connection()
    assert health_checks.examine_pool().status is Status.DEGRADED
    for each in opened:
        each.__exit__(None, None, None)
    assert health_checks.pool_usage() == (0, most)
    assert health_checks.examine_pool() == Health()


def test_a_server_that_sheds_load_is_degraded(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load()
    monkeypatch.setattr(health_checks, "LOAD", load)
    assert health_checks.examine_load() == Health()
    for _ in range(SAMPLES):
        load.add_lag(2.5)
    found = health_checks.examine_load()
    assert found.status is Status.DEGRADED
    assert "2.5 s late" in found.message


def test_nearly_as_many_open_files_as_there_may_be_are_degraded() -> None:
    assert health_checks.examine_descriptors() == Health()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used, _ = descriptors()
    resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
    try:
        assert health_checks.examine_descriptors().status is Status.DEGRADED
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
