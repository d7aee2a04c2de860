"""The connection to the data."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import sqlalchemy as sa

from .config import ALLOW_EDITING, DATABASE_URL
from .connecting import TRANSACTIONS, create_engine
from .explaining import explain
from .views import TableView


@lru_cache
def engine() -> sa.Engine:
    """The engine of `DATABASE_URL`, read-only where editing is not allowed."""
    return create_engine(sa.make_url(DATABASE_URL), ALLOW_EDITING)


@contextmanager
def reading() -> Iterator[sa.Connection]:
    """A connection to read from. Raises DataError."""
    try:
        with engine().connect() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        raise explain(error) from error


@contextmanager
def changing(view: TableView, deleting: bool = False) -> Iterator[sa.Connection]:
    """A transaction that changes the view's table: kept when the block ends well. Raises DataError."""
    try:
        with engine().execution_options(isolation_level=TRANSACTIONS).begin() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        raise explain(error, view, deleting) from error
