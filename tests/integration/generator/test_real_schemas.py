"""The sample shop and the flights: planned, rendered, imported and packed; the app's own test passes."""

import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.generator.code.package import package_app
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.planning.charts import MOST_CHARTS
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.plan_edit import find_field, find_table
from proto_ddf.generator.spec import AppSpec, Widget
from proto_ddf.progress import NoProgress
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.key_suggestions import suggest_relations
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.sample_shop.sample_database import ensure_sample
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.flights import FlightsUnavailable, fetch_flights
from tests.served_apps import NO_PLUGINS

ROWS = {
    "airlines": 16,
    "airports": 1_458,
    "flights": 336_776,
    "planes": 3_322,
    "weather": 26_115,
}


@pytest.fixture
def sample(home: Path) -> SqliteSource:
    return SqliteSource(ensure_sample())


@pytest.fixture
def shop_plan(sample: SqliteSource) -> AppSpec:
    schema = sample.read_schema()
    return plan_app(schema, name="Corner shop", allow_editing=True, imported=False, source=sample)


@pytest.fixture
def flights(home: Path) -> tuple[FilesSource, SourceSchema]:
    try:
        source = FilesSource(CSV, list(fetch_flights().values()))
    except FlightsUnavailable as error:
        pytest.skip(str(error))
    return source, suggest_relations(source, source.read_schema())


def _run_own_test(folder: Path, database: Path | None = None) -> str:
    environment = os.environ | NO_PLUGINS | {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("DATABASE_URL", None)
    if database is not None:
        environment["DATABASE_URL"] = f"sqlite:///{database}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def test_the_sample_shop_is_planned_as_its_schema_says(shop_plan: AppSpec) -> None:
    assert {table.table for table in shop_plan.tables} == {
        *("customers", "products", "orders", "order_items")
    }
    assert all(table.editable for table in shop_plan.tables)
    orders = find_table(shop_plan, "orders")
    assert find_field(orders, "customer_id").widget is Widget.RELATION
    assert find_field(orders, "status").widget is Widget.SELECT
    products = find_table(shop_plan, "products")
    assert find_field(products, "price").widget is Widget.MONEY
    assert find_field(products, "price").minimum == 0
    assert find_field(find_table(shop_plan, "customers"), "email").unique
    assert {
        relation.target_table for relation in find_table(shop_plan, "order_items").relations
    } == {
        "orders",
        "products",
    }
    assert 4 <= len(shop_plan.charts) <= MOST_CHARTS
    assert shop_plan.charts[0].title == "Total of orders per month"
    assert {"orders", "customers"} <= {chart.table for chart in shop_plan.charts}


def test_the_sample_shops_app_passes_its_own_test(
    shop_plan: AppSpec, sample: SqliteSource, tmp_path: Path
) -> None:
    folder = tmp_path / shop_plan.slug
    render_app(shop_plan, folder)
    assert "passed" in _run_own_test(folder, sample.path)


def test_the_downloaded_zip_works_without_proto_ddf(
    shop_plan: AppSpec, sample: SqliteSource, tmp_path: Path
) -> None:
    folder = tmp_path / "apps" / shop_plan.slug
    render_app(shop_plan, folder)
    with zipfile.ZipFile(package_app(shop_plan.slug, folder, sample.path)) as opened:
        opened.extractall(tmp_path / "elsewhere")
    assert "passed" in _run_own_test(tmp_path / "elsewhere" / shop_plan.slug)


def test_the_flights_become_an_app(
    flights: tuple[FilesSource, SourceSchema], tmp_path: Path
) -> None:
    source, schema = flights
    spec = plan_app(schema, name="Flights app", allow_editing=True, imported=True, source=source)
    table = find_table(spec, "flights")
    targets = {tuple(relation.columns): relation.target_table for relation in table.relations}
    assert targets[("carrier",)] == "airlines"
    assert targets[("tailnum",)] == "planes"
    assert targets[("origin",)] == "airports"
    assert table.primary_key == ["row_id"]
    assert find_table(spec, "airports").primary_key == ["faa"]
    assert 4 <= len(spec.charts) <= MOST_CHARTS
    assert spec.charts[0].table == "flights"

    folder = tmp_path / spec.slug
    render_app(spec, folder)
    database = folder / "data" / "app.db"
    assert import_tables(source, spec, schema, database, NoProgress()) == ROWS
    with closing(sqlite3.connect(database)) as connection:
        count, null_delays, first, last = connection.execute(
            "SELECT count(*), sum(dep_delay IS NULL), min(time_hour), max(time_hour) FROM flights"
        ).fetchone()
        distance = connection.execute("SELECT sum(distance) FROM flights").fetchone()[0]
    assert (count, null_delays, distance) == (336_776, 8_255, 350_217_607)
    assert first.startswith("2013-01-01 ")
    assert last.startswith("2013-12-31 ") or last.startswith("2014-01-01 ")
    assert "passed" in _run_own_test(folder)
