"""What is in an app's repository, and how the app's code gets there."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from proto_ddf.generator.code.package import code_files
from proto_ddf.operations.escalation.codegen.git import Git

_HEAD = re.compile(r"ref: refs/heads/(\S+)\tHEAD")
_REF = re.compile(r"([0-9a-f]{40,64})\t(\S+)")
COMMIT = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Remote:
    """The branches of a repository."""

    default: str
    """Name of the default branch; empty if the repository is empty."""
    commits: dict[str, str]
    """Commit by the full name of the ref."""

    @property
    def tip(self) -> str:
        """The newest commit of the default branch; empty if the repository is empty."""
        return self.commits.get(f"refs/heads/{self.default}", "")


def branch_name(slug: str, key: str) -> str:
    """The branch for the code of an app as it was when Codegen was asked."""
    return f"proto-ddf/{slug}/{key}"


def read_remote(git: Git) -> Remote:
    """Raises as `Git.run`."""
    lines = git.run("read the repository", "ls-remote", "--symref", git.url)
    heads = [found[1] for line in lines if (found := _HEAD.fullmatch(line))]
    refs = {found[2]: found[1] for line in lines if (found := _REF.fullmatch(line))}
    default = heads[0] if heads else ""
    if (
        f"refs/heads/{default}" not in refs
    ):  # an empty repository names a branch that is not there yet
        default = ""
    return Remote(default, refs)


def push_code(git: Git, app_folder: Path, slug: str, branch: str) -> str:
    """Push the code of an app to a branch that begins at the default branch; returns the commit.

    Files of the repository that the app does not have, such as its workflows, stay; the app's package is replaced.

    Raises:
        OSError: the code cannot be read. Otherwise as `Git.run`.
    """
    remote = read_remote(git)
    if remote.default:
        check_out(git, f"refs/heads/{remote.default}")
    shutil.rmtree(git.folder / slug, ignore_errors=True)
    copy_code(app_folder, git.folder)
    git.run("read the code", "add", "--all", "--force", ".")
    message = f"Code of {slug} as it runs"
    git.run("make a commit", "commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
    target = f"HEAD:refs/heads/{branch}"
    git.run("push the code", "push", "--quiet", "--force", "--no-verify", git.url, target)
    return commit_of(git, "HEAD")


def check_out(git: Git, ref: str) -> str:
    """Put the files of a remote ref into git's folder; returns the commit. Raises as `Git.run`."""
    fetch(git, ref)
    git.run("read the branch", "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
    return commit_of(git, "HEAD")


def fetch(git: Git, ref: str) -> str:
    """Fetch one commit of a remote ref without its history; returns the commit. Raises as `Git.run`."""
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules")
    git.run("fetch the branch", "fetch", *options, git.url, ref)
    return commit_of(git, "FETCH_HEAD")


def commit_of(git: Git, name: str) -> str:
    lines = git.run("read a commit", "rev-parse", "--verify", f"{name}^{{commit}}")
    return next(line for line in lines if COMMIT.fullmatch(line))


def copy_code(source: Path, target: Path) -> list[str]:
    """Copy the code of an app, without its data, build, logs and settings; returns the paths. A file that has the name
    of a needed folder is replaced."""
    copied = []
    for path in code_files(source):
        name = path.relative_to(source)
        place = target / name
        _make_way(target, name)
        shutil.copyfile(path, place)
        copied.append(name.as_posix())
    return copied


def _make_way(target: Path, name: Path) -> None:
    for parent in reversed(name.parents):
        if (target / parent).is_file():
            (target / parent).unlink()
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    if (target / name).is_dir():
        shutil.rmtree(target / name)
