"""Links to a map for latitudes and longitudes, only where both are valid; and the UUIDs that forms of new rows suggest."""

import re
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.served_apps import app_on

REAL = {"sqlite": "REAL", "postgresql": "DOUBLE PRECISION", "mysql": "DOUBLE"}
ADDRESS = re.compile(
    r"https://www\.openstreetmap\.org/\?mlat=(-?[\d.]+)&mlon=(-?[\d.]+)#map=14/\1/\2", re.ASCII
)
IDS = [str(uuid4()) for _ in range(4)]


def statements(dialect):
    real = REAL[dialect]
    text = "UUID" if dialect == "postgresql" else "VARCHAR(36)"
    yield f"CREATE TABLE places (id INTEGER PRIMARY KEY, name VARCHAR(20), lat {real}, lng DECIMAL(9, 6))"
    yield f"CREATE TABLE trips (id INTEGER PRIMARY KEY, start_lat {real}, start_lon {real}, end_lat {real}, end_lon {real}, height {real})"
    yield f"CREATE TABLE halves (id INTEGER PRIMARY KEY, latitude {real})"
    yield f"CREATE TABLE tokens (token {text} NOT NULL PRIMARY KEY, word VARCHAR(20), owner_id INTEGER)"
    yield "INSERT INTO places VALUES (1, 'Vienna', 48.2082, 16.3738), (2, 'Nowhere', 48.2, NULL), (4, 'Null Island', 0, 0), (5, 'South', -90, -180)"
    yield "INSERT INTO trips VALUES (1, 48.5, 16.5, -33.25, 151.125, 12), (2, 48.5, 16.5, NULL, 151, 3)"
    yield "INSERT INTO halves VALUES (1, 48.5)"
    for number, each in enumerate(IDS):
        yield f"INSERT INTO tokens VALUES ('{each}', 'word', {number})"


@pytest.fixture(scope="module", params=list(REAL))
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Maps") as app:
        app.run("INSERT INTO places VALUES (3, 'Wrong', 48.2, 181)")  # after the plan was made
        for name in ("places", "trips", "halves"):  # as a plan by the values of the columns has it
            chosen = [
                each.name
                for each in app.view(name).fields
                if each.name.endswith(("lat", "lng", "lon", "latitude"))
            ]
            assert {app.view(name).by_name[each].widget for each in chosen} == {"coordinates"}
        yield app


def links(app, table, number):
    view = app.view(table)
    return app.row_page.load_row(view, (number,), str(number)).maps


def test_a_row_has_a_link_for_each_place_that_is_valid(app):
    (vienna,) = links(app, "places", 1)
    assert vienna.text == "Show on a map"
    assert ADDRESS.fullmatch(vienna.href).groups() == ("48.2082", "16.3738")
    assert [links(app, "places", number) for number in (2, 3)] == [[], []]
    assert ADDRESS.fullmatch(links(app, "places", 4)[0].href).groups() == ("0", "0")
    assert ADDRESS.fullmatch(links(app, "places", 5)[0].href).groups() == ("-90", "-180")
    assert len(links(app, "trips", 1)) == 2
    assert len({each.text for each in links(app, "trips", 1)}) == 2
    (start,) = links(app, "trips", 2)
    assert "mlat=48.5&mlon=16.5#" in start.href
    assert not app.maps.has_places(app.view("halves"))
    assert links(app, "halves", 1) == []


def is_degrees(value, most):
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return Decimal(value).is_finite() and Decimal(value).copy_abs() <= most


def test_any_values_make_a_valid_address_or_none(app):
    numbers = st.floats() | st.integers() | st.decimals()
    anything = numbers | st.text(max_size=20) | st.booleans() | st.none() | st.binary(max_size=4)

    @settings(max_examples=200, deadline=None)
    @given(latitude=anything, longitude=anything)
    def holds(latitude, longitude):
        address = app.maps.map_address(latitude, longitude)
        assert bool(address) == (is_degrees(latitude, 90) and is_degrees(longitude, 180))
        if address:
            assert ADDRESS.fullmatch(address)
            assert urlsplit(address).netloc == "www.openstreetmap.org"

    holds()


def test_only_the_form_of_a_new_row_suggests_a_uuid(app):
    view = app.view("tokens")
    # An app on a server is planned here without its values, and MySQL has no type for UUIDs.
    expected = set() if app.spec.dialect == "mysql" else {"token"}
    new = app.row_forms.blank_form(view, {}).inputs
    assert {name for name, control in new.items() if control.suggests} == expected
    assert new["token"].text == ""
    there = app.form(view, app.keys.decode_key(view, IDS[0])).inputs
    assert not any(control.suggests for control in there.values())
