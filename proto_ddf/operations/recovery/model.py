"""The types of recovery: what failed, the input of a repair, and a strategy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from proto_ddf.hosting.launch import folder, next_folder
from proto_ddf.operations.model import StepContext

PREFIX = "recover_"
"""Of the kinds of operation that repair."""
_BEFORE_IT_RUNS = frozenset({"validate", "reserve_ports", "render", "import", "install", "build"})
"""Steps of an operation that makes an app: until they are done the app, or its new build, cannot be started."""


class Classified(Protocol):
    """What is known of an error: a `Classification`, or a `Cause` read from a description."""

    @property
    def code(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def suggested_action(self) -> str: ...
    @property
    def location(self) -> str: ...


class Cause(BaseModel):
    """What decides about the strategies, of a described error."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: str
    type: str = "unknown"
    suggested_action: str = "none"
    location: str = ""

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Cause":
        return cls(**{name: described[name] for name in cls.model_fields if described.get(name)})


class RecoveryContext(BaseModel):
    """Where an error came from."""

    incident_id: str
    operation_id: str | None = None
    """The operation that failed; None if an app failed while it ran."""
    slug: str = ""
    """The app that is concerned, if any."""
    source_id: str = ""
    """The source that is concerned, if any: that of the app, too."""
    described: dict[str, Any] = {}
    """The error, described by `proto_ddf.errors.describe`."""

    @property
    def subject(self) -> str:
        return self.slug or self.source_id


class RecoverInput(BaseModel):
    """The input of every operation that repairs."""

    model_config = ConfigDict(extra="forbid")

    incident_id: str
    name: str
    """Of the app or source, for people."""
    slug: str = ""
    source_id: str = ""
    cause: Cause
    retry_at: str = ""
    """When the failed call is admitted again, ISO 8601; empty if that is not known."""
    original_operation_id: str | None = None
    original_kind: str = ""
    original_run: int = 0
    """Its run that failed: a person who started another one goes first."""
    failed_step: str = ""
    """The step that failed, and its title for people."""
    failed_step_title: str = ""
    number: int = 1
    total: int = 1
    """It is attempt `number` of at most `total`."""
    by_person: bool = False

    @property
    def folder(self) -> Path:
        """What is repaired: the app, or the build that is to replace it."""
        if self.original_kind == "regenerate_app" and self.original_operation_id:
            return next_folder(self.slug, self.original_operation_id)
        return folder(self.slug)

    @property
    def in_place(self) -> bool:
        """Whether the app itself is repaired, and it can be started."""
        return self.original_kind != "regenerate_app" and self.failed_step not in _BEFORE_IT_RUNS


Recovering = StepContext[RecoverInput]


@dataclass(frozen=True)
class Act:
    """One step of a repair. It may run twice."""

    name: str
    title: str
    run: Callable[[Recovering], None]
    applies: Callable[[RecoverInput], bool] = lambda _given: True


@dataclass(frozen=True)
class Strategy:
    """A way to repair."""

    name: str
    title: str
    """For people: "Install packages again"."""
    doing: str
    """The same while it is done: "Installing packages again"."""
    target: Literal["app", "source"]
    obstacle: Callable[[RecoverInput], str]
    """Why it cannot help in this case, in words for people; empty if it can."""
    acts: tuple[Act, ...]
    prove: Callable[[Recovering], None]
    """Raises a ProtoDDFError unless the failed condition is gone."""
    give_up: Callable[[str, RecoverInput], None] | None = None
    """Undoes what must not stay after a failure: (id of the repairing operation, its input). It may run twice."""
    frees_space: bool = False
    """It is made while the disk is full."""
    loses: str = ""
    """What is lost. Not empty: only a person starts it."""
    limit: int = 1
    """Attempts for one incident and subject within the window."""

    @property
    def kind(self) -> str:
        return PREFIX + self.name
