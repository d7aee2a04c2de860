"""The types that operations are made of: kinds, steps, and the context that a step works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic

from pydantic import BaseModel, JsonValue
from typing_extensions import TypeVar

from proto_ddf.operations.resources import RunResources
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
    """Position of the step in its operation, from 0."""
    progress: Progress = field(default_factory=NoProgress)
    resources: RunResources = field(default_factory=RunResources)
    """Objects that the steps of this run share."""

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


def _always(_input: BaseModel) -> bool:
    return True


@dataclass(frozen=True)
class Step(Generic[Input]):
    """One part of an operation. It runs at least once: it checks before it acts and replaces in one go."""

    name: str
    """Stable, unique in its operation; the key of its output."""
    title: str
    """For people: "Reserve ports"."""
    run: Callable[[StepContext[Input]], JSON]
    applies: Callable[[Input], bool] = _always
    """Whether an operation with this input has the step. Decides by the input alone."""
    interim: bool = False
    """Its output is for later steps alone: views leave it out, and it is removed once the operation is over."""


def _no_subject(_input: BaseModel) -> str:
    return ""


def _refers_to_nothing(_input: BaseModel) -> References:
    return References()


def _as_given(given: Input) -> Input:
    return given


@dataclass(frozen=True)
class Kind(Generic[Input]):
    """A kind of operation."""

    name: str
    title: Callable[[Input], str]
    """For people: "Generate Sample shop"."""
    input_model: type[Input]
    """Without secrets: it is stored as it is."""
    steps: tuple[Step[Input], ...] | Callable[[Input], tuple[Step[Input], ...]]
    """In order. A function only where the kind of source in the input says which stages a connection test has; it
    does no I/O."""
    subject: Callable[[Input], str] = _no_subject
    """Slug or source id the operation is about."""
    references: Callable[[Input], References] = _refers_to_nothing
    """The secrets and files that the input names: kept while the operation may still run."""
    undo: Callable[[UndoContext[Input]], None] | None = None
    """Cleans up once a cancelled operation has stopped; may run twice."""
    failed: Callable[[UndoContext[Input]], None] | None = None
    """Called after a step has failed and the journal has its error, before that is reported; may run twice. If the server
    is killed before it, it is not called."""
    frees_space: bool = False
    """It may start while the disk is full."""
    prepare: Callable[[Input], Input] = _as_given
    """Called once, before an operation is on record: checks the input, reads what decides about the steps, and returns
    the input with it. Raises what keeps the operation from being started."""

    def steps_for(self, given: Input) -> tuple[Step[Input], ...]:
        """The steps of an operation with this input, in order: the same ones whenever it is called."""
        steps = self.steps if isinstance(self.steps, tuple) else self.steps(given)
        return tuple(step for step in steps if step.applies(given))


KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Make a kind known. It replaces an earlier one of the same name."""
    KINDS[kind.name] = kind
