"""The database files of tests/cases (rows 18 to 25 of its README), each table with its right values on every page."""

import shutil
from pathlib import Path

import pytest

from tests.served_apps import file_app, served_app

CASES = Path(__file__).parents[2] / "cases"

FILES = {
    ("18_null_keys", "tags"): [
        ["—", "first without"],
        ["—", "second without"],
        ["empty", "empty code"],
        ["red", "Red"],
    ],
    ("18_null_keys", "uses"): [["1", "Red"], ["2", "—"], ["3", "empty code"]],
    ("19_loose_types", "members"): [
        ["1", "Ada", "t", "t", "1700000000", "2460000.5", "1990-02-01", "5"],
        ["2", "Bo", "f", "f", "1700003600", "2460001.25", "01/03/1985", "many"],
        ["3", "Cy", "Yes", "No", "2023-11-14 22:13:20", "2023-02-25", "1970-12-31", "7"],
        ["4", "Di", "Y", "N", "2023-11-14 22:13:20+00:00", "—", "empty", "8.5"],
    ],
    ("20_big_ids", "users"): [[str(1254071346418286654 + n), f"user {n}"] for n in range(4)],
    ("20_big_ids", "posts"): [
        [str(2**53 + 1 + n), f"user {n % 4}", f"post {n}", str(2**53 + 1 + n)] for n in range(6)
    ],
    ("25_triggers_fts", "stock"): [["bolt", "5", "0.50", "2.5"], ["nut", "2", "0.25", "0.5"]],
    ("25_triggers_fts", "exact"): [
        ["1", "3", "a", "1"],
        ["2", "4", "b", "x"],
        ["3", "5", "—", "2 bytes of binary data"],
    ],
    ("25_triggers_fts", "people"): [["1", "B1", "—", "Core"], ["2", "B2", "B1", "Core"]],
    ("25_triggers_fts", "notes"): [["first", "hello world"], ["second", "good bye"]],
    ("25_triggers_fts", "totals"): [["bolt", "2.5", "many"], ["nut", "0.5", "—"]],
}
LAST_SESSIONS = [
    ["41", "Two lines", "12 Mill Lane\nUpper Town", "first\r\nsecond", "2024-05-01 10:00"],
    ["42", "Zoned", "x", "—", "2024-05-01 10:00+02:00"],
    ["44", "Misfits", "x", "—", "1714557600"],
    ["45", "ISO with T", "x", "—", "2024-05-01 10:00"],
]
SERVERS = {
    ("22_pg_special", "hours"): [
        ["1", "Mon", "09:00", "17:00", "17:00+02:00"],
        ["2", "Fri", "18:00", "24:00:00", "—"],
    ],
    ("22b_pg_rls", "accounts"): [["1", "me", "mine"]],
    ("22b_pg_rls", "boxes"): [["1", "2", "3", "6"]],
    ("22b_pg_rls", "events_table"): [["2024-02-03", "1", "start"]],
    ("23_my_booleans_dates", "ratings"): [
        ["1", "five stars", "5", "3", "0000-00-00", "26:03:04"],
        ["2", "yes", "Yes", "No", "1990-01-02", "01:00"],
    ],
    ("24_my_unsigned", "hashes"): [
        ["7", "small", "1"],
        ["9223372036854775808", "two to the 63", "9223372036854775808"],
        ["18446744073709551615", "largest", "18446744073709551614"],
    ],
    ("24_my_unsigned", "uses"): [["1", "largest"], ["2", "small"]],
    ("24_my_unsigned", "places"): [
        ["1", "mill", "a,c", "129", "1999", "12345678901234567890.0123456789"]
    ],
}
OPEN_END = [
    *("2", "open end", "2024-01-01", "infinity", "infinity", "-infinity", "23:59:59", "NaN"),
    *("Infinity", "mid", "{}", "{}", "{}", "—", "empty", "1 mon", "-$3.00", "0000", "n2", "4", "—"),
    "two\nlines",
]
MISFITS = [
    *("3", "odd state", "2", "—", "empty", "2024-00-15", "2024-05-00 10:00:00", "2024-05-01 10:00"),
    *("23:59:59", "—", "—", "—"),
]


@pytest.fixture(scope="module")
def app_of(request, tmp_path_factory):
    """Makes the app on the database of a file, once for each file."""
    apps, opened = {}, []

    def app(name):
        if name not in apps:
            folder = tmp_path_factory.mktemp("app")
            title = "Case " + name.replace("_", " ")
            context = (
                served_app(database_of(request, name), folder, name=title)
                if (CASES / f"{name}.sql").exists()
                else file_app(copied(name, tmp_path_factory), folder, name=title)
            )
            apps[name] = context.__enter__()
            opened.append(context)
        return apps[name]

    yield app
    for context in opened:
        context.__exit__(None, None, None)


def copied(name, tmp_path_factory):
    place = tmp_path_factory.mktemp("data") / f"{name}.db"
    shutil.copyfile(CASES / f"{name}.db", place)
    return place


def database_of(request, name):
    is_postgres = name.startswith("22")
    database = request.getfixturevalue("postgres" if is_postgres else "mariadb").create_database()
    if is_postgres:
        database.admin("CREATE EXTENSION hstore", "CREATE EXTENSION citext")
    lines = (CASES / f"{name}.sql").read_text().splitlines()
    script = "\n".join(line for line in lines if not line.startswith("--"))
    connection = database.connect()
    for statement in filter(str.strip, script.split(";\n")):
        connection.cursor().execute(statement)
    connection.close()
    return database


def shown(app, table, size):
    view = app.view(table)
    rows = app.all_rows(view, app.filters.Query(), size)
    return [[cell.text for cell in row.cells] for row in rows]


@pytest.mark.parametrize("size", [1, 2, 50])
@pytest.mark.parametrize(("name", "table"), [*FILES, *SERVERS])
def test_each_table_has_its_right_values_on_pages_of_any_size(app_of, name, table, size):
    assert shown(app_of(name), table, size) == (FILES | SERVERS)[name, table]


def test_values_that_a_control_cannot_show_are_listed(app_of):
    rows = shown(app_of("21_form_roundtrip"), "sessions", 7)
    assert len(rows) == 44
    assert [row[:5] for row in rows[-4:]] == LAST_SESSIONS


def test_values_without_a_python_type_are_listed(app_of):
    assert shown(app_of("22_pg_special"), "leases", 1)[1] == OPEN_END
    assert shown(app_of("23_my_booleans_dates"), "reviews", 1)[2] == MISFITS


def test_rows_that_inherit_are_listed_and_read_only(app_of):
    app = app_of("22b_pg_rls")
    view = app.view("things")
    assert shown(app, "things", 50) == [["1", "rope"], ["1", "axe"], ["2", "saw"]]
    assert app.row_forms.form_of_row(view, (1,), "1").read_only == app.identity.SHARED_KEY
    assert app.row_forms.form_of_row(view, (2,), "2").read_only == ""


def test_the_message_of_a_trigger_is_shown(app_of):
    app = app_of("25_triggers_fts")
    view = app.view("stock")
    with pytest.raises(app.errors.DataError, match="Stock may not go below zero"):
        app.update(view, ("bolt",), {"qty": "-1"})
