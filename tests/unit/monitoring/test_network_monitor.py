"""The network monitor: what counts, what it tells, and what it reports.

It counts errors of the network and no others.

Of the kind: whatever else a call may raise is an answer of the target, a fault of the one who asks, or a refusal
before anything was sent: wrong passwords, missing rights, broken files, bad queries, full disks, our own limits,
mistakes in the code, and errors that only mention the network in their text.
"""

import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import NetworkErrorRollup
from proto_ddf.errors import CATALOGUE, IntegrationError, ValidationError
from proto_ddf.monitoring import intake, network_monitor
from proto_ddf.monitoring.network_errors import NETWORK_CODES
from proto_ddf.monitoring.network_monitor import NetworkErrorMonitor
from proto_ddf.monitoring.reported import NetworkError
from proto_ddf.resilience import BulkheadFullError, CircuitOpenError, PolicyConfig, RateLimitedError
from proto_ddf.resilience.policy import Policy
from tests.unit.resilience.policies import Clock

THRESHOLD = 3
START = 1_790_000_000.0


class Reports(list[NetworkError]):
    """Takes what the monitor reports, unless it is full."""

    is_full = False

    def __call__(self, error: NetworkError) -> bool:
        if not self.is_full:
            self.append(error)
        return not self.is_full


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def monitor(clock: Clock, reports: Reports) -> NetworkErrorMonitor:
    return NetworkErrorMonitor(window=60, threshold=THRESHOLD, report=reports, clock=clock)


def is_marked(*errors: Exception) -> bool:
    monitor = NetworkErrorMonitor(window=60, threshold=THRESHOLD, report=Reports(), clock=Clock())
    for error in errors:
        monitor.record_error("source", "a", error)
    known = monitor.errors_of("source", "a")
    assert len(known.last) == len(errors)  # all of them are listed
    return known.is_alerting


def of_code(code: str) -> Exception:
    return IntegrationError("It failed.", system="shop", operation="read", code=code)


