"""Keeps submissions and the replies to them; see submissions.py."""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.schema import CreateTable

from . import database
from .config import OWN_DATABASE
from .database_errors import explain
from .environment import ROOT
from .errors import NOT_RECORDED, DataError

MOST = 10_000
"""Number of submissions that are kept, the newest ones."""
FILE = ROOT / ".submissions.db"
"""Where they are kept if the database is not the app's own."""
_TABLE = sa.Table(
    "_submissions",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("texts", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
)
"""`content` is a digest of what was submitted. `form` is the token of a form that has added a row or may have, and
`texts` a digest of its texts. `reply` is JSON; empty while the outcome is unknown."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What the browser is told about a submission."""

    outcome: str
    """ "done", "refused", "conflict" (somebody else changed the row) or "unknown"."""
    title: str
    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    """Messages about single fields, by label."""
    address: str = ""
    """Of the row, or of the list."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """Both versions of each field that somebody else changed; see conflicts.py."""
    again: dict[str, dict[str, str]] = field(default_factory=dict)
    """What to add to the arguments of the event if the person decides to send it again."""


@dataclass
class Submission:
    """What a browser submitted."""

    id: str
    content: str
    """A digest of it."""
    reply: Reply | None = None
    has_begun: bool = False
    """A change was begun. Without a reply, it is unknown whether it was written."""


@dataclass(frozen=True)
class Earlier:
    """An earlier attempt to carry out the same submission, or another submission of the same form."""

    id: str
    texts: str
    reply: Reply | None


def digest(content: Any) -> str:
    """A digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find(submission_id: str) -> Submission | None:
    """The submission with that id, if it is kept. Raises DataError if that cannot be found out."""
    found = _rows(_TABLE.c.id == submission_id)
    if not found:
        return None
    return Submission(submission_id, found[0].content, _reply_of(found[0]), has_begun=True)


def earlier(submission_id: str, form: str) -> list[Earlier]:
    """The earlier attempts, oldest first. Raises DataError if that cannot be found out."""
    condition = _TABLE.c.id == submission_id
    if form:
        condition = sa.or_(condition, _TABLE.c.form == form)
    return [Earlier(row.id, row.texts, _reply_of(row)) for row in _rows(condition)]


def begin(submission: Submission, form: str, texts: str) -> None:
    """Record that a change begins. Raises DataError if that is not possible."""
    try:
        with _engine().begin() as connection:
            _make_table(connection)
            made = _values(submission, form, texts)
            connection.execute(sqlite.insert(_TABLE).values(made).on_conflict_do_nothing())
    except sa.exc.SQLAlchemyError as error:
        raise _unusable(error) from error


def add(connection: sa.Connection, submission: Submission, form: str, texts: str) -> None:
    """Store the reply in the transaction of the change."""
    _make_table(connection)
    connection.execute(sa.insert(_TABLE).values(_values(submission, form, texts)))


def keep(submission: Submission) -> None:
    """Store the reply, so that the submission gets the same one again. A form that has added nothing is forgotten."""
    reply = submission.reply
    assert reply is not None
    changes: dict[str, Any] = {"reply": json.dumps(asdict(reply))}
    if reply.outcome not in ("done", "unknown"):
        changes |= {"form": "", "texts": ""}
    made = sqlite.insert(_TABLE).values(_values(submission, "", ""))
    try:
        with _engine().begin() as connection:
            _make_table(connection)
            connection.execute(made.on_conflict_do_update(index_elements=["id"], set_=changes))
    except sa.exc.SQLAlchemyError as error:
        _log.warning("a reply was not kept: %s", type(error).__name__)


def _engine() -> sa.Engine:
    return database.engine() if OWN_DATABASE else _file_engine()


@lru_cache
def _file_engine() -> sa.Engine:
    """If the file cannot be written, submissions are kept in memory until the app ends, and rows can still be saved."""
    engine = sa.create_engine(f"sqlite:///{FILE}", poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa.exc.SQLAlchemyError as error:
        _log.warning("%s cannot be used: %s", FILE.name, error)
        options = {"check_same_thread": False}
        return sa.create_engine("sqlite://", poolclass=StaticPool, connect_args=options)
    return engine


def _make_table(connection: sa.Connection) -> None:
    connection.execute(CreateTable(_TABLE, if_not_exists=True))
    newest = sa.select(sa.func.max(_TABLE.c.number)).scalar_subquery()
    connection.execute(sa.delete(_TABLE).where(_TABLE.c.number <= newest - MOST))


def _rows(condition: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
    try:
        with _engine().connect() as connection:
            if not sa.inspect(connection).has_table(_TABLE.name):
                return []
            statement = sa.select(_TABLE).where(condition).order_by(_TABLE.c.number)
            return list(connection.execute(statement))
    except sa.exc.SQLAlchemyError as error:
        raise _unusable(error) from error


def _values(submission: Submission, form: str, texts: str) -> dict[str, Any]:
    reply = json.dumps(asdict(submission.reply)) if submission.reply else ""
    known = {"id": submission.id, "content": submission.content, "reply": reply}
    return known | {"form": form, "texts": texts}


def _reply_of(row: sa.Row[Any]) -> Reply | None:
    return Reply(**json.loads(row.reply)) if row.reply else None


def _unusable(error: sa.exc.SQLAlchemyError) -> DataError:
    _log.warning("a submission cannot be recorded: %s", type(error).__name__)
    return explain(error) if OWN_DATABASE else DataError(NOT_RECORDED)
