"""Tabs without a browser: the websocket of Reflex's client, spoken by hand, so that a test may break its rules."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from simple_websocket import Client, ConnectionClosed
from simple_websocket import ConnectionError as NotConnectedError

NAMESPACE = "/_event"
PATIENCE = 30.0
HYDRATE = "reflex___state____state.hydrate_and_load"


class RefusedError(Exception):
    """The server refused the connection."""


class _Client(Client):
    """It sends the port with the host's name, as browsers do."""

    def handshake(self) -> None:
        self.host = f"{self.host}:{self.port}"
        super().handshake()


class TabSocket:
    """A tab of a browser that has this cookie."""

    def __init__(
        self,
        port: int,
        cookie: str = "",
        token: str = "",
        *,
        page: str = "/",
        answers_pings: bool = True,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Raises RefusedError, with the server's word for it."""
        self.token = token or str(uuid4())
        self.page = page
        self.answers_pings = answers_pings
        self.updates: list[dict[str, Any]] = []
        self.new_token = ""
        self.handshake: dict[str, Any] = {}
        """What the server said of its pings, in milliseconds."""
        self.is_closed = False
        url = f"ws://127.0.0.1:{port}{NAMESPACE}/?token={self.token}&EIO=4&transport=websocket"
        given = {"Origin": f"http://127.0.0.1:{port}", "Cookie": cookie, **(headers or {})}
        try:
            self._socket = _Client(url, headers={k: v for k, v in given.items() if v})
        except NotConnectedError as error:
            raise RefusedError(str(error)) from error
        self._socket.send(f"40{NAMESPACE},")
        self._connected = False
        self.read_until(lambda: self._connected)

    def send(self, name: str, /, **payload: Any) -> None:
        router = {"pathname": self.page, "asPath": self.page, "query": {}}
        event = {"name": name, "payload": payload, "router_data": router}
        self._socket.send(f"42{NAMESPACE}," + json.dumps(["event", event]))

    def load(self) -> None:
        """As the page does when it connects."""
        self.send(HYDRATE)
        self.read_until(lambda: self.value("is_hydrated") is not None)

    def read_until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"not so within {PATIENCE} s: {self.updates[-5:]}"
            if self.is_closed:
                raise ConnectionResetError(f"closed before: {self.updates[-5:]}")
            self.read(0.2)

    def read(self, seconds: float) -> None:
        """Read one message, if there is one within that time."""
        try:
            message = self._socket.receive(timeout=seconds)
        except ConnectionClosed:
            self.is_closed = True
            return
        if message == "2" and self.answers_pings:
            with suppress(ConnectionClosed):
                self._socket.send("3")
        elif message:
            self._take(str(message))

    def value(self, name: str) -> Any:
        """The last value of a variable that was sent, of whatever state; None if there was none."""
        for update in reversed(self.updates):
            for values in (update.get("delta") or {}).values():
                for key, value in values.items():
                    if key.removesuffix("_rx_state_") == name:
                        return value
        return None

    def notices(self) -> list[str]:
        """The events that the server sent to the page, as JSON."""
        return [
            json.dumps(event) for update in self.updates for event in update.get("events") or []
        ]

    def close(self) -> None:
        with suppress(ConnectionClosed):
            self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, message: str) -> None:
        if message.startswith("0{"):
            self.handshake = json.loads(message[1:])
        kind, _, content = message.partition(f"{NAMESPACE},")
        if kind == "40":
            self._connected = True
        elif kind == "44":
            self.close()
            raise RefusedError(json.loads(content)["message"])
        elif kind == "41" or message == "1":
            self.is_closed = True
        elif kind == "42":
            name, told = json.loads(content)
            if name == "event":
                self.updates.append(told)
            elif name == "new_token":
                self.new_token = told
