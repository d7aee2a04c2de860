"""The connection to the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import sqlalchemy as sa

from .config import ALLOW_EDITING, DATABASE_URL
from .connecting import TRANSACTIONS, create_engine
from .database_errors import code_of, explain
from .errors import DataError, OutcomeUnknown, no_value, refused_by_database
from .views import TableView

_log = logging.getLogger(__name__)
_NEVER_STORED = "This is no value that it can hold."


@lru_cache
def engine() -> sa.Engine:
    """The engine of `DATABASE_URL`; read-only if editing is not allowed."""
    return create_engine(sa.make_url(DATABASE_URL), ALLOW_EDITING)


@contextmanager
def read_connection() -> Iterator[sa.Connection]:
    """A connection for reading. Raises DataError."""
    with explained(), engine().connect() as connection:
        yield connection


@contextmanager
def explained() -> Iterator[None]:
    """Errors of the database while the block reads become DataErrors."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise _logged(error, explain(error)) from error
    except (OverflowError, UnicodeError) as error:
        # The driver cannot send the value.
        raise no_value(_NEVER_STORED) from error


@contextmanager
def change_transaction(view: TableView, deleting: bool = False) -> Iterator[sa.Connection]:
    """A transaction that changes the view's table. It is committed if the block ends without an error.

    Raises:
        OutcomeUnknown: the connection was lost during the commit.
        DataError: the database refused.
    """
    is_over = False
    try:
        with engine().execution_options(isolation_level=TRANSACTIONS).begin() as connection:
            yield connection
            is_over = True
    except sa.exc.SQLAlchemyError as error:
        explained = _logged(error, explain(error, view, deleting))
        is_lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
        if is_over and is_lost:
            raise OutcomeUnknown(explained.problem, explained.fields) from error
        raise explained from error
    except (OverflowError, UnicodeError) as error:
        raise refused_by_database(_NEVER_STORED, deleting) from error


def _logged(error: sa.exc.SQLAlchemyError, explained: DataError) -> DataError:
    """Log the code of an error, but none of the values it is about."""
    _log.warning("the database refused: %s (%s)", explained.problem.title, code_of(error))
    return explained
