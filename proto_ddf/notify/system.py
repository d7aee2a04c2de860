"""The front of the package."""

from collections.abc import Collection

from proto_ddf.db.tables import utc_now
from proto_ddf.notify import connected, delivery_queue
from proto_ddf.notify.notification import Notification
from proto_ddf.settings import get_settings


class NotificationSystem:
    """Tells people what happened, by all channels that are switched on. It can be used alone.

    Args:
        enabled: by default the setting ENABLE_NOTIFICATIONS.
    """

    def __init__(self, enabled: bool | None = None) -> None:
        self.enabled = get_settings().enable_notifications if enabled is None else enabled

    def send_notification(
        self, notification: Notification, only: Collection[str] = ()
    ) -> list[str]:
        """Queue a notification; returns the ids of its deliveries, one for each channel, and does not wait for them.
        Those that equal an earlier one, and those that a full queue does not take, are left out.

        `only` are names or ids of channels. If none of them is switched on, all channels are used, so that somebody is
        told.
        """
        if not self.enabled:
            return []
        enabled = [channel for channel in connected.channels() if channel.enabled]
        channels = [each for each in enabled if {each.id, each.name} & set(only)] or enabled
        return delivery_queue.add(notification, channels, utc_now()) if channels else []
