"""What every kind of source offers. A new kind is one module that registers a SourceKind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from proto_ddf.sources.schema import PreviewPage, SourceSchema


@dataclass(frozen=True)
class Stage:
    """One stage of a connection test, e.g. ("open", "Open the file")."""

    name: str
    title: str
    run: Callable[[], str]
    """Does it; returns a short finding to show ("12 tables"). Raises on failure. Idempotent."""


class Source(Protocol):
    """A configured source. Cheap to make; nothing is opened before a method is called. Thread-safe."""

    def stages(self) -> Sequence[Stage]:
        """The stages of a connection test, in order."""

    def read_schema(self) -> SourceSchema:
        """Tables with columns, keys and row counts. Raises ProtoDDFError or the driver's own error."""

    def preview(
        self,
        table: str,
        *,
        search: str = "",
        sort: str | None = None,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> PreviewPage:
        """One page of rows. `table` and `sort` must exist in the schema (ValidationError else)."""

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Every row in batches, columns in schema order, typed as read_schema says."""


@dataclass(frozen=True)
class FormField:
    """One field of the connect form."""

    name: str
    label: str
    widget: Literal["text", "file", "select", "switch"]
    help: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    """File endings for an upload, e.g. (".csv", ".tsv")."""
    multiple: bool = False


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: its form, its config model, how to make one."""

    name: str
    label: str
    description: str
    icon: str
    """Lucide icon name."""
    config_model: type[BaseModel]
    """Validates the form; holds no secret. Stored as JSON with the source."""
    form: tuple[FormField, ...]
    create: Callable[[Any], Source]
    target: Callable[[Any], str]
    """config -> the place that calls go to, in a few words, the same for every config of that place. People
    read it ("Calls to ... are paused"); one breaker, one bulkhead and one list of errors belong to it."""
    live: bool
    """True: an app works on the source itself through SQLAlchemy (`database_url`).
    False: its rows are imported into the app's own SQLite file."""
    database_url: Callable[[Any], str] | None = None
    """config -> SQLAlchemy URL, for live kinds."""
    typed: bool = False
    """True: people may choose the types of columns; the config keeps them as `types`."""
    check_writable: Callable[[Any], None] | None = None
    """config -> nothing, for live kinds: raises a ProtoDDFError when rows cannot be changed."""
