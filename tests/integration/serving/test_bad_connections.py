"""Clients that vanish, trickle, do not read or send too much: each is dealt with alone, and nothing of it is left."""

import re
import socket
import time

import pytest
from simple_websocket import Client, ConnectionClosed

from tests.integration.serving.conftest import HOST, PATIENCE, Serving, head, read_all, reset

POST = "Content-Length: 1000"
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def websocket(serving: Serving, path: str) -> Client:
    return Client(f"ws://{HOST}:{serving.port}{path}")


def open_websocket(serving: Serving, path: str) -> socket.socket:
    """A websocket whose client does nothing by itself."""
    connection = serving.connect(head(path, *UPGRADE))
    assert b"101" in connection.recv(100)
    return connection


def test_an_id_is_made_for_each_request_and_taken_from_a_proxy(serving: Serving) -> None:
    first, second = serving.client.get("/id"), serving.client.get("/id")
    assert first.text == first.headers["x-request-id"] != second.text
    given = serving.client.get("/id", headers={"x-request-id": "abc-1"})
    assert given.text == given.headers["x-request-id"] == "abc-1"
    refused = serving.client.get("/id", headers={"x-request-id": "a b\t<c>" * 20})
    assert re.fullmatch("[0-9a-f]{32}", refused.text)


class TestWork:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_that_nobody_waits_for_is_stopped(self, serving: Serving, method: str) -> None:
        stopped = serving.state()["events"].count("slow stopped")
        began = serving.state()["events"].count("slow began")
        before = serving.counted("abandoned")
        connection = serving.connect(head("/slow", "Content-Length: 1", method=method) + b"x")
        serving.wait_for_event("slow began", began + 1)
        reset(connection)
        serving.wait_for_event("slow stopped", stopped + 1)
        serving.wait_until(lambda: serving.counted("abandoned") == before + 1)

    def test_that_is_shielded_ends_without_its_client(self, serving: Serving) -> None:
        connection = serving.connect(head("/shielded"))
        serving.wait_for_event("shielded began")
        reset(connection)
        serving.wait_for_event("shielded finished")

    def test_that_somebody_waits_for_is_not_stopped(self, serving: Serving) -> None:
        assert serving.client.get("/short").text == "done"

    @pytest.mark.parametrize("late", [0, 0.2])
    def test_gets_its_whole_body_whether_it_was_read_ahead_or_not(
        self, serving: Serving, late: float
    ) -> None:
        def parts():
            for _ in range(4):
                yield b"x" * 1000
                time.sleep(0.06)

        answer = serving.client.post(f"/length?late={late}", content=parts())
        assert answer.text == "4000"


class TestAResponse:
    def test_whose_client_resets_ends_its_work(self, serving: Serving) -> None:
        """Granian takes what is sent to such a client at once, so that without care nothing else would run."""
        before = serving.counted("disconnected", "http")
        connection = serving.connect(head("/endless"))
        connection.recv(1000)
        reset(connection)
        serving.wait_until(lambda: serving.counted("disconnected", "http") > before)

    def test_in_one_large_message_arrives_whole(self, serving: Serving) -> None:
        answer = serving.client.get("/whole?size=3000001")
        assert len(answer.content) == int(answer.headers["content-length"]) == 3_000_001

    def test_is_made_up_if_a_handler_failed_before_it_sent_anything(self, serving: Serving) -> None:
        assert serving.client.get("/bug").status_code == 500
        failed = serving.counted("failed", "ConnectionResetError")
        answer = serving.client.get("/reset")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert serving.counted("failed", "ConnectionResetError") == failed + 1

    def test_is_cut_if_a_handler_failed_in_the_middle(self, serving: Serving) -> None:
        connection = serving.connect(head("/half"))
        answer = read_all(connection)
        assert answer.count(b"HTTP/1.1") == 1
        assert not answer.endswith(b"0\r\n\r\n")  # the end of a chunked body


