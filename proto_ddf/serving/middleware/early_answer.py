"""An answer that middleware gives in the middle of a request, in place of the app."""

from starlette.types import Message, Send

from ..answers import CLOSE, send_answer

DISCONNECT: Message = {"type": "http.disconnect"}


class EarlyAnswer:
    """Passes on what the app sends until an answer was given. To the app it looks then as if its client had gone."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self.given = False

    async def send(self, message: Message) -> None:
        if not self.given:
            self._started = True
            await self._send(message)

    async def give(self, status: int, text: str) -> None:
        """Answer, unless the app has begun to; then its response stays incomplete."""
        self.given = True
        if not self._started:
            await send_answer(self._send, status, text, [CLOSE])
