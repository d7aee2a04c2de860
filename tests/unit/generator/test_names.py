import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.names import (
    TEMPLATES,
    field_identifier,
    reserved_project_names,
    route_for,
    table_identifier,
    validate_project_name,
)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My Shop", "my_shop"),
        ("  My Shop  ", "my_shop"),
        ("My - Shop", "my_shop"),
        ("pet", "pet"),
        ("a" * 64, "a" * 64),
        ("Flights-2013", "flights_2013"),
        ("Shop-", "shop"),
    ],
)
def test_a_good_name_gives_its_slug(name: str, slug: str) -> None:
    assert validate_project_name(name) == slug


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "project_name_required"),
        (" \t\n", "project_name_required"),
        ("ab", "project_name_too_short"),
        (" ab ", "project_name_too_short"),
        ("a" * 65, "project_name_too_long"),
        ("../x", "invalid_characters"),
        ("shop/app", "invalid_characters"),
        ("shop_app", "invalid_characters"),
        ("shop 🚀", "invalid_characters"),
        ("Größe", "invalid_characters"),
        ("a\nb c", "invalid_characters"),
        ("١٢٣ abc", "invalid_characters"),
        ("2 shops", "invalid_characters"),
        ("-shop", "invalid_characters"),
        ("class", "project_name_reserved"),
        ("Class", "project_name_reserved"),
        ("json", "project_name_reserved"),
        ("reflex", "project_name_reserved"),
        ("SQLAlchemy", "project_name_reserved"),
        ("granian", "project_name_reserved"),
        ("proto-ddf", "project_name_reserved"),
        ("assets", "project_name_reserved"),
        ("tests", "project_name_reserved"),
        ("models", "project_name_reserved"),
        ("as-", "project_name_reserved"),
    ],
)
def test_a_bad_name_is_refused_with_its_own_code(name: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_project_name(name)
    assert caught.value.code == code
    assert caught.value.field == "name"
    assert caught.value.value == name


@given(st.text(max_size=80))
def test_any_accepted_name_is_a_package_name(name: str) -> None:
    try:
        slug = validate_project_name(name)
    except ValidationError:
        return
    assert slug.isidentifier()
    assert slug.isascii()
    assert slug == slug.lower()
    assert slug not in reserved_project_names()


@given(st.lists(st.text(max_size=60), max_size=30))
def test_identifiers_are_safe_and_unique_for_any_names(names: list[str]) -> None:
    for identify in (field_identifier, table_identifier):
        taken: set[str] = set()
        found = [identify(name, taken, place) for place, name in enumerate(names, start=1)]
        assert len(set(found)) == len(found)
        for identifier in found:
            assert identifier.isidentifier()
            assert identifier.isascii()
            assert not keyword.iskeyword(identifier)
            assert identifier[0].isalpha()


@pytest.mark.parametrize(
    ("column", "identifier"),
    [
        ("customerID", "customer_id"),
        ("Unit price ($)", "unit_price"),
        ("class", "class_col"),
        ("2nd", "col_2nd"),
        ("Größe", "groe"),
        ("名前", "col_7"),
        ("", "col_7"),
        ("__x__", "x"),
    ],
)
def test_a_column_name_becomes_an_identifier(column: str, identifier: str) -> None:
    assert field_identifier(column, set(), 7) == identifier


@pytest.mark.parametrize("name", ["models", "dashboard", "list", "metadata", "con", "page", "sa"])
def test_a_table_does_not_take_a_name_that_the_app_uses(name: str) -> None:
    assert table_identifier(name, set(), 1) == f"{name}_table"


@pytest.mark.parametrize(
    "name", sorted({"notes", "forms", "drafts"} | {path.stem for path in TEMPLATES.rglob("*.js")})
)
def test_a_table_may_have_the_name_of_a_script_unless_a_module_has_it_too(name: str) -> None:
    modules = {path.name.split(".")[0] for path in TEMPLATES.rglob("*.py*")}
    free = name not in modules | {"session", "states"}
    assert table_identifier(name, set(), 1) == (name if free else f"{name}_table")


def test_routes_are_unique_and_leave_the_apps_own_alone() -> None:
    taken: set[str] = set()
    assert route_for("order_items", taken) == "order-items"
    assert route_for("order_items", taken) == "order-items-2"
    assert route_for("api", taken) == "api-table"
