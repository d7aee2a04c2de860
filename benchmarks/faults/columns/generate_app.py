"""Generating an app, with a real build, from a PostgreSQL database of one small table."""

from uuid import uuid4

from benchmarks.faults.columns.connect_source import connecting
from benchmarks.faults.columns.operation import OperationColumn, kept
from benchmarks.faults.columns.submission import STATES, Event
from benchmarks.faults.upstream import TABLE, Upstream
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.operations.planning import UNNAMED
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.web.generate.draft import GenerateDraft, TableChoice, dump_draft, dump_plan
from tests.answering import answers
from tests.ports import HOST

STATE = f"{STATES}generate___state____generate_state"
DELETE = f"{STATES}apps___state____apps_state.act"
SOURCE = "Notes"


class GenerateApp(OperationColumn):
    name = "generate app"
    kind = "generate_app"
    page = "/generate"
    state = STATE
    struck_within = 4.0

    def begin(self, upstream: Upstream) -> None:
        """Connects the source."""
        self.run(connecting(SOURCE, upstream, str(uuid4())))

    def prepare(self) -> None:
        """Removes the app of the trial before."""
        super().prepare()
        self.clean_up()

    def submitted(self) -> Event:
        [(source_id, schema)] = self.rows(
            "SELECT id, table_schema FROM source WHERE name = ?", SOURCE
        )
        plan = plan_app(
            SourceSchema.model_validate_json(schema),
            name=UNNAMED,
            imported=False,
            dialect="postgresql",
        )
        stored = kept(
            STATE,
            kept_form=dump_draft(self._filled_in(source_id)),
            kept_plan=dump_plan(plan),
            kept_operation="",
        )
        form = {"project_name": self.trial_name, "app_description": ""}
        return Event(f"{STATE}.generate", {"form": form}, self.page, self.token, stored)

    def records(self) -> int:
        """Those that have their folder and are served."""
        query = "SELECT slug, frontend_port FROM app WHERE name = ?"
        return sum(
            (self.place.server.home / "apps" / slug).is_dir() and answers(f"http://{HOST}:{port}/")
            for slug, port in self.rows(query, self.trial_name)
        )

    def clean_up(self) -> None:
        for (slug,) in self.rows("SELECT slug FROM app"):
            delete = {"action": "delete", "slug": slug}
            self.run(Event(DELETE, delete, "/apps", str(uuid4())))

    def _filled_in(self, source_id: str) -> GenerateDraft:
        return GenerateDraft(
            source_id=source_id,
            tables=[TableChoice(name=TABLE, row_count=1, chosen=True)],
            name=self.trial_name,
        )
