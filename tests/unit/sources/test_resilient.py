"""A source behind a policy: every method is tried again, and all share one circuit."""

from collections.abc import Iterator
from typing import Any

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import CircuitOpenError, policy
from proto_ddf.sources.protocol import Finding, PageRequest, Source, Stage
from proto_ddf.sources.resilient import SYSTEM, ResilientSource
from proto_ddf.sources.schema.model import PreviewPage, SourceSchema

BATCHES = [[(1,)], [(2,)], [(3,)]]


class Shaky:
    """A source whose next calls fail; counts the calls."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or ConnectionResetError("reset")
        self.calls = 0
        self.closed = False

    def _call(self) -> None:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise self.error

    def open(self) -> Finding:
        self._call()
        return Finding("open")

    def check(self) -> None:
        self._call()

    def read_schema(self) -> SourceSchema:
        self._call()
        return SourceSchema(tables=())

    def preview(self, request: PageRequest) -> PreviewPage:
        self._call()
        return PreviewPage(columns=(request.table,), rows=(), offset=request.offset, total=0)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        self._call()
        try:
            yield from BATCHES
        finally:
            self.closed = True

    def close(self) -> None:
        self.closed = True


OPEN = Stage("open", "Open it", Shaky.open)
WAYS = {
    "check": lambda source: source.check(),
    "stage": lambda source: source.run_stage(OPEN),
    "schema": lambda source: source.read_schema(),
    "preview": lambda source: source.preview(PageRequest("t", offset=7)).offset,
    "rows": lambda source: list(source.rows("t")),
    "call": lambda source: source.call(source.inner.read_schema),
}
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def target(request: pytest.FixtureRequest, quick_retries: None) -> str:
    """A target of the test's own."""
    return request.node.name


@ways
def test_what_passes_by_itself_is_tried_again(way: str, target: str) -> None:
    inner = Shaky(failures=2)
    usual = WAYS[way](ResilientSource(Shaky(), target))
    assert WAYS[way](ResilientSource(inner, target)) == usual
    assert inner.calls == 3


@ways
def test_what_a_person_has_to_mend_is_reported_at_once(way: str, target: str) -> None:
    inner = Shaky(failures=1, error=ValidationError("no such table", "table", "t"))
    with pytest.raises(ValidationError):
        WAYS[way](ResilientSource(inner, target))
    assert inner.calls == 1


@ways
def test_a_target_with_an_open_circuit_is_not_called(way: str, target: str) -> None:
    policy(SYSTEM, target).force_open()
    inner = Shaky()
    with pytest.raises(CircuitOpenError) as paused:
        WAYS[way](ResilientSource(inner, target))
    assert target in paused.value.message
    assert inner.calls == 0


def test_a_health_check_is_one_attempt_that_the_circuit_counts(target: str) -> None:
    inner = Shaky(failures=1)
    with pytest.raises(ConnectionResetError):
        ResilientSource(inner, target).health_check()
    assert inner.calls == 1
    assert policy(SYSTEM, target).snapshot().failed == 1

    policy(SYSTEM, target).force_open()
    with pytest.raises(CircuitOpenError):
        ResilientSource(inner, target).health_check()
    assert inner.calls == 1


def test_a_stream_that_breaks_later_is_not_begun_anew(target: str) -> None:
    class Breaking(Shaky):
        def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
            self._call()
            yield BATCHES[0]
            raise ConnectionResetError("reset")

    inner = Breaking()
    rows = ResilientSource(inner, target).rows("t")
    assert next(rows) == BATCHES[0]
    with pytest.raises(ConnectionResetError):
        next(rows)
    assert inner.calls == 1


def test_a_stream_that_is_given_up_is_closed(target: str) -> None:
    inner = Shaky()
    rows = ResilientSource(inner, target).rows("t")
    next(rows)
    rows.close()
    assert inner.closed


def test_a_resilient_source_is_a_source(target: str) -> None:
    inner = Shaky()
    source: Source = ResilientSource(inner, target)
    source.close()
    assert inner.closed
