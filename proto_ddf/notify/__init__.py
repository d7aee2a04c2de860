"""Notifications: told to people by the channels that they set up, through a durable queue.

Import the names below. `connected` has the channels, `delivery_views` what is waiting or was not sent, `delivery_loop`
what sends it.
"""

from proto_ddf.notify.notification import Notification, Priority, Reason
from proto_ddf.notify.system import NotificationSystem

__all__ = ["Notification", "NotificationSystem", "Priority", "Reason"]
