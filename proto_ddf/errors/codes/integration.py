"""What can go wrong with something outside: a database, a service, a source."""

from proto_ddf.errors.codes.model import external_error

CODES = (
    external_error(
        "connection_failed",
        "transient",
        "No connection",
        "[Could not connect to {system}|The connection failed][: {reason}]. "
        "The other side may be down, busy or out of reach.",
        "Check that it runs and that the address is right, then try again.",
        retryable=True,
    ),
    external_error(
        "authentication_failed",
        "user",
        "Sign-in refused",
        "[{system} refused|The other side refused] the user name or the password.",
        "Check both and enter them again.[ {remark}]",
        try_again=False,
        field="password",
    ),
    external_error(
        "access_denied",
        "persistent",
        "Access refused",
        "[{system}|The other side] does not allow this[: {reason}].",
        "Ask whoever runs it for the right, then try again.",
    ),
    external_error(
        "timeout",
        "transient",
        "No answer in time",
        "[{system}|The other side] did not answer in time[ (waited {seconds} s)].",
        "It may be busy. Wait a moment, then try again.",
        retryable=True,
    ),
    external_error(
        "deadline_exceeded",
        "transient",
        "Time is up",
        "[{system}|The other side] was not done[ within the {seconds} s] that all attempts together "
        "may take.",
        "It may be busy. Wait a moment, then try again.",
        retryable=True,
    ),
    external_error(
        "integration_error",
        "persistent",
        "Something outside failed",
        "[{message}|[{system}|Something that Proto-DDF works with] answered with an error.]",
        "Try again. If it happens again, the details say more.",
    ),
    external_error(
        "registry_unreachable",
        "transient",
        "Package registry out of reach",
        "The front-end packages of the app come from [{system}|a package registry], "
        "which cannot be used now[: {reason}].",
        "Check that this machine is online and that the registry's address is right, then try again.",
        retryable=True,
    ),
    external_error(
        "circuit_open",
        "transient",
        "Calls are paused",
        "[Calls to the source or service were stopped {stopped}"
        "|The source or service failed too often of late[ ({reason})], so it is left alone"
        " for a while].",
        "Wait a moment, then try again.",
    ),
    external_error(
        "bulkhead_full",
        "transient",
        "Too much at once",
        "As many calls[ to {system}] are under way as are allowed at once[: {max_concurrent}]"
        "[, with {max_queue} more waiting].",
        "Wait until some of them are done, then try again.",
        retryable=True,
    ),
    external_error(
        "rate_limited",
        "transient",
        "Too many calls",
        "As many calls[ to {system}] as are allowed in a short time have been made.",
        "Wait[ {retry_after} s|a moment], then try again.",
        retryable=True,
    ),
    external_error(
        "source_changed",
        "persistent",
        "Source has changed",
        "The source[ “{name}”] no longer looks as it did when the app was planned"
        "[: {reason}|[: the table “{table}” is missing]].",
        "Read the tables of the source anew and check the plan, then try again.",
    ),
    external_error(
        "source_gone",
        "persistent",
        "Source is gone",
        "The source[ “{name}”] is no longer there.",
        "Put it back or connect it again, then try again.",
    ),
)
