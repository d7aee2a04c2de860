"""Column types for SQLite that accept every stored value.

SQLite allows any value in any column. These types return Python values if the stored value fits the declared type, and
otherwise the stored value itself, so that one invalid date does not break a page.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType

Convert = Callable[[Any], Any]


class _Tolerant(UserDefinedType[Any]):
    def __init__(self, raw: bool = False) -> None:
        """`raw` returns stored values unchanged: key values must find their row again."""
        self.raw = raw

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return self.store if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert | None:
        return self.read if dialect.name == "sqlite" and not self.raw else None

    def store(self, value: Any) -> Any:
        """The value as SQLite stores it."""
        return value

    def read(self, value: Any) -> Any:
        """The stored value as a Python value, or unchanged if it does not fit."""
        return value


class TolerantDate(_Tolerant):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATE"

    def store(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def read(self, value: Any) -> Any:
        return _parsed(date.fromisoformat, value)


class TolerantDateTime(_Tolerant):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATETIME"

    def store(self, value: Any) -> Any:
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value

    def read(self, value: Any) -> Any:
        return _parsed(datetime.fromisoformat, value)


class TolerantTime(_Tolerant):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIME"

    def store(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, time) else value

    def read(self, value: Any) -> Any:
        return _parsed(time.fromisoformat, value)


class TolerantBoolean(_Tolerant):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BOOLEAN"

    def store(self, value: Any) -> Any:
        return int(value) if isinstance(value, bool) else value

    def read(self, value: Any) -> Any:
        return bool(value) if value in (0, 1) else value


class TolerantBinary(_Tolerant):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BLOB"


class TolerantDecimal(_Tolerant):
    cache_ok = True

    def __init__(self, precision: int | None = None, scale: int | None = None) -> None:
        super().__init__()
        self.precision = precision
        self.scale = scale

    def get_col_spec(self, **_: Any) -> str:
        if self.precision is None:
            return "NUMERIC"
        return f"NUMERIC({self.precision}, {self.scale or 0})"

    def store(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        is_whole = value == value.to_integral_value() and abs(value) < 2**63
        return int(value) if is_whole else float(value)

    def read(self, value: Any) -> Any:
        return Decimal(str(value)) if isinstance(value, int | float) else value


def spellings(text: str) -> list[str]:
    """The common ways to store a datetime or a time, including the given one."""
    moment = _parsed(time.fromisoformat, text)
    if isinstance(moment, str):
        moment = _parsed(datetime.fromisoformat, text)
    if isinstance(moment, str):
        return [text]
    clock = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    zone = moment.isoformat(timespec="microseconds")[len(clock) :]
    cuts = [clock[: len(clock) - cut] for cut in range(6) if clock.endswith("0" * cut)]
    for ending in (".000000", ":00", "T00:00"):
        if not clock.endswith(ending):
            break
        clock = clock.removesuffix(ending)
        cuts.append(clock)
    found = {each + end for each in cuts for end in ({zone, "Z"} if zone == "+00:00" else {zone})}
    return sorted({text} | found | {each.replace("T", " ") for each in found})


def _parsed(parse: Convert, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except ValueError:
        return value
