"""The interface of every kind of source. A new kind is one module that registers a SourceKind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from proto_ddf.sources.schema.model import PreviewPage, SourceSchema


@dataclass(frozen=True)
class Finding:
    """The result of one stage of a connection test."""

    text: str
    """To show: "12 tables"."""
    schema: SourceSchema | None = None
    """Of the stage that reads the schema."""


@dataclass(frozen=True)
class Stage:
    """One stage of a connection test, e.g. ("open", "Open the file")."""

    name: str
    title: str
    run: Callable[[Any], Finding]
    """Does it with a source of the stage's kind. Raises on failure. Idempotent. It uses what an earlier stage left open
    in the source, and does without where it runs alone."""
    reads_schema: bool = False


@dataclass(frozen=True)
class PageRequest:
    """One page of the rows of a table."""

    table: str
    search: str = ""
    """Only rows in which a column contains this text; empty: all rows."""
    sort: str | None = None
    """The column to sort by; None: the source's own order."""
    descending: bool = False
    offset: int = 0
    limit: int = 50


class Source(Protocol):
    """A configured source. Cheap to make; nothing is opened before a method is called. Thread-safe."""

    def check(self) -> None:
        """Checks cheaply whether it answers. Raises as a stage does."""

    def read_schema(self) -> SourceSchema:
        """Tables with columns, keys and row counts. Raises ProtoDDFError or the driver's own error."""

    def preview(self, request: PageRequest) -> PreviewPage:
        """One page of rows. The table and the column to sort by must exist in the schema (ValidationError otherwise)."""

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Every row in batches, columns in schema order, typed as read_schema says."""

    def close(self) -> None:
        """Closes what a stage left open for the next one. The source can be used again."""


Widget = Literal["text", "number", "secret", "file", "select", "switch"]


@dataclass(frozen=True)
class FormField:
    """One field of the connect form."""

    name: str
    label: str
    widget: Widget
    """A secret is kept in the vault as soon as it is typed; the form and the config hold its reference."""
    help: str = ""
    required: bool = True
    default: str = ""
    """What the field starts with, as text: "5432", "true"."""
    advanced: bool = False
    """Shown among the further options."""
    choices: tuple[tuple[str, str], ...] = ()
    """Of a select: value and label of each."""
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
    stages: tuple[Stage, ...]
    """Of its connection test, in order. One of them reads the schema."""
    create: Callable[[Any], Source]
    target: Callable[[Any], str]
    """config -> a short name of what calls go to, the same for every config of it. People read it ("Calls to ... are
    paused"); one breaker, one bulkhead and one list of errors belong to it."""
    live: bool
    """True: an app works on the source itself. False: its rows are imported into the app's own SQLite file."""
    dialect: Literal["sqlite", "postgresql", "mysql"] = "sqlite"
    """Of the database that an app works on."""
    app_environment: Callable[[Any, bool], dict[str, str]] | None = None
    """(config, writable) -> what the process of an app is given to reach a live source: DATABASE_URL, an
    SQLAlchemy URL without a secret that opens it read-only unless `writable`, and DATABASE_PASSWORD if it
    has one."""
    typed: bool = False
    """True: people may choose the types of columns; the config keeps them as `types`."""
    check_writable: Callable[[Any], None] | None = None
    """source -> nothing, for live kinds: raises a ProtoDDFError when rows cannot be changed."""
    release: Callable[[Any], None] | None = None
    """config -> nothing: closes what is kept open for a source that was changed or deleted."""

    def fields(self, widget: Widget) -> tuple[str, ...]:
        """Names of the form's fields with that widget, which are those of the config."""
        return tuple(field.name for field in self.form if field.widget == widget)
