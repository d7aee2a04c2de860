"""The kinds of operation, with the steps of each. Pages import the inputs, the server `register_all`."""

from proto_ddf.operations.kinds import apps, notifications, regenerate, reports, sources
from proto_ddf.operations.model import register


def register_all() -> None:
    """Make every kind known to the engine; done before it is launched, since it resumes what was under way."""
    for kind in (*sources.ALL, *apps.ALL, *regenerate.ALL, *notifications.ALL, *reports.ALL):
        register(kind)
