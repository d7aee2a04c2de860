"""kill -9 of a real process around the request to Codegen: it is never paid for twice, and its end is visible."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen.views import runs_of
from tests.integration.forked_servers import SERVERS
from tests.integration.operations.codegen import killed_server
from tests.servers.codegen import CodegenServer
from tests.servers.git_server import BareRepository


@pytest.fixture
def server() -> Iterator[Callable[..., Any]]:
    started = []

    def start(kill: str = "", incident_id: str = "") -> Any:
        process = SERVERS.Process(
            target=killed_server.serve, args=({**os.environ}, kill, incident_id), daemon=True
        )
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.join(60)


@pytest.mark.parametrize(
    ("kill", "state", "paid"), [("before", "failed", 0), ("after", "succeeded", 1)]
)
def test_a_request_is_not_sent_twice_after_a_kill(
    repository: BareRepository,
    codegen: CodegenServer,
    server: Callable[..., Any],
    until: Callable[..., Any],
    kill: str,
    state: str,
    paid: int,
) -> None:
    codegen.status = "COMPLETE"
    url = "https://github.com/owner/shop/pull/5"
    codegen.pull_requests = [{"id": 1, "created_at": "now", "url": url}]
    first = server(kill, "incident-1")
    first.join(120)
    assert first.exitcode == -signal.SIGKILL
    assert [view.state for view in runs_of("incident-1")] == ["asking"]
    assert len(codegen.paid) == paid
    server()
    (operation,) = service.recent(kind="codegen_fix")
    ended = until(lambda: _in(operation.id, "succeeded", "failed"))
    assert ended.state == state, ended.error
    assert len(codegen.paid) == paid
    assert [each for each in codegen.requests if "POST" in each][1:] == []
    if state == "failed":
        assert (ended.error["code"], ended.can_retry) == ("codegen_unsure", True)
        assert ended.error["context"]["retry_at"]
        assert [view.state for view in runs_of("incident-1")] == ["asking"]


def _in(operation_id: str, *states: str) -> Any:
    view = service.view(operation_id)
    return view if view and view.state in states else None
