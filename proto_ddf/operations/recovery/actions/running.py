"""The process of an app, and its ports."""

from proto_ddf.db.tables import AppRecord
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.ports import PORT_REGISTRY, is_free
from proto_ddf.hosting.processes import is_alive
from proto_ddf.operations.recovery.actions.packages import WEB
from proto_ddf.operations.recovery.model import Recovering, RecoverInput


def not_startable(given: RecoverInput) -> str:
    if not given.in_place:
        return "the app has not been started yet"
    if not (given.folder / WEB / "build").is_dir():
        return "the app has no build"
    return ""


def restart(context: Recovering) -> None:
    hosted.restart_app(context.input.slug, context)


def own_port(given: RecoverInput) -> str:
    """The obstacle of another port: nothing else uses the present one."""
    record = records.find_record(given.slug)
    if record is None or record.frontend_port is None:
        return "the app has no port yet"
    if _owns_port(record):
        return f"port {record.frontend_port} is not in use by another program"
    return ""


def _owns_port(record: AppRecord) -> bool:
    """Whether no other program uses the app's port."""
    if is_alive(record.pid, record.pid_create_time):
        return True
    return record.frontend_port is not None and is_free(record.frontend_port)


def take_other_port(context: Recovering) -> None:
    """Give the app a new pair of ports. Done twice, it keeps the pair of the first time while that is free.

    Raises:
        SystemError: code port_unavailable.
    """
    slug = context.input.slug
    record = records.read(slug)
    if _owns_port(record):
        return
    PORT_REGISTRY.release(slug)
    pair = PORT_REGISTRY.reserve_pair(slug)
    hosted.set_ports(slug, pair)
    context.report(f"The app moves from port {record.frontend_port} to {pair.frontend}")
