"""The record of the requests to Codegen: what may be sent when, and how long it is kept."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import CodegenRunRecord, utc_now
from proto_ddf.errors import IntegrationError
from proto_ddf.operations.escalation.codegen import runs
from proto_ddf.operations.escalation.codegen.client import RemoteRun

EVENTS = st.lists(
    st.sampled_from(["prepare", "send", "refused", "lost", "accepted", "cancelled"]), max_size=25
)


@settings(max_examples=30)
@given(events=EVENTS)
def test_no_order_of_events_lets_a_request_be_sent_while_one_may_have_arrived(
    database_for_hypothesis: Any, events: list[str]
) -> None:
    """Two operations about one incident; the last letter of the key is the turn."""
    with session() as opened:
        for run in opened.exec(select(CodegenRunRecord)).all():
            opened.delete(run)
        opened.commit()
    in_doubt: set[str] = set()
    for turn, event in enumerate(events):
        key = f"key-{turn % 2}"
        with suppress(IntegrationError):
            if event == "prepare":
                runs.prepare(key, "incident-1", "shop", "branch", "Repair it")
            elif event == "send":
                runs.asking(key)
                assert not in_doubt, "a request was on its way"
                in_doubt.add(key)
            elif event == "refused" and key in in_doubt:
                runs.not_asked(key)
                in_doubt.discard(key)
            elif event == "accepted" and key in in_doubt:
                runs.accepted(key, RemoteRun(id=turn))
            elif event == "cancelled":
                runs.cancelled(key)
                in_doubt.discard(key)


def test_ended_runs_of_removed_incidents_are_removed(database: Any) -> None:
    for number in range(2):
        runs.prepare(f"key-{number}", f"incident-{number}", "shop", "branch", "Repair it")
    runs.cancelled("key-0")
    assert runs.prune(utc_now() - timedelta(days=1)) == 0
    assert runs.prune(utc_now() + timedelta(days=1)) == 1
    assert runs.find("key-0") is None
    assert runs.live_run("incident-1") is not None


def test_a_second_operation_about_an_incident_waits_for_the_first(database: Any) -> None:
    runs.prepare("key-1", "incident-1", "shop", "branch", "Repair it")
    runs.prepare("key-1", "incident-1", "shop", "branch", "Repair it")
    with pytest.raises(IntegrationError) as refused:
        runs.prepare("key-2", "incident-1", "shop", "branch", "Repair it")
    assert refused.value.code == "codegen_running"
    runs.prepare("key-3", "incident-2", "shop", "branch", "Repair it")
