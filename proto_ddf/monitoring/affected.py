"""Which apps and sources the errors of incidents concern."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel
from sqlmodel import Session, col, select

from proto_ddf.db.tables import AppRecord, ErrorRecord, SourceRecord


class Affected(BaseModel):
    """An app or a source that errors of an incident concern."""

    kind: str
    """app or source."""
    id: str
    """The slug of an app, the id of a source."""
    name: str


def affected_by(
    opened: Session, incident_ids: Sequence[str], searched: int
) -> dict[str, list[Affected]]:
    """The apps and sources that still exist and that the newest errors of each incident concern: apps first, then by name.

    `searched` is the number of newest errors of each incident that are looked at.
    """
    subjects = {each: _subjects(opened, each, searched) for each in incident_ids}
    named = list(_named(opened, set().union(*subjects.values())))
    return {
        incident_id: [thing for subject, thing in named if subject in its]
        for incident_id, its in subjects.items()
    }


def _subjects(opened: Session, incident_id: str, searched: int) -> set[str]:
    newest = (
        select(ErrorRecord.subject)
        .where(ErrorRecord.incident_id == incident_id, ErrorRecord.subject != "")
        .order_by(col(ErrorRecord.at).desc())
        .limit(searched)
    )
    return set(opened.exec(newest).all())


def _named(opened: Session, subjects: set[str]) -> Iterable[tuple[str, Affected]]:
    """Each with the subject that it was found by: the slug of an app, the id or the name of a source."""
    slug, source_id, name = col(AppRecord.slug), col(SourceRecord.id), col(SourceRecord.name)
    apps = select(slug, AppRecord.name).where(slug.in_(subjects)).order_by(AppRecord.name)
    sources = select(source_id, name).where(source_id.in_(subjects) | name.in_(subjects))
    for found, called in opened.exec(apps).all():
        yield found, Affected(kind="app", id=found, name=called)
    for found, called in opened.exec(sources.order_by(name)).all():
        yield found if found in subjects else called, Affected(kind="source", id=found, name=called)
