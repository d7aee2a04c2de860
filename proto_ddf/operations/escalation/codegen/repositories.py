"""The git repositories of apps: their addresses, the numbers that Codegen knows them by, and references to their tokens."""

from pydantic import BaseModel
from sqlmodel import Session

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import RepositoryRecord
from proto_ddf.db.writing import write
from proto_ddf.errors import IntegrationError
from proto_ddf.submissions import seal


class Repository(BaseModel):
    app: str
    """Its slug."""
    remote_url: str
    token: str
    """A reference of the vault."""
    repo_id: int


def find(slug: str) -> Repository | None:
    """The repository of an app; None if it has none."""
    with session() as opened:
        record = opened.get(RepositoryRecord, slug)
        return Repository(**record.model_dump()) if record else None


def read(slug: str) -> Repository:
    """The repository of an app.

    Raises:
        IntegrationError: code repository_missing.
    """
    found = find(slug)
    if found is None:
        raise IntegrationError(
            f"The app {slug} has no repository.", "git", "read", code="repository_missing", app=slug
        )
    return found


def save(repository: Repository) -> None:
    write(lambda opened: opened.merge(RepositoryRecord(**repository.model_dump())))
    change_events.publish(repository.app)


def remove(slug: str) -> None:
    """Forget the repository of an app. Its token is deleted from the vault by the housekeeping."""

    def delete(opened: Session) -> None:
        record = opened.get(RepositoryRecord, slug)
        if record is not None:
            opened.delete(record)
        seal(opened, f"/apps/{slug}")

    write(delete)
    change_events.publish(slug)
