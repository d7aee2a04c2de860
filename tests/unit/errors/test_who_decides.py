"""Which link of a chain of errors decides whether a retry is in order.

The kind: an automatic retry, and a failure that counts for a circuit breaker, need evidence (confidence 0.8 or more)
about what was called. A text is none: it may quote anything. An outer error that is our own mistake is none either,
whatever came before it: the same code makes the same mistake again. What only wraps (RuntimeError, an error of ours
without a code that says more, a driver's error, a group, DBOS's "retried too often") is judged by its explicit cause.
"""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from dbos._error import DBOSMaxStepRetriesExceeded
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ProtoDDFError, classify
from proto_ddf.resilience import CircuitBreaker, RetryConfig
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.resilience.retry import Retry

PROGRAMMING_ERRORS: list[Callable[[str], Exception]] = [
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    LookupError,
    AttributeError,
    NameError,
    UnboundLocalError,
    ZeroDivisionError,
    OverflowError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    ImportError,
    ModuleNotFoundError,
    SyntaxError,
    UnicodeError,
]
PASSING: list[Callable[[], Exception]] = [
    ConnectionRefusedError,
    ConnectionResetError,
    TimeoutError,
    lambda: OSError(110, "Connection timed out"),
    lambda: IntegrationError("x", "a", "b", code="connection_failed"),
    lambda: ExceptionGroup("g", [ConnectionResetError()]),
]
WRAPPERS: list[Callable[[str], Exception]] = [
    RuntimeError,
    Exception,
    OSError,
    lambda text: IntegrationError(text, "a", "b"),
    lambda text: errors.SystemError(text, "a"),
    ProtoDDFError,
    lambda text: exc.OperationalError("select 1", None, Exception(text)),
    exc.SQLAlchemyError,
    lambda text: ExceptionGroup(text, [RuntimeError(text)]),
]
QUOTES = (
    "connection refused",
    "connection reset by peer",
    "the request timed out",
    "timeout exceeded",
    "broken pipe",
    "database is locked",
    "Temporary failure in name resolution",
    "server closed the connection unexpectedly",
    "ECONNREFUSED",
    "[Errno 111] Connection refused",
    "Deadlock found when trying to get lock",
    "status 503",
)


def raised(error: Exception, cause: BaseException | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


def passes(error: Exception) -> bool:
    """Whether it is retried, counts for a breaker and is classified as transient: all three or none."""
    found, attempts = classify(error), 0

    def act() -> None:
        nonlocal attempts
        attempts += 1
        raise error

    breaker = CircuitBreaker("x")
    with pytest.raises(type(error)):
        Retry(RetryConfig(2, 0.0)).call_sync(breaker.call_sync, act)
    answers = {
        is_transient(error),
        found.retryable,
        found.category == "transient",
        attempts == 2,
        breaker.failures > 0,
    }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize("cause", PASSING)
@pytest.mark.parametrize("mistake", PROGRAMMING_ERRORS)
def test_our_own_mistake_is_never_transient_whatever_caused_it(
    mistake: Callable[[str], Exception], cause: Callable[[], Exception]
) -> None:
    assert not passes(raised(mistake("x"), cause()))


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("mistake", PROGRAMMING_ERRORS)
def test_nor_is_what_wraps_our_own_mistake(
    mistake: Callable[[str], Exception], wrapper: Callable[[str], Exception]
) -> None:
    assert not passes(raised(wrapper("x"), raised(mistake("x"), ConnectionResetError())))


@pytest.mark.parametrize("quote", QUOTES)
@pytest.mark.parametrize("kind", [RuntimeError, Exception, OSError, *PROGRAMMING_ERRORS])
def test_a_text_alone_is_no_reason_to_try_again(
    kind: Callable[[str], Exception], quote: str
) -> None:
    assert not passes(raised(kind(f"Row 7: the note says '{quote}'")))


@given(
    text=st.text(max_size=10),
    quote=st.sampled_from(QUOTES),
    kind=st.sampled_from([RuntimeError, Exception]),
)
def test_wherever_it_stands(text: str, quote: str, kind: type[Exception]) -> None:
    found = classify(kind(f"{text} {quote} {text}"))
    assert found.confidence < 0.8
    assert not found.retryable


@pytest.mark.parametrize("cause", PASSING)
@pytest.mark.parametrize("wrapper", WRAPPERS[:-1])
def test_a_wrapper_is_judged_by_its_explicit_cause(
    wrapper: Callable[[str], Exception], cause: Callable[[], Exception]
) -> None:
    assert passes(raised(wrapper("x"), cause()))
    assert passes(raised(wrapper("x"), raised(RuntimeError("y"), cause())))


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_but_not_by_what_happened_to_be_handled_meanwhile(
    wrapper: Callable[[str], Exception],
) -> None:
    def act() -> None:
        try:
            raise ConnectionResetError
        except ConnectionResetError:
            raise wrapper("x")  # noqa: B904

    with pytest.raises(Exception) as caught:  # noqa: PT011
        act()
    assert isinstance(caught.value.__context__, ConnectionResetError)
    assert not passes(caught.value)


@pytest.mark.parametrize("wrapper", WRAPPERS[:-1])
def test_a_lasting_cause_ends_the_retries(wrapper: Callable[[str], Exception]) -> None:
    assert not passes(raised(wrapper("connection refused"), PermissionError(13, "no")))


@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.parametrize(
    ("last", "code", "retryable"),
    [
        (ConnectionRefusedError(111, "refused"), "connection_failed", True),
        (OSError(28, "full"), "disk_space_low", False),
        (IntegrationError("x", "a", "b", code="sqlite_locked"), "sqlite_locked", True),
        (ValueError("x"), "unknown", False),
    ],
)
def test_what_dbos_gave_up_after_is_what_failed_last(
    last: Exception, code: str, retryable: bool, pickled: bool
) -> None:
    error: Any = DBOSMaxStepRetriesExceeded("step", 3, [TimeoutError(), TimeoutError(), last])
    if pickled:
        error = pickle.loads(pickle.dumps(error))
    found = classify(error)
    assert (found.code, found.retryable) == (code, retryable)
    assert classify(raised(RuntimeError("x"), error)).code == code


def test_dbos_without_a_cause_is_unknown() -> None:
    assert classify(DBOSMaxStepRetriesExceeded("step", 3, [])).code == "unknown"
