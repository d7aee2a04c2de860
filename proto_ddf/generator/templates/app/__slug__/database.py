"""The connection to the data."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import sqlalchemy as sa

from .config import ALLOW_EDITING, DATABASE_URL
from .connecting import TRANSACTIONS, create_engine
from .errors import DataError, OutcomeUnknown, against_own_rule, no_value
from .explaining import code_of, explain
from .views import TableView

_log = logging.getLogger(__name__)
_NEVER_STORED = "This is no value that it can hold."


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
        raise _logged(error, explain(error)) from error
    except (OverflowError, UnicodeError) as error:
        # The driver cannot even send a value.
        raise no_value(_NEVER_STORED) from error


@contextmanager
def changing(view: TableView, deleting: bool = False) -> Iterator[sa.Connection]:
    """A transaction that changes the view's table: kept when the block ends well.

    Raises:
        OutcomeUnknown: the connection was lost while the transaction was being kept.
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
        raise against_own_rule(_NEVER_STORED, deleting) from error


def _logged(error: sa.exc.SQLAlchemyError, explained: DataError) -> DataError:
    """Each error of the database's is found in the log by its code; the values that it is about are not."""
    _log.warning("the database refused: %s (%s)", explained.problem.title, code_of(error))
    return explained
