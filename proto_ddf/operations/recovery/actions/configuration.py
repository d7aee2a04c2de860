"""The configuration of an app, back to the one with which it last ran well."""

from proto_ddf.hosting import good_configuration
from proto_ddf.operations.recovery.model import Recovering, RecoverInput


def no_other_configuration(given: RecoverInput) -> str:
    """The obstacle of a reset."""
    if good_configuration.changed(given.slug):
        return ""
    return "the configuration is the one with which the app last ran well, or no such one is known"


def reset_configuration(context: Recovering) -> None:
    """Raises OSError, if a file cannot be written."""
    restored = good_configuration.restore(context.input.slug)
    context.report(f"Restored: {', '.join(restored)}" if restored else "It was restored already")
