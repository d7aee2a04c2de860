"""Whom a database server runs as: never root, and it dies with the tests."""

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
        """Oneself; for root the first of these users that there is."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in (*names, "nobody") if name in known)
        return cls(entry.pw_uid, entry.pw_gid)

    def command(self, *command: str | Path, dying_signal: str = "KILL") -> list[str]:
        """`command` as this user, ended by that signal when the thread that starts it ends."""
        given = ["setpriv", "--pdeathsig", dying_signal]
        if os.geteuid() == 0:
            given += ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
        return [*given, "--", *map(str, command)]

    def make_folder(self) -> Path:
        """A new folder that only this user, and root, may enter; of a short path, for sockets within. It goes with this
        process: at its end, or with the next one's first folder if it was killed."""
        _remove_left_behind()
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self.own(folder)
        return folder

    def own(self, *paths: Path) -> None:
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def copy_folder(self, source: Path, target: Path) -> None:
        """Copy a folder of this user's, who owns the copy as well. By cp: it takes a quarter of Python's time."""
        subprocess.run(["cp", "-a", source, target], check=True)

    def write(self, path: Path, content: bytes) -> None:
        """A file that only this user may read."""
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        self.own(path)


def find_programs(names: Sequence[str], *folders: Path) -> Path | None:
    """The folder that holds all of these programs: one of the given ones, or one of the PATH."""
    paths = [*folders, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    paths += [Path("/usr/sbin"), Path("/usr/local/sbin")]
    return next((p for p in paths if all(os.access(p / name, os.X_OK) for name in names)), None)


def remove_folders() -> None:
    """Delete every folder that this process made. pytest's end calls it too: it may leave without Python's own."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _remove_left_behind() -> None:
    atexit.register(remove_folders)
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
