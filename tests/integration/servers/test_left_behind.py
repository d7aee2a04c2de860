"""The folders of test servers are deleted when the tests end, or by the next test run if the tests were killed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MAKE = "from tests.servers.account import Account; print(Account.find('nobody').make_folder(), flush=True)"
ENDINGS = {"in order": "", "killed": "; import os; os.kill(os.getpid(), 9)"}


def folder_of(temporary: Path, ending: str) -> Path:
    """A folder made by a process that ended in this way."""
    run = subprocess.run(
        [sys.executable, "-c", MAKE + ENDINGS[ending]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"TMPDIR": str(temporary)},
        check=False,
    )
    return Path(run.stdout.strip())


def test_folders_are_deleted(tmp_path: Path) -> None:
    assert not folder_of(tmp_path, "in order").exists()
    left = folder_of(tmp_path, "killed")
    assert left.exists()
    (tmp_path / "proto-ddf-test-of-somebody-else").mkdir()
    folder_of(tmp_path, "in order")
    assert [path.name for path in tmp_path.iterdir()] == ["proto-ddf-test-of-somebody-else"]
