"""A Proto-DDF server that ends as by kill -9 at the moment that a file names: `before` the effect of a submission, or `after`
it and before the reply. The file's path is the first argument; it is removed first, so that the next start goes on."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proto_ddf import server, submissions
from proto_ddf.operations.journal import journal

MOMENT = Path(sys.argv.pop(1))


def _killing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        if MOMENT.exists() and MOMENT.read_text() == name:
            MOMENT.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)

    return call


journal.create = _killing("before", journal.create)
submissions.settle = _killing("after", submissions.settle)
server.main()
