"""Sessions that start empty, in a home folder of their own."""

from pathlib import Path

import pytest

from proto_ddf.accounts import management
from proto_ddf.accounts.management import Account
from proto_ddf.accounts.passwords import hash_of
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import WAITS, Client
from proto_ddf.accounts.waits import Waits
from proto_ddf.db.tables import Role
from proto_ddf.db.writing import write
from proto_ddf.settings import get_settings

CLIENT = Client("192.0.2.7", "A browser")
PASSWORD = "correct horse battery"
HASH = hash_of(PASSWORD)


@pytest.fixture
def accounts_mode(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_AUTH", "accounts")
    get_settings.cache_clear()
    SESSIONS.load()
    WAITS.__dict__.update(Waits().__dict__)


def add(name: str, role: Role = Role.ADMIN) -> Account:
    """An account with PASSWORD."""
    record = write(lambda opened: management.add_account(opened, name, role, HASH))
    return next(each for each in management.list_accounts() if each.id == record.id)
