"""Starts the process of an app with the environment it needs."""

import contextlib
import sys
import time
from pathlib import Path

import psutil

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord, SourceRecord
from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.hosting import records
from proto_ddf.hosting.app_serving import serving_environment
from proto_ddf.hosting.builds.toolchain import base_environment
from proto_ddf.hosting.ports import is_free
from proto_ddf.hosting.processes import creation_time, end_tree, find, spawn_detached
from proto_ddf.hosting.records import plan_of
from proto_ddf.serving import app_process
from proto_ddf.settings import get_settings
from proto_ddf.sources.registry import KINDS

PORT_SECONDS = 2.0
RUNNER = Path(app_process.__file__)


def folder(slug: str) -> Path:
    """The folder of an app's code.

    Raises:
        ValidationError: field slug, code app_unknown, if `slug` is not valid, such as "..".
    """
    if not slug.isidentifier():
        raise ValidationError(
            f"There is no app {slug!r}", field="slug", value=slug, code="app_unknown"
        )
    return get_settings().apps_folder / slug


def next_folder(slug: str, operation_id: str) -> Path:
    """Where an operation builds the new app while the old one keeps running."""
    return _sibling_folder(slug, f"next-{operation_id}")


def old_folder(slug: str, operation_id: str) -> Path:
    """Where the old app is kept until the new one has been checked."""
    return _sibling_folder(slug, f"old-{operation_id}")


def previous_folder(slug: str) -> Path:
    """Where the code and the data of the last replaced app are kept."""
    return _sibling_folder(slug, "previous")


def sibling_folders(slug: str) -> list[Path]:
    """All folders of an app beside its own. A slug has no dot, so none of them belongs to another app."""
    return list(folder(slug).parent.glob(f"{slug}.*"))


def _sibling_folder(slug: str, what: str) -> Path:
    path = folder(slug)
    return path.with_name(f"{path.name}.{what}")


def log_file(slug: str) -> Path:
    return folder(slug) / "logs" / "app.log"


def launch(record: AppRecord) -> tuple[int, float]:
    """Start the app's process; returns its pid and creation time without waiting for it to answer.

    Raises:
        SystemError: code port_in_use if another program uses its port; process_failed.
        IntegrationError: code source_gone if its source was deleted.
    """
    port = record.frontend_port
    if port is None:
        raise errors.SystemError(
            f"{record.name} has no port",
            component="hosting",
            code="app_start_failed",
            app=record.name,
            slug=record.slug,
        )
    if not is_free(port):
        end_orphans(record.slug)
    if not _becomes_free(port):
        raise errors.SystemError(
            f"Port {port} is in use",
            component="ports",
            code="port_in_use",
            port=port,
            slug=record.slug,
        )
    argv = [sys.executable, "-P", str(RUNNER), "--port", str(port), "--log", "logs/app.log"]
    environment = base_environment() | data_environment(record) | {"PORT": str(port)}
    environment |= serving_environment(
        record.slug, port, pictures_of_the_web=plan_of(record).shows_pictures_of_the_web
    )
    path = folder(record.slug)
    return spawn_detached(argv, cwd=path, env=environment, log_file=log_file(record.slug))


def _becomes_free(port: int) -> bool:
    """Wait a moment for a free port: an app that was just ended releases its port a little later."""
    deadline = time.monotonic() + PORT_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def data_environment(record: AppRecord) -> dict[str, str]:
    """The variables that tell an app where its data are: DATABASE_URL without a password, and DATABASE_PASSWORD if
    there is one. The database is the app's own or the source's; access is read-only unless editing is allowed.

    Raises:
        IntegrationError: code source_gone if the source was deleted; or an error of its kind.
    """
    if record.spec.get("imported"):
        return {"DATABASE_URL": f"sqlite:///{folder(record.slug) / 'data' / 'app.db'}"}
    with session() as db:
        source = db.get(SourceRecord, record.source_id) if record.source_id else None
    kind = KINDS.get(source.kind) if source else None
    if source is None or kind is None or kind.app_environment is None:
        raise IntegrationError(
            f"The source of {record.name} is gone",
            system="sources",
            operation="open",
            code="source_gone",
            app=record.name,
        )
    config = kind.config_model.model_validate(source.config)
    return kind.app_environment(config, bool(record.spec.get("allow_editing")))


def databases_in_use() -> list[str]:
    """URLs of the databases that the running apps were started with. Their sources may have changed since."""
    urls = []
    for record in records.all_records():
        process = find(record.pid, record.pid_create_time)
        with contextlib.suppress(psutil.Error):
            urls.append(process.environ().get("DATABASE_URL", "") if process else "")
    return [url for url in urls if url]


def end_orphans(slug: str) -> None:
    """End processes of the app that no record has, because the server ended between starting and recording one."""
    path = folder(slug)
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command, cwd = process.info["cmdline"] or [], process.info["cwd"]
        if str(RUNNER) in command and cwd and Path(cwd) == path.resolve():
            end_tree(process.pid, creation_time(process.pid))
