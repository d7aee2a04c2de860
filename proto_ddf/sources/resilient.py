"""A source whose calls all go through the policy of its target."""

from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from proto_ddf.resilience import policy
from proto_ddf.sources.protocol import Finding, PageRequest, Source, Stage
from proto_ddf.sources.schema.model import PreviewPage, SourceSchema

SYSTEM = "source"

P = ParamSpec("P")
R = TypeVar("R")

ReadRows = Callable[[str, int], Iterator[list[tuple[Any, ...]]]]
"""(table, rows in a batch) -> batches."""


class ResilientSource:
    """Wraps the `inner` source: its calls get the retries, circuit breaker and limits of `policy(SYSTEM, target)`.

    Its methods raise what the inner source raises, and CircuitOpenError while calls to the target are paused.
    """

    def __init__(self, inner: Source, target: str) -> None:
        self.inner = inner
        self.target = target

    def call(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)` as a call to this source; it may run several times."""
        return policy(SYSTEM, self.target).call_sync(fn, *args, **kwargs)

    def run_stage(self, stage: Stage) -> Finding:
        """Run a stage of the connection test of the source's kind."""
        return self.call(stage.run, self.inner)

    def check(self) -> None:
        self.call(self.inner.check)

    def health_check(self) -> None:
        """Like `check`, with one attempt: for checks that are repeated at intervals."""
        policy(SYSTEM, self.target).without_retries().call_sync(self.inner.check)

    def read_schema(self) -> SourceSchema:
        return self.call(self.inner.read_schema)

    def preview(self, request: PageRequest) -> PreviewPage:
        return self.call(self.inner.preview, request)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        yield from self.batches(self.inner.rows, table, batch)

    def close(self) -> None:
        self.inner.close()

    def batches(self, read: ReadRows, table: str, batch: int) -> Iterator[list[tuple[Any, ...]]]:
        """The batches that a method of the inner source reads. A failure before the first batch is retried; after it
        the stream cannot be restarted, and the policy's deadline does not limit it."""
        first, rest = self.call(_first_batch, read, table, batch)
        yield from first
        yield from rest


def _first_batch(
    read: ReadRows, table: str, batch: int
) -> tuple[list[list[tuple[Any, ...]]], Iterator[list[tuple[Any, ...]]]]:
    """The first batch, if any, in a list, and the iterator of those after it."""
    batches = read(table, batch)
    first = next(batches, None)
    return ([] if first is None else [first]), batches
