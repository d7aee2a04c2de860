"""The runs of Codegen as pages show them."""

from datetime import datetime

from pydantic import BaseModel
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord, CodegenRunRecord
from proto_ddf.operations.escalation.codegen.diff import ShownFix


class CodegenRunView(BaseModel):
    """One run. Times are ISO 8601 with zone; empty texts for what is not known."""

    key: str
    """Also the id of the operation that asks."""
    app: str
    """Its slug."""
    app_name: str
    state: str
    """preparing, asking, waiting, done, failed or cancelled."""
    remote_status: str
    """In the words of Codegen."""
    branch: str
    web_url: str
    summary: str
    pull_url: str
    pull_title: str
    pull_state: str
    """open, merged, gone, or empty."""
    error: str
    created_at: str
    deadline: str
    applied_at: str


def runs_of(incident_id: str) -> list[CodegenRunView]:
    """The runs about an incident, the newest first."""
    query = (
        select(CodegenRunRecord, AppRecord.name)
        .join(AppRecord, col(AppRecord.slug) == CodegenRunRecord.app, isouter=True)
        .where(col(CodegenRunRecord.incident_id) == incident_id)
        .order_by(col(CodegenRunRecord.created_at).desc())
    )
    with session() as opened:
        return [_view(run, name) for run, name in opened.exec(query).all()]


def shown_fix(key: str) -> ShownFix | None:
    """What the fix of a run would change, as it was last looked at; None before that, and once it was applied."""
    with session() as opened:
        run = opened.get(CodegenRunRecord, key)
    return ShownFix.model_validate(run.shown) if run and run.shown else None


def _view(run: CodegenRunRecord, name: str | None) -> CodegenRunView:
    shown = ("key", "app", "remote_status", "branch", "web_url", "summary")
    pull = ("pull_url", "pull_title", "pull_state")
    return CodegenRunView(
        **run.model_dump(include={*shown, *pull}),
        app_name=name or run.app,
        state=run.state.value,
        error=str((run.error or {}).get("message") or ""),
        created_at=run.created_at.isoformat(),
        deadline=_iso(run.deadline),
        applied_at=_iso(run.applied_at),
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
