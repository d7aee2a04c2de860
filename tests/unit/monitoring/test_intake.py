"""Nothing that was reported is lost or counted twice; what is refused is counted.

The kinds: floods of equal and of different errors, a full queue, too many a second, a disk that is nearly full, a
database that cannot be written for a while, a report that can never be stored, and an end while reports wait."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from proto_ddf.errors import describe
from proto_ddf.monitoring import intake as module
from proto_ddf.monitoring import waiting_reports
from proto_ddf.monitoring.intake import Intake
from proto_ddf.monitoring.reported import Reported, ReportedError
from proto_ddf.monitoring.waiting_reports import BATCH, BURST

pytestmark = pytest.mark.usefixtures("home")
GONE = describe(OSError("gone"))
SECONDS = 30.0


class Store:
    """Takes batches as the database does; it can be kept from it."""

    def __init__(self) -> None:
        self.open = Event()
        self.open.set()
        self.failure: Callable[[Sequence[Reported]], None] = lambda _batch: None
        self.stored: list[Reported] = []
        self.discarded: Counter[str] = Counter()
        self.tries = 0

    def __call__(self, batch: Sequence[Reported], discarded: Mapping[str, int]) -> list[str]:
        self.tries += 1
        assert self.open.wait(SECONDS)
        self.failure(batch)
        self.stored.extend(batch)
        self.discarded.update(discarded)
        return []

    @property
    def times(self) -> int:
        return sum(each.times for each in self.stored if isinstance(each, ReportedError))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    made = Intake(store, most_waiting=1000)
    yield made
    store.open.set()
    made.close(SECONDS)


def locked(_batch: Sequence[Reported]) -> None:
    raise OperationalError("INSERT", {}, Exception("database is locked"))


def random_hex(length: int) -> str:
    """What cannot be packed to less than half."""
    return Random(1).randbytes(length // 2).hex()


def fill(intake: Intake, store: Store, count: int, text: str = "{}") -> None:
    """Report that many different errors while none is stored."""
    store.open.clear()
    for number in range(count):
        intake.report(GONE, text.format(number))


def test_a_report_never_waits_for_the_database(intake: Intake, store: Store) -> None:
    fill(intake, store, 3)
    assert intake.statistics().waiting == 3
    store.open.set()
    assert intake.flush(SECONDS)
    assert store.times == 3


def test_equal_errors_that_wait_together_are_stored_once_with_their_number(
    intake: Intake, store: Store
) -> None:
    fill(intake, store, 5000, "Read")
    assert intake.statistics().waiting <= 2 * BATCH + 1
    store.open.set()
    assert intake.flush(SECONDS)
    assert store.times == 5000
    assert not intake.statistics().refused


def test_what_waits_is_stored_in_few_transactions(intake: Intake, store: Store) -> None:
    fill(intake, store, 900)
    store.open.set()
    assert intake.flush(SECONDS)
    assert store.times == 900
    assert store.tries <= 1 + -(-900 // BATCH)


def test_a_full_queue_refuses_and_counts(intake: Intake, store: Store) -> None:
    fill(intake, store, 1500)
    refused = intake.statistics().refused["queue_full"]
    store.open.set()
    assert intake.flush(SECONDS)
    intake.report(GONE, "after")
    assert intake.flush(SECONDS)
    assert store.times + refused == 1501
    assert store.discarded == {"queue_full": refused}
    assert 1000 <= store.times <= 1001 + BATCH


def test_too_many_a_second_are_refused_until_time_has_passed(store: Store) -> None:
    now = 0.0
    made = Intake(store, clock=lambda: now, most_waiting=10**6)
    fill(made, store, int(BURST) + 10)
    assert made.statistics().refused == {"too_fast": 10}
    now = 0.01
    made.report(GONE, "later")
    assert made.statistics().refused == {"too_fast": 10}
    store.open.set()
    made.close(SECONDS)


def test_while_the_disk_is_nearly_full_errors_are_stored_without_their_large_part(
    intake: Intake, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    intake.report(GONE, "first")
    assert intake.flush(SECONDS)
    intake.report(GONE, "second")
    assert intake.flush(SECONDS)
    bodies = [each.body for each in store.stored if isinstance(each, ReportedError)]
    assert [bool(body) for body in bodies] == [True, False]
    assert intake.statistics().refused == {"body_low_disk": 1}


def test_the_large_parts_that_wait_take_no_more_than_their_limit(
    intake: Intake, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_reports, "MOST_WAITING_BYTES", 100_000)
    store.open.clear()
    large = {**GONE, "context": {"log": random_hex(60_000)}}
    for number in range(20):
        intake.report(large, str(number))
    assert intake.statistics().waiting_bytes <= 100_000
    store.open.set()
    assert intake.flush(SECONDS)
    assert store.times == 20
    assert intake.statistics().refused["body_queue_full"] >= 16


def test_what_cannot_be_stored_for_a_while_is_stored_later(
    intake: Intake, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITS", (0.01,))
    store.failure = locked
    intake.report(GONE, "one")
    assert not intake.flush(0.1)
    assert intake.statistics().is_failing
    store.failure = lambda _batch: None
    assert intake.flush(SECONDS)
    assert (store.times, intake.statistics().is_failing) == (1, False)


def test_one_that_can_never_be_stored_does_not_keep_the_others_from_it(
    intake: Intake, store: Store
) -> None:
    def never(batch: Sequence[Reported]) -> None:
        if any(
            isinstance(each, ReportedError) and each.columns["operation"] == "7" for each in batch
        ):
            raise ValueError("no column for it")

    store.failure = never
    fill(intake, store, 20)
    store.open.set()
    assert intake.flush(SECONDS)
    assert store.times == 19
    assert intake.statistics().refused == {"not_storable": 1}


def test_the_end_stores_what_waits_and_a_later_report_starts_again(
    intake: Intake, store: Store
) -> None:
    fill(intake, store, 100)
    closing = Thread(target=intake.close, args=(SECONDS,))
    closing.start()
    store.open.set()
    closing.join(SECONDS)
    assert store.times == 100
    intake.report(GONE, "later")
    assert intake.flush(SECONDS)
    assert store.times == 101


def test_threads_that_report_at_once_lose_nothing(intake: Intake, store: Store) -> None:
    def report(name: str) -> None:
        for _ in range(500):
            intake.report(GONE, name)

    threads = [Thread(target=report, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert intake.flush(SECONDS)
    assert store.times == 4000


def test_any_description_is_taken(intake: Intake, store: Store) -> None:
    odd: list[dict[str, Any]] = [
        {**GONE, "context": None},
        {**GONE, "hint": None, "field": None, "context": {"log": ["\ud800", 10**400]}},
        {**GONE, "message": "x" * 100_000},
    ]
    for described in odd:
        intake.report(described, "Read")
    assert intake.flush(SECONDS)
    assert store.times == 3
