"""The types of columns in a generated app's models.py, for each database."""

from proto_ddf.generator.code.literals import py
from proto_ddf.generator.spec import AppSpec, Dialect, FieldSpec
from proto_ddf.sources.schema.model import ColumnType

_SQLITE = {
    ColumnType.INTEGER: "sa.BigInteger",
    ColumnType.DECIMAL: "TolerantDecimal",
    ColumnType.FLOAT: "sa.Float",
    ColumnType.BOOLEAN: "TolerantBoolean",
    ColumnType.DATE: "TolerantDate",
    ColumnType.DATETIME: "TolerantDateTime",
    ColumnType.TIME: "TolerantTime",
    ColumnType.TEXT: "sa.Text",
    ColumnType.JSON: "sa.Text",
    ColumnType.BINARY: "TolerantBinary",
}
_SERVER = {
    **_SQLITE,
    ColumnType.BINARY: "sa.LargeBinary",
    ColumnType.DECIMAL: "sa.Numeric",
    ColumnType.BOOLEAN: "sa.Boolean",
    ColumnType.DATE: "sa.Date",
    ColumnType.DATETIME: "sa.DateTime",
    ColumnType.TIME: "sa.Time",
    ColumnType.TEXT: "Text",
    ColumnType.JSON: "Text",
}
_NAMES: dict[Dialect, dict[ColumnType, str]] = {
    "sqlite": _SQLITE,
    "postgresql": {
        **_SERVER,
        ColumnType.FLOAT: "Float",
        ColumnType.DATE: "DateOrTime",
        ColumnType.DATETIME: "DateOrTime",
        ColumnType.TIME: "DateOrTime",
    },
    "mysql": {**_SERVER, ColumnType.BOOLEAN: "Boolean", ColumnType.TIME: "Time"},
}
_PLAIN_TEXTS: dict[Dialect, frozenset[str]] = {
    "sqlite": frozenset(),
    "postgresql": frozenset({"", "text", "varchar", "character varying"}),
    "mysql": frozenset({"", "char", "varchar", "tinytext", "text", "mediumtext", "longtext"}),
}
_DATES_AND_TIMES = {ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME}


def model_type(field: FieldSpec, dialect: Dialect) -> str:
    """The expression for a column's type."""
    own = _own_type(field, dialect)
    if dialect == "mysql" and field.type is ColumnType.INTEGER and own == "bit":
        return "Bits()"
    if dialect == "mysql" and field.type is ColumnType.FLOAT and own.startswith("float"):
        return "Float()"
    name = _NAMES[dialect][field.type]
    if (
        dialect == "postgresql"
        and name == "Text"
        and field.choices
        and own not in _PLAIN_TEXTS[dialect]
    ):
        name = "Enum"
    return f"{name}({_arguments(name, field, own, dialect)})"


def _own_type(field: FieldSpec, dialect: Dialect) -> str:
    """The database's name of the type, without arguments such as the length."""
    own = field.db_type.partition("(")[0].strip().lower()
    is_array = dialect == "postgresql" and field.db_type.endswith("[]") and not own.endswith("[]")
    return own + "[]" if is_array else own


def _arguments(name: str, field: FieldSpec, own: str, dialect: Dialect) -> str:
    if name in ("Text", "Enum"):
        return "" if own in _PLAIN_TEXTS[dialect] else py(own)
    if field.type is ColumnType.DECIMAL and field.precision is not None:
        return f"{field.precision}, {field.scale or 0}"
    if field.type is ColumnType.TEXT and field.max_length is not None:
        return str(field.max_length)
    return (
        "raw=True"
        if dialect == "sqlite" and field.primary_key and field.type in _DATES_AND_TIMES
        else ""
    )


def imported_types(spec: AppSpec) -> list[str]:
    """The names that models.py imports from column_types.py."""
    used = {
        model_type(field, spec.dialect).partition("(")[0]
        for table in spec.tables
        for field in table.fields
    }
    return sorted(name for name in used if not name.startswith("sa."))
