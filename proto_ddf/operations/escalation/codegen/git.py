"""Runs git, in a folder of its own, against one remote repository.

The token is in the environment of git alone, where its askpass program reads it: never on a command line, in an address or
in a file. Nothing of this machine's git configuration is used, no hook is run, no question is asked, no redirect is
followed, and connections go to the addresses that were checked.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from proto_ddf import errors, vault
from proto_ddf.errors import IntegrationError
from proto_ddf.hosting.builds.toolchain import base_environment
from proto_ddf.hosting.processes import run_process
from proto_ddf.operations.escalation.codegen.remote_url import checked_addresses
from proto_ddf.operations.escalation.codegen.repositories import Repository
from proto_ddf.progress import PassedOn, Progress
from proto_ddf.redaction import scrub_text
from proto_ddf.settings import get_settings
from proto_ddf.sources.servers.addresses import Address

GIT_SECONDS = 300.0
_ASKPASS = """#!/bin/sh
case "$1" in
  Username*) echo x-access-token ;;
  *) printf '%s\\n' "$PROTO_DDF_GIT_TOKEN" ;;
esac
"""
_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.symlinks=false",
    "core.autocrlf=false",
    "core.fsmonitor=false",
    "credential.helper=",
    "commit.gpgSign=false",
    "gc.auto=0",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
    "advice.detachedHead=false",
)
_REFUSED = re.compile(
    r"authentication failed|could not read (user|pass)|error: 40[13]\b|denied", re.I
)
_NOT_FOUND = re.compile(r"not found|error: 404\b|does not exist", re.I)
_UNREACHABLE = re.compile(
    r"could not resolve|failed to connect|couldn't connect|connection (refused|reset)|timed out|error: 5\d\d\b",
    re.I,
)
_SAYS_WHY = re.compile(r"^(remote|fatal|error|! )", re.I)


@dataclass
class Git:
    """Git in `folder`, which is removed at the end."""

    folder: Path
    url: str
    _token: str
    _addresses: tuple[Address, ...]
    _progress: Progress

    def run(self, doing: str, *arguments: str) -> list[str]:
        """Run one command; returns the lines of its output.

        Args:
            doing: for the message of an error: "read the repository".

        Raises:
            IntegrationError: code git_sign_in_refused, repository_not_found, connection_failed or git_failed.
            SystemError: code git_missing, process_failed.
        """
        environment = self._environment()
        program = shutil.which("git", path=environment["PATH"])
        if program is None:
            raise errors.SystemError("git is not installed", component="git", code="git_missing")
        output = _Output(self._progress)
        options = [part for option in self._options() for part in ("-c", option)]
        code = run_process(
            [program, *options, *arguments],
            cwd=self.folder,
            env=environment,
            log_to=output,
            timeout=GIT_SECONDS,
        )
        if code != 0:
            raise _failure(self.url, doing, output.lines)
        return output.lines

    def _options(self) -> list[str]:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        targets = ",".join(
            f"[{each.ip}]" if ":" in each.ip else each.ip for each in self._addresses
        )
        if host in {each.ip for each in self._addresses}:
            return list(_OPTIONS)
        return [*_OPTIONS, f"http.curloptResolve={host}:{port}:{targets}"]

    def _environment(self) -> dict[str, str]:
        home = str(self.folder.parent)
        return base_environment() | {
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": str(self.folder.parent / "askpass"),
            "GIT_ALLOW_PROTOCOL": "https:http",
            "GIT_AUTHOR_NAME": "Proto-DDF",
            "GIT_AUTHOR_EMAIL": "proto-ddf@localhost",
            "GIT_COMMITTER_NAME": "Proto-DDF",
            "GIT_COMMITTER_EMAIL": "proto-ddf@localhost",
            "PROTO_DDF_GIT_TOKEN": self._token,
        }


@contextmanager
def opened_git(repository: Repository, progress: Progress) -> Iterator[Git]:
    """Git in a new, empty repository inside the home folder.

    Raises:
        ValidationError, IntegrationError: the host is not allowed or not known (see `checked_addresses`).
        SystemError: code secret_unreadable, if the token cannot be read; or as `Git.run`.
    """
    addresses = checked_addresses(repository.remote_url)
    token = vault.reveal(repository.token)
    place = Path(tempfile.mkdtemp(prefix="git-", dir=get_settings().home))
    try:
        askpass = place / "askpass"
        askpass.write_text(_ASKPASS)
        askpass.chmod(0o700)
        folder = place / "repository"
        folder.mkdir()
        git = Git(folder, repository.remote_url, token, addresses, progress)
        git.run("make a repository", "init", "--quiet", "--template=")
        yield git
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Output(PassedOn):
    """A Progress that keeps the lines of git, and passes them on without secrets."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(progress)
        self.lines: list[str] = []

    def log(self, line: str) -> None:
        self.lines.append(line)
        self._progress.log(scrub_text(line))


def _failure(url: str, doing: str, lines: list[str]) -> IntegrationError:
    text = "\n".join(lines)
    if _REFUSED.search(text):
        code = "git_sign_in_refused"
    elif _NOT_FOUND.search(text):
        code = "repository_not_found"
    else:
        code = "connection_failed" if _UNREACHABLE.search(text) else "git_failed"
    said = [line for line in lines if _SAYS_WHY.match(line)] or lines
    reason = scrub_text(said[-1], 300) if said else "it said nothing"
    host = urlsplit(url).hostname or "git"
    return IntegrationError(
        f"git could not {doing}: {reason}",
        host,
        doing,
        code=code,
        reason=reason,
        log=[scrub_text(line) for line in lines[-20:]],
    )
