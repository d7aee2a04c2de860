"""Pictures in the database are shown by their first bytes, and sent as what these say they are; nothing else is."""

import pytest
from starlette.testclient import TestClient

from tests.form_pages import with_widget
from tests.served_apps import app_on

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + bytes(300), b"\xff\xd8\xff\xe0" + bytes(20)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
STORED = {1: PNG, 2: JPEG, 3: SVG, 4: b"", 5: None}
BINARY = {
    "sqlite": ("BLOB", "x'{}'"),
    "postgresql": ("bytea", "'\\x{}'"),
    "mysql": ("blob", "x'{}'"),
}


def statements(dialect):
    declared, literal = BINARY[dialect]
    yield f"CREATE TABLE things (id INTEGER PRIMARY KEY, picture {declared})"
    for number, stored in STORED.items():
        value = "NULL" if stored is None else literal.format(stored.hex())
        yield f"INSERT INTO things VALUES ({number}, {value})"


@pytest.fixture(scope="module", params=list(BINARY))
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Pictures") as made:
        shown = with_widget(made, made.view("things"), "picture", "image", hidden=False)
        made.views.VIEWS["things"] = shown
        yield made


def cells(app):
    view = app.view("things")
    at = [each.name for each in view.visible_fields].index("picture")
    rows = app.data.fetch_page(view, app.filters.Query(), 10).rows
    return {int(row.href.rpartition("/")[2]): row.cells[at] for row in rows}


def test_a_list_shows_pictures_and_says_the_size_of_other_bytes(app):
    shown = cells(app)
    assert [each.kind for each in shown.values()] == ["picture", "picture", "count", "count", ""]
    assert shown[1].href == "/api/pictures/things/picture/1"
    assert shown[3].text == f"{len(SVG)} bytes of binary data"
    assert shown[5].style == "null"
    detail = app.rows.detail_cells(app.view("things"), app.data.fetch_row(app.view("things"), (1,)))
    assert shown[1].href in [each.href for each in detail]


def test_a_picture_is_sent_as_it_is_stored_and_only_if_it_has_changed(app):
    client = TestClient(app.stored_pictures.picture_route())
    for number, media_type in ((1, "image/png"), (2, "image/jpeg")):
        address = f"/api/pictures/things/picture/{number}"
        answer = client.get(address)
        assert (answer.status_code, answer.content) == (200, STORED[number])
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        again = client.get(address, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [
        "things/picture/3",
        "things/picture/4",
        "things/picture/5",
        "things/picture/6",
        "things/picture/x",
        "things/id/1",
        "things/nothing/1",
        "nothing/picture/1",
    ],
)
def test_nothing_else_is_sent(app, address):
    client = TestClient(app.stored_pictures.picture_route())
    assert client.get(f"/api/pictures/{address}").status_code == 404


def test_a_hidden_picture_is_not_sent(app, monkeypatch):
    hidden = with_widget(app, app.view("things"), "picture", "image", hidden=True)
    monkeypatch.setitem(app.views.VIEWS, "things", hidden)
    client = TestClient(app.stored_pictures.picture_route())
    assert client.get("/api/pictures/things/picture/1").status_code == 404
