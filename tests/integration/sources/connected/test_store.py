from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.sources.connected import store
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.sqlite.source import SqliteSource

pytestmark = pytest.mark.usefixtures("database")
EMPTY = SourceSchema(tables=())


@pytest.fixture
def config(home: Path) -> dict[str, str]:
    return {"path": str(home / "uploads" / "a.db")}


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as raised:
        call()
    return raised.value.field, raised.value.code


def test_a_saved_source_is_read_back_completely(
    sqlite_source: Callable[[str], SqliteSource],
) -> None:
    source = sqlite_source("CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a > 3), b DECIMAL(4, 1))")
    schema = source.read_schema()
    saved = store.save_source(" My data ", "sqlite", {"path": str(source.path)}, schema)
    assert (saved.name, saved.kind_label, saved.apps) == ("My data", "SQLite file", [])
    assert saved.created_at.endswith("+00:00")
    assert store.get_source(saved.id) == saved
    assert store.get_source(saved.id).schema == schema
    assert store.open_source(saved).preview(PageRequest("t")).total == 0
    store.check_writable(saved.kind, store.open_source(saved))


def test_saving_with_an_id_twice_makes_one(config: dict[str, str]) -> None:
    first = store.save_source("One", "sqlite", config, EMPTY, source_id="abc")
    second = store.save_source("One again", "sqlite", config, EMPTY, source_id="abc")
    assert (first.id, second.id) == ("abc", "abc")
    assert [source.name for source in store.list_sources()] == ["One again"]


def test_names_are_required_unique_and_limited_in_length(config: dict[str, str]) -> None:
    saved = store.save_source("Straße", "sqlite", config, EMPTY)
    assert refused(lambda: store.check_name("  ")) == ("name", "source_name_required")
    assert refused(lambda: store.check_name(" STRASSE ")) == ("name", "source_name_taken")
    assert refused(lambda: store.check_name("x" * 81)) == ("name", "invalid_value")
    assert store.check_name(" strasse ", source_id=saved.id) == "strasse"
    assert store.check_name("x" * 80) == "x" * 80
    assert (
        refused(lambda: store.save_source("straße", "sqlite", config, EMPTY))[1]
        == "source_name_taken"
    )
    found = store.find_source("STRASSE")
    assert found is not None
    assert found.id == saved.id


def test_renaming_keeps_everything_else(config: dict[str, str]) -> None:
    one = store.save_source("One", "sqlite", config, EMPTY)
    store.save_source("Two", "sqlite", config, EMPTY)
    assert store.rename_source(one.id, "ONE").name == "ONE"
    assert refused(lambda: store.rename_source(one.id, "two")) == ("name", "source_name_taken")
    assert store.get_source(one.id).config == config
    assert [source.name for source in store.list_sources()] == ["ONE", "Two"]


def test_the_apps_that_use_a_source_are_listed(config: dict[str, str]) -> None:
    one = store.save_source("One", "sqlite", config, EMPTY)
    with session() as db:
        db.add(AppRecord(slug="b", name="B app", source_id=one.id))
        db.add(AppRecord(slug="a", name="A app", source_id=one.id))
        db.add(AppRecord(slug="c", name="Other", source_id="other"))
        db.commit()
    assert store.get_source(one.id).apps == ["A app", "B app"]


def test_a_deleted_source_no_longer_exists(config: dict[str, str]) -> None:
    one = store.save_source("One", "sqlite", config, EMPTY)
    store.delete_source(one.id)
    store.delete_source(one.id)
    assert store.list_sources() == []
    assert refused(lambda: store.get_source(one.id)) == ("source", "source_required")
    assert store.find_source("One") is None


def test_of_many_saves_at_once_one_gets_the_name(config: dict[str, str]) -> None:
    def save(_: int) -> str:
        try:
            return store.save_source("Same", "sqlite", config, EMPTY).id
        except ProtoDDFError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(save, range(8)))
    assert results.count("source_name_taken") == 7
    assert len(store.list_sources()) == 1
