"""Records what changed in the sources of apps since the apps were generated."""

from proto_ddf.db.tables import AppRecord
from proto_ddf.generator.planning.regenerate import changes_for
from proto_ddf.hosting import records
from proto_ddf.sources.schema.model import SourceSchema


def update_source_drift(source_id: str, schema: SourceSchema) -> None:
    """Record for every app of a source how the source's schema differs from the one the app was generated from."""
    for record in _made_from(source_id):
        if record.source_schema:
            spec = records.plan_of(record)
            before = SourceSchema.model_validate(record.source_schema)
            changes = changes_for(spec, before, schema)
            records.change(record.slug, source_changes=changes.model_dump(mode="json"))


def clear_source_drift(source_id: str) -> None:
    """Clear the recorded changes of a deleted source."""
    for record in _made_from(source_id):
        records.change(record.slug, source_changes={})


def _made_from(source_id: str) -> list[AppRecord]:
    return [record for record in records.all_records() if record.source_id == source_id]
