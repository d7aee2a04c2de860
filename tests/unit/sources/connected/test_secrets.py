"""Which endpoints a secret may be sent to, and when it is deleted."""

from typing import Any

import pytest

from proto_ddf import errors, vault
from proto_ddf.errors import ValidationError
from proto_ddf.sources.connected import secrets
from proto_ddf.sources.registry import KINDS
from tests import vaulted

pytestmark = pytest.mark.usefixtures("vaulted_kind")


def refused(config: dict[str, Any], kind: str = vaulted.NAME) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        secrets.check(kind, config)
    assert caught.value.field == "password"
    return caught.value


def test_a_secret_no_source_has_yet_may_be_used_anywhere():
    made = vault.store(vaulted.RIGHT)
    secrets.check(vaulted.NAME, vaulted.config(made))
    secrets.check(vaulted.NAME, vaulted.config(made, host="db2"))


@pytest.mark.parametrize(
    "same",
    [{}, {"host": " DB1 "}, {"port": "5432"}, {"user": "ann "}, {"database": "other"}],
)
def test_a_saved_secret_may_be_sent_to_its_own_endpoint(reference: str, same: dict[str, Any]):
    secrets.check(vaulted.NAME, vaulted.config(reference, **same))


@pytest.mark.parametrize(
    "other", [{"host": "evil.example"}, {"host": ""}, {"port": 5433}, {"user": "Ann"}]
)
def test_a_saved_secret_is_sent_to_no_other_endpoint(reference: str, other: dict[str, Any]):
    found = refused(vaulted.config(reference, **other))
    assert found.code == "secret_elsewhere"
    assert reference not in str(found.context)


def test_a_saved_secret_serves_no_other_kind(reference: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(KINDS, "other", vaulted.KIND)
    assert refused(vaulted.config(reference), "other").code == "secret_elsewhere"


@pytest.mark.parametrize("text", ["plain password", "secret:", "secret:../x"])
def test_what_is_no_reference_is_refused_and_not_repeated(text: str):
    found = refused(vaulted.config(text))
    assert found.code == "invalid_value"
    assert text not in str(found) + str(found.context)


def test_a_secret_that_is_gone_says_so(reference: str):
    vault.discard([reference])
    with pytest.raises(errors.SystemError) as caught:
        secrets.check(vaulted.NAME, vaulted.config(reference))
    assert caught.value.code == "secret_unreadable"


def test_a_config_without_a_secret_passes():
    secrets.check(vaulted.NAME, vaulted.config(""))
    secrets.check("csv", {"paths": ["secret:0123"]})
