"""The words operations are made of: kinds, steps, and what a step is given to work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from pydantic import BaseModel, JsonValue
from typing_extensions import TypeVar

from proto_ddf.progress import NoProgress, Progress
from proto_ddf.sources.connected.references import References

JSON = JsonValue
"""What a step may return: anything that JSON can hold."""

Input = TypeVar("Input", bound=BaseModel, default=Any)


@dataclass
class StepContext(Generic[Input]):
    """What a step works with; a Progress as well (see proto_ddf.progress)."""

    operation_id: str
    input: Input
    outputs: dict[str, JSON] = field(default_factory=dict)
    """Outputs of the earlier steps, by step name."""
    position: int = 0
    """Place of the step in its operation, from 0."""
    progress: Progress = field(default_factory=NoProgress)

    def log(self, line: str) -> None:
        self.progress.log(line)

    def report(self, message: str) -> None:
        self.progress.report(message)

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self.progress.retrying(attempt, attempts, wait, error)

    def check_stop(self) -> None:
        self.progress.check_stop()

    def remember_process(self, pid: int, create_time: float) -> None:
        self.progress.remember_process(pid, create_time)


@dataclass(frozen=True)
class UndoContext(Generic[Input]):
    """What the clean-up after a cancelled operation works with."""

    operation_id: str
    input: Input
    outputs: dict[str, JSON]
    """Outputs of the steps that had finished."""


@dataclass(frozen=True)
class Step(Generic[Input]):
    """One part of an operation. It runs at least once: it checks before it acts and replaces in one go."""

    name: str
    """Stable, unique in its operation; the key of its output."""
    title: str
    """For people: "Reserve ports"."""
    run: Callable[[StepContext[Input]], JSON]


def _about_nothing(_input: BaseModel) -> str:
    return ""


def _refers_to_nothing(_input: BaseModel) -> References:
    return References()


@dataclass(frozen=True)
class Kind(Generic[Input]):
    """A kind of operation. The same input must always give the same steps in the same order."""

    name: str
    title: Callable[[Input], str]
    """For people: "Generate Sample shop"."""
    input_model: type[Input]
    """Without secrets: it is stored as it is."""
    steps: Callable[[Input], Sequence[Step[Input]]]
    subject: Callable[[Input], str] = _about_nothing
    """Slug or source id the operation is about."""
    references: Callable[[Input], References] = _refers_to_nothing
    """The secrets and files that the input names: kept while the operation may still run."""
    undo: Callable[[UndoContext[Input]], None] | None = None
    """Cleans up once a cancelled operation has stopped; may run twice."""


KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Make a kind known. A second one of the same name takes its place."""
    KINDS[kind.name] = kind
