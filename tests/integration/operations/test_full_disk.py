"""A home folder on a disk that is really full: a small tmpfs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf import errors
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from proto_ddf.settings import get_settings
from tests import disks
from tests.homes import close_databases

DISK_MB = 24


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "disk", f"{DISK_MB}m") as disk:
        monkeypatch.setenv("PROTO_DDF_HOME", str(disk / "home"))
        get_settings.cache_clear()
        yield disk
        engine.shutdown()
        close_databases()
        get_settings.cache_clear()


def test_a_full_disk_is_reported_and_try_again_completes_the_operation(small_disk, workshop_in):
    filler = small_disk / "filler"
    ran: list[str] = []

    def first(_):
        ran.append("first")

    def fill(_):
        ran.append("fill")
        if not (small_disk / "cured").exists():
            with filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)

    def last(_):
        ran.append("last")

    engine.launch()
    operation_id = workshop_in.start(first, fill, last)
    failed = workshop_in.wait(operation_id, "failed")
    assert failed.error["code"] == "disk_space_low"
    assert failed.can_retry
    assert workshop_in.until(lambda: recent_errors(1))[0]["code"] == "disk_space_low"
    filler.unlink()
    (small_disk / "cured").touch()
    service.retry(operation_id)
    done = workshop_in.wait(operation_id, "succeeded")
    assert ran == ["first", "fill", "fill", "last"]
    assert [s.runs for s in done.steps] == [1, 2, 1]
    assert (small_disk / "home" / "reserve").exists()


def test_no_operation_begins_while_the_disk_is_full(small_disk, workshop_in):
    filler = small_disk / "filler"

    def fill(_):
        with filler.open("ab", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    engine.launch()
    operation_id = workshop_in.start(fill)
    workshop_in.wait(operation_id, "failed")
    with pytest.raises(errors.SystemError) as refused:
        service.retry(operation_id)
    assert refused.value.code == "disk_space_low"
    with pytest.raises(errors.SystemError):
        workshop_in.start(fill)
    kept = service.view(operation_id)
    assert kept.state == "failed"
    assert kept.can_retry
    assert len(service.recent()) == 1
