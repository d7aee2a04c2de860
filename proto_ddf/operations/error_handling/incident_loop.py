"""The loop that acts on incidents with errors that nobody has dealt with yet.

Which these are is in the database, so that a restart forgets none: an incident counts its errors, and how many of them
were dealt with. Acting may be repeated after a crash; repairs, escalations and notifications are each recorded once.
"""

import asyncio
from collections.abc import Callable

from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import IncidentRecord
from proto_ddf.db.writing import write
from proto_ddf.monitoring import intake, own_errors

WAIT_SECONDS = 60.0
"""Between two looks when nothing is reported."""
PAUSE_SECONDS = 0.5
"""Between two looks when errors keep coming."""
AT_ONCE = 50

_COMPONENT = "incident loop"


async def act_on_incidents(act: Callable[[str], object]) -> None:
    """Call `act` with the id of each incident that has new errors, until cancelled. Run it once, for the server's life."""
    with change_events.subscribe(intake.TOPIC) as reported:
        while True:
            with own_errors.reported(_COMPONENT, "Act on the incidents with new errors"):
                while await asyncio.to_thread(act_on_new, act):
                    pass
            await reported.wait(WAIT_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)


def act_on_new(act: Callable[[str], object]) -> int:
    """Act on the incidents with new errors, at most 50; returns how many there were."""
    is_new = col(IncidentRecord.count) > col(IncidentRecord.handled_count)
    query = (
        select(IncidentRecord.id, IncidentRecord.count)
        .where(is_new)
        .order_by(col(IncidentRecord.last_seen))
        .limit(AT_ONCE)
    )
    with session() as opened:
        found = opened.exec(query).all()
    for incident_id, count in found:
        with own_errors.reported(_COMPONENT, "Act on an incident"):
            act(incident_id)
        _handled(incident_id, count)
    return len(found)


def _handled(incident_id: str, count: int) -> None:
    def change(opened: Session) -> None:
        incident = opened.get(IncidentRecord, incident_id)
        if incident is not None:
            incident.handled_count = count

    write(change)
