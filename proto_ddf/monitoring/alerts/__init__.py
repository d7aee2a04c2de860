"""Alerts: rules over what is stored and a few probes; each fires once for a cause and resolves itself.

Import `Alerts` to evaluate them, and `views` to show them and to notify people.
"""

from proto_ddf.monitoring.alerts.engine import TOPIC, Alerts
from proto_ddf.monitoring.alerts.model import AlertChange

__all__ = ["TOPIC", "AlertChange", "Alerts"]
