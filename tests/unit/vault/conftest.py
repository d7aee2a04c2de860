"""A database for every test, without the known secrets of other tests."""

from pathlib import Path

import pytest

from proto_ddf.redaction import texts


@pytest.fixture(autouse=True)
def _own_record(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_spellings", frozenset())
