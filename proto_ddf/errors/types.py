"""The exception tree.

    ProtoDDFError                 base; never raised itself
    +-- SystemError               this machine or this program: disk, ports, processes
    +-- ValidationError           what a person gave; carries the form field
    +-- IntegrationError          something outside: a database, a file's content, a service
        +-- of proto_ddf.resilience:
            +-- CallRefusedError       the call was not made
            |   +-- CircuitOpenError   the target failed too often of late
            |   +-- BulkheadFullError  too many at once
            |   +-- RateLimitedError   too many in a short time
            |   +-- NoTimeLeftError    the time was over before; a DeadlineExceededError too
            +-- AttemptTimeoutError    one attempt took too long; a TimeoutError too
            +-- DeadlineExceededError  the whole call did; a TimeoutError too

Outside this package write `errors.SystemError`: the bare name would hide Python's builtin.

Each carries a stable `code` of the catalogue (`proto_ddf.errors.catalogue`), given as the keyword
`code`, or else the default of its class. The `context` fills the templates of the catalogue.
They can be pickled, whatever their constructor takes, as long as their context can.
"""

from typing import Any, ClassVar


class ProtoDDFError(Exception):
    """Base of every error that Proto-DDF raises on purpose."""

    family: ClassVar[str] = "general"
    default_code: ClassVar[str] = "unknown"

    def __init__(self, message: str, *, code: str | None = None, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.context: dict[str, Any] = context

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[ProtoDDFError], args: tuple[Any, ...], attributes: dict[str, Any]
) -> ProtoDDFError:
    error = kind.__new__(kind, *args)
    error.args = args  # where it is an OSError too, `__new__` leaves them to `__init__`
    error.__dict__.update(attributes)
    return error


class SystemError(ProtoDDFError):
    """Something on this machine failed. `component` names the part, e.g. "ports"."""

    family = "system"
    default_code = "system_error"

    def __init__(self, message: str, component: str, **context: Any) -> None:
        code = context.pop("code", None)
        super().__init__(message, code=code, component=component, **context)
        self.component = component


class ValidationError(ProtoDDFError):
    """What a person gave is not acceptable. `field` is the form field at fault, `value` what it held."""

    family = "validation"
    default_code = "invalid_value"

    def __init__(self, message: str, field: str, value: Any, **context: Any) -> None:
        code = context.pop("code", None)
        super().__init__(message, code=code, field=field, value=value, **context)
        self.field = field
        self.value = value


class IntegrationError(ProtoDDFError):
    """Something outside failed. `system` names it, `operation` what was tried."""

    family = "integration"
    default_code = "integration_error"

    def __init__(self, message: str, system: str, operation: str, **context: Any) -> None:
        code = context.pop("code", None)
        super().__init__(message, code=code, system=system, operation=operation, **context)
        self.system = system
        self.operation = operation
