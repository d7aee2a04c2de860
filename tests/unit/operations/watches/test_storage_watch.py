"""The disk still counts as full after the reserve was given up, because what that freed is no room for new data."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.db import reserve
from proto_ddf.operations.watches import storage_watch


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4 * reserve.RESERVE_BYTES))
def test_giving_up_the_reserve_does_not_change_whether_the_disk_is_full(
    home: Path, free: int
) -> None:
    assert reserve.hold()
    was_full = storage_watch.is_full(free)
    reserve.release()
    assert storage_watch.is_full(free + reserve.RESERVE_BYTES) is was_full


def test_a_disk_is_full_from_the_least_free_space_down(home: Path) -> None:
    assert reserve.hold()
    assert storage_watch.is_full(storage_watch.LEAST_FREE_BYTES - 1)
    assert not storage_watch.is_full(storage_watch.LEAST_FREE_BYTES)
