"""How operations read sources: each source is made once per run, and its schema has suggested keys where it is imported."""

from typing import Any

from proto_ddf.operations.model import StepContext
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.key_suggestions import suggest_relations
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.model import SourceSchema


def open_source(context: StepContext[Any], known: store.SourceView) -> ResilientSource:
    """A connected source, which the steps of this run share. Raises ValidationError as `store.make_source`."""
    return context.resources.get(
        f"source {known.id}", lambda: store.open_source(known), ResilientSource.close
    )


def find_source(known: store.SourceView, source: ResilientSource) -> None:
    """Run the first stage of the connection test, which finds the file or host and opens no connection: a file that is
    missing is reported by its path. Raises as the stage does."""
    source.run_stage(KINDS[known.kind].stages[0])


def read_schema(kind: str, source: ResilientSource) -> SourceSchema:
    """The schema of a source, as `with_suggestions` completes it."""
    return with_suggestions(kind, source, source.read_schema())


def with_suggestions(kind: str, source: ResilientSource, schema: SourceSchema) -> SourceSchema:
    """The schema that was read of a source; for imported kinds with keys and relations suggested from the data."""
    return schema if KINDS[kind].live else source.call(suggest_relations, source.inner, schema)
