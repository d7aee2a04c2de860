"""The description of an error, as it is stored and shown."""

from typing import Any

from proto_ddf.current_user import current_user
from proto_ddf.errors.classify import classify
from proto_ddf.errors.context import enhance_error_context
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.redaction import HIDDEN, is_secret_name, plain_text

LOG_LINES = 20
"""Of what a child process wrote, kept with the description."""


def describe(
    error: BaseException, operation: str | None = None, /, **context: Any
) -> dict[str, Any]:
    """An exception as a dict that JSON can hold, without secrets. Never raises.

    `operation` says for people what was being done; it may be a positional or a keyword argument. Keys: error_type,
    code, family, category, type, severity, suggested_action, confidence, title, message, hint, field, location,
    retry_possible, context. What a child process wrote (`log`, a list of lines in the error's own context or in `context`,
    which may have its `exit_code` too) decides where the error says only that it failed; the last lines of it are kept. The
    context holds `operation`, `user_id` (the current user by default), `retry_possible`, the error's own context, `context`,
    and what `enhance_error_context` adds. `context` may have any keys: if `operation` was given as a positional
    argument too, the one in `context` is stored as `attempted`.
    """
    own = _own_context(error)
    log = own.get("log") or context.pop("log", None)
    lines = [plain_text(line) for line in log] if isinstance(log, list) else []
    exit_code = own.get("exit_code", context.get("exit_code"))
    found = classify(error, "\n".join(lines), {"exit_code": exit_code})
    if lines:
        own["log"] = lines[-LOG_LINES:]
    if operation is None:
        operation = context.pop("operation", None) or ""
    elif "operation" in context:
        context["attempted"] = context.pop("operation")
    said = {"operation": operation, "retry_possible": found.try_again}
    # These come first, because only the beginning of a large context is kept.
    if context.get("user_id", "") is None:
        del context["user_id"]
    details = {**said, "user_id": current_user(), **own, **context, **said}
    return {
        "error_type": type(error).__name__,
        "code": found.code,
        "family": found.family,
        "category": found.category,
        "type": found.type,
        "severity": found.severity,
        "suggested_action": found.suggested_action,
        "confidence": found.confidence,
        "title": found.title,
        "message": found.message,
        "hint": found.hint,
        "field": found.field,
        "location": found.location,
        "retry_possible": found.try_again,
        "context": enhance_error_context(error, details),
    }


def _own_context(error: BaseException) -> dict[str, Any]:
    if not isinstance(error, ProtoDDFError):
        return {}
    own = dict(error.context)
    if (
        "operation" in own
    ):  # of an IntegrationError: the failed call, not the operation of the person
        own["attempted"] = own.pop("operation")
    if "value" in own and is_secret_name(plain_text(own.get("field", ""))):
        own["value"] = HIDDEN
    return own
