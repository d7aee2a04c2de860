"""Receivers that speak the real protocols, one of each kind for a module; a new home for each test."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.redaction import texts
from proto_ddf.resilience.policy import registry
from proto_ddf.settings import get_settings
from tests.channels import Clock
from tests.servers.http_receiver import Answer, Receiver, http_receiver
from tests.servers.linear_api import LinearApi
from tests.servers.mail_server import MailServer, mail_server


@pytest.fixture(autouse=True)
def _home(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_spellings", frozenset())
    monkeypatch.setattr(registry, "_registry", registry.PolicyRegistry())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def _receiver() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(_receiver: Receiver) -> Receiver:
    """Takes everything, unless it is told otherwise."""
    _receiver.received.clear()
    _receiver.answers.clear()
    _receiver.release.clear()
    _receiver.usual = Answer()
    return _receiver


@pytest.fixture
def linear_server(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> LinearApi:
    monkeypatch.setenv("LINEAR_API_URL", receiver.url("/graphql"))
    get_settings.cache_clear()
    receiver.usual = api = LinearApi()
    return api


@pytest.fixture(scope="module")
def _mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def mail(_mail: MailServer) -> MailServer:
    _mail.mails.clear()
    _mail.sender, _mail.data, _mail.breaks_after_data = "", "", False
    _mail.farewell, _mail.recipients = "", {}
    return _mail


@pytest.fixture
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers that do not answer are waited for half a second."""
    system = {"notify": {"read_timeout_ms": 500}}
    monkeypatch.setenv("NETWORK_SYSTEMS", json.dumps(system))
    get_settings.cache_clear()
