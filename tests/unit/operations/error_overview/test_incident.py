"""What belongs to one incident: its history, and the code around the place it came from."""

from pathlib import Path

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    DeliveryRecord,
    DeliveryState,
    EscalationLevel,
    EscalationRecord,
    utc_now,
)
from proto_ddf.monitoring import incidents
from proto_ddf.operations.error_overview.code_around import LINES, CodeAround, code_around
from proto_ddf.operations.error_overview.history import MOST, history_of
from tests.reporting import report

CODE = "\n".join(f"line {number}" for number in range(1, 21))


def kinds(incident_id: str) -> list[str]:
    return [event.kind for event in history_of(incident_id).events]


@pytest.mark.usefixtures("database")
def test_the_history_begins_with_the_newest() -> None:
    incident_id = report(OSError("a"), "Read")
    for _ in range(2):
        report(OSError("a"), "Read")
    incidents.acknowledge(incident_id)
    with session() as opened:
        opened.add(
            EscalationRecord(incident_id=incident_id, level=EscalationLevel.MANUAL, reason="Now")
        )
        opened.add(
            DeliveryRecord(
                **{"id": "d", "channel_id": "c", "channel_name": "Slack", "round": "1"},
                **{"incident_id": incident_id, "reason": "new", "priority": "high"},
                title="New error",
                text="t",
                state=DeliveryState.SENT,
                not_before=utc_now(),
                ended_at=utc_now(),
            )
        )
        opened.commit()
    incidents.add_note(incident_id, "Known.")
    incidents.mute(incident_id, None)
    incidents.unmute(incident_id)
    incidents.resolve(incident_id)
    report(OSError("a"), "Read")
    assert kinds(incident_id) == [
        *("errors", "regressed", "resolved", "unmuted", "muted", "note"),
        *("notification", "escalation", "acknowledged", "errors", "opened"),
    ]
    titles = {event.title for event in history_of(incident_id).events}
    assert {"3 errors", "Error", "Notification sent by Slack", "Escalated to a person"} <= titles


@pytest.mark.usefixtures("database")
def test_a_long_history_is_cut_and_says_so() -> None:
    assert history_of("unknown").events == []
    incident_id = report(OSError("a"), "Read")
    assert not history_of(incident_id).is_cut
    for number in range(MOST):
        incidents.add_note(incident_id, f"Note {number}")
    found = history_of(incident_id)
    assert (len(found.events), found.is_cut) == (MOST, True)
    assert found.events[0].text == f"Note {MOST - 1}"


@pytest.fixture
def app_folder(migrated_home: Path) -> Path:
    with session() as opened:
        opened.add(AppRecord(slug="shop", name="Shop"))
        opened.commit()
    folder = migrated_home / "apps" / "shop"
    for path in ("shop/pages/orders.py", "data/rows.py", ".env", "logs/app.py", ".web/x.py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(CODE)
    return folder


def around(location: str, subject: str = "shop") -> CodeAround:
    return code_around({"subject": subject, "location": location, "context": {}})


def test_the_line_is_marked_among_those_around_it(app_folder: Path) -> None:
    for location in (
        "shop/pages/orders.py:10",
        "pages/orders.py:10",
        f"{app_folder}/shop/pages/orders.py:10",
    ):
        found = around(location)
        assert found.file == "shop/pages/orders.py"
        assert [line.number for line in found.lines] == list(range(10 - LINES, 11 + LINES))
        assert [line.text for line in found.lines if line.marked] == ["line 10"]
    assert [line.number for line in around("orders.py:1").lines] == list(range(1, 2 + LINES))
    assert around("shop/pages/orders.py:20").lines[-1].marked


@pytest.mark.parametrize(
    "location",
    [
        *("", "orders.py", "orders.py:0", "orders.py:21", "orders.py:9999999", "other.py:1"),
        *(
            "data/rows.py:1",
            "rows.py:1",
            ".env:1",
            "shop/../.env:1",
            "logs/app.py:1",
            ".web/x.py:1",
        ),
        *("/etc/passwd:1", "../../secret.key:1", "../../proto_ddf.db:1"),
    ],
)
def test_nothing_but_code_of_the_app_is_read(app_folder: Path, location: str) -> None:
    assert around(location) == CodeAround()


def test_links_and_unknown_apps_are_not_followed(app_folder: Path) -> None:
    (app_folder.parent.parent / "outside.py").write_text(CODE)
    (app_folder / "shop" / "linked.py").symlink_to(app_folder.parent.parent / "outside.py")
    assert around("linked.py:1") == CodeAround()
    for subject in ("", "..", "unknown", "shop/../.."):
        assert around("shop/pages/orders.py:10", subject) == CodeAround()
    assert code_around(None) == CodeAround()


def test_secrets_in_code_are_not_shown(app_folder: Path) -> None:
    (app_folder / "shop" / "keys.py").write_text("password = 'canary7391token'\n")
    [line] = around("keys.py:1").lines
    assert "canary" not in line.text
    text = "VALUES = {\n    'password':\n        'canary7391token',\n    'name': 'x',\n}\nEND = 1\n"
    (app_folder / "shop" / "keys.py").write_text(text)
    for number in range(1, 7):
        found = around(f"keys.py:{number}")
        assert [line.number for line in found.lines if line.marked] == [number]
        assert "canary" not in str(found)
