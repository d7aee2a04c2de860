"""Logs: JSON lines in a rotated file, short lines on the console, secrets redacted.

All loggers, those of libraries too, use the same processors. Each line has the values bound in
`structlog.contextvars`, such as the operation's id, and the id of the request that it was written for.
"""

import functools
import inspect
import logging
import logging.handlers
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from proto_ddf.current_user import ANONYMOUS, current_user
from proto_ddf.redaction import HIDDEN, is_secret_name, plain_text, scrub, scrub_text
from proto_ddf.serving.request_id import current_request_id
from proto_ddf.settings import get_settings

P = ParamSpec("P")
R = TypeVar("R")

LOG_FILE = "proto_ddf.log"
_MAX_BYTES = 10_000_000
_KEPT_FILES = 5
_MAX_TEXT = 20_000
"""Characters of one value in a line; enough for a traceback."""
_QUIET = {"httpx": "WARNING", "httpcore": "WARNING", "watchfiles": "WARNING"}
"""Libraries whose INFO lines do not help the people who run Proto-DDF."""

_lock = Lock()
_installed: list[logging.Handler] = []


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that redacts secrets, by key and by content."""
    for key, value in event.items():
        if key.startswith("_"):
            continue
        if is_secret_name(key) and value:
            event[key] = HIDDEN
        else:
            event[key] = scrub_text(value, _MAX_TEXT) if isinstance(value, str) else scrub(value)
    return event


def add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor that adds the id of the request or websocket that the line is written for."""
    if request_id := current_request_id():
        event.setdefault("request_id", request_id)
    return event


def _add_user(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if (user := current_user()) != ANONYMOUS:
        event.setdefault("user", user)
    return event


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    _add_user,
    add_request_id,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def configure_logging() -> None:
    """Set up the log file in the home folder and the console. A second call changes something only if the settings
    have another home folder or log level.

    Raises:
        OSError: the log file cannot be opened.
    """
    settings = get_settings()
    path = settings.logs_folder / LOG_FILE
    with _lock:
        _configure_structlog()
        logging.getLogger().setLevel(settings.log_level.upper())
        for name, level in _QUIET.items():
            logging.getLogger(name).setLevel(level)
        _take_over_dbos()
        if any(_writes_to(handler, path) for handler in _installed):
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _install([_file_handler(path), _console_handler()])


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger, which can be used before `configure_logging`."""
    _configure_structlog()
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def log_operation(name: str, **context: Any) -> "LoggedOperation":
    """Logs start, end, duration in seconds and outcome of a block or function.

    It is a context manager (`with log_operation("import", table="t"):`) and a decorator for sync and
    async functions. The outcome is success, failed (an Exception), or cancelled (any other BaseException,
    such as asyncio's CancelledError). Exceptions are passed on.
    """
    return LoggedOperation(name, context)


class LoggedOperation:
    """See `log_operation`. A context manager can be used once at a time, a decorator any number of times."""

    def __init__(self, name: str, context: dict[str, Any]) -> None:
        self._name = name
        self._context = context
        self._started = 0.0
        self._log = get_logger("proto_ddf.operation").bind(**{**context, "operation": name})

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._log.info("operation started")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        duration = round(time.monotonic() - self._started, 6)
        if error is None:
            self._log.info("operation ended", outcome="success", duration=duration)
        elif not isinstance(error, Exception):
            self._log.info("operation ended", outcome="cancelled", duration=duration)
        else:
            self._log.error(
                "operation ended",
                outcome="failed",
                duration=duration,
                error_type=type(error).__name__,
                error=plain_text(error),
            )

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def logged_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                with LoggedOperation(self._name, self._context):
                    return await function(*args, **kwargs)

            return cast(Callable[P, R], logged_async)

        @functools.wraps(function)
        def logged(*args: P.args, **kwargs: P.kwargs) -> R:
            with LoggedOperation(self._name, self._context):
                return function(*args, **kwargs)

        return logged


def _configure_structlog() -> None:
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _install(handlers: list[logging.Handler]) -> None:
    root = logging.getLogger()
    for handler in _installed:
        root.removeHandler(handler)
        handler.close()
    _installed[:] = handlers
    for handler in handlers:
        root.addHandler(handler)


def _writes_to(handler: logging.Handler, path: Path) -> bool:
    return isinstance(handler, logging.FileHandler) and handler.baseFilename == os.path.abspath(
        path
    )


def _file_handler(path: Path) -> logging.Handler:
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    return handler


def _console_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _name_exception,
                redact,
                _short_line,
            ],
        )
    )
    return handler


def _name_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The console shows only the type and message of an exception; its traceback is in the file."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["exception"] = f"{type(error).__name__}: {plain_text(error)}"
    return event


def _short_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    at = str(event.pop("timestamp", ""))[11:19]
    level = str(event.pop("level", "")).upper()
    event.pop("logger", None)
    text = event.pop("event", "")
    details = " ".join(f"{key}={value}" for key, value in event.items())
    return f"{at} {level:<7} {text} {details}".rstrip().replace("\n", " ")


def _take_over_dbos() -> None:
    """Without a handler of its own, DBOS's logger would get a console handler and not pass lines to the root logger."""
    dbos = logging.getLogger("dbos")
    dbos.handlers[:] = [logging.NullHandler()]
    dbos.propagate = True
