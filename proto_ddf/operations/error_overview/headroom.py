"""How much room is left: disk, memory and queues, and what was refused or removed for want of it."""

import shutil
from contextlib import suppress

import psutil
from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import DeliveryRecord, DeliveryState, OperationRecord, OperationState
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.reports.words import DISCARDED
from proto_ddf.monitoring.retention import discarded_errors
from proto_ddf.settings import get_settings

DISCARDED_DAYS = 7
_MEGABYTE = 1_000_000
_LOW_MEMORY = 0.05
"""Of the memory that should be free."""


class Discarded(BaseModel):
    """Errors of the last days that were not stored, or removed, for one reason."""

    reason: str
    """For people: "removed because of their age"."""
    count: int


class Headroom(BaseModel):
    """Sizes are bytes, 0 if they could not be read."""

    disk_free: int = 0
    disk_total: int = 0
    disk_low: bool = False
    memory_free: int = 0
    memory_total: int = 0
    memory_low: bool = False
    own_memory: int = 0
    """Of this process."""
    errors_waiting: int = 0
    """Reported and not stored yet."""
    errors_stuck: bool = False
    """They cannot be stored at the moment."""
    operations_waiting: int = 0
    deliveries_waiting: int = 0
    discarded: list[Discarded] = []
    discarded_days: int = DISCARDED_DAYS


def read_headroom() -> Headroom:
    """As things stand now. The disk is that of the home folder."""
    queue = intake.statistics()
    return Headroom(
        **_disk(),
        **_memory(),
        errors_waiting=queue.waiting,
        errors_stuck=queue.is_failing,
        **_waiting(),
        discarded=[
            Discarded(reason=DISCARDED.get(reason, reason), count=count)
            for reason, count in sorted(discarded_errors(DISCARDED_DAYS).items())
        ],
    )


def _disk() -> dict[str, int | bool]:
    with suppress(OSError):  # the folder is gone, which the banner of every page tells
        usage = shutil.disk_usage(get_settings().home)
        least = get_settings().alert_disk_free_mb * _MEGABYTE
        return {
            "disk_free": usage.free,
            "disk_total": usage.total,
            "disk_low": usage.free < least,
        }
    return {}


def _memory() -> dict[str, int | bool]:
    with suppress(OSError, psutil.Error):
        memory = psutil.virtual_memory()
        return {
            "memory_free": memory.available,
            "memory_total": memory.total,
            "memory_low": memory.available < _LOW_MEMORY * memory.total,
            "own_memory": psutil.Process().memory_info().rss,
        }
    return {}


def _waiting() -> dict[str, int]:
    operations = select(func.count()).where(col(OperationRecord.state) == OperationState.PENDING)
    deliveries = select(func.count()).where(col(DeliveryRecord.state) == DeliveryState.PENDING)
    with session() as opened:
        return {
            "operations_waiting": opened.exec(operations).one(),
            "deliveries_waiting": opened.exec(deliveries).one(),
        }
