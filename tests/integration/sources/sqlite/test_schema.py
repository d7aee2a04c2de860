from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.sources.preview import quote
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType, ForeignKey, TableInfo
from proto_ddf.sources.sqlite.source import SqliteSource

MakeSource = Callable[[str], SqliteSource]


def table(source: SqliteSource, name: str) -> TableInfo:
    return source.read_schema().table(name)


def test_tables_come_before_views_with_their_row_counts(sqlite_source: MakeSource) -> None:
    schema = sqlite_source(
        """CREATE TABLE b (x INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE VIEW v AS SELECT x, x * 1.5 AS more, 'n' || x AS label FROM b;
        CREATE TABLE a (y);
        INSERT INTO b VALUES (1), (2);"""
    ).read_schema()
    assert [(t.name, t.is_view, t.row_count) for t in schema.tables] == [
        ("b", False, 2), ("a", False, 0), ("v", True, 2),
    ]  # fmt: skip
    types = [(column.name, column.type) for column in schema.table("v").columns]
    assert types == [
        ("x", ColumnType.INTEGER), ("more", ColumnType.FLOAT), ("label", ColumnType.TEXT),
    ]  # fmt: skip


def test_columns_have_type_nullability_default_and_key(sqlite_source: MakeSource) -> None:
    found = table(
        sqlite_source(
            """CREATE TABLE t (
                id INTEGER PRIMARY KEY,
                code VARCHAR(12) NOT NULL UNIQUE DEFAULT 'x',
                price NUMERIC(8, 3),
                odd WOBBLE,
                untyped,
                doubled INTEGER GENERATED ALWAYS AS (id * 2) STORED);
            INSERT INTO t (odd, untyped) VALUES (1.5, x'00');"""
        ),
        "t",
    )
    key, code, price = (found.column(name) for name in ("id", "code", "price"))
    assert found.primary_key == ("id",)
    assert (key.primary_key, key.unique, key.autoincrement, key.nullable) == (
        True,
        True,
        True,
        False,
    )
    assert (code.max_length, code.unique, code.nullable, code.default) == (12, True, False, "'x'")
    assert (price.type, price.precision, price.scale, price.nullable) == (
        ColumnType.DECIMAL, 8, 3, True,
    )  # fmt: skip
    assert (found.column("odd").type, found.column("odd").db_type) == (ColumnType.FLOAT, "WOBBLE")
    assert found.column("untyped").type is ColumnType.BINARY
    assert found.column("doubled").autoincrement


def test_composite_keys_and_tables_without_rowid(sqlite_source: MakeSource) -> None:
    source = sqlite_source(
        """CREATE TABLE pairs (b TEXT, a INTEGER, n, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE TABLE single (a INTEGER PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE uses (x INTEGER, y TEXT, FOREIGN KEY (x, y) REFERENCES PAIRS);
        INSERT INTO pairs VALUES ('q', 2, 0), ('p', 1, 0);"""
    )
    pairs = table(source, "pairs")
    assert pairs.primary_key == ("a", "b")
    assert not pairs.column("a").unique
    assert not pairs.column("a").nullable
    assert not table(source, "single").column("a").autoincrement
    assert table(source, "uses").foreign_keys == (
        ForeignKey(columns=("x", "y"), target_table="pairs", target_columns=("a", "b")),
    )
    assert source.preview(PageRequest("pairs")).rows == (("p", 1, 0), ("q", 2, 0))


def test_foreign_keys_are_completed_or_dropped(sqlite_source: MakeSource) -> None:
    source = sqlite_source(
        """CREATE TABLE Parent (Id INTEGER PRIMARY KEY, code TEXT UNIQUE);
        CREATE TABLE keyless (n INTEGER);
        CREATE TABLE child (
            a INTEGER REFERENCES parent,
            b TEXT REFERENCES PARENT (CODE),
            c INTEGER REFERENCES gone (id),
            d INTEGER REFERENCES keyless,
            e INTEGER REFERENCES child (a));"""
    )
    keys = {
        key.columns: (key.target_table, key.target_columns)
        for key in table(source, "child").foreign_keys
    }
    assert keys == {
        ("a",): ("Parent", ("Id",)), ("b",): ("Parent", ("code",)), ("e",): ("child", ("a",)),
    }  # fmt: skip


def test_a_column_is_unique_only_by_itself_and_in_all_rows(sqlite_source: MakeSource) -> None:
    found = table(
        sqlite_source(
            """CREATE TABLE t (a, b, c, d, UNIQUE (a, b));
            CREATE UNIQUE INDEX whole ON t (c);
            CREATE UNIQUE INDEX part ON t (d) WHERE d > 0;
            CREATE UNIQUE INDEX expression ON t (lower(a));"""
        ),
        "t",
    )
    assert [column.name for column in found.columns if column.unique] == ["c"]


def test_checks_become_bounds_choices_and_lengths(sqlite_source: MakeSource) -> None:
    found = table(
        sqlite_source(
            """CREATE TABLE t (
                n INTEGER CHECK (n > 0 AND n < 10),
                f REAL CHECK (f BETWEEN 0.5 AND 2),
                s TEXT CHECK (s IN ('new', 'old')),
                l VARCHAR(40) CHECK (length(l) <= 8));"""
        ),
        "t",
    )
    assert (found.column("n").minimum, found.column("n").maximum) == (1, 9)
    assert (found.column("f").minimum, found.column("f").maximum) == (0.5, 2)
    assert found.column("s").choices == ("new", "old")
    assert found.column("l").max_length == 8


def test_tables_that_sqlite_itself_cannot_read_are_left_out(sqlite_source: MakeSource) -> None:
    source = sqlite_source(
        """CREATE TABLE t (a); CREATE VIEW fine AS SELECT a FROM t;
        CREATE TABLE lost (b); CREATE VIEW broken AS SELECT b FROM lost; DROP TABLE lost;"""
    )
    assert [found.name for found in source.read_schema().tables] == ["t", "fine"]


def test_full_text_tables_are_shown_without_their_shadow_tables(sqlite_source: MakeSource) -> None:
    source = sqlite_source(
        "CREATE VIRTUAL TABLE notes USING fts5(title, body);"
        "INSERT INTO notes VALUES ('a', 'hello world');"
    )
    schema = source.read_schema()
    assert [found.name for found in schema.tables] == ["notes"]
    assert [column.name for column in schema.tables[0].columns] == ["title", "body"]
    assert source.preview(PageRequest("notes")).rows == (("a", "hello world"),)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    NAMES.filter(lambda name: not name.lower().startswith("sqlite_")),
    st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower),
)
def test_any_table_and_column_names_work(
    sqlite_source: MakeSource, name: str, columns: list[str]
) -> None:
    listed = ", ".join(f"{quote(column)} TEXT" for column in columns)
    marks = ", ".join(["'v%_'"] * len(columns))
    source = sqlite_source(
        f"CREATE TABLE {quote(name)} ({listed}); INSERT INTO {quote(name)} VALUES ({marks})"
    )
    try:
        found = source.read_schema().tables[0]
        assert (found.name, [column.name for column in found.columns]) == (name, columns)
        page = source.preview(PageRequest(name, search="V%", sort=columns[-1], descending=True))
        assert (page.columns, page.rows) == (tuple(columns), (("v%_",) * len(columns),))
        assert list(source.rows(name)) == [[("v%_",) * len(columns)]]
    finally:
        source.path.unlink()
