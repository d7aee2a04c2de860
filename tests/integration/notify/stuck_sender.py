"""A process that runs the delivery loop, whose sends stop for ever "before" or "after" the message has left.

Arguments: the place, and a folder, in which it makes a file named after each kind of channel that has come there.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from proto_ddf.notify.channels.kind import Limits, Values
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.notify.delivery_loop import deliver
from proto_ddf.notify.message import Message

Send = Callable[[Values, Message, Limits], str]


def stuck(kind: str, send: Send, place: str, folder: Path) -> Send:
    def send_and_stop(values: Values, message: Message, limits: Limits) -> str:
        if place == "after":
            send(values, message, limits)
        (folder / kind).touch()
        threading.Event().wait()
        return ""

    return send_and_stop


def main(place: str, folder: str) -> None:
    assert "apprise" not in sys.modules, "it takes long to import, and few need it"
    for name, kind in list(KINDS.items()):
        send = stuck(name, kind.send, place, Path(folder))
        KINDS[name] = replace(kind, send=send)  # type: ignore[index]
    asyncio.run(deliver())


if __name__ == "__main__":
    main(*sys.argv[1:])
