"""A private PostgreSQL server."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import HOST
from tests.servers.account import Account, find_programs
from tests.servers.certificates import Certificate
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.waiting import wait_until

SUPERUSER = "admin"
HBA = ("host all all 127.0.0.1/32 scram-sha-256",)
"""Lines of pg_hba.conf (PostgreSQL docs, 21.1) that a server starts with."""

_QUICK: Mapping[str, str | int] = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": 50,
    "max_wal_senders": 0,
    "autovacuum": "off",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
    "listen_addresses": HOST,
    "log_min_messages": "warning",
}


def programs() -> Path | None:
    """The folder with the programs of the newest PostgreSQL; Debian does not put them on the PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    return find_programs(("postgres", "initdb", "pg_ctl"), *newest)


class PostgresServer(DatabaseServer):
    """PostgreSQL; `settings` are those of postgresql.conf."""

    kind = "postgresql"
    label = "PostgreSQL"

    def __init__(self, settings: Mapping[str, str | int] | None = None) -> None:
        super().__init__(settings)
        self._write_hba(HBA)

    @classmethod
    def missing(cls) -> str:
        return "" if programs() else "needs PostgreSQL: apt-get install postgresql"

    @staticmethod
    def _account_name() -> str:
        return "postgres"

    @staticmethod
    def _template() -> Path:
        return _fresh_cluster()

    def connect(self, database: str | None = None, login: tuple[str, str] | None = None) -> Any:
        user, password = login or (SUPERUSER, "")
        return psycopg.connect(
            host=HOST if login else str(self.folder),
            port=self.port,
            dbname=database or "postgres",
            user=user,
            password=password,
            connect_timeout=10,
            autocommit=True,
        )

    def create_user(self, name: str, password: str) -> None:
        quoted = password.replace("'", "''")
        self.run(
            "SET standard_conforming_strings = on", f"CREATE USER \"{name}\" PASSWORD '{quoted}'"
        )

    def drop_database(self, database: Database) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')
        self.run(f'DROP USER IF EXISTS "{database.user}"')

    def use_certificate(self, certificate: Certificate | None) -> None:
        if certificate is None:
            self.set(ssl="off")
            return
        self.account.write(self.data / "server.crt", certificate.chain)
        self.account.write(self.data / "server.key", certificate.key)
        self.set(ssl="on")

    def set(self, **settings: str | int) -> None:
        """Change settings that the running server can reload."""
        self.settings.update(settings)
        if self.running:
            self._write_settings()
            self._reload()

    def set_hba(self, *lines: str) -> None:
        """Set who may sign in from elsewhere, and how; without lines, as at the start."""
        self._write_hba(lines or HBA)
        if self.running:
            self._reload()

    def stop_when_sessions_end(self) -> None:
        """Begin a smart shutdown: the server takes no new sessions and ends after the last one."""
        self._signal(signal.SIGTERM)

    def start_slowly(self) -> Path:
        """Start it so that it stays in recovery and takes no connections until the returned file is deleted."""
        hold = self.folder / "hold"
        self.account.write(hold, b"")
        self.account.write(self.data / "recovery.signal", b"")
        self.settings["restore_command"] = f"while [ -e {hold} ]; do sleep 0.05; done; false"
        self.start(wait=False)
        return hold

    def _create(self, database: Database) -> None:
        self.create_user(database.user, database.password)
        self.run(f'CREATE DATABASE "{database.name}" OWNER "{database.user}"')

    def _stop_signal(self) -> signal.Signals:
        return signal.SIGINT  # a fast shutdown

    def _command(self) -> list[str]:
        self._write_settings()
        # On SIGQUIT the server ends its child processes and then itself, at once.
        return self.account.command(_program("postgres"), "-D", self.data, dying_signal="QUIT")

    def _write_settings(self) -> None:
        own = {"port": self.port, "unix_socket_directories": self.folder}
        settings = {**_QUICK, **own, **self.settings}
        lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        self.account.write(self.data / "postgresql.conf", lines.encode())

    def _write_hba(self, lines: Sequence[str]) -> None:
        content = "\n".join(("local all all trust", *lines, ""))
        self.account.write(self.data / "pg_hba.conf", content.encode())

    def _reload(self) -> None:
        """Returns when new sessions use the new files: the server's main process reads them with a delay."""
        before = self.run("SELECT pg_conf_load_time()")
        self.run("SELECT pg_reload_conf()")
        wait_until(lambda: self.run("SELECT pg_conf_load_time()") != before)


def _program(name: str) -> Path:
    folder = programs()
    assert folder is not None, PostgresServer.missing()
    return folder / name


@cache
def _fresh_cluster() -> Path:
    account = Account.find("postgres")
    folder = account.make_folder()
    options = (
        "--no-sync",
        "--no-instructions",
        "--locale=C.UTF-8",
        "--auth=trust",
        "--wal-segsize=1",
    )
    command = account.command(
        _program("initdb"), "-D", folder / "data", "-U", SUPERUSER, "--encoding=UTF8", *options
    )
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / "data"
