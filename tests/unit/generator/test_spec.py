"""Plans of earlier versions."""

import json
from typing import Any

import pytest

from proto_ddf.generator.spec import VERSION, AppSpec


def _version_1(display_column: str) -> dict[str, Any]:
    field = {"column": "id", "name": "id", "label": "ID", "type": "integer", "widget": "readonly"}
    table = {
        "table": "orders",
        "name": "orders",
        "route": "orders",
        "label": "Purchase orders",
        "fields": [field, field | {"column": "title", "name": "title", "type": "text"}],
        "primary_key": ["id"],
        "display_column": display_column,
    }
    return {"version": 1, "name": "Old shop", "slug": "old_shop", "tables": [table]}


@pytest.mark.parametrize(("display_column", "row_name"), [("title", ["title"]), ("id", [])])
def test_a_plan_of_version_1_is_read(display_column: str, row_name: list[str]) -> None:
    stored = _version_1(display_column)
    spec = AppSpec.model_validate_json(json.dumps(stored))
    assert spec.version == VERSION
    table = spec.tables[0]
    assert (table.row_name, table.singular, table.label) == (
        row_name,
        "Purchase order",
        "Purchase orders",
    )
    figures = [(each.title, each.table, each.measure) for each in spec.key_figures]
    assert figures == [("Purchase orders", "orders", "count")]
    assert AppSpec.model_validate(spec.model_dump()) == spec
    assert AppSpec.model_validate(stored) == spec, "what was read was changed"


def test_views_of_version_1_are_reports() -> None:
    stored = _version_1("title")
    stored["tables"].append(
        stored["tables"][0] | {"table": "busy", "name": "busy", "is_view": True}
    )
    spec = AppSpec.model_validate(stored)
    assert [table.section for table in spec.tables] == ["main", "report"]
    assert [figure.table for figure in spec.key_figures] == ["orders"]
