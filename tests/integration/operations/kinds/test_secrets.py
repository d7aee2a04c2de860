"""Operations on sources with a password, with a real engine."""

import sqlite3
from pathlib import Path

import pytest

from proto_ddf import vault
from proto_ddf.errors import ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    DeleteSourceInput,
    RefreshSourceInput,
    TestSourceInput,
)
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.registry import KINDS
from tests import vaulted


@pytest.fixture(autouse=True)
def _kind(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, vaulted.NAME, vaulted.KIND)


def given(reference: str, source_id: str | None = None, **others: str) -> ConnectSourceInput:
    config = vaulted.config(reference, **others)
    return ConnectSourceInput(name="Shop", kind=vaulted.NAME, config=config, source_id=source_id)


@pytest.fixture
def connected(ended) -> SourceView:
    assert ended("connect_source", given(vault.store(vaulted.RIGHT))).state == "succeeded"
    [source] = store.list_sources()
    return source


def test_a_wrong_password_is_reported_at_the_password(ended):
    config = vaulted.config(vault.store("wrong one"))
    failed = ended("test_source", TestSourceInput(kind=vaulted.NAME, config=config))
    assert (failed.error["code"], failed.error["field"]) == ("authentication_failed", "password")


def test_no_record_of_an_operation_holds_the_password(connected: SourceView, home: Path):
    for database in ("proto_ddf.db", "operations.db"):
        with sqlite3.connect(home / database) as opened:
            dump = "\n".join(opened.iterdump())
        assert len(dump) > 1000
        assert vaulted.RIGHT not in dump


def test_a_replaced_password_is_deleted(ended, connected: SourceView):
    old, new = connected.config["password"], vault.store(vaulted.RIGHT)
    assert ended("connect_source", given(new, connected.id)).state == "succeeded"
    assert store.get_source(connected.id).config["password"] == new
    assert vault.existing_references([old, new]) == {new}


def test_a_password_that_was_not_replaced_stays(ended, connected: SourceView):
    kept = connected.config["password"]
    assert ended("connect_source", given(kept, connected.id)).state == "succeeded"
    assert ended("refresh_source", RefreshSourceInput(source_id=connected.id)).state == "succeeded"
    assert vault.reveal(kept) == vaulted.RIGHT


def test_a_change_that_fails_deletes_no_password(ended, connected: SourceView):
    changed = given(vault.store("wrong one"), connected.id)
    assert ended("connect_source", changed).state == "failed"
    assert vault.reveal(connected.config["password"]) == vaulted.RIGHT


def test_a_password_is_deleted_with_its_source(ended, connected: SourceView):
    assert ended("delete_source", DeleteSourceInput(source_id=connected.id)).state == "succeeded"
    assert vault.existing_references([connected.config["password"]]) == set()


@pytest.mark.parametrize("source_id", [True, False])
@pytest.mark.parametrize("kind", ["test_source", "connect_source"])
def test_a_saved_password_is_not_sent_to_another_host(
    connected: SourceView, kind: str, source_id: bool, monkeypatch: pytest.MonkeyPatch
):
    signed_in: list[str] = []
    monkeypatch.setattr(vault, "reveal", signed_in.append)
    stolen = given(connected.config["password"], connected.id if source_id else None, host="evil")
    asked = (
        TestSourceInput(kind=stolen.kind, config=stolen.config) if kind == "test_source" else stolen
    )
    with pytest.raises(ValidationError) as caught:
        service.start(kind, asked)
    assert caught.value.code == "secret_elsewhere"
    assert signed_in == []
    assert [each.config for each in store.list_sources()] == [connected.config]


def test_trying_again_with_a_deleted_password_is_reported(ended, workshop):
    wrong = given(vault.store("wrong one"))
    failed = ended("connect_source", wrong)
    vault.discard([wrong.config["password"]])
    service.retry(failed.id)
    again = workshop.wait(failed.id, "failed")
    assert (again.error["code"], again.error["field"]) == ("secret_unreadable", "password")


def test_the_config_is_validated_once_at_the_start_and_once_in_the_run(ended, monkeypatch):
    kind, counts = vaulted.counted()
    monkeypatch.setitem(KINDS, vaulted.NAME, kind)
    assert ended("connect_source", given(vault.store(vaulted.RIGHT))).state == "succeeded"
    assert counts == {"validated": 2, "made": 2}
