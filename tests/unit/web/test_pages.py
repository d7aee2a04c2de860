"""Every page can be rendered: only then does Reflex report a misspelt attribute of a variable."""

import os
import subprocess
import sys
from pathlib import Path

from proto_ddf.settings import PROJECT_ROOT

SCRIPT = """
from proto_ddf.proto_ddf import app

for route, page in app._unevaluated_pages.items():
    if callable(page.component):
        page.component()
    print(route)
"""


def test_every_page_can_be_drawn(tmp_path: Path) -> None:
    variables = {**os.environ, "PROTO_DDF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {"index", "sources/[source_id]", "generate"} <= set(done.stdout.split())
