"""Why a repair was not made, or did not help."""

from proto_ddf.errors.codes.model import ErrorCode, system_error

CODES = (
    system_error(
        "recovery_not_possible",
        "Nothing to repair this way",
        "This repair cannot help[: {reason}].",
        "Try another repair, or remove the cause that the failed operation names.",
        category="persistent",
        severity="low",
    ),
    system_error(
        "recovery_without_effect",
        "The repair did not help",
        "The repair was done, but what had failed still fails[: {reason}].",
        "Remove the cause that the failed operation names, then try that operation again.",
        category="persistent",
        severity="medium",
    ),
    ErrorCode(
        "recovery_under_way",
        "validation",
        "user",
        "low",
        False,
        "Already being repaired",
        "[{name}|It] is being repaired already.",
        "Wait until that has ended, or cancel it.",
    ),
)
