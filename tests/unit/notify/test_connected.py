"""The channels of the environment and of people, and where their secrets may go."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import errors, vault
from proto_ddf.db.engine import session
from proto_ddf.errors import ProtoDDFError, ValidationError
from proto_ddf.notify import connected
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.kind import Limits
from proto_ddf.settings import Settings, get_settings
from tests.channels import email, slack, webhook

MAIL = {
    "NOTIFICATION_EMAIL_SMTP_HOST": "mail.example.com",
    "NOTIFICATION_EMAIL_SMTP_USER": "proto@example.com",
    "NOTIFICATION_EMAIL_SMTP_PASS": "mail password",
    "NOTIFICATION_EMAIL_TO": "ann@example.com",
}
ENVIRONMENT = {
    **MAIL,
    "NOTIFICATION_SLACK_WEBHOOK": "https://hooks.slack.com/services/T/B/secret",
    "LINEAR_API_KEY": "lin_api_secret",
    "LINEAR_TEAM_ID": "team",
    "NOTIFICATION_WEBHOOK_URL": "https://hook.example.com/secret",
}


def set_all(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


def fields(found: list[ProtoDDFError]) -> dict[str, str]:
    return {str(getattr(error, "field", "")): error.code for error in found}


def config_of(channel: Channel, **others: Any) -> dict[str, Any]:
    """Its form, as the page sends it: without the secrets."""
    secrets = dict.fromkeys(channel.kind.secret_fields(), connected.KEPT)
    return {**channel.config, **secrets, **others}


def test_the_environment_makes_a_channel_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connected.channels() == []
    set_all(monkeypatch, **ENVIRONMENT)
    found = {channel.id: channel for channel in connected.channels()}
    assert list(found) == [
        f"environment-{kind}" for kind in ("slack", "email", "linear", "webhook")
    ]
    assert all(channel.from_environment and channel.enabled for channel in found.values())
    assert found["environment-email"].values() == {
        "host": "mail.example.com",
        "port": "587",
        "security": "starttls",
        "user": "proto@example.com",
        "password": "mail password",
        "sender": "proto@example.com",
        "recipients": "ann@example.com",
    }
    for kind, needed in (("slack", "webhook"), ("linear", "api_key"), ("webhook", "url")):
        assert "secret" in found[f"environment-{kind}"].values()[needed]


def test_an_incomplete_channel_of_the_environment_ends_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NOTIFICATION_EMAIL_TO", "NOTIFICATION_EMAIL_SMTP_USER"):
        with monkeypatch.context() as one:
            set_all(one, **{key: value for key, value in MAIL.items() if key != name})
            with pytest.raises(ValueError, match="NOTIFICATION_EMAIL"):
                Settings()
    get_settings.cache_clear()


def test_each_mistake_is_at_its_field() -> None:
    found = connected.form_errors("", "email", " ", {"port": "x", "sender": "nobody"})
    assert fields(found) == {
        "name": "required",
        "host": "required",
        "port": "number_required",
        "sender": "invalid_value",
        "recipients": "required",
    }
    assert fields(connected.form_errors("", "pigeon", "P", {})) == {"kind": "invalid_value"}
    assert fields(connected.form_errors("", "slack", "S" * 81, {"webhook": "secret:x"})) == {
        "name": "invalid_value"
    }
    assert fields(connected.form_errors("", "slack", "S", {"webhook": "https://x"})) == {
        "webhook": "invalid_value"
    }


def test_a_name_is_taken_once() -> None:
    first = slack("https://slack.test/1")
    with pytest.raises(ValidationError) as error:
        slack("https://slack.test/2")
    assert (error.value.code, error.value.field) == ("channel_name_taken", "name")
    assert connected.save(first.id, "slack", " Slack ", config_of(first)) == first.id


def test_secrets_are_encrypted_and_never_in_the_record(database: Path) -> None:
    webhook("https://hook.test/tokenoftheurl", secret="signing secret")
    with sqlite3.connect(database) as connection:
        dump = "\n".join(connection.iterdump())
    assert "tokenoftheurl" not in dump
    assert "signing secret" not in dump
    assert "Hook" in dump


def test_a_secret_that_is_kept_stays_and_a_replaced_one_is_deleted() -> None:
    channel = webhook("https://hook.test/one", secret="first secret")
    before = dict(channel.config)
    connected.save(channel.id, "webhook", "Renamed", config_of(channel))
    kept = connected.find(channel.id)
    assert kept is not None
    assert (kept.name, dict(kept.config)) == ("Renamed", before)

    changed = config_of(channel, url=vault.store("https://hook.test/two"), secret="")
    connected.save(channel.id, "webhook", "Renamed", changed)
    now = connected.find(channel.id)
    assert now is not None
    assert now.values() == {"url": "https://hook.test/two", "secret": ""}
    assert vault.existing_references(before.values()) == set()


def test_a_stored_password_goes_to_no_other_host_port_or_user() -> None:
    channel = email(25)
    same = config_of(channel, recipients="bob@example.com")
    assert connected.form_errors(channel.id, "email", "Mail", same) == []
    for moved in ({"host": "evil.test"}, {"port": 26}, {"user": "eve"}, {"security": "tls"}):
        found = connected.form_errors(channel.id, "email", "Mail", config_of(channel, **moved))
        assert fields(found) == {"password": "secret_elsewhere"}


def test_the_secret_of_another_record_is_refused(reference: str) -> None:
    mail = email(25)
    for stolen in (reference, mail.config["password"]):
        found = connected.form_errors("", "slack", "Mine", {"webhook": stolen})
        assert fields(found) == {"webhook": "secret_elsewhere"}
    gone = vault.store("soon deleted")
    vault.discard([gone])
    [error] = connected.form_errors("", "slack", "Mine", {"webhook": gone})
    assert (type(error), error.code) == (errors.SystemError, "secret_unreadable")


def test_a_removed_channel_takes_its_secrets_along() -> None:
    channel = slack("https://slack.test/1")
    with session() as opened:
        assert connected.references(opened) == set(channel.config.values())
    connected.remove(channel.id)
    connected.remove(channel.id)
    assert connected.channels() == []
    assert vault.existing_references(channel.config.values()) == set()
    with pytest.raises(ValidationError, match="no such channel"):
        connected.switch(channel.id, True)


def test_a_check_finds_what_is_no_address() -> None:
    limits = Limits(20, 20)
    connected.check(webhook("http://127.0.0.1:9/hook"), limits)
    for number, url in enumerate(("hook.test", "ftp://hook.test/x", "http://169.254.169.254/x")):
        with pytest.raises(ValidationError) as error:
            connected.check(webhook(url, f"Bad {number}"), limits)
        assert json.dumps(error.value.context).find("hook.test") == -1
