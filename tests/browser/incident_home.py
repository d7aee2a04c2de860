"""A home folder with incidents, written before its server starts: through the real intake, with what belongs to them."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    AppState,
    DeliveryRecord,
    DeliveryState,
    EscalationLevel,
    EscalationRecord,
    OperationRecord,
    OperationState,
    SourceRecord,
    utc_now,
)
from proto_ddf.errors.types import IntegrationError
from proto_ddf.monitoring import incidents
from tests.homes import opened_home
from tests.reporting import report

HOSTILE = (
    "<script>window.hurt = 1</script>",
    "<img src=x onerror='window.hurt = 1'>",
    "<reflex.Var>x</reflex.Var>",
    "<reflex.Var></reflex.Var>",
    "[a](javascript:window.hurt=1)",
    "{{window.hurt=1}}${window.hurt=1}",
    "\u202e\x1b[31mred",
)
"""Texts that a log can carry."""
TEXT = " ".join(HOSTILE[:-1])
CODE = "import reflex as rx\n\n\ndef index():\n    return rx.txt('<b>window.hurt</b>')\n"


def fill(home: Path) -> None:
    """An app and a source that fail; one incident that escalates, one with hostile texts, one acknowledged, one resolved
    and one muted, each with what belongs to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(home))
        with opened_home():
            _add_subjects(home)
            hurt = _report(TEXT, "build_failed", subject="orders", location="orders/orders.py:5")
            for number in range(12):
                _report(f"try {number}", "connection_lost", subject="orders")
            known = _report("the disk", "disk_space_low")
            incidents.acknowledge(known)
            incidents.resolve(_report("over", "app_crashed"))
            incidents.mute(_report("quiet", "rate_limited"), timedelta(days=1))
            incidents.add_note(hurt, TEXT)
            _add(
                EscalationRecord(incident_id=hurt, level=EscalationLevel.MANUAL, reason=TEXT),
                _delivery(hurt),
            )


def _add_subjects(home: Path) -> None:
    _add(
        SourceRecord(id="source1", name=f"Stock {HOSTILE[0]}", kind="sqlite"),
        AppRecord(slug="orders", name=f"Orders {HOSTILE[1]}", state=AppState.STOPPED),
        OperationRecord(id="failing", kind="generate_app", title=TEXT, state=OperationState.FAILED),
    )
    folder = home / "apps" / "orders"
    (folder / "orders").mkdir(parents=True)
    (folder / "orders" / "orders.py").write_text(CODE)


def _report(text: str, code: str, *, subject: str = "", location: str = "") -> str:
    error = IntegrationError(text, system="build", operation="build", code=code, reason=text)
    more = {"location": location, "log": [text]} if location else {}
    error.context.update(more)
    return report(error, f"Generate {text}", "failing", subject=subject)


def _delivery(incident_id: str) -> DeliveryRecord:
    now = utc_now()
    return DeliveryRecord(
        **{"id": "delivery1", "channel_id": "gone", "incident_id": incident_id},
        **{"reason": "new", "round": "1", "priority": "high", "text": TEXT},
        channel_name=f"Channel {HOSTILE[0]}",
        title=TEXT,
        state=DeliveryState.FAILED,
        error=TEXT,
        attempts=3,
        not_before=now,
        ended_at=now,
    )


def _add(*records: SQLModel) -> None:
    with session() as opened:
        opened.add_all(records)
        opened.commit()
