"""A database for every test, without the known secrets of other tests."""

from pathlib import Path

import pytest

from proto_ddf import redaction


@pytest.fixture(autouse=True)
def _own_record(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_spellings", set())
    monkeypatch.setattr(redaction, "_known", None)
