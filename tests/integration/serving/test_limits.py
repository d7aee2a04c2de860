"""The limits of a process: what goes over them fails alone, and the server goes on."""

import errno
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.integration.serving.conftest import SETTINGS, Serving, head, served

OPEN_FILES = 120


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = replace(SETTINGS, memory_mb=400, open_files=OPEN_FILES)
    with served(settings, tmp_path_factory.mktemp("serving")) as running:
        yield running


def test_a_request_that_needs_too_much_memory_fails_alone(serving: Serving) -> None:
    assert serving.client.get("/allocate?mb=50").text == "50000000"
    assert serving.client.get("/allocate?mb=1000").status_code == 500
    assert serving.client.get("/allocate?mb=50").text == "50000000"


def test_connections_leave_descriptors_for_files(serving: Serving) -> None:
    assert "Only 30 of 1000 connections are possible" in serving.output.read_text()
    opened = [serving.connect() for _ in range(2 * OPEN_FILES)]
    serving.wait_until(lambda: serving.descriptors > 30)
    assert serving.descriptors < OPEN_FILES / 2
    assert serving.client.get("/id").status_code == 200  # it waited until silent ones were closed
    for connection in opened:
        connection.close()


def test_without_descriptors_new_connections_wait_and_are_served_later(serving: Serving) -> None:
    taking = serving.connect(head("/take-descriptors"))
    waiting = [serving.connect(head("/id")) for _ in range(10)]
    assert all(b"200 OK" in connection.recv(1000) for connection in waiting)
    assert b"200 OK" in taking.recv(1000)
    assert f"files failed with {errno.EMFILE}" in serving.state()["events"]
