"""The rules of escalation: from an error and the attempts to end it to who is next. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple, Self

from proto_ddf.db.tables import EscalationLevel
from proto_ddf.settings import get_settings

LEVELS = tuple(EscalationLevel)
"""From below to above."""
_FOR_PERSONS = frozenset(
    {"fix_credentials", "grant_permission", "fix_configuration", "correct_data"}
)
"""What only a person can do: no attempt repairs a refused password."""
_FOR_CODEGEN = frozenset({"fix_code", "fix_dependencies", "rebuild", "restart", "report_bug"})
"""What a change of the code may achieve."""


class Decision(NamedTuple):
    level: EscalationLevel
    reason: str
    """For people."""


@dataclass(frozen=True)
class Thresholds:
    """The attempts from which on a level is reached."""

    codegen: int
    manual: int
    reset: int

    @classmethod
    def current(cls, severity: str) -> Self:
        """Those of the settings; for a critical error half of them, rounded up."""
        settings = get_settings()
        part = 2 if severity == "critical" else 1
        return cls(
            ceil(settings.escalation_codegen_after / part),
            ceil(settings.escalation_manual_after / part),
            ceil(settings.escalation_reset_after / part),
        )


def needs_person(error: Mapping[str, Any]) -> bool:
    """Whether no attempt can end the error, because it needs a password, a right, a setting or other data."""
    behaves = error.get("category") in {"user", "persistent"}
    return behaves and error.get("suggested_action") in _FOR_PERSONS


def needs_code(error: Mapping[str, Any]) -> bool:
    """Whether a change of the app's code may end the error."""
    return not needs_person(error) and error.get("suggested_action") in _FOR_CODEGEN


def decide(
    error: Mapping[str, Any],
    attempts: int,
    thresholds: Thresholds,
    *,
    codegen_usable: bool,
    nothing_left: bool = False,
) -> Decision:
    """The level of an error, in the form of `proto_ddf.errors.describe`, after so many failed recoveries and tries.
    `nothing_left`: repairs were tried, and there is none left, so that nobody else counts further attempts."""
    if error.get("severity") == "low":
        return Decision(EscalationLevel.NONE, "Nothing is broken.")
    if needs_person(error):
        return Decision(EscalationLevel.MANUAL, "No attempt can repair this: it needs a person.")
    told = _told(attempts)
    if attempts >= thresholds.reset:
        return Decision(EscalationLevel.RESET, f"{told} A reset of the system may help.")
    if attempts >= thresholds.manual:
        return Decision(EscalationLevel.MANUAL, f"{told} A person has to look at it.")
    if codegen_usable and needs_code(error) and (attempts >= thresholds.codegen or nothing_left):
        return Decision(EscalationLevel.CODEGEN, f"{told} Codegen may repair the code.")
    if nothing_left:
        reason = f"{told} No repair is left: a person has to look at it."
        return Decision(EscalationLevel.MANUAL, reason)
    return Decision(EscalationLevel.NONE, told)


def _told(attempts: int) -> str:
    if attempts == 0:
        return "Nothing was tried yet."
    return "1 attempt failed." if attempts == 1 else f"{attempts} attempts failed."
