"""Secrets and uploads that a form or a source no longer needs are deleted, unless a record names them."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import OperationRecord, OperationState, SourceRecord, utc_now
from proto_ddf.operations.kinds import apps, regenerate, sources
from proto_ddf.operations.model import KINDS
from proto_ddf.operations.retention.references import discard_secrets, discard_uploads
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from tests import vaulted

pytestmark = pytest.mark.usefixtures("vaulted_kind", "_kinds_of_operation")

ALL = (*sources.ALL, *apps.ALL, *regenerate.ALL)


@pytest.fixture
def _kinds_of_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ALL:
        monkeypatch.setitem(KINDS, kind.name, kind)


def operation(
    given: dict[str, Any],
    state: OperationState = OperationState.PENDING,
    *,
    kind: str = "test_source",
    over: bool = False,
) -> None:
    record = OperationRecord(kind=kind, title="Test", state=state, input=given)
    record.finished_at = utc_now() if over else None
    with session() as opened:
        opened.add(record)
        opened.commit()


def upload() -> Path:
    file = upload_path("people.csv")
    file.write_text("id\n1\n")
    return file


def on_server(secret: str, certificate: Path) -> dict[str, Any]:
    """The config of a source that names both."""
    server = {"host": "db1", "port": 5432, "database": "shop", "user": "ann"}
    return {**server, "password": secret, "ca_certificate": str(certificate)}


def kept(secret: str, file: Path) -> tuple[bool, bool]:
    """Whether the secret and the upload are there once what nothing refers to is discarded."""
    discard_secrets([secret])
    discard_uploads([str(file)])
    return secret in vault.existing_references([secret]), file.exists()


def test_a_secret_that_a_source_names_is_kept(reference: str):
    left = vault.store("left")
    discard_secrets([reference, left, ""])
    assert vault.existing_references([reference, left]) == {reference}


def test_the_secret_of_a_deleted_source_is_discarded_unless_another_source_names_it(reference: str):
    [source] = store.configured_sources()
    store.save_source("Twin", vaulted.NAME, vaulted.config(reference), vaulted.SCHEMA)
    discard_secrets([reference], source.id)
    assert vault.existing_references([reference]) == {reference}
    store.delete_source(next(each.id for each in store.list_sources() if each.name == "Twin"))
    discard_secrets([reference], source.id)
    assert vault.existing_references([reference]) == set()


@pytest.mark.parametrize(
    ("state", "over", "stays"),
    [
        (OperationState.PENDING, False, True),
        (OperationState.RUNNING, False, True),
        (OperationState.CANCELLED, False, True),  # its clean-up is owed
        (OperationState.FAILED, True, False),  # who takes a password back wants it forgotten
        (OperationState.SUCCEEDED, True, False),
    ],
)
def test_what_an_operation_names_is_kept_until_it_ends(
    state: OperationState, over: bool, stays: bool
):
    """The same form in another tab takes back what a connection test was started with."""
    secret, file = vault.store("text"), upload()
    operation({"kind": "postgresql", "config": on_server(secret, file)}, state, over=over)
    assert kept(secret, file) == (stays, stays)


def inputs(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """An input of every kind of operation, with the config of a source where it has one."""
    source, app = {"source_id": "0123456789ab"}, {"slug": "shop"}
    return {
        "test_source": {"kind": "postgresql", "config": config},
        "connect_source": {"name": "Shop", "kind": "postgresql", "config": config},
        "refresh_source": source,
        "type_column": {**source, "table": "item", "column": "id", "type": None},
        "delete_source": source,
        "generate_app": {**source, "spec": {"name": "Shop", "slug": "shop", "tables": []}},
        "regenerate_app": app,
        **dict.fromkeys(
            ("start_app", "stop_app", "restart_app", "protect_app", "unprotect_app", "delete_app"),
            app,
        ),
    }


@pytest.mark.parametrize("kind", [kind.name for kind in ALL])
def test_what_the_input_of_each_kind_of_operation_names_is_kept_and_nothing_else(kind: str):
    secret, file, other_secret, other_file = vault.store("a"), upload(), vault.store("b"), upload()
    given = inputs(on_server(secret, file))
    assert set(given) == {each.name for each in ALL}
    KINDS[kind].input_model.model_validate(given[kind])
    operation(given[kind], kind=kind)
    names_both = "config" in given[kind]
    assert kept(secret, file) == (names_both, names_both)
    assert kept(other_secret, other_file) == (False, False)


@pytest.mark.parametrize("kind", ["of another version", *(kind.name for kind in ALL)])
def test_all_that_an_unreadable_operation_may_name_is_kept(kind: str):
    secret, file, other_secret, other_file = vault.store("a"), upload(), vault.store("b"), upload()
    operation({"old": [f"password={secret}&file={file}"]}, kind=kind)
    assert kept(secret, file) == (True, True)
    assert kept(other_secret, other_file) == (False, False)


@pytest.mark.parametrize("kind", ["postgresql", "csv", "of another version"])
def test_all_that_an_unreadable_source_may_name_is_kept(kind: str):
    secret, file, other_secret, other_file = vault.store("a"), upload(), vault.store("b"), upload()
    with session() as opened:
        config = {"old": {"password": secret, "file": f"{file.parent.name}/{file.name}"}}
        opened.add(SourceRecord(name="Old", kind=kind, config=config))
        opened.commit()
    assert kept(secret, file) == (True, True)
    assert kept(other_secret, other_file) == (False, False)


def test_what_is_no_upload_is_never_deleted(tmp_path: Path):
    elsewhere = tmp_path / "people.csv"
    elsewhere.write_text("id\n1\n")
    discard_uploads([str(elsewhere), str(tmp_path / "missing.csv"), ""])
    assert elsewhere.exists()
