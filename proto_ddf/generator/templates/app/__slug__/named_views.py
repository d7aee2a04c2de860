"""Views of lists that people keep under a name: the addresses of the lists. They are in a file of the app, not in the
database that it shows. Where people sign in, each has views of their own."""

import logging
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from .environment import ROOT
from .errors import DataError, Problem
from .views import TableView

FILE = ROOT / ".views.db"
LONGEST_NAME = 60
MOST = 50
"""Views of one list that a person can keep."""
_TABLE = sa.Table(
    "views",
    sa.MetaData(),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("list", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
)
"""`person` is empty where nobody signs in; `list` is the name of a TableView."""
_UNUSABLE = Problem(
    "Views cannot be kept",
    "The app cannot read or write its own file .views.db.",
    "Free some disk space, then try again. The address of this page shows the same list.",
    can_retry=True,
)
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_log = logging.getLogger(__name__)


@dataclass
class NamedView:
    name: str
    address: str


def named_views(view: TableView, person: str) -> list[NamedView]:
    """The person's views of the list, by name. Raises DataError."""
    chosen = sa.select(_TABLE.c.name, _TABLE.c.address).where(*_of(view, person))
    found = _run(chosen.order_by(sa.func.lower(_TABLE.c.name), _TABLE.c.name))
    return [NamedView(row.name, row.address) for row in found]


def keep_view(view: TableView, person: str, name: str, address: str) -> None:
    """Keep the address under this name, in place of an earlier one.

    Raises:
        DataError: the name cannot be used, the person has too many views, or the file cannot be written.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or _UNSHOWABLE.search(name):
        raise _refused(f"Enter a name of at most {LONGEST_NAME} characters.")
    others = [each for each in named_views(view, person) if each.name != name]
    if len(others) >= MOST:
        raise _refused(f"There are {MOST} views of this list already. Remove one first.")
    values = {"person": person, "list": view.name, "name": name, "address": address}
    added = sqlite.insert(_TABLE).values(values)
    key = ["person", "list", "name"]
    _run(added.on_conflict_do_update(index_elements=key, set_={"address": address}))


def forget_view(view: TableView, person: str, name: str) -> None:
    """Remove the person's view of that name. Raises DataError."""
    _run(sa.delete(_TABLE).where(*_of(view, person), _TABLE.c.name == name))


def _of(view: TableView, person: str) -> list[sa.ColumnElement[bool]]:
    return [_TABLE.c.person == person, _TABLE.c.list == view.name]


def _run(statement: sa.Executable) -> list[sa.Row[Any]]:
    engine = sa.create_engine(f"sqlite:///{FILE}", poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(CreateTable(_TABLE, if_not_exists=True))
            done = connection.execute(statement)
            return list(done) if done.returns_rows else []
    except (sa.exc.SQLAlchemyError, UnicodeError) as error:
        _log.warning("%s cannot be used: %s", FILE.name, error)
        raise DataError(_UNUSABLE) from error


def _refused(reason: str) -> DataError:
    return DataError(Problem("View not saved", reason))
