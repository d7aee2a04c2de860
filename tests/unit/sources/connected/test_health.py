"""The health that follows from checks of a source, with a clock of the test's own."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors import IntegrationError
from proto_ddf.resilience import DeadlineExceededError
from proto_ddf.sources.connected.health import (
    COUNTED_RESULTS,
    KEPT_LATENCIES,
    MINIMUM_ANSWERS,
    NEVER_SLOW_SECONDS,
    SLOW_SECONDS,
    CheckResult,
    Failure,
    Health,
    HealthState,
    duration_text,
    failure_of,
    latency_text,
)

START = 1_800_000_000.0
EVERY = 30.0
DOWN = Failure(
    "connection_failed", "No connection", "It is not there.", "Start it.", transient=True
)
WRONG = Failure(
    "authentication_failed", "Wrong password", "It lets nobody in.", "Enter it anew.", False
)
PAUSE = object()


def health_after(*found: object) -> Health:
    """Health after checks that were answered in so many seconds, failed so, or could not be made."""
    health, now = Health(), START
    for each in found:
        health = step(health, now, each)
        now += EVERY
    return health


def step(health: Health, now: float, found: object) -> Health:
    if found is PAUSE:
        return health.with_open_circuit(now)
    if isinstance(found, Failure):
        return health.with_result(CheckResult(now, 0.01, found))
    assert isinstance(found, float)
    return health.with_result(CheckResult(now, found))


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([], "checking"),
        ([0.01], "connected"),
        ([0.01, DOWN], "degraded"),
        ([0.01, DOWN, 0.01], "degraded"),
        ([0.01, DOWN, 0.01, 0.01], "degraded"),
        ([0.01, DOWN, 0.01, 0.01, 0.01], "connected"),
        ([0.01, DOWN, DOWN], "unreachable"),
        ([0.01, DOWN, DOWN, DOWN], "unreachable"),
        ([DOWN], "unreachable"),
        ([0.01, DOWN, 0.01, DOWN, 0.01], "degraded"),
        ([0.01, PAUSE], "unreachable"),
        ([0.01, PAUSE, DOWN], "unreachable"),
        ([0.01, PAUSE, 0.01], "connected"),
        ([0.01, WRONG], "attention"),
        ([WRONG], "attention"),
        ([DOWN, DOWN, WRONG], "attention"),
        ([WRONG, DOWN], "unreachable"),
        ([0.01, WRONG, 0.01], "connected"),
        ([0.01, DOWN, DOWN, 0.01], "connected"),
        ([0.01, DOWN, DOWN, 0.01, DOWN], "degraded"),
        ([SLOW_SECONDS + 0.1], "degraded"),
        ([SLOW_SECONDS + 0.1, 0.01], "connected"),
        ([0.1] * MINIMUM_ANSWERS + [0.6], "degraded"),
        ([0.1] * (MINIMUM_ANSWERS - 1) + [0.6], "connected"),
        ([0.001] * MINIMUM_ANSWERS + [NEVER_SLOW_SECONDS], "connected"),
        ([0.3] * MINIMUM_ANSWERS + [1.4], "connected"),
    ],
)
def test_the_state_follows_from_the_checks(found: list[object], state: str) -> None:
    assert health_after(*found).state == state


founds = st.one_of(
    st.floats(0.0001, 4.0), st.just(DOWN), st.just(WRONG), st.just(PAUSE), st.just(0.01)
)


@given(st.lists(founds, max_size=40))
def test_any_sequence_of_checks_gives_a_state_that_fits(found: list[object]) -> None:
    health, outage_began, now = Health(), None, START
    for each in found:
        before = health
        health = step(health, now, each)
        answered = isinstance(each, float)

        if each is WRONG:
            assert health.state is HealthState.ATTENTION
        elif each is PAUSE:
            assert health.state is HealthState.UNREACHABLE
        elif each is DOWN:
            assert health.state in (HealthState.DEGRADED, HealthState.UNREACHABLE)
        else:
            assert health.state in (HealthState.CONNECTED, HealthState.DEGRADED)
        if answered and isinstance(each, float) and each > SLOW_SECONDS:
            assert health.state is HealthState.DEGRADED
        if health.state is HealthState.CONNECTED:
            assert not any(each.failure for each in health.results)

        if not answered and outage_began is None:
            outage_began = now
        assert health.failing_since == (None if answered else outage_began)
        was_out = before.state in (HealthState.UNREACHABLE, HealthState.ATTENTION)
        if answered and was_out:
            assert health.recovery is not None
            assert outage_began is not None
            assert (health.recovery.at, health.recovery.outage_seconds) == (now, now - outage_began)
        if answered:
            outage_began = None

        assert health.since is not None
        assert health.since == (before.since if health.state is before.state else now)
        assert len(health.results) <= COUNTED_RESULTS
        assert len(health.latencies) <= KEPT_LATENCIES
        assert health.message
        now += EVERY
    answers = [each for each in found if isinstance(each, float)][-KEPT_LATENCIES:]
    assert health.latency == (answers[-1] if answers else None)
    assert health.usual_latency == (median(answers) if answers else None)


def test_it_says_for_how_long_it_was_gone() -> None:
    health = health_after(0.01, DOWN, DOWN, DOWN, DOWN, 0.01)
    assert health.message == "Connected again after 2 minutes."
    assert health_after(0.01, DOWN, DOWN, DOWN, DOWN, 0.01, 0.01).message == health.message


def test_an_outage_is_reported_in_the_words_of_its_failure() -> None:
    assert health_after(0.01, DOWN, DOWN).message == "It is not there."
    assert health_after(0.01, DOWN, DOWN).hint == "Start it."
    assert health_after(0.01, WRONG).message == "It lets nobody in."
    assert health_after(0.01, WRONG).hint == "Enter it anew."
    assert health_after(0.01, DOWN, PAUSE).message == "It is not there."
    assert "paused" in health_after(0.01, DOWN, 0.01, PAUSE).message
    assert health_after(DOWN, 0.01).hint == ""


def test_a_source_that_is_degraded_says_why() -> None:
    assert "took 2.4 s" in health_after(0.01, 2.4).message
    assert "It is not there." in health_after(0.01, DOWN, 0.01).message


def test_the_last_failure_is_remembered_after_it_has_passed() -> None:
    health = health_after(0.01, WRONG, 0.01, 0.01)
    assert (health.last_failure, health.failed_at) == (WRONG, START + EVERY)


@pytest.mark.parametrize(
    ("found", "uncertain"),
    [
        ([], False),
        ([0.01], False),
        ([DOWN], True),
        ([0.01, DOWN], True),
        ([0.01, DOWN, DOWN], False),
        ([0.01, DOWN, 0.01], False),
        ([0.01, WRONG], False),
        ([0.01, PAUSE], False),
    ],
)
def test_after_a_single_failure_another_check_comes_soon(
    found: list[object], uncertain: bool
) -> None:
    assert health_after(*found).uncertain is uncertain


def test_a_failure_is_transient_where_a_retry_can_help() -> None:
    assert failure_of(ConnectionRefusedError()).transient
    assert failure_of(DeadlineExceededError(10.0)).transient
    gone = failure_of(IntegrationError("gone", "sqlite", "open", code="source_gone", path="a.db"))
    assert not gone.transient
    assert (gone.code, bool(gone.title and gone.message and gone.hint)) == ("source_gone", True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 second"),
        (1.4, "1 second"),
        (59.4, "59 seconds"),
        (59.6, "1 minute"),
        (119.0, "2 minutes"),
        (3600.0, "1 hour"),
        (86_400.0, "1 day"),
        (200_000.0, "2 days"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0004, "0.4 ms"), (0.0123, "12 ms"), (2.44, "2.4 s")]
)
def test_latencies_in_words(seconds: float, words: str) -> None:
    assert latency_text(seconds) == words
