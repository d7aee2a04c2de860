"""Labels that people read well, and that keep what the source's name says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.generator import english
from proto_ddf.generator.labels import (
    Wording,
    children_label,
    label_for,
    relation_label,
    singular_label,
    split_words,
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("order_items", "Order items"),
        ("customerID", "Customer ID"),
        ("createdAt", "Created at"),
        ("XMLFile", "XML file"),
        ("GDP_total", "GDP total"),
        ("ID_cliente", "ID cliente"),
        ("SKU", "SKU"),
        ("PLZ", "PLZ"),
        ("LAST_COUNT", "Last count"),
        ("CITY", "City"),
        ("DOC_URL", "Doc URL"),
        ("address2", "Address 2"),
        ("co2", "Co2"),
        ("pop2010", "Pop 2010"),
        ("customerIDs", "Customer IDs"),
        ("  unit  price ", "Unit price"),
        ("Größe", "Größe"),
        ("", "Unnamed"),
        ("***", "***"),
    ],
)
def test_labels_read_well(text: str, label: str) -> None:
    assert label_for(text) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("stem_height_cm", "Stem height (cm)"),
        ("temperature_c", "Temperature (°C)"),
        ("DurationSec", "Duration (sec)"),
        ("area_m2", "Area (m²)"),
        ("energy_kwh", "Energy (kWh)"),
        ("market_value_eur", "Market value (EUR)"),
        ("prep_min", "Prep (min)"),
        ("price_min", "Price min"),
        ("co2_g_km", "Co2 (g/km)"),
        ("glucose_mg_dl", "Glucose (mg/dl)"),
        ("lead_time_days", "Lead time (days)"),
        ("holidays_days", "Holidays days"),
        ("price_per_kg", "Price per kg"),
        ("vitamin_c", "Vitamin c"),
        ("plan_b", "Plan b"),
        ("kg", "Kg"),
        ("checked_in", "Checked in"),
    ],
)
def test_a_unit_at_the_end_stands_in_brackets_if_it_is_one(text: str, label: str) -> None:
    assert label_for(text) == label


@given(
    st.text(max_size=40)
    | st.from_regex(
        r"([A-Z]?[a-z]{1,6}_?){1,4}(_cm|_m2|_kwh|_temp_C|_duration_min)?[0-9]?", fullmatch=True
    )
)
def test_a_label_loses_no_letter_and_no_digit(text: str) -> None:
    label = label_for(text)
    assert label
    assert _letters(label) == _letters(text) or not split_words(text)


def _letters(text: str) -> str:
    """Letters and digits, whatever their case and height: "m²" is "m2"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if each.isalnum())


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("customer_id", "Customer"),
        ("customerId", "Customer"),
        ("ship_to_fk", "Ship to"),
        ("id_socio", "Socio"),
        ("ITEM_NO", "Item"),
        ("parent_id", "Parent"),
        ("id", "ID"),
        ("carrier", "Carrier"),
        ("paid", "Paid"),
        ("grid", "Grid"),
    ],
)
def test_a_relation_is_named_after_what_it_refers_to(column: str, label: str) -> None:
    assert relation_label(column) == label


def _wording(*tables: str, columns: tuple[str, ...] = ()) -> Wording:
    return Wording.of(dict.fromkeys(tables, columns))


@pytest.mark.parametrize(
    ("table", "page", "row"),
    [
        ("orders", "Orders", "Order"),
        ("order_item", "Order items", "Order item"),
        ("CATEGORY", "Categories", "Category"),
        ("tbl_ServiceType", "Service types", "Service type"),
        ("cost_of_repair", "Costs of repair", "Cost of repair"),
        ("people", "People", "Person"),
        ("status", "Statuses", "Status"),
        ("analysis", "Analyses", "Analysis"),
        ("aircraft", "Aircraft", "Aircraft"),
        ("sales_2023", "Sales 2023", "Sales 2023"),
        ("API", "APIs", "API"),
        ("名前", "名前", "名前"),
    ],
)
def test_a_page_has_the_plural_and_a_row_the_singular(table: str, page: str, row: str) -> None:
    wording = _wording(table)
    assert (wording.page(table, is_view=False), wording.row(table)) == (page, row)


def test_a_view_keeps_its_name() -> None:
    assert _wording("v_route_revenue").page("v_route_revenue", is_view=True) == "Route revenue"


def test_a_word_that_all_tables_begin_with_is_left_out() -> None:
    wording = _wording("wp_posts", "wp_users", "wp_comments")
    assert wording.page("wp_posts", is_view=False) == "Posts"
    assert _wording("wp_posts", "users", "tags").row("wp_posts") == "Wp post"


def test_tables_that_differ_in_such_a_word_only_keep_it() -> None:
    wording = _wording("dim_date", "fact_date")
    pages = {wording.page(table, is_view=False) for table in ("dim_date", "fact_date")}
    assert len(pages) == 2


@pytest.mark.parametrize(
    ("columns", "table", "page", "row"),
    [
        (("Bezeichnung", "Ort", "PLZ", "Erntedatum"), "Betrieb", "Betrieb", "Betrieb"),
        (("nombre", "apellido", "fecha", "titulo"), "autores", "Autores", "Autor"),
        (("nombre", "apellido", "fecha", "titulo"), "clientes", "Clientes", "Cliente"),
        (("nom", "prenom", "ville", "montant"), "chambres", "Chambres", "Chambre"),
    ],
)
def test_no_english_ending_is_put_to_words_of_another_language(
    columns: tuple[str, ...], table: str, page: str, row: str
) -> None:
    wording = _wording(table, columns=columns)
    assert (wording.page(table, is_view=False), wording.row(table)) == (page, row)


def test_rows_below_a_row_of_the_same_table_are_called_after_its_key() -> None:
    assert children_label("Categories", "Parent") == "Children"
    assert children_label("Employees", "Manager") == "Employees (Manager)"


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        *[("boxes", "box"), ("houses", "house"), ("statuses", "status"), ("movies", "movie")],
        *[
            ("addresses", "address"),
            ("warehouses", "warehouse"),
            ("leaves", "leave"),
            ("menus", "menu"),
        ],
        *[("archives", "archive"), ("series", "series"), ("news", "news"), ("buses", "bus")],
        *[("diagnoses", "diagnosis"), ("databases", "database"), ("expenses", "expense")],
        *[("children", "child"), ("quizzes", "quiz"), ("batches", "batch"), ("days", "day")],
        *[("countries", "country"), ("shoes", "shoe"), ("heroes", "hero"), ("gases", "gas")],
    ],
)
def test_english_nouns(plural: str, singular: str) -> None:
    assert (english.singular(plural), english.plural(singular)) == (singular, plural)
    assert (english.singular(singular), english.plural(plural)) == (singular, plural)
    assert singular_label(f"Old {plural}") == f"Old {singular}"
