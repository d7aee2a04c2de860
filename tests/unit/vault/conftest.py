"""A database for every test, and no secret known from another one."""

from pathlib import Path

import pytest

from proto_ddf import redaction


@pytest.fixture(autouse=True)
def _own_record(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_spellings", set())
    monkeypatch.setattr(redaction, "_known", None)
