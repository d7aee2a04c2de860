"""Makes every kind of operation known. Apart from `kinds`, because kinds of other packages use those."""

from proto_ddf.operations.escalation.codegen import kinds as codegen
from proto_ddf.operations.kinds import apps, notifications, regenerate, reports, sources
from proto_ddf.operations.model import register
from proto_ddf.operations.recovery import kinds as recovery


def register_all() -> None:
    """Make every kind known to the engine; done before it is launched, since it resumes what was under way."""
    groups = (sources, apps, regenerate, notifications, reports, codegen, recovery)
    for kind in (each for group in groups for each in group.ALL):
        register(kind)
