"""Whether a pull request is merged, as far as git alone can tell.

The pull request counts as merged when every file that it changes has the same content on the default branch. So it does not
matter whether the commits were merged, squashed or rebased.
"""

import re

from proto_ddf.operations.escalation.codegen.branches import Remote, fetch
from proto_ddf.operations.escalation.codegen.git import Git

_NUMBER = re.compile(r"/(?:pull|pulls|merge_requests|pull-requests)/(\d+)")


def head_ref(remote: Remote, url: str, branch: str) -> str:
    """The ref with the pull request's commit; empty if there is none any more. GitHub and GitLab keep it under the number
    after the branch was deleted."""
    number = _NUMBER.search(url)
    names = [f"refs/heads/{branch}"] if branch else []
    if number:
        names += [f"refs/pull/{number[1]}/head", f"refs/merge-requests/{number[1]}/head"]
    return next((name for name in names if name in remote.commits), "")


def is_merged(git: Git, remote: Remote, *, head: str, pushed: str) -> bool:
    """Whether the default branch has what the pull request changes.

    Args:
        head: ref of the pull request.
        pushed: ref of the branch that was pushed before Codegen was asked.

    Raises: as `Git.run`.
    """
    if not remote.default:
        return False
    tip = fetch(git, f"refs/heads/{remote.default}")
    proposed = fetch(git, head)
    if tip == proposed:
        return True
    since = fetch(git, pushed) if pushed in remote.commits else tip
    changed = _changed(git, since, proposed)
    return bool(changed) and not changed & _changed(git, proposed, tip)


def _changed(git: Git, old: str, new: str) -> set[str]:
    options = ("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv")
    return set(git.run("compare the branches", *options, old, new))
