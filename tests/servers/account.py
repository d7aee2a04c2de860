"""The user account of a database server of the tests. The server never runs as root, and it ends with the tests."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_PREFIX = "proto-ddf-test-"


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int

    @classmethod
    def find(cls, *names: str) -> "Account":
        """The present user. If that is root: the first of these users that exists."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in (*names, "nobody") if name in known)
        return cls(entry.pw_uid, entry.pw_gid)

    def command(self, *command: str | Path, dying_signal: str = "KILL") -> list[str]:
        """The command that runs `command` as this user and sends it that signal when the thread that started it
        ends."""
        given = ["setpriv", "--pdeathsig", dying_signal]
        if os.geteuid() == 0:
            given += ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
        return [*given, "--", *map(str, command)]

    def make_folder(self) -> Path:
        """A new folder that only this user and root may enter, with a path short enough for sockets in it. It is
        deleted when this process ends or, if this process was killed, when the next one makes its first folder."""
        _remove_folders_of_ended_processes()
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self.own(folder)
        return folder

    def own(self, *paths: Path) -> None:
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def copy_folder(self, source: Path, target: Path) -> None:
        """Copy a folder of this user, who owns the copy too. `cp` needs a quarter of the time that Python needs."""
        subprocess.run(["cp", "-a", source, target], check=True)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that only this user may read."""
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        self.own(path)


def find_programs(names: Sequence[str], *folders: Path) -> Path | None:
    """The first folder that holds all of these programs: the given folders come before those of the PATH."""
    paths = [*folders, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    paths += [Path("/usr/sbin"), Path("/usr/local/sbin")]
    return next((p for p in paths if all(os.access(p / name, os.X_OK) for name in names)), None)


def remove_folders() -> None:
    """Delete every folder that this process made. The hook at pytest's end calls it too, because that may skip
    Python's own exit handlers."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _remove_folders_of_ended_processes() -> None:
    atexit.register(remove_folders)
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
