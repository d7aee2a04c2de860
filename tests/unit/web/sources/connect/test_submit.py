"""The check of the connect form before anything runs."""

import pytest

from proto_ddf import vault
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.sources.connect.draft import empty_draft, field_key
from proto_ddf.web.sources.connect.submit import find_form_errors
from tests import vaulted

pytestmark = pytest.mark.usefixtures("vaulted_kind")


def test_the_config_is_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, counts = vaulted.counted()
    monkeypatch.setitem(KINDS, vaulted.NAME, kind)
    draft = empty_draft()
    draft.kind, draft.name = vaulted.NAME, "Shop"
    for name, value in vaulted.config(vault.store(vaulted.RIGHT)).items():
        draft.values[field_key(vaulted.NAME, name)] = str(value)
    assert find_form_errors(draft, naming=True) == []
    assert counts == {"validated": 1, "made": 1}
