"""A source behind a policy: every method is tried again, and all share one circuit."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import CircuitOpenError, policy
from proto_ddf.sources.protocol import Source, Stage
from proto_ddf.sources.resilient import SYSTEM, GuardedSource
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

    def stages(self) -> Sequence[Stage]:
        return (Stage("open", "Open it", self._open),)

    def _open(self) -> str:
        self._call()
        return "open"

    def check(self) -> None:
        self._call()

    def read_schema(self) -> SourceSchema:
        self._call()
        return SourceSchema(tables=())

    def preview(self, table: str, **query: Any) -> PreviewPage:
        self._call()
        return PreviewPage(columns=(table,), rows=(), offset=query["offset"], total=0)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        self._call()
        try:
            yield from BATCHES
        finally:
            self.closed = True


WAYS = {
    "check": lambda source: source.check(),
    "stage": lambda source: source.stages()[0].run(),
    "schema": lambda source: source.read_schema(),
    "preview": lambda source: source.preview("t", offset=7).offset,
    "rows": lambda source: list(source.rows("t")),
    "call": lambda source: source.call(source.plain.read_schema),
}
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def place(request: pytest.FixtureRequest, quick_retries: None) -> str:
    """A target of the test's own."""
    return request.node.name


@ways
def test_what_passes_by_itself_is_tried_again(way: str, place: str) -> None:
    plain = Shaky(failures=2)
    usual = WAYS[way](GuardedSource(Shaky(), place))
    assert WAYS[way](GuardedSource(plain, place)) == usual
    assert plain.calls == 3


@ways
def test_what_a_person_has_to_mend_is_told_at_once(way: str, place: str) -> None:
    plain = Shaky(failures=1, error=ValidationError("no such table", "table", "t"))
    with pytest.raises(ValidationError):
        WAYS[way](GuardedSource(plain, place))
    assert plain.calls == 1


@ways
def test_a_place_that_is_left_alone_is_not_called(way: str, place: str) -> None:
    policy(SYSTEM, place).force_open()
    plain = Shaky()
    with pytest.raises(CircuitOpenError) as paused:
        WAYS[way](GuardedSource(plain, place))
    assert place in paused.value.message
    assert plain.calls == 0


def test_a_look_is_one_attempt_that_the_circuit_learns_from(place: str) -> None:
    plain = Shaky(failures=1)
    with pytest.raises(ConnectionResetError):
        GuardedSource(plain, place).look()
    assert plain.calls == 1
    assert policy(SYSTEM, place).snapshot().failed == 1

    policy(SYSTEM, place).force_open()
    with pytest.raises(CircuitOpenError):
        GuardedSource(plain, place).look()
    assert plain.calls == 1


def test_a_stream_that_breaks_later_is_not_begun_anew(place: str) -> None:
    class Breaking(Shaky):
        def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
            self._call()
            yield BATCHES[0]
            raise ConnectionResetError("reset")

    plain = Breaking()
    rows = GuardedSource(plain, place).rows("t")
    assert next(rows) == BATCHES[0]
    with pytest.raises(ConnectionResetError):
        next(rows)
    assert plain.calls == 1


def test_a_stream_that_is_given_up_is_closed(place: str) -> None:
    plain = Shaky()
    rows = GuardedSource(plain, place).rows("t")
    next(rows)
    rows.close()
    assert plain.closed


def test_a_guarded_source_is_a_source(place: str) -> None:
    source: Source = GuardedSource(Shaky(), place)
    assert [stage.name for stage in source.stages()] == ["open"]
