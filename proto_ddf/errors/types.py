"""The exception tree.

    ProtoDDFError                 base class; never raised itself
    +-- SystemError               this machine or this program failed: disk, ports, processes
    +-- ValidationError           a person's input is invalid; names the form field
    +-- IntegrationError          an external system failed: a database, a file's content, a service
        +-- in proto_ddf.resilience:
            +-- CallRefusedError       the call was not made
            |   +-- CircuitOpenError   the target failed too often recently
            |   +-- BulkheadFullError  too many concurrent calls
            |   +-- RateLimitedError   too many calls in a short time
            |   +-- NoTimeLeftError    the deadline passed before the call; a DeadlineExceededError too
            +-- AttemptTimeoutError    one attempt took too long; a TimeoutError too
            +-- DeadlineExceededError  the whole call took too long; a TimeoutError too

Outside this package write `errors.SystemError`: the bare name would hide Python's builtin.

Each error has a stable `code` of the catalogue (`proto_ddf.errors.catalogue`): the argument `code`, or the default of
its class. The `context` has the values for the catalogue's templates. An error can be pickled, whatever arguments its
constructor takes, if its context can.
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
    error.args = args  # for a subclass of OSError, `__new__` does not set them
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
    """A person's input is invalid. `field` is the form field at fault, `value` its value."""

    family = "validation"
    default_code = "invalid_value"

    def __init__(self, message: str, field: str, value: Any, **context: Any) -> None:
        code = context.pop("code", None)
        super().__init__(message, code=code, field=field, value=value, **context)
        self.field = field
        self.value = value


class IntegrationError(ProtoDDFError):
    """An external system failed. `system` names it, `operation` names the failed call."""

    family = "integration"
    default_code = "integration_error"

    def __init__(self, message: str, system: str, operation: str, **context: Any) -> None:
        code = context.pop("code", None)
        super().__init__(message, code=code, system=system, operation=operation, **context)
        self.system = system
        self.operation = operation
