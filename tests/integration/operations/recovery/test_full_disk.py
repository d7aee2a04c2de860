"""Space is freed on a disk that is really full: a small tmpfs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.operations import disk_space, service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.model import register
from proto_ddf.operations.recovery import kinds
from proto_ddf.operations.recovery.actions import packages
from proto_ddf.settings import get_settings
from tests import disks
from tests.homes import close_databases
from tests.integration.operations.recovery.driving import act_on_newest, wait_for_end


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "disk", "24m") as disk:
        monkeypatch.setenv("PROTO_DDF_HOME", str(disk / "home"))
        monkeypatch.setattr(disk_space, "MINIMUM_FREE_BYTES", 4 * 2**20)
        monkeypatch.setattr(packages, "run_process", lambda *_, **__: 0)
        get_settings.cache_clear()
        yield disk
        engine.shutdown()
        close_databases()
        get_settings.cache_clear()


def test_a_full_disk_is_freed_and_the_operation_goes_on(
    small_disk: Path, workshop_in: Any, until: Any
) -> None:
    for kind in kinds.ALL:
        register(kind)
    left = small_disk / "home" / "apps" / "gone.next-gone"
    rest = small_disk / "rest"

    def fill(_: object) -> None:
        if left.exists():
            with rest.open("ab", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)

    engine.launch()
    left.mkdir()
    (left / "build").write_bytes(b"x" * 10 * 2**20)
    failed = workshop_in.start(fill)
    workshop_in.wait(failed, "failed")
    attempt = act_on_newest(until, failed)
    assert attempt is not None
    assert attempt.strategy == "free_disk"
    wait_for_end(until, attempt.operation_id, "verified")
    assert workshop_in.wait(failed, "succeeded")
    assert len(service.recent()) == 2
