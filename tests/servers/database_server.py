"""A private database server: what PostgreSQL and MariaDB have in common."""

import secrets
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.ports import HOST, free_port
from tests.servers.account import Account
from tests.servers.certificates import Certificate
from tests.servers.waiting import wait_until

_STOP_SECONDS = 120


@dataclass(frozen=True)
class Database:
    """A database for one test, with a user who may do everything in it."""

    server: "DatabaseServer"
    name: str
    user: str
    password: str

    def config(self, **changes: Any) -> dict[str, Any]:
        """The values of the connect form for this database. The password is put into the vault, unless `changes`
        has a "password": pass "" for none."""
        from proto_ddf import vault

        if "password" not in changes:
            changes["password"] = vault.store(self.password)
        known = {"host": HOST, "port": self.server.port, "database": self.name, "user": self.user}
        return {**known, **changes}

    def run(self, *statements: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Run statements as the database's user, each committed at once; returns the rows of the last one."""
        login = (self.user, self.password)
        return self.server.run(*statements, values=values, database=self.name, login=login)

    def admin(self, *statements: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Run statements like `run`, but as the server's administrator."""
        return self.server.run(*statements, values=values, database=self.name)

    def connect(self) -> Any:
        """A plain connection of the driver as the database's user, without any code of Proto-DDF; autocommit is on."""
        return self.server.connect(self.name, (self.user, self.password))

    def sessions(self) -> int:
        """The number of sessions of the database's user, as the server counts them."""
        query = {
            "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE usename = %s",
            "mysql": "SELECT count(*) FROM information_schema.processlist WHERE user = %s",
        }[self.server.kind]
        [(number,)] = self.admin(query, values=(self.user,))
        return int(number)

    def end_sessions(self) -> None:
        """End the sessions of the database's user, as an administrator may; returns when they are gone."""
        if self.server.kind == "postgresql":
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
            self.admin(ended, values=(self.user,))
        else:
            self.admin(f"KILL HARD CONNECTION USER `{self.user}`@`%%`", values=())
        wait_until(lambda: self.sessions() == 0)


class DatabaseServer(ABC):
    """A server with its own folder and port, which listens on 127.0.0.1 and on a socket in its folder.

    `start` and `stop` it, `kill` it as kill -9 does, `restart` it on the same port. Use it as a context manager, or
    call `remove` at the end. Start it from the main thread: it ends with the thread that started it."""

    kind: str
    """Name of the SourceKind."""
    label: str

    def __init__(self, settings: Mapping[str, str | int] | None = None) -> None:
        self.account = Account.find(self._account_name())
        self.folder = self.account.make_folder()
        self.data = self.folder / "data"
        self.port = free_port()
        self.settings: dict[str, str | int] = dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.account.copy_folder(self._template(), self.data)

    def __enter__(self) -> "DatabaseServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @property
    def log(self) -> str:
        """The output of the server so far."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait`, return when it takes connections. Does nothing while it runs."""
        if self.running:
            return
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        if wait:
            self.wait_until_ready()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Return when an administrator can connect. Raises RuntimeError with the log if the server ends instead."""
        wait_until(lambda: self._answers() or not self.running)
        if not self.running:
            raise RuntimeError(f"{self.label} did not start: {self.log[-2000:]}")

    def stop(self) -> None:
        """Shut it down in an orderly way; sessions are ended."""
        self._signal(self._stop_signal())
        self._wait_until_gone()

    def kill(self) -> None:
        """End all of its processes at once, as kill -9 does."""
        self._signal(signal.SIGSTOP)  # so that it starts no further process
        processes = self._processes()
        for process in reversed(processes):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._wait_until_gone()
        wait_until(lambda: not any(map(is_alive, processes)))

    def restart(self, **settings: str | int) -> None:
        """Stop it, change these settings, and start it on the same port."""
        self.stop()
        self.settings.update(settings)
        self.start()

    def pause(self) -> None:
        """Suspend it: the operating system still takes connections, but nothing answers. `resume` continues it."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):  # a session that ended meanwhile
                process.suspend()
        wait_until(lambda: all(map(_is_suspended, self._processes())))

    def resume(self) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def remove(self) -> None:
        """End it and delete its folder."""
        if self.running:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(
        self,
        *statements: str,
        values: Any = None,
        database: str | None = None,
        login: tuple[str, str] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Run statements, each committed at once: as the administrator, or as `login` (user, password). Returns the
        rows of the last one; `values` are its parameters."""
        connection = self.connect(database, login)
        try:
            with connection.cursor() as cursor:
                for statement in statements[:-1]:
                    cursor.execute(statement)
                cursor.execute(statements[-1], values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def create_database(self, name: str = "") -> Database:
        """A new database with a new user who may do everything in it."""
        made = Database(
            self, name or f"db_{secrets.token_hex(4)}", f"user_{secrets.token_hex(4)}", _password()
        )
        self._create(made)
        return made

    @abstractmethod
    def connect(self, database: str | None = None, login: tuple[str, str] | None = None) -> Any:
        """A plain connection of the driver with autocommit: by default as the administrator."""

    @abstractmethod
    def create_user(self, name: str, password: str) -> None:
        """Create a user who may sign in and do nothing else."""

    @abstractmethod
    def drop_database(self, database: Database) -> None:
        """Drop the database and its user; sessions in it are ended."""

    @abstractmethod
    def use_certificate(self, certificate: Certificate | None) -> None:
        """Show this certificate on connections from now on; with None, offer no TLS. Takes effect while the server
        runs, except that MariaDB must be restarted to switch TLS on or off."""

    @classmethod
    @abstractmethod
    def missing(cls) -> str:
        """Why the server cannot run on this machine; empty if it can."""

    @staticmethod
    @abstractmethod
    def _account_name() -> str: ...

    @staticmethod
    @abstractmethod
    def _template() -> Path:
        """A new data folder to copy, made once for this process."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _stop_signal(self) -> signal.Signals: ...

    @abstractmethod
    def _create(self, database: Database) -> None: ...

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except Exception:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            assert self.process is not None
            self.process.send_signal(number)

    def _processes(self) -> list[psutil.Process]:
        if not self.running:
            return []
        assert self.process is not None
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]

    def _wait_until_gone(self) -> None:
        if self.process is None:
            return
        self.process.wait(_STOP_SECONDS)
        self.process = None


def is_alive(process: psutil.Process) -> bool:
    """Whether the process runs; false for one that has ended but was not reaped yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_suspended(process: psutil.Process) -> bool:
    """Whether all threads are suspended: the signal takes a moment to reach each of them."""
    try:
        tasks = [
            (each / "stat").read_text() for each in Path(f"/proc/{process.pid}/task").iterdir()
        ]
    except FileNotFoundError:
        return False
    return all(text.rpartition(")")[2].split()[0] in "TZX" for text in tasks)


def _password() -> str:
    """A password that breaks code that forgets to quote it."""
    return f"p%4 '\"@:/?#\\{secrets.token_hex(6)}"
