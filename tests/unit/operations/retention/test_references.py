"""What a form or a source let go of is deleted, unless something else still needs it."""

from pathlib import Path

import pytest

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import OperationRecord, OperationState, utc_now
from proto_ddf.operations.retention.references import discard_secrets, discard_uploads
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from tests import vaulted

pytestmark = pytest.mark.usefixtures("vaulted_kind")


def operation(state: OperationState, names: str, *, over: bool) -> None:
    record = OperationRecord(kind="test_source", title="Test", state=state)
    record.input = {"kind": "csv", "config": {"named": names}}
    record.finished_at = utc_now() if over else None
    with session() as opened:
        opened.add(record)
        opened.commit()


def test_only_what_no_source_names_is_discarded(reference: str):
    left = vault.store("left")
    discard_secrets([reference, left, ""])
    assert vault.known([reference, left]) == {reference}


def test_what_the_one_that_goes_names_is_discarded_unless_another_names_it_too(reference: str):
    [source] = store.configured_sources()
    store.save_source("Twin", vaulted.NAME, vaulted.config(reference), vaulted.SCHEMA)
    discard_secrets([reference], source.id)
    assert vault.known([reference]) == {reference}
    store.delete_source(next(each.id for each in store.list_sources() if each.name == "Twin"))
    discard_secrets([reference], source.id)
    assert vault.known([reference]) == set()


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
def test_what_an_operation_works_with_stays(state: OperationState, over: bool, stays: bool):
    """The same form in another tab takes back what a connection test was started with."""
    secret, file = vault.store("text"), upload_path("people.csv")
    file.write_text("id\n1\n")
    operation(state, f"{secret} {file}", over=over)
    discard_secrets([secret])
    discard_uploads([str(file)])
    assert vault.known([secret]) == ({secret} if stays else set())
    assert file.exists() is stays


def test_what_is_no_upload_is_never_deleted(tmp_path: Path):
    elsewhere = tmp_path / "people.csv"
    elsewhere.write_text("id\n1\n")
    discard_uploads([str(elsewhere), str(tmp_path / "missing.csv"), ""])
    assert elsewhere.exists()
