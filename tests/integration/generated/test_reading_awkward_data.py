"""Reading: every page in every order, on values that do not fit their types."""

import dataclasses

import pytest
import sqlalchemy as sa

from tests.integration.generated.paging import check_going_back, texts

TABLES = ["full_names", "codes", "things", "readings", "no_key", "nothing", "seen_things"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_in_order(awkward, table, descending):
    view = awkward.view(table)
    query = awkward.filters.Query
    total = awkward.data.count_rows(view, query())
    for field in view.visible_fields:
        order = query(sort=field.name, descending=descending)
        by_pages = awkward.all_rows(view, order)
        at_once = awkward.data.fetch_page(view, order, 1000).rows
        assert texts(by_pages) == texts(at_once)
        assert len(by_pages) == total


@pytest.mark.parametrize("table", ["full_names", "things", "readings", "no_key"])
@pytest.mark.parametrize("descending", [False, True])
def test_going_back_shows_the_previous_page(awkward, table, descending):
    check_going_back(awkward, awkward.view(table), descending)


def test_nulls_come_last_in_both_directions(awkward):
    view = awkward.view("things")
    at = [field.name for field in view.visible_fields].index("ratio")
    for descending in (False, True):
        order = awkward.filters.Query(sort="ratio", descending=descending)
        nulls = ["null" in row.cells[at].style.split() for row in awkward.all_rows(view, order)]
        assert nulls == sorted(nulls)
        assert any(nulls)


def test_values_that_do_not_fit_are_shown_as_they_are(awkward):
    values = awkward.data.fetch_row(awkward.view("things"), (7,))
    assert values["made"] == "not a date"
    assert values["price"] == "n/a"
    assert values["woken"] == "noon"
    assert values["picture"] == 7
    shown = {cell.text for cell in awkward.rows.detail_cells(awkward.view("things"), values)}
    assert {"not a date", "n/a", "noon"} <= shown
    picture = awkward.view("things").by_name["picture"]
    assert awkward.formats.cell(awkward.view("things"), picture, 7).text == "7 bytes of binary data"


@pytest.mark.parametrize("table", ["full_names", "codes", "things", "readings"])
def test_every_key_can_be_put_into_an_address(awkward, table):
    view = awkward.view(table)
    for row in awkward.all_rows(view, awkward.filters.Query()):
        part = row.href.rpartition("/")[2]
        assert part != "new"
        assert part.replace("~", "").replace("-", "").replace("_", "").isalnum()
        key = awkward.keys.decode_key(view, part)
        found = awkward.data.fetch_row(view, key)
        assert awkward.rows.address(view, found) == row.href


@pytest.mark.parametrize(
    "part", ["", "~", "~!!", "~e30", "~WzEsMl0", "x" * 5000, "~bnVsbA", "~WyJcdWQ4MDAiXQ"]
)
def test_an_invalid_key_finds_no_row(awkward, part):
    view = awkward.view("codes")
    key = awkward.keys.decode_key(view, part)
    if key is not None:
        with pytest.raises(awkward.errors.DataError, match="deleted"):
            awkward.data.fetch_row(view, key)


@pytest.mark.parametrize("words", ["ada", "%", "_", "'", '"', "ö", "\\", "42", "2024-03", "[a]"])
def test_a_search_finds_rows_with_its_words(awkward, words):
    view = awkward.view("full_names")
    found = awkward.all_rows(view, awkward.filters.Query(search=words))
    everything = awkward.all_rows(view, awkward.filters.Query())
    expected = [
        texts([row])
        for row in everything
        if any(
            words.lower() in cell.text.lower()
            for cell in row.cells
            if not {"null", "empty"} & set(cell.style.split())
        )
    ]
    assert [texts([row]) for row in found] == expected


@pytest.mark.parametrize("words", ["²", "--5", "-", "a\0b", "\ud800", "٣"])
def test_searching_for_words_that_no_row_can_contain_is_no_error(awkward, words):
    view = awkward.view("things")
    Query, Condition = awkward.filters.Query, awkward.filters.Condition
    for query in (
        Query(search=words),
        Query(conditions=(Condition("story", "contains", words),)),
        Query(conditions=(Condition("story", "equals", words),)),
        Query(conditions=(Condition("size", "equals", words),)),
        Query(conditions=(Condition("code", "contains", words),)),
    ):
        assert awkward.data.fetch_page(view, query, 10) is not None
    assert awkward.relations.search_options(view, "code", words) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("END", {1, 2, 4}),
        ("be", {1, 2, 3}),
        ("d\0b", {2}),
        ("\0B", {2, 3}),
        ("%", {4}),
        ("ÄR", {3}),
        ("\0", {2, 3}),
        ("x", set()),
    ],
)
def test_words_are_found_before_and_after_the_character_0(awkward, words, expected):
    """SQLite's LIKE stops at the character 0. To the kind belong words with it, before it and after it, in capitals
    and with wildcards, in a search, in a filter, and in the choices of a relation."""
    stories = {1: "bend", 2: "end\0bend", 3: "\0be ÄR", 4: "a% end"}
    with awkward.database.engine().connect() as connection:
        found = {
            number
            for number, story in stories.items()
            if connection.scalar(sa.select(awkward.dialect.contains(sa.literal(story), words)))
        }
    assert found == expected


