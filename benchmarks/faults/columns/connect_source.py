"""Connecting a source: a PostgreSQL database."""

from benchmarks.faults.columns.operation import OperationColumn, kept
from benchmarks.faults.columns.submission import STATES, Event
from benchmarks.faults.upstream import Upstream
from proto_ddf.web.sources.connect.draft import Draft, dump_draft, empty_draft, field_key
from tests.ports import HOST

STATE = f"{STATES}sources___connect___state____new_source_state"
KIND = "postgresql"


class ConnectSource(OperationColumn):
    name = "connect source"
    kind = "connect_source"
    page = "/sources/new"
    state = STATE
    struck_within = 0.3

    def submitted(self) -> Event:
        assert self.upstream is not None
        return connecting(self.trial_name, self.upstream, self.token)

    def records(self) -> int:
        query = "SELECT table_schema FROM source WHERE name = ?"
        return sum('"note"' in schema for (schema,) in self.rows(query, self.trial_name))

    def clean_up(self) -> None:
        self.place.write("DELETE FROM source WHERE name LIKE 'Trial %'")


def connecting(name: str, upstream: Upstream, token: str) -> Event:
    """What the connect form submits."""
    draft = filled_in(name, upstream)
    typed = {f"typed {key}": text for key, text in draft.values.items() if key.startswith(KIND)}
    stored = kept(STATE, draft=dump_draft(draft), edit_draft="")
    form = {"typed name": name, **typed}
    return Event(f"{STATE}.connect", {"form": form}, "/sources/new", token, stored)


def filled_in(name: str, upstream: Upstream) -> Draft:
    draft = empty_draft()
    draft.kind, draft.name = KIND, name
    given = {"host": HOST, "port": str(upstream.port)}
    given |= {"database": upstream.database.name, "user": upstream.database.user}
    draft.values |= {field_key(KIND, field): text for field, text in given.items()}
    return draft