def test_every_code_that_counts_is_of_the_catalogue() -> None:
    assert set(CATALOGUE) >= NETWORK_CODES


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_error_of_the_catalogue_counts_where_the_network_failed(code: str) -> None:
    assert is_marked(*[of_code(code)] * THRESHOLD) == (code in NETWORK_CODES)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        ConnectionResetError("reset"),
        BrokenPipeError("broken"),
        TimeoutError("timed out"),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        OSError(101, "Network is unreachable"),
        OSError(113, "No route to host"),
    ],
    ids=lambda error: type(error).__name__ + str(error.errno or ""),
)
def test_what_sockets_raise_counts(error: Exception) -> None:
    assert is_marked(*[error] * THRESHOLD)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the connection timed out"),
        KeyError("host"),
        RuntimeError("connection refused"),
        FileNotFoundError(2, "No such file"),
        PermissionError(13, "Permission denied"),
        OSError(28, "No space left on device"),
        ValidationError("Bad host.", field="host", value=""),
        errors.SystemError("Full.", component="disk", code="disk_space_low"),
        CircuitOpenError("source a", 30.0),
        BulkheadFullError("source a", 1, 0),
        RateLimitedError("source a", 1.0),
        ExceptionGroup("both", [CircuitOpenError("b", 1.0), RateLimitedError("b", 1.0)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_else_counts(error: Exception) -> None:
    assert not is_marked(*[error] * THRESHOLD * 3)


makers: list[Callable[[], Exception]] = [ConnectionError, TimeoutError]
others: list[Callable[[], Exception]] = [ValueError, lambda: of_code("authentication_failed")]


@given(st.lists(st.sampled_from([True, False]), max_size=12), st.integers(0, 1))
def test_the_mark_is_there_from_so_many_network_errors_on_whatever_lies_between(
    network: list[bool], which: int
) -> None:
    errors = [(makers if each else others)[which]() for each in network]
    assert is_marked(*errors) == (sum(network) >= THRESHOLD)


def test_the_window_slides(monitor: NetworkErrorMonitor, clock: Clock) -> None:
    for _ in range(THRESHOLD):
        assert not monitor.check_alert_threshold()
        monitor.record_error("source", "a", ConnectionError())
        clock.now += 20
    monitor.record_error("source", "b", TimeoutError())
    assert monitor.check_alert_threshold()
    assert monitor.errors_of("source", "a").is_alerting
    assert not monitor.errors_of("source", "b").is_alerting
    assert monitor.recent_counts() == {"source:a": 3, "source:b": 1}
    assert (monitor.get_recent_error_count(), monitor.get_recent_error_count("source", "b")) == (
        4,
        1,
    )
    clock.now += 1
    assert not monitor.check_alert_threshold()
    clock.now += 60
    assert monitor.recent_counts() == {}


def test_its_figures(monitor: NetworkErrorMonitor, clock: Clock) -> None:
    for error in (ConnectionError(), TimeoutError(), TimeoutError(), ValueError()):
        monitor.record_error("source", "a", error)
        clock.now += 70
    stats = monitor.get_error_stats()
    assert stats.total_recorded == 3
    assert (stats.recent_window, stats.is_alerting) == (0, False)
    assert stats.most_common == (("timeout", 2), ("connection_failed", 1))
    assert (len(stats.by_minute), sum(stats.by_minute), stats.by_minute[-1]) == (60, 3, 0)
    clock.now += 3600
    later = monitor.get_error_stats()
    assert (later.total_recorded, sum(later.by_minute), later.most_common) == (3, 0, ())


def test_the_last_errors_of_a_target_are_kept_with_their_words(
    monitor: NetworkErrorMonitor, clock: Clock
) -> None:
    for _ in range(30):
        monitor.record_error("source", "a", ConnectionError())
    clock.now += 5
    monitor.record_error("source", "a", ValueError("wrong"))
    last = monitor.errors_of("source", "a").last
    assert len(last) == network_monitor.KEPT_ERRORS
    assert (last[0].at, last[0].code, last[0].title) == (
        START,
        "connection_failed",
        "No connection",
    )
    assert (last[-1].at, last[-1].code) == (START + 5, "unknown")
    assert monitor.errors_of("source", "never called").last == ()


def test_a_flood_is_reported_once_a_second_and_the_rest_at_the_end(
    monitor: NetworkErrorMonitor, clock: Clock, reports: Reports
) -> None:
    for number in range(1000):
        monitor.record_error("source", "ab"[number % 2], ConnectionError())
    assert len(reports) == 1
    clock.now += 1
    monitor.record_error("source", "a", ConnectionError())
    assert len(reports) == 3
    monitor.record_error("source", "a", ConnectionError())
    monitor.stop()
    assert Counter(
        {
            target: sum(r.times for r in reports if r.target == target)
            for target in ("source:a", "source:b")
        }
    ) == {"source:a": 502, "source:b": 500}


def test_what_the_intake_does_not_take_is_reported_later(
    monitor: NetworkErrorMonitor, clock: Clock, reports: Reports
) -> None:
    reports.is_full = True
    for _ in range(3):
        monitor.record_error("source", "a", ConnectionError())
        clock.now += 1
    reports.is_full = False
    monitor.report_rest()
    assert [report.times for report in reports] == [3]


def test_what_it_holds_is_bounded(monitor: NetworkErrorMonitor, clock: Clock) -> None:
    for number in range(network_monitor.MOST_TARGETS + 10):
        monitor.record_error("source", str(number), ConnectionError())
    assert len(monitor.recent_counts()) == network_monitor.MOST_TARGETS
    for _ in range(5000):
        clock.now += 0.01
        monitor.record_error("source", "busy", ConnectionError())
    assert monitor.get_recent_error_count("source", "busy") == 5000
    assert len(monitor._targets["source:busy"].recent._parts) <= 600


def test_a_clock_that_is_set_back_loses_no_count(
    monitor: NetworkErrorMonitor, clock: Clock
) -> None:
    monitor.record_error("source", "a", ConnectionError())
    clock.now -= 3600
    monitor.record_error("source", "a", ConnectionError())
    assert monitor.get_recent_error_count("source", "a") == 2
    clock.now += 100
    assert monitor.get_recent_error_count("source", "a") == 1


def test_counts_of_many_threads_are_exact(
    monitor: NetworkErrorMonitor, clock: Clock, reports: Reports
) -> None:
    def work(number: int) -> None:
        for _ in range(200):
            monitor.record_error("source", str(number % 3), ConnectionError())
            clock.now += (
                0.001  # the threads may overwrite each other's time: it grows by less than a minute
            )
            monitor.get_error_stats()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    monitor.stop()
    assert monitor.get_error_stats().total_recorded == 1600
    assert monitor.get_recent_error_count() == 1600
    assert sum(report.times for report in reports) == 1600


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["a", "b"]), st.booleans()), max_size=40)
)
def test_the_counts_are_those_of_a_list_of_all_errors(
    events: list[tuple[int, str, bool]],
) -> None:
    clock = Clock(START)
    monitor = NetworkErrorMonitor(window=60, threshold=THRESHOLD, report=Reports(), clock=clock)
    happened: list[tuple[float, str]] = []
    for wait, target, counts in events:
        clock.now += wait
        monitor.record_error("source", target, ConnectionError() if counts else ValueError())
        if counts:
            happened.append((clock.now, target))
        for name in "ab":
            recent = [at for at, of in happened if of == name and clock.now - at <= 60]
            assert monitor.get_recent_error_count("source", name) == len(recent)
            assert monitor.errors_of("source", name).is_alerting == (len(recent) >= THRESHOLD)


def test_it_counts_what_the_policies_report_from_start_to_stop(
    monitor: NetworkErrorMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "_load", lambda: None)
    policy = Policy("source", "a", PolicyConfig(breaker=False)).without_retries()

    def call() -> None:
        raise ConnectionRefusedError

    def fail() -> None:
        with pytest.raises(ConnectionRefusedError):
            policy.call_sync(call)

    fail()
    monitor.start()
    monitor.start()
    fail()
    monitor.stop()
    fail()
    assert monitor.recent_counts() == {"source:a": 1}


def test_after_a_restart_it_begins_with_the_roll_ups(database: Path, clock: Clock) -> None:
    def started() -> NetworkErrorMonitor:
        made = NetworkErrorMonitor(window=120, threshold=THRESHOLD, clock=clock)
        made.start()
        return made

    first = started()
    clock.now += 50 - clock.now % 60
    for error in (ConnectionError(), ConnectionError(), TimeoutError()):
        first.record_error("source", "a", error)
    first.stop()
    assert intake.flush(30)
    with session() as opened:
        rows = opened.exec(select(NetworkErrorRollup).order_by(col(NetworkErrorRollup.code))).all()
    assert [(row.code, row.count) for row in rows if row.grain == "minute"] == [
        ("connection_failed", 2),
        ("timeout", 1),
    ]
    clock.now += 100
    second = started()
    second.stop()
    assert second.errors_of("source", "a").is_alerting
    assert second.get_error_stats().total_recorded == 0
    assert sum(second.get_error_stats().by_minute) == 3
    clock.now += timedelta(seconds=40).seconds
    assert not second.check_alert_threshold()
