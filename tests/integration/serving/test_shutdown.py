"""How a server ends: pages are told, requests end, and what does not end in time is cut."""

from pathlib import Path

import httpx
import pytest
from simple_websocket import Client, ConnectionClosed

from tests.integration.serving.conftest import (
    HOST,
    PATIENCE,
    SETTINGS,
    Serving,
    head,
    read_all,
    served,
)


@pytest.fixture
def serving(tmp_path: Path):
    with served(SETTINGS, tmp_path) as running:
        yield running


def test_open_pages_are_told_and_requests_end_before_the_app_shuts_down(serving: Serving) -> None:
    talk = Client(f"ws://{HOST}:{serving.port}/echo")
    running = serving.connect(head("/short"))
    serving.wait_until(lambda: serving.state()["counts"]["started"]["http"] > 2)
    serving.process.terminate()
    with pytest.raises(ConnectionClosed) as closed:
        talk.receive(PATIENCE)
    assert closed.value.reason == 1012
    assert read_all(running).endswith(b"done")
    assert serving.end() == 0
    assert "shut down" in serving.output.read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{HOST}:{serving.port}/id")


def test_what_does_not_end_is_cut_so_that_the_app_can_shut_down(serving: Serving) -> None:
    silent = [serving.connect(), serving.connect(b"GET / HT"), serving.connect(head("/endless"))]
    serving.connect(head("/slow"))
    serving.wait_for_event("slow began")
    assert serving.end() == 0
    assert "shut down" in serving.output.read_text()
    for connection in silent:
        connection.close()
