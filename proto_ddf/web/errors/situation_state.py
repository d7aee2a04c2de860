"""State of the page of all errors: how things stand now."""

import time
from functools import partial
from typing import Any

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.monitoring.incident_news import IncidentLines
from proto_ddf.notify.delivery_views import DeliveryView
from proto_ddf.operations.error_overview.circuits import OpenCircuit
from proto_ddf.operations.error_overview.headroom import Headroom
from proto_ddf.operations.error_overview.situation import Situation, now_text, read_situation
from proto_ddf.operations.error_overview.waiting import WaitingList
from proto_ddf.operations.recovery.views import RecoveryAttempt
from proto_ddf.web.shared.state.live import LivePartMixin
from proto_ddf.web.shared.state.waiting import Wait, wait_of

_REFRESH_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 5.0
"""After so long an open page counts as a look."""
_SAME_LOOK_SECONDS = 60.0
"""Who returns within this time still sees what was new when they came."""
_AS_READ = (
    *("is_first_look", "broken", "news", "escalating", "waiting"),
    *("undelivered", "undelivered_count", "headroom", "switched_off"),
)
"""What is shown as it was read."""


class CircuitRow(BaseModel):
    key: str
    name: str
    state: str
    failure: str
    probe: Wait
    """The time until the next call is admitted."""


class RepairRow(BaseModel):
    title: str
    state: str
    operation_id: str
    what: str
    """The step that runs, or what came of it."""
    number: int
    total: int
    by_person: bool
    at: str
    """When it ended, or began if it runs."""


class SituationState(LivePartMixin, rx.State):
    """Each section's data is a variable of its own, because every assigned value is sent to the browser as a whole."""

    last_look: str = rx.LocalStorage("", name="errors_last_look")
    """When this browser last showed the page, ISO 8601 with zone. The client's to change."""
    since: str = ""
    """What came later is shown as new."""
    is_first_look: bool = False
    broken: int = 0
    news: IncidentLines = IncidentLines()
    escalating: IncidentLines = IncidentLines()
    repairs: list[RepairRow] = []
    repairing: int = 0
    """How many of them run."""
    waiting: WaitingList = WaitingList()
    """For a person."""
    circuits: list[CircuitRow] = []
    undelivered: list[DeliveryView] = []
    undelivered_count: int = 0
    headroom: Headroom = Headroom()
    switched_off: list[str] = []
    """Parts of the error handling, for people."""

    _looked_before: str = ""
    """The last look, as it was when this one began."""
    _began_at: float = 0.0
    """Unix time of the beginning of this look, and of its last refresh."""
    _seen_at: float = 0.0
    _is_noted: bool = False
    """This look is in `last_look`."""

    @rx.event
    def load(self) -> EventSpec:
        now = time.time()
        if now - self._seen_at > _SAME_LOOK_SECONDS:
            self._looked_before = str(self.last_look)
            self._began_at, self._is_noted = now, False
        return SituationState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        read = partial(read_situation, self._looked_before)
        await self._keep_fresh(
            read, about=None, every=_REFRESH_SECONDS, at_most_every=_PAUSE_SECONDS
        )

    def _show(self, found: Situation) -> None:
        """Assign only what changed."""
        values: dict[str, Any] = {name: getattr(found, name) for name in _AS_READ}
        values["repairs"] = [_repair_row(each) for each in found.repairs]
        values["repairing"] = sum(each.state == "running" for each in found.repairs)
        values["circuits"] = self._circuits(found.circuits)
        if not (found.is_first_look and self.since):  # it would move on with each refresh
            values["since"] = found.since
        for name, value in values.items():
            if value != getattr(self, name):
                setattr(self, name, value)
        self._note_look()

    def _circuits(self, found: list[OpenCircuit]) -> list[CircuitRow]:
        shown = {row.key: row.probe for row in self.circuits}
        return [
            CircuitRow(
                **each.model_dump(exclude={"retry_seconds"}),
                probe=wait_of(each.retry_seconds, shown.get(each.key)),
            )
            for each in found
        ]

    def _note_look(self) -> None:
        """Once the page has been open for some seconds, what it showed is not new any more."""
        self._seen_at = time.time()
        if not self._is_noted and self._seen_at - self._began_at >= _LOOK_SECONDS:
            self.last_look, self._is_noted = now_text(), True


def _repair_row(attempt: RecoveryAttempt) -> RepairRow:
    step = next((each.title for each in attempt.steps if each.state == "running"), "")
    shown = {"title", "state", "operation_id", "number", "total", "by_person"}
    return RepairRow(
        **attempt.model_dump(include=shown),
        what=step if attempt.state == "running" else attempt.outcome,
        at=attempt.finished_at or attempt.started_at,
    )
