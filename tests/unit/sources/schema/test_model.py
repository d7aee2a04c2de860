"""Schemas that an earlier release stored."""

from proto_ddf.sources.schema.model import ColumnInfo


def test_type_candidates_are_read_under_their_former_name() -> None:
    stored = '{"name": "price", "type": "text", "offers": [{"type": "decimal", "empty": ["-"]}]}'
    column = ColumnInfo.model_validate_json(stored)
    (candidate,) = column.type_candidates
    assert (candidate.type, candidate.empty) == ("decimal", ("-",))
    assert ColumnInfo.model_validate_json(column.model_dump_json()) == column
