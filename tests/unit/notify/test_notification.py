"""What a notification never holds, and how channels word it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from proto_ddf import redaction
from proto_ddf.db.tables import DeliveryRecord, utc_now
from proto_ddf.notify import Notification
from proto_ddf.notify.channels.outcomes import not_begun, outcome_of
from proto_ddf.notify.message import compose
from proto_ddf.settings import get_settings

SECRET = "Tr0ub4dor&3"
TRACEBACK = """Importing orders failed
Traceback (most recent call last):
  File "/home/ann/app.py", line 3, in <module>
    charge("4111 1111 1111 1111")
ValueError: 4111 1111 1111 1111"""


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        f"postgresql://ann:{SECRET}@db/shop",
        f"Authorization: Bearer {SECRET}{SECRET}",
        f"it said {SECRET}, hidden before",
    ],
)
def test_a_secret_is_in_no_part(text: str) -> None:
    redaction.hide(SECRET)
    made = Notification(reason="new", title=text, text=text, link=f"/errors/1?{text}")
    assert SECRET not in made.model_dump_json()


def test_a_traceback_is_cut_off() -> None:
    made = Notification(reason="new", title="It\nbroke", text=TRACEBACK)
    assert (made.title, made.text) == ("It broke", "Importing orders failed")
    without_head = TRACEBACK.replace("Traceback (most recent call last):\n", "")
    assert "4111" not in Notification(reason="new", title="x", text=without_head).text


def test_long_texts_are_shortened() -> None:
    made = Notification(reason="new", title="t" * 500, text="x" * 9000)
    assert len(made.title) < 250
    assert len(made.text) < 2100


def test_reasons_and_priorities_are_fixed() -> None:
    for wrong in ({"reason": "gossip"}, {"reason": "new", "priority": "urgent"}):
        with pytest.raises(ValidationError):
            Notification(title="x", **wrong)  # type: ignore[arg-type]


def test_a_message_of_several_has_the_highest_priority_and_no_single_incident() -> None:
    made = compose("id", [delivery("low", "1"), delivery("critical", "2")], "A remark.")
    assert (made.priority, made.incident_id, made.reason) == ("critical", "", "digest")
    assert made.text.endswith("\n\nA remark.")


def test_links_begin_where_people_reach_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFICATION_BASE_URL", "https://data.example.com/")
    get_settings.cache_clear()
    linked = delivery("low", "1")
    linked.link = "/errors/1"
    assert compose("id", [linked]).link == "https://data.example.com/errors/1"


def delivery(priority: str, incident: str) -> DeliveryRecord:
    return DeliveryRecord(
        id=incident,
        channel_id="c",
        channel_name="C",
        incident_id=incident,
        reason="new",
        round="",
        priority=priority,
        title="T",
        text="x",
        not_before=utc_now(),
    )


def test_an_error_that_nobody_expected_leaves_a_doubt() -> None:
    assert outcome_of(KeyError("x")).verdict == "may_have_arrived"
    assert not_begun(KeyError("x")).verdict == "refused"
