"""An exception made again from its class and its message, so that exceptions and their texts are judged in one way.

Only classes of a fixed list are made. Nothing is imported because a text names it.
"""

import asyncio
import builtins
import re
import subprocess
from importlib import import_module
from json import JSONDecodeError
from typing import Any

from proto_ddf.errors.drivers.reported import ReportedError

_MODULES = {
    "asyncio": "asyncio",
    "asyncio.exceptions": "asyncio",
    "csv": "csv",
    "_csv": "csv",
    "duckdb": "duckdb",
    "_duckdb": "duckdb",
    "httpx": "httpx",
    "psutil": "psutil",
    "psycopg": "psycopg",
    "psycopg.errors": "psycopg.errors",
    "pymysql.err": "pymysql.err",
    "shutil": "shutil",
    "socket": "socket",
    "sqlite3": "sqlite3",
    "ssl": "ssl",
    "zipfile": "zipfile",
}
"""Modules with classes whose constructor takes a message."""
_PLAIN_BUILTINS = re.compile(r"(?!Unicode\w+Error|\w*ExceptionGroup)[A-Z]\w+$")
_ERRNO = re.compile(r"\[Errno (-?\d{1,5})\] ([^:]*)(?:: (.*))?$", re.DOTALL)
_PATH = re.compile(r"(?:PosixPath\()?b?['\"](.{1,1000})['\"]\)?$")
_PYMYSQL = re.compile(r"\((\d{1,5}), ['\"](.*)['\"]\)$", re.DOTALL)
_EXIT = re.compile(
    r"Command '(.{1,1000})' (?:returned non-zero exit status (\d{1,3})|died with <Signals\.\w+: (\d{1,2})>)"
)
_LATE = re.compile(r"Command '(.{1,1000})' timed out after ([\d.]{1,30}) seconds")
_HTTP_STATUS = re.compile(
    r"(?:Client error|Server error|Redirect response|Informational response) '(\d{3}) ([^']{0,80})' for url '([^']{1,1000})'"
)
_GRPC_STATUS = re.compile(r"\s*status = StatusCode\.([A-Z_]{1,40})")
_GRPC_DETAILS = re.compile(r'\s*details = "(.{0,1000})"')
_ORIGINAL = re.compile(r"\((?:builtins\.)?([\w.]{1,100})\) (.*)$", re.DOTALL)
_JSON_PLACE = re.compile(r"(.*): line (\d{1,9}) column \d{1,9}")


def rebuild(name: str, message: list[str]) -> BaseException:
    """The exception that a traceback names. Of a class that is not in the list it is a ReportedError."""
    module, _, kind = name.rpartition(".")
    first = message[0] if message else ""
    if module.endswith("duckdb"):  # its first line may be no more than a title
        first = "\n".join(message)
    try:
        return _special(module, kind, first, message) or _of_list(module, kind, first)
    except Exception:  # the constructor does not take the text
        return ReportedError(name, first)


def _of_list(module: str, kind: str, text: str) -> BaseException:
    if not module or module == "builtins":
        found = getattr(builtins, kind, None) if _PLAIN_BUILTINS.match(kind) else None
    elif module in _MODULES:
        found = vars(import_module(_MODULES[module])).get(kind)
    else:
        found = None
    if not isinstance(found, type) or not issubclass(found, BaseException):
        return ReportedError(f"{module}.{kind}" if module else kind, text)
    if module == "pymysql.err" and (numbered := _PYMYSQL.match(text)):
        return found(int(numbered[1]), numbered[2])
    if issubclass(found, OSError) and (numbered := _ERRNO.match(text)):
        path = _PATH.match(numbered[3] or "")
        more = (path[1],) if path else ()
        return found(int(numbered[1]), numbered[2], *more)
    return found(text) if text or module in _MODULES else found()


def _special(module: str, kind: str, text: str, message: list[str]) -> BaseException | None:
    """An exception whose constructor takes more than a message."""
    if kind in {"_InactiveRpcError", "AioRpcError", "_MultiThreadedRendezvous"}:
        return _GrpcText(message)
    if kind == "JSONDecodeError":
        return _json_error(text)
    if kind == "UnicodeEncodeError":
        return UnicodeEncodeError("utf-8", "?", 0, 1, text)
    if kind == "IncompleteReadError":
        return asyncio.IncompleteReadError(b"", 1)
    if kind == "UnicodeDecodeError":
        return UnicodeDecodeError("utf-8", b"?", 0, 1, text)
    if module == "httpx" and kind == "HTTPStatusError" and (status := _HTTP_STATUS.match(text)):
        return _http_error(status)
    if module == "subprocess" and kind == "CalledProcessError" and (match := _EXIT.match(text)):
        return subprocess.CalledProcessError(
            int(match[2]) if match[2] else -int(match[3]), _program(match[1])
        )
    if module == "subprocess" and kind == "TimeoutExpired" and (match := _LATE.match(text)):
        return subprocess.TimeoutExpired(_program(match[1]), float(match[2]))
    if module == "shutil" and kind == "Error":
        number = re.search(r"\[Errno (\d{1,4})\]", text)
        return OSError(int(number[1]), "") if number else None
    if module == "sqlalchemy.exc" and (original := _ORIGINAL.match(text)):
        return rebuild(original[1], [original[2], *message[1:]])
    return None


def _json_error(text: str) -> JSONDecodeError:
    place = _JSON_PLACE.match(text)
    error = JSONDecodeError(place[1] if place else text, "", 0)
    error.lineno = int(place[2]) if place else 1
    return error


def _http_error(status: re.Match[str]) -> BaseException:
    import httpx

    request = httpx.Request("GET", status[3])
    response = httpx.Response(int(status[1]), request=request)
    return httpx.HTTPStatusError(status[0], request=request, response=response)


def _program(command: str) -> str:
    """The program's name, of "['pip', 'install']" too."""
    words = re.findall(r"[^\s'\",\[\]]{1,200}", command[:300])
    return words[0] if words else ""


class _GrpcText(Exception):
    """A gRPC error as its text tells it."""

    def __init__(self, message: list[str]) -> None:
        super().__init__(message[0] if message else "")
        text = message[:12]
        self._status = next((m[1] for line in text if (m := _GRPC_STATUS.match(line))), "UNKNOWN")
        self._details = next((m[1] for line in text if (m := _GRPC_DETAILS.match(line))), "")

    def code(self) -> Any:
        return type("Status", (), {"name": self._status})

    def details(self) -> str:
        return self._details


_GrpcText.__module__ = "grpc"  # so that the module for gRPC judges it
