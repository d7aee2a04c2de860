"""Adding a note to an incident, by the outbox."""

from uuid import uuid4

from benchmarks.faults.columns.column import FIRST_ANSWER, Column
from benchmarks.faults.columns.submission import STATES, Event, send

ADD_NOTE = f"{STATES}errors___detail___state____incident_page_state.add_note"
TYPED_NOTE = "typed note"


class Outbox(Column):
    """Adds a note, as the outbox of a browser sends it: under one id until there is an outcome."""

    name = "outbox"
    can_double = True

    def prepare(self) -> None:
        self._id, self._token = str(uuid4()), str(uuid4())

    def attempt(self, mark: str, seconds: float) -> bool:
        return self._send(self._id, mark, seconds)

    def act_unprotected(self, mark: str) -> bool:
        """Without an answer the person does it once more, which is a submission of its own."""
        return any(self._send(str(uuid4()), mark, FIRST_ANSWER) for _ in range(2))

    def effects(self, mark: str) -> int:
        return self.place.notes().count(mark)

    def stored(self) -> list[str]:
        return self.place.notes()

    def clean_up(self) -> None:
        self.place.forget_notes()

    def _send(self, submission_id: str, mark: str, seconds: float) -> bool:
        incident = self.place.incident
        payload = {"incident_id": incident, "form": {TYPED_NOTE: mark}}
        event = Event(ADD_NOTE, payload, f"/errors/{incident}", self._token)
        return send(self.place, submission_id, event, seconds) == "done"
