"""The form of the injection panel: its values, its errors, and the injection that it starts."""

import errno
import json
from collections.abc import Callable
from typing import Any

from proto_ddf.errors import IntegrationError
from proto_ddf.resilience import injection

EVERY_TARGET = "*"
SHARE = "share"
NEXT = "next"

EMPTY: dict[str, str] = {
    "system": "",
    "target": EVERY_TARGET,
    "kind": "error",
    "error": "refused",
    "latency": "2",
    "answer": "",
    "affects": SHARE,
    "rate": "30",
    "calls": "5",
    "seconds": "60",
    "seed": "",
}
"""The initial form; its keys are all fields."""

KINDS = {
    "error": "Error",
    "reset": "Lost connection",
    "latency": "Delay",
    "hang": "No answer at all",
    "outcome": "Made-up answer",
}
ERRORS = {
    "refused": "Connection refused",
    "timeout": "No answer in time",
    "password": "User name or password refused",
    "disk": "Disk is full",
    "unexpected": "Something unexpected",
}
AFFECTS = {SHARE: "A share of the calls", NEXT: "The next calls"}

_MOST_SECONDS = 86_400
_MOST_CALLS = 1_000_000


class InvalidFieldError(ValueError):
    """The value of a field is invalid; `args[0]` says what is valid."""


def find_form_errors(draft: dict[str, str], systems: list[str]) -> dict[str, str]:
    """The errors of the form by field, in the order of the form."""
    found: dict[str, str] = {}
    for field, read in _readers(draft, systems).items():
        try:
            read(draft[field].strip())
        except InvalidFieldError as error:
            found[field] = str(error)
    return found


def inject(draft: dict[str, str], systems: list[str]) -> None:
    """Start the injection of a form without errors.

    Raises:
        ValidationError: fault injection is switched off, or a value is out of range.
    """
    values = {field: read(draft[field].strip()) for field, read in _readers(draft, systems).items()}
    injection.inject(
        values["system"],
        values["kind"],
        target=None if draft["target"] == EVERY_TARGET else draft["target"],
        rate=values.get("rate", 1.0),
        calls=values.get("calls"),
        seconds=values["seconds"],
        seed=values.get("seed"),
        error=values.get("error"),
        latency=values.get("latency", 1.0),
        outcome=values.get("answer"),
    )


def _readers(draft: dict[str, str], systems: list[str]) -> dict[str, Callable[[str], Any]]:
    """For each field that this kind of injection uses, the function that reads its value."""
    of_kind: dict[str, dict[str, Callable[[str], Any]]] = {
        "error": {"error": _error},
        "latency": {"latency": lambda text: _number(text, 0.001, _MOST_SECONDS, "seconds")},
        "outcome": {"answer": _answer},
    }
    share: dict[str, Callable[[str], Any]] = {"rate": _rate, "seed": _seed}
    return {
        "system": lambda text: _one_of(text, systems, "Choose a system."),
        "kind": lambda text: _one_of(text, KINDS, "Choose a fault."),
        **of_kind.get(draft["kind"], {}),
        "affects": lambda text: _one_of(text, AFFECTS, "Choose which calls it affects."),
        **(share if draft["affects"] == SHARE else {"calls": _calls}),
        "seconds": _seconds,
    }


def _one_of(text: str, choices: Any, otherwise: str) -> str:
    if text not in choices:
        raise InvalidFieldError(otherwise)
    return text


def _number(text: str, least: float, most: float, unit: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not least <= value <= most:  # also refuses nan
        raise InvalidFieldError(f"Give a number of {unit}, at most {most:,}.")
    return value


def _integer(text: str, least: int, most: int, otherwise: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise InvalidFieldError(otherwise) from None
    if not least <= value <= most:
        raise InvalidFieldError(otherwise)
    return value


def _rate(text: str) -> float:
    return _number(text.removesuffix("%").rstrip(), 0.01, 100, "percent") / 100


def _calls(text: str) -> int:
    return _integer(text, 1, _MOST_CALLS, f"Give a whole number from 1 to {_MOST_CALLS:,}.")


def _seconds(text: str) -> float | None:
    return _number(text, 0.1, _MOST_SECONDS, "seconds") if text else None


def _seed(text: str) -> int | None:
    if not text:
        return None
    return _integer(text, -(2**63), 2**63 - 1, "Give a whole number, or leave it empty.")


def _answer(text: str) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        raise InvalidFieldError('Give JSON, such as null, 3, "text" or {"rows": []}.') from None


def _error(text: str) -> Exception:
    _one_of(text, ERRORS, "Choose an error.")
    return {
        "refused": ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
        "timeout": TimeoutError(errno.ETIMEDOUT, "Connection timed out"),
        "disk": OSError(errno.ENOSPC, "No space left on device"),
        "password": IntegrationError(
            "An injected fault", system="fault", operation="call", code="authentication_failed"
        ),
        "unexpected": RuntimeError("An injected fault"),
    }[text]
