"""Many-to-many relations on all databases: connected rows are listed, added once, and removed."""

import json

import pytest

from tests.served_apps import app_on

NUMBERED = {
    "sqlite": "INTEGER PRIMARY KEY",
    "postgresql": "SERIAL PRIMARY KEY",
    "mysql": "INTEGER AUTO_INCREMENT PRIMARY KEY",
}
REFERENCES = (
    "FOREIGN KEY (doctor_id) REFERENCES doctors (id)",
    "FOREIGN KEY (clinic_id) REFERENCES clinics (id)",
)


def statements(dialect):
    both = f"doctor_id INTEGER NOT NULL, clinic_id INTEGER NOT NULL, {', '.join(REFERENCES)}"
    yield "CREATE TABLE doctors (id INTEGER PRIMARY KEY, name VARCHAR(40))"
    yield "CREATE TABLE clinics (id INTEGER PRIMARY KEY, name VARCHAR(40))"
    yield f"CREATE TABLE doctor_clinic ({both}, PRIMARY KEY (doctor_id, clinic_id))"
    yield f"CREATE TABLE past_clinic (id {NUMBERED[dialect]}, {both})"
    yield f"CREATE TABLE keyless ({both})"
    yield (
        "CREATE TABLE mentors (mentor_id INTEGER NOT NULL, pupil_id INTEGER NOT NULL, PRIMARY KEY (mentor_id, pupil_id),"
        " FOREIGN KEY (mentor_id) REFERENCES doctors (id), FOREIGN KEY (pupil_id) REFERENCES doctors (id))"
    )
    yield "INSERT INTO doctors VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Clara')"
    yield "INSERT INTO clinics VALUES (10, 'North & South'), (20, 'Harbour'), (30, 'Old Town')"
    yield "INSERT INTO doctor_clinic VALUES (1, 10), (1, 20), (2, 10)"
    yield "INSERT INTO past_clinic (doctor_id, clinic_id) VALUES (1, 30)"
    yield "INSERT INTO keyless VALUES (1, 30)"
    yield "INSERT INTO mentors VALUES (1, 2), (3, 1)"


@pytest.fixture(scope="module", params=list(NUMBERED))
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Links") as app:
        yield app


def linked(app, table, number):
    """The connected rows of a row, by the name of the link."""
    view = app.view(table)
    found = app.links.linked_rows(view, app.data.fetch_row(view, (number,)))
    return {each.name: each for each in found}


def names(block):
    return sorted(row.text for row in block.rows)


def test_they_have_no_page_and_are_listed_on_both_sides(app):
    assert {view.name for view in app.views.views_in_order()} == {"doctors", "clinics"}
    of_ada = linked(app, "doctors", 1)
    block = of_ada["doctor_clinic.clinic_id"]
    assert (block.label, names(block), block.total) == ("Clinics", ["Harbour", "North & South"], 2)
    assert [row.href for row in block.rows] == ["/clinics/10", "/clinics/20"]
    assert names(linked(app, "clinics", 10)["doctor_clinic.doctor_id"]) == ["Ada", "Ben"]
    view = app.view("doctors")
    assert app.related_rows(view, app.data.fetch_row(view, (1,))) == []


def test_a_table_that_connects_rows_of_one_table_is_seen_from_both_ends(app):
    of_ada = linked(app, "doctors", 1)
    assert (of_ada["mentors.pupil_id"].label, names(of_ada["mentors.pupil_id"])) == (
        "Pupil",
        ["Ben"],
    )
    assert (of_ada["mentors.mentor_id"].label, names(of_ada["mentors.mentor_id"])) == (
        "Mentor",
        ["Clara"],
    )


@pytest.mark.parametrize("name", ["doctor_clinic.clinic_id", "past_clinic.clinic_id"])
def test_one_is_added_once_and_removed(app, name):
    view = app.view("doctors")
    block = linked(app, "doctors", 2)[name]
    before = names(block)
    options = app.links.linkable_rows(view, name, "", [block])
    assert "30" in [option.value for option in options]
    app.link_changes.add_link(view, name, block.blank, "30")
    app.link_changes.add_link(view, name, block.blank, "30")  # a double click
    after = linked(app, "doctors", 2)[name]
    assert names(after) == sorted([*before, "Old Town"])
    assert "30" not in [each.value for each in app.links.linkable_rows(view, name, "", [after])]
    (added,) = [row for row in after.rows if row.text == "Old Town"]
    app.link_changes.remove_link(view, name, added.snapshot)
    assert names(linked(app, "doctors", 2)[name]) == before


def test_a_row_is_found_by_words(app):
    view = app.view("doctors")
    found = app.links.linkable_rows(view, "doctor_clinic.clinic_id", "harb", [])
    assert [option.text for option in found] == ["Harbour"]


def test_without_a_key_they_are_only_shown(app):
    block = linked(app, "doctors", 1)["keyless.clinic_id"]
    assert names(block) == ["Old Town"]
    assert block.blank == ""
    assert [row.snapshot for row in block.rows] == [""]


def test_what_a_page_never_sends_changes_nothing(app):
    view = app.view("doctors")
    block = linked(app, "doctors", 1)["doctor_clinic.clinic_id"]
    for name in ("nothing", "doctor_clinic.doctor_id", ""):
        with pytest.raises(app.errors.DataError):
            app.link_changes.add_link(view, name, block.blank, "30")
    other = json.dumps({"key": "1,1", "fields": {}})
    for given in ("", "{}", other):
        with pytest.raises(app.errors.DataError):
            app.link_changes.remove_link(view, "doctor_clinic.clinic_id", given)
    with pytest.raises(app.errors.DataError):
        app.link_changes.add_link(view, "doctor_clinic.clinic_id", block.blank, "nowhere")
    assert names(linked(app, "doctors", 1)["doctor_clinic.clinic_id"]) == [
        "Harbour",
        "North & South",
    ]


def test_a_viewer_is_offered_no_change(app):
    token = app.sign_in._may_edit.set(False)
    try:
        block = linked(app, "doctors", 1)["doctor_clinic.clinic_id"]
        assert (block.blank, {row.snapshot for row in block.rows}) == ("", {""})
    finally:
        app.sign_in._may_edit.reset(token)
