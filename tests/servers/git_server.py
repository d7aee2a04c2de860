"""A git server: `git http-backend` behind HTTP with a token, for bare repositories in a folder."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "git-token-5b0e7a94c1d2"
_AUTHOR = {
    **{f"GIT_{who}_NAME": "Somebody" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "somebody@example.org" for who in ("AUTHOR", "COMMITTER")},
}


class GitServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.authorizations: list[str] = []
        """What clients sent to sign in."""

    def make(self, name: str, files: dict[str, str] | None = None) -> "BareRepository":
        """A new repository, with one commit of these files on the branch main; without files it is empty."""
        repository = BareRepository(
            self.folder / name, f"http://127.0.0.1:{self.server_port}/{name}"
        )
        git("init", "--quiet", "--bare", "--initial-branch=main", str(repository.path))
        git("-C", str(repository.path), "config", "http.receivepack", "true")
        if files is not None:
            repository.commit("main", files)
        return repository


class BareRepository:
    """One repository, used without the server."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url

    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def files(self, branch: str) -> dict[str, str]:
        """The files of a branch with their contents."""
        names = self.git("ls-tree", "-r", "--name-only", branch).splitlines()
        return {name: self.git("show", f"{branch}:{name}") for name in names}

    def commit(
        self, branch: str, files: dict[str, str | None], onto: str = "", message: str = "Change"
    ) -> str:
        """Add a commit that writes (None: removes) files, onto another branch if the branch is new."""
        start = branch if branch in self.branches() else onto
        work = self.path.with_name(f"{self.path.name}-work")
        git("clone", "--quiet", "--no-checkout", str(self.path), str(work))
        try:
            if start:
                git("-C", str(work), "checkout", "--quiet", "-B", "work", f"origin/{start}")
            else:
                git("-C", str(work), "checkout", "--quiet", "--orphan", "work")
            for name, content in files.items():
                path = work / name
                if content is None:
                    path.unlink()
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            git("-C", str(work), "add", "--all", "--force")
            git("-C", str(work), "commit", "--quiet", "--allow-empty", "-m", message)
            git("-C", str(work), "push", "--quiet", "--force", "origin", f"work:{branch}")
        finally:
            subprocess.run(["rm", "-rf", str(work)], check=True)
        return self.git("rev-parse", branch).strip()

    def squash(self, branch: str) -> None:
        """Merge a branch into main as one commit, and delete it."""
        tree = self.git("rev-parse", f"{branch}^{{tree}}").strip()
        made = self.git("commit-tree", tree, "-p", "main", "-m", "Squashed").strip()
        self.git("update-ref", "refs/heads/main", made)
        self.git("branch", "-D", branch)

    def git(self, *arguments: str) -> str:
        return git("-C", str(self.path), *arguments)


def git(*arguments: str) -> str:
    environment = (
        os.environ | _AUTHOR | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    )
    done = subprocess.run(
        ["git", *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def _serve(self, body: bytes) -> None:
        given = self.headers.get("authorization", "")
        self.server.authorizations.append(given)
        if not self._may_enter(given):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        parts = urlsplit(self.path)
        environment = os.environ | {
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        self._answer(status, headers, content)

    def _may_enter(self, given: str) -> bool:
        if not given.startswith("Basic "):
            return False
        return base64.b64decode(given[6:]).decode().endswith(f":{TOKEN}")

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


@contextmanager
def git_server(folder: Path) -> Iterator[GitServer]:
    server = GitServer(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)
