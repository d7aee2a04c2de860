"""The state of the page of notifications: what a client can change, and what it never gets."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from proto_ddf.notify import connected
from proto_ddf.web.settings.notifications import state as page_state
from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.shared.state import live
from tests.channels import email, webhook
from tests.unit.web.states import run, state_of

KEY = "webhook-url"


@pytest.fixture
def state(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Of an open tab, which is closed after each refresh."""
    looks: list[bool] = []

    def every_other(_state: Any) -> bool:
        looks.append(len(looks) % 2 == 0)
        return looks[-1]

    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(page_state, "_REFRESH_SECONDS", 0.001)
    monkeypatch.setattr(live, "is_connected", every_other)
    return state_of(NotificationsState)


def save(state: Any, **texts: str) -> list[Any]:
    return run(
        state, "save", state.channel_id, {f"typed {key}": text for key, text in texts.items()}
    )


def test_a_channel_is_saved_from_what_the_form_sends(state: Any) -> None:
    state.open_form()
    state.set_kind("webhook")
    state.set_secret(KEY, vault.store("https://hook.test/abcdefgh"), state.form_round)
    save(state, name=" Team ")
    run(state, "follow")
    assert (state.form_open, state.saving, state.field_errors) == (False, False, {})
    [channel] = state.channels
    assert (channel.name, channel.state, channel.waiting) == ("Team", "unused", 0)


def test_each_mistake_is_shown_at_its_field_and_nothing_is_saved(state: Any) -> None:
    state.open_form()
    state.set_kind("email")
    save(state, name="", **{"email-port": "many", "email-sender": "nobody"})
    assert set(state.field_errors) == {"name", "host", "port", "sender", "recipients"}
    assert (state.form_open, state.error_shown) == (True, False)
    state.set_value("email-port", "25")
    assert "port" not in state.field_errors
    assert connected.channels() == []


def test_a_taken_name_is_reported_at_the_name(state: Any) -> None:
    webhook("https://hook.test/abcdefgh")
    state.open_form()
    state.set_kind("webhook")
    state.set_secret(KEY, vault.store("https://hook.test/other"), state.form_round)
    save(state, name="Hook")
    assert list(state.field_errors) == ["name"]
    assert state.form_open


def test_no_reference_of_a_stored_secret_comes_to_the_browser(state: Any) -> None:
    channel = email(25)
    run(state, "follow")
    state.edit(channel.id)
    sent = str(state.dict())
    assert "secret:" not in sent
    assert state.values["email-password"] == connected.KEPT
    save(state, name="Mail", **{"email-host": "evil.test"})
    assert list(state.field_errors) == ["password"]
    save(state, name="Mail", **{"email-host": "127.0.0.1"})
    assert not state.form_open


def test_a_client_cannot_set_what_is_not_its_own(state: Any) -> None:
    webhook("https://hook.test/abcdefgh")
    state.set_kind("webhook")
    reference = vault.store("https://hook.test/other")
    state.set_value(KEY, reference)
    state.set_value("unknown", "x")
    state.set_secret(KEY, "no reference", state.form_round)
    state.set_secret(KEY, reference, state.form_round + 1)
    state.set_secret("webhook-unknown", reference, state.form_round)
    state.set_typed("unknown", True, state.form_round)
    state.set_kind("pigeon")
    assert (state.kind, state.values[KEY], state.typed) == ("webhook", "", [])
    assert "unknown" not in state.values
    assert "open for too long" in str(save(state, name="Closed form"))
    assert len(connected.channels()) == 1
    assert state.edit("unknown") is None


def test_secrets_that_are_replaced_or_not_saved_are_discarded(state: Any) -> None:
    state.open_form()
    state.set_kind("webhook")
    first, second = vault.store("https://hook.test/one"), vault.store("https://hook.test/two")
    state.set_secret(KEY, first, state.form_round)
    assert first in str(state.set_secret(KEY, second, state.form_round).args)
    assert second in str(state.close_form().args)
    assert second in str(state.set_secret(KEY, second, state.form_round - 1).args)
    saved = webhook("https://hook.test/saved")
    references = [first, second, *saved.config.values()]
    run(state, "discard_secrets", references)
    assert vault.existing_references(references) == set(saved.config.values())


def test_a_channel_is_switched_and_removed_and_a_gone_one_is_reported(state: Any) -> None:
    channel = webhook("https://hook.test/abcdefgh")
    run(state, "switch", channel.id, False)
    run(state, "follow")
    assert state.channels[0].state == "off"
    run(state, "remove", channel.id)
    run(state, "follow")
    assert (state.channels, state.busy) == ([], [])
    run(state, "switch", channel.id, True)
    assert "no longer exists" in state.error_message
    run(state, "test", channel.id)
    assert state.busy == []
    run(state, "send_again", "unknown")
    assert state.busy == []
