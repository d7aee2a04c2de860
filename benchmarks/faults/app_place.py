"""A generated app in a process of its own, as Proto-DDF serves it, with a TCP proxy in front of it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from reflex_base.utils.format import format_event_handler

from benchmarks.faults.disk import disk_of_its_own
from benchmarks.faults.place import Struck
from benchmarks.faults.upstream import Upstream
from proto_ddf.serving import app_process
from tests.answering import answers
from tests.ports import HOST, free_port
from tests.served_apps import FileApp, ServedApp, file_app, served_app, url_of
from tests.servers.tcp_proxy import TcpProxy
from tests.servers.waiting import wait_until

DISK = "64m"
FIRST = 1
"""The key of the note that is changed; the others are added."""
_NOTES = "CREATE TABLE notes (id {} PRIMARY KEY, word text NOT NULL)"
_FIRST_NOTE = "INSERT INTO notes (word) VALUES ('first')"
_WRITE = "INSERT INTO written (word) VALUES (NEW.word);"
_WRITTEN_IN_FILE = (
    "CREATE TABLE written (number integer PRIMARY KEY, word text NOT NULL)",
    f"CREATE TRIGGER added AFTER INSERT ON notes BEGIN {_WRITE} END",
    f"CREATE TRIGGER changed AFTER UPDATE ON notes BEGIN {_WRITE} END",
)
_WRITTEN_ON_SERVER = (
    "CREATE TABLE written (number serial PRIMARY KEY, word text NOT NULL)",
    "CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql"
    f" AS $$ BEGIN {_WRITE} RETURN NULL; END $$",
    "CREATE TRIGGER written AFTER INSERT OR UPDATE ON notes"
    " FOR EACH ROW EXECUTE FUNCTION write_down()",
)
"""The database itself keeps each text that is written to a note, in order."""


@dataclass
class AppServer:
    """The process of an app. Its pages are not built, because only its outbox is asked."""

    home: Path
    """What it keeps is in this folder."""
    app: Path
    """The folder of its code."""
    port: int
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        runner = [sys.executable, "-P", app_process.__file__]
        self.process = subprocess.Popen(
            [*runner, "--port", str(self.port), "--log", "logs/app.log"],
            cwd=self.app,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
        )
        wait_until(lambda: answers(f"http://{HOST}:{self.port}/api/health"))

    def kill(self) -> None:
        """kill -9, as in a crash."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=30)


@dataclass
class AppPlace(Struck):
    server: AppServer
    app: FileApp | ServedApp

    @property
    def database(self) -> Path:
        """The file, if it is its own."""
        return Path(str(self.app.place))

    @property
    def save(self) -> str:
        """The name of the event that saves a note."""
        pages = getattr(self.app, "pages.notes")
        return str(format_event_handler(pages.NotesRow.event_handlers["save"]))

    def start(self) -> None:
        self.server.start()

    def form(self, key: str) -> dict[str, Any]:
        """What the unchanged form of a note sends; the key of one that is added is "new"."""
        forms, view = self.app.row_forms, self.app.view("notes")
        is_new = key == "new"
        made = forms.blank_form(view, {}) if is_new else forms.form_of_row(view, (int(key),), key)
        return {"_form": f"/notes/{key}", "_snapshot": made.snapshot.as_json()}

    def written(self) -> list[str]:
        """The texts that were written to notes, in order."""
        return [word for (word,) in self.app.run("SELECT word FROM written ORDER BY number")]

    def forget(self) -> None:
        self.app.run(f"DELETE FROM notes WHERE id <> {FIRST}", "DELETE FROM written")


@contextmanager
def app_with_own_file(folder: Path) -> Iterator[AppPlace]:
    """An app whose rows are in an SQLite file of its own."""
    with disk_of_its_own(folder, DISK) as is_mounted:
        database = folder / "app.db"
        with closing(sqlite3.connect(database)) as opened, opened:
            opened.execute(_NOTES.format("integer"))
            opened.execute(_FIRST_NOTE)
        with file_app(database, folder / "app", name="Notes in a file", imported=True) as app:
            app.run(*_WRITTEN_IN_FILE)
            with _served(app, folder, is_mounted) as place:
                yield place


@contextmanager
def app_on_server(folder: Path, upstream: Upstream) -> Iterator[AppPlace]:
    """An app whose rows are in a PostgreSQL database."""
    database = upstream.database
    database.run(_NOTES.format("serial"), _FIRST_NOTE)
    with served_app(database, folder / "app", name="Notes on a server") as app:
        app.run(*_WRITTEN_ON_SERVER)
        url = sa.make_url(url_of(database)).set(port=upstream.port)
        told = {"DATABASE_URL": url.render_as_string(hide_password=False)}
        with _served(app, folder, False, **told) as place:
            yield place


@contextmanager
def _served(
    app: FileApp | ServedApp, home: Path, has_own_disk: bool, **environment: str
) -> Iterator[AppPlace]:
    (app.folder / ".web" / "build" / "client").mkdir(parents=True)
    port = free_port()
    with TcpProxy(port) as proxy:
        told = {"ALLOWED_HOSTS": f"{HOST}:{proxy.port}"} | environment
        server = AppServer(home, app.folder, port, told)
        place = AppPlace(proxy, has_own_disk, server, app)
        place.start()
        try:
            yield place
        finally:
            proxy.clear()
            server.kill()
