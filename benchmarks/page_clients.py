"""Open pages without a browser: `python -m benchmarks.page_clients PORT COUNT SECONDS SEED`.

Each speaks as Reflex's client does, and sends an event a second. The time of each event, in seconds until the answer, and
the number of errors are written to stdout as JSON. The seed decides at which moments of a second they send: how many do so at
once decides about the longest times.
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import Callable
from uuid import uuid4

from simple_websocket import AioClient, ConnectionClosed

NAMESPACE = "/_event"
HYDRATE = "reflex___state____state.hydrate"
SEARCH = "reflex___state____state.ten_pages___ten_pages____rows.set_search"
ROUTER = {"pathname": "/customers", "asPath": "/customers", "query": {}}
CONNECT_AT_ONCE = 20


class Page:
    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: AioClient
        self.seconds: list[float] = []
        self.errors = 0

    async def open(self) -> None:
        query = f"token={uuid4()}&EIO=4&transport=websocket"
        self._socket = await AioClient.connect(
            f"ws://127.0.0.1:{self._port}{NAMESPACE}/?{query}",
            headers={"Origin": f"http://127.0.0.1:{self._port}"},
        )
        await self._socket.send(f"40{NAMESPACE},")
        await self._answer(lambda message: message.startswith(f"40{NAMESPACE}"))
        await self._send(HYDRATE)

    async def use(self, phase: float, seconds: float) -> None:
        """Send an event a second, the first one after `phase` seconds."""
        await asyncio.sleep(phase)
        until = time.monotonic() + seconds
        while (began := time.monotonic()) < until:
            try:
                await self._send(SEARCH, value=str(random.randrange(25)))
            except (TimeoutError, ConnectionClosed):
                self.errors += 1
                return
            self.seconds.append(time.monotonic() - began)
            await self._read_until(began + 1)

    async def close(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            await self._socket.close()

    async def _send(self, name: str, **payload: str) -> None:
        event = {"name": name, "payload": payload, "router_data": ROUTER}
        await self._socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")
        await self._answer(lambda message: message.startswith(f"42{NAMESPACE}"))

    async def _answer(self, wanted: Callable[[str], bool]) -> None:
        async with asyncio.timeout(10):
            while not wanted(message := await self._socket.receive()):
                await self._heed(message)

    async def _read_until(self, moment: float) -> None:
        """Answer pings meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, moment - time.monotonic())):
                while True:
                    await self._heed(await self._socket.receive())

    async def _heed(self, message: str) -> None:
        if message == "2":
            await self._socket.send("3")


async def main(port: int, count: int, seconds: float, seed: int) -> None:
    phases = random.Random(seed)
    pages = [Page(port) for _ in range(count)]
    for at in range(0, count, CONNECT_AT_ONCE):
        await asyncio.gather(*(page.open() for page in pages[at : at + CONNECT_AT_ONCE]))
    print("open", flush=True)
    await asyncio.gather(*(page.use(phases.random(), seconds) for page in pages))
    found = {
        "seconds": [each for page in pages for each in page.seconds],
        "errors": sum(page.errors for page in pages),
    }
    print(json.dumps(found), flush=True)
    await asyncio.gather(*(page.close() for page in pages))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
