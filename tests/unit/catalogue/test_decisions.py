"""A plan of the product is read in the words of the catalogue."""

from proto_ddf.generator.spec import AppSpec, ChartKind, ChartSpec, FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType
from tests.catalogue.decisions import ChartDecision, ColumnDecision, decisions_of


def _field(column: str, kind: ColumnType, widget: Widget) -> FieldSpec:
    return FieldSpec(
        column=column, name=column, label=column.capitalize(), type=kind, widget=widget
    )


def test_names_types_labels_and_charts_are_read() -> None:
    spec = AppSpec(
        name="Clinic",
        slug="clinic",
        tables=[
            TableSpec(
                table="visit",
                name="visit",
                route="visit",
                label="Visits",
                singular="Visit",
                fields=[
                    _field("seen", ColumnType.DATETIME, Widget.DATE),
                    _field("scan", ColumnType.BINARY, Widget.READONLY),
                    _field("extra", ColumnType.JSON, Widget.TEXTAREA),
                ],
                row_name=["seen"],
            )
        ],
        charts=[
            ChartSpec(
                id="fee",
                title="Fee per month",
                kind=ChartKind.LINE,
                table="visit",
                group_by="seen",
                measure="sum",
                value_column="fee",
            )
        ],
    )
    found = decisions_of(spec)
    assert found.charts == (ChartDecision("visit", "sum(fee)", "seen", "Fee per month"),)
    assert found.charts[0].text == "visit: sum(fee) by seen"
    visit = found.tables["visit"]
    assert (visit.page, visit.singular, visit.row_name) == ("Visits", "Visit", "seen")
    assert visit.columns == {
        "seen": ColumnDecision("date", "Seen"),
        "scan": ColumnDecision("file", "Scan"),
        "extra": ColumnDecision("JSON", "Extra"),
    }
