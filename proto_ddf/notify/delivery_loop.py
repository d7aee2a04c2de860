"""The loop that sends what is queued, for as long as the server runs."""

import asyncio
import threading
import time
from datetime import timedelta

from proto_ddf import change_events
from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring import own_errors
from proto_ddf.notify import connected
from proto_ddf.notify.claiming import next_times
from proto_ddf.notify.sending import send_next
from proto_ddf.notify.topic import TOPIC
from proto_ddf.settings import get_settings

LONGEST_WAIT = timedelta(seconds=60)
PAUSE_SECONDS = 5.0
"""After a failure of Proto-DDF itself, such as a full disk."""

_COMPONENT = "delivery loop"


async def deliver() -> None:
    """Send until cancelled, each channel in a thread of its own, so that a slow one delays no other. The threads end with
    the process: what they were sending is taken up at the next start."""
    if not get_settings().enable_notifications:
        return
    busy: set[str] = set()
    with change_events.subscribe(TOPIC) as changes:
        while True:
            seconds = PAUSE_SECONDS
            with own_errors.reported(_COMPONENT, "Read the notifications to send"):
                seconds = await asyncio.to_thread(start_due, busy)
            await changes.wait(seconds)


def start_due(busy: set[str]) -> float:
    """Start a thread for each channel that has something to send and is not in `busy`, where it then stays until it has
    nothing more. Returns the seconds until there is more to send."""
    now, wait = utc_now(), LONGEST_WAIT
    known = {channel.id: channel for channel in connected.channels()}
    for channel_id, at in next_times(now).items():
        channel = known.get(channel_id)
        if channel_id in busy or (channel and not channel.enabled):
            continue
        if channel and at > now:
            wait = min(wait, at - now)
            continue
        busy.add(channel_id)
        name = f"notify-{channel_id}"
        threading.Thread(target=_send_all, args=(channel_id, busy), name=name, daemon=True).start()
    return wait.total_seconds()


def _send_all(channel_id: str, busy: set[str]) -> None:
    try:
        while send_next(channel_id):
            pass
    except Exception as error:
        own_errors.report(error, _COMPONENT, f"Send by the channel {channel_id}")
        time.sleep(PAUSE_SECONDS)
    finally:
        busy.discard(channel_id)
        # Something may have been queued after the last look.
        change_events.publish(TOPIC)
