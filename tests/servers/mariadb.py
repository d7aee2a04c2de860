"""A private MariaDB server."""

import signal
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pymysql

from tests.ports import HOST
from tests.servers.account import Account, find_programs
from tests.servers.certificates import Certificate
from tests.servers.database_server import Database, DatabaseServer

_QUICK: Mapping[str, str | int] = {
    "bind-address": HOST,
    "skip-name-resolve": 1,
    "skip-log-bin": 1,
    "performance-schema": 0,
    "max-connections": 50,
    "character-set-server": "utf8mb4",
    "innodb-buffer-pool-size": "16M",
    "innodb-log-file-size": "8M",
    "innodb-flush-log-at-trx-commit": 2,
    "innodb-fast-shutdown": 2,
    "key-buffer-size": "1M",
    "aria-pagecache-buffer-size": "4M",
}


class MariaDbServer(DatabaseServer):
    """MariaDB; `settings` are options of mariadbd, written with hyphens or underscores."""

    kind = "mysql"
    label = "MariaDB"

    @classmethod
    def missing(cls) -> str:
        return "" if _programs() else "needs MariaDB: apt-get install mariadb-server"

    @staticmethod
    def _account_name() -> str:
        return "mysql"

    @staticmethod
    def _template() -> Path:
        return _fresh_data()

    def connect(self, database: str | None = None, login: tuple[str, str] | None = None) -> Any:
        user, password = login or ("root", "")
        return pymysql.connect(
            host=HOST,
            port=self.port,
            unix_socket=None if login else str(self._socket),
            user=user,
            password=password,
            database=database,
            charset="utf8mb4",
            connect_timeout=10,
            autocommit=True,
        )

    def create_user(self, name: str, password: str) -> None:
        self.run(f"CREATE USER `{name}`@`%%` IDENTIFIED BY %s", values=(password,))

    def drop_database(self, database: Database) -> None:
        self.run(f"DROP DATABASE IF EXISTS `{database.name}`")
        self.run(f"DROP USER IF EXISTS `{database.user}`@`%`")

    def use_certificate(self, certificate: Certificate | None) -> None:
        had_one = "ssl_cert" in self.settings
        if certificate is None:
            for name in ("ssl_cert", "ssl_key"):
                self.settings.pop(name, None)
        else:
            paths = {"ssl_cert": self.folder / "server.crt", "ssl_key": self.folder / "server.key"}
            self.account.write(paths["ssl_cert"], certificate.chain)
            self.account.write(paths["ssl_key"], certificate.key)
            self.settings.update({name: str(path) for name, path in paths.items()})
        if not self.running:
            return
        if had_one and certificate is not None:
            self.run("FLUSH SSL")
        else:
            self.restart()

    def set(self, **settings: str | int) -> None:
        """Change global variables of the running server; they are lost at a restart."""
        for name, value in settings.items():
            self.run(f"SET GLOBAL {name} = %s", values=(value,))

    def _create(self, database: Database) -> None:
        self.create_user(database.user, database.password)
        self.run(f"CREATE DATABASE `{database.name}`")
        self.run(f"GRANT ALL ON `{database.name}`.* TO `{database.user}`@`%`")

    def _stop_signal(self) -> signal.Signals:
        return signal.SIGTERM

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    def _command(self) -> list[str]:
        own = {"datadir": self.data, "socket": self._socket, "port": self.port}
        own["pid-file"] = self.folder / "pid"
        own["tmpdir"] = self.folder
        settings = {**_QUICK, **own, **self.settings}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return self.account.command(_program("mariadbd"), "--no-defaults", *options)


def _programs() -> tuple[Path, Path] | None:
    server, install = find_programs(["mariadbd"]), find_programs(["mariadb-install-db"])
    return (server / "mariadbd", install / "mariadb-install-db") if server and install else None


def _program(name: str) -> Path:
    found = _programs()
    assert found is not None, MariaDbServer.missing()
    return next(path for path in found if path.name == name)


@cache
def _fresh_data() -> Path:
    account = Account.find("mysql")
    folder = account.make_folder()
    options = ("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
    # The same size as at each start: with another size the server would rewrite its log.
    sizes = [
        f"--{name}={_QUICK[name]}" for name in ("innodb-log-file-size", "character-set-server")
    ]
    command = account.command(
        _program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder}",
        *options,
        *sizes,
    )
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / "data"