class TestABody:
    def test_that_does_not_come_ends_with_408(self, serving: Serving) -> None:
        connection = serving.connect(head("/length", POST, method="POST") + b"x")
        assert status_of(read_all(connection)) == 408

    def test_that_trickles_ends_with_408(self, serving: Serving) -> None:
        connection = serving.connect(head("/length", POST, method="POST"))
        connection.settimeout(0.1)
        answer = b""
        while not answer:
            try:
                connection.sendall(b"x")
                answer = connection.recv(1000)
            except TimeoutError:
                continue
        assert status_of(answer) == 408

    def test_that_is_fast_enough_may_take_longer_than_the_limit(self, serving: Serving) -> None:
        def parts():
            for _ in range(12):
                yield b"x" * 500
                time.sleep(0.2)

        assert serving.client.post("/length", content=parts()).text == "6000"

    def test_of_an_upload_may_pause_for_longer(self, serving: Serving) -> None:
        def parts():
            yield b"x"
            time.sleep(serving.settings.request_timeout_ms / 1000 * 2)
            yield b"x"

        assert serving.client.post("/api/uploads", content=parts()).text == "2"

    @pytest.mark.parametrize(("path", "limit"), [("/length", 1_000_000), ("/_upload", 2_000_000)])
    @pytest.mark.parametrize("chunked", [False, True])
    def test_over_the_limit_is_refused(
        self, serving: Serving, path: str, limit: int, chunked: bool
    ) -> None:
        def body(size: int):
            content = b"x" * size
            return iter([content]) if chunked else content

        assert serving.client.post(path, content=body(limit)).text == str(limit)
        assert serving.client.post(path, content=body(limit + 1)).status_code == 413

    def test_of_a_route_with_a_limit_of_its_own_reaches_it(self, serving: Serving) -> None:
        answer = serving.client.post("/api/uploads", content=b"x" * 3_000_000)
        assert answer.text == "3000000"

    def test_whose_client_resets_stops_its_handler(self, serving: Serving) -> None:
        before = serving.counted("disconnected", "http")
        connection = serving.connect(head("/length", POST, method="POST") + b"x")
        time.sleep(0.1)
        reset(connection)
        serving.wait_until(lambda: serving.counted("disconnected", "http") > before)


def test_a_head_that_is_too_large_is_refused(serving: Serving) -> None:
    assert serving.client.get("/id", headers={"x-large": "x" * 40_000}).status_code == 431
    connection = serving.connect(head("/id", "x-large: " + "x" * 200_000))
    assert status_of(read_all(connection)) == 431


class TestAWebsocket:
    def test_says_why_a_message_is_too_large(self, serving: Serving) -> None:
        talk = websocket(serving, "/echo")
        talk.send("x" * 1_000_000)
        assert talk.receive(PATIENCE) == "x" * 1_000_000
        talk.send("x" * 1_000_001)
        with pytest.raises(ConnectionClosed) as closed:
            talk.receive(PATIENCE)
        assert closed.value.reason == 1009
        serving.wait_for_event("websocket ended 1009")

    def test_whose_client_resets_ends(self, serving: Serving) -> None:
        before = serving.counted("ended", "websocket")
        reset(open_websocket(serving, "/echo"))
        serving.wait_until(lambda: serving.counted("ended", "websocket") > before)


def test_nothing_is_left_of_many_bad_connections(serving: Serving) -> None:
    serving.wait_until(lambda: serving.state()["tasks"] < 10)
    before = serving.descriptors
    opened = [serving.connect() for _ in range(40)]
    opened += [serving.connect(b"GET / HT") for _ in range(40)]
    opened += [serving.connect(head("/length", POST, method="POST") + b"x") for _ in range(40)]
    opened += [serving.connect(head("/endless")) for _ in range(10)]
    opened += [open_websocket(serving, "/flood") for _ in range(10)]
    gone = [serving.connect(head("/slow")) for _ in range(40)]
    for connection in gone:
        reset(connection)
    assert serving.client.get("/id").status_code == 200
    serving.wait_until(lambda: serving.descriptors <= before)
    serving.wait_until(lambda: serving.state()["tasks"] < 10)
    for connection in opened:
        connection.close()


def test_failures_of_connections_are_one_line_each_without_a_traceback(serving: Serving) -> None:
    serving.client.get("/reset", headers={"x-request-id": "find-me"})
    lines = [line for line in serving.output.read_text().splitlines() if "/reset" in line]
    assert lines
    assert all("GET /reset of 127.0.0.1 failed to handle" in line for line in lines)
    assert "ConnectionResetError(104" not in serving.output.read_text()