@pytest.mark.parametrize("story", ["a\0b", "\0", "end\0", "x" * 500 + "\0y", "plain", "x" * 500])
def test_the_start_of_a_text_continues_after_the_character_0(awkward, story):
    with awkward.database.engine().connect() as connection:
        found = connection.scalar(sa.select(awkward.dialect.start_of(sa.literal(story), 121)))
    assert found[:121] == story[:121]


def test_a_search_finds_rows_by_the_row_they_refer_to(awkward, monkeypatch):
    view = awkward.view("things")
    codes = dataclasses.replace(awkward.view("codes"), row_name=("meaning",))
    monkeypatch.setitem(awkward.views.VIEWS, "codes", codes)
    found = awkward.data.count_rows(view, awkward.filters.Query(search="word with a mean"))
    assert found == 15


def condition(awkward, *parts):
    return awkward.filters.Query(conditions=(awkward.filters.Condition(*parts),))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("ratio", "empty"), 8),
        (("ratio", "filled"), 52),
        (("size", "range", "3", "4"), 12),
        (("size", "range", "", "2"), 12),
        (("size", "equals", "10"), 6),
        (("size", "equals", "many"), 0),
        (("ok", "equals", "true"), 15),
        (("ok", "equals", "false"), 15),
        (("made", "range", "2024-01-01", "2024-01-31"), 5),
        (("seen", "range", "2024-05-03", "2024-05-03"), 2),
        (("code", "equals", "new"), 15),
    ],
)
def test_filters(awkward, parts, expected):
    view = awkward.view("things")
    query = condition(awkward, *parts)
    if parts[0] == "made":
        expected = sum(1 for n in range(1, 61) if n % 7 and n % 12 == 0)
    if parts[0] == "seen":
        expected = sum(1 for n in range(1, 61) if n % 4 == 2 and n % 28 + 1 == 3)
    assert awkward.data.count_rows(view, query) == expected
    assert len(awkward.all_rows(view, query)) == expected


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("size", "range", "", ""), "Enter a value."),
        (("size", "equals", "x"), "Enter a number."),
        (("made", "equals", "x"), "Enter a date."),
        (("made", "drop table", "x"), "Choose a field and a comparison."),
        (("unknown", "equals", "x"), "Choose a field and a comparison."),
        (("story", "contains", "once"), ""),
    ],
)
def test_a_filter_is_checked(awkward, parts, message):
    asked = awkward.filters.Condition(*parts)
    assert awkward.filters.filter_error(awkward.view("things"), asked) == message


def test_the_full_text_of_a_cut_cell_is_read_from_any_page(awkward):
    view = awkward.view("things")
    order = awkward.filters.Query(sort="size", descending=True)
    first = awkward.data.fetch_page(view, order, 7)
    second = awkward.data.fetch_page(view, order, 7, after=first.last)
    at = [field.name for field in view.visible_fields].index("story")
    long = next(n for n, row in enumerate(second.rows) if row.cells[at].long)
    number = int(second.rows[long].href.rpartition("/")[2])
    place = second.cursors[long]
    whole = awkward.data.fetch_whole(view, order, "story", cursor=place, position=0)
    assert whole == "Once upon a time. " * number


def test_related_rows_of_a_row_are_listed(awkward):
    values = awkward.data.fetch_row(awkward.view("codes"), ("new",))
    (block,) = awkward.related_rows(awkward.view("codes"), values)
    assert (block.label, block.total, len(block.rows)) == ("Things", 15, 5)
    assert block.href == "/things?code=new"


def test_choices_of_a_relation_are_searched(awkward):
    view = awkward.view("things")
    assert awkward.relations.search_options(view, "story", "x") == []
    found = awkward.relations.search_options(view, "code", "plain")
    assert [option.value for option in found] == ["plain"]


def test_a_query_that_does_not_end_is_stopped(awkward, monkeypatch):
    monkeypatch.setattr(awkward.connecting, "ANSWER_SECONDS", 0.1)
    endless = sa.text(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    )
    with (
        pytest.raises(awkward.errors.DataError) as raised,
        awkward.database.read_connection() as connection,
    ):
        connection.execute(endless)
    assert raised.value.problem == awkward.errors.TOO_SLOW
    monkeypatch.undo()
    assert awkward.data.count_rows(awkward.view("codes"), awkward.filters.Query()) == 4
