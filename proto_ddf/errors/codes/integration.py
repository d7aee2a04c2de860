"""Errors of external systems: a database, a service, a source."""

from proto_ddf.errors.codes.model import external_error

CODES = (
    external_error(
        "connection_failed",
        "transient",
        "No connection",
        "[Could not connect to {system}|The connection failed][: {reason}]. "
        "The server or service may be down, busy or unreachable.",
        "Check that it runs and that the address is correct, then try again.",
        retryable=True,
    ),
    external_error(
        "authentication_failed",
        "user",
        "Sign-in refused",
        "[{system}|The server] refused the user name or the password.",
        "Check both and enter them again.[ {remark}]",
        try_again=False,
        field="password",
    ),
    external_error(
        "access_denied",
        "persistent",
        "Access refused",
        "[{system}|The server] does not allow this[: {reason}].",
        "Ask its administrator for permission, then try again.",
    ),
    external_error(
        "timeout",
        "transient",
        "No answer in time",
        "[{system}|The server] did not answer in time[ (waited {seconds} s)].",
        "It may be busy. Wait a moment, then try again.",
        retryable=True,
    ),
    external_error(
        "deadline_exceeded",
        "transient",
        "Time limit exceeded",
        "[{system}|The server] did not finish within the time limit[ of {seconds} s] for all attempts together.",
        "It may be busy. Wait a moment, then try again.",
        retryable=True,
    ),
    external_error(
        "integration_error",
        "persistent",
        "External system failed",
        "[{message}|[{system}|An external system] answered with an error.]",
        "Try again. If it happens again, see the details.",
    ),
    external_error(
        "registry_unreachable",
        "transient",
        "Package registry is unreachable",
        "The front-end packages of the app come from [{system}|a package registry], "
        "which cannot be used now[: {reason}].",
        "Check that this machine is online and that the registry's address is correct, then try again.",
        retryable=True,
    ),
    external_error(
        "circuit_open",
        "transient",
        "Calls are paused",
        "[Calls to the source or service were stopped {stopped}"
        "|The source or service failed too often recently[ ({reason})], so calls to it are paused].",
        "Wait a moment, then try again.",
    ),
    external_error(
        "bulkhead_full",
        "transient",
        "Too many calls at the same time",
        "The maximum number of calls[ to {system}] is already running[: {max_concurrent}]"
        "[, and {max_queue} more are waiting].",
        "Wait until some of them have finished, then try again.",
        retryable=True,
    ),
    external_error(
        "rate_limited",
        "transient",
        "Too many calls",
        "There were too many calls[ to {system}] in a short time.",
        "Wait[ {retry_after} s|a moment], then try again.",
        retryable=True,
    ),
    external_error(
        "notification_failed",
        "persistent",
        "Notification not sent",
        "[“{channel}” did not take a notification|A notification was not sent][: {reason}].",
        "Settings, Notifications shows what was not sent. Correct the cause, then send it again there.",
    ),
    external_error(
        "source_changed",
        "persistent",
        "Source has changed",
        "The source[ “{name}”] has changed since the app was planned"
        "[: {reason}|[: the table “{table}” is missing]].",
        "Refresh the source and check the plan, then try again.",
    ),
    external_error(
        "source_gone",
        "persistent",
        "Source is gone",
        "The source[ “{name}”] no longer exists.",
        "Put it back or connect it again, then try again.",
    ),
    external_error(
        "value_refused",
        "persistent",
        "Value was refused",
        "[{system}|The database] refused a value or a row[: {reason}].",
        "Correct the value, then try again.",
    ),
    external_error(
        "query_invalid",
        "persistent",
        "Query cannot be read",
        "[{system}|The database] does not understand the query[: {reason}].",
        "Correct the query, then try again.",
    ),
)
