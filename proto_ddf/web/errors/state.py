"""State of the list of recorded errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.monitoring import tracker
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 5.0
_LIMIT = 100


class ErrorRow(BaseModel):
    """One recorded error as lists show it."""

    id: str
    at: str
    operation: str
    operation_id: str
    error_type: str
    title: str
    message: str
    hint: str
    details: str
    can_retry: bool
    retry_at: str
    """When a retry becomes possible; empty if it is possible now."""
    resolved: bool


def error_row(record: dict[str, Any]) -> ErrorRow:
    """The row of a record from `monitoring.tracker.recent_errors`."""
    context = {"code": record["code"], **record["context"]}
    if record["operation_id"]:
        context["operation_id"] = record["operation_id"]
    resolved = record["resolved_at"] is not None
    can_retry = bool(record["retry_possible"] and record["operation_id"] and not resolved)
    return ErrorRow(
        **{
            name: record[name]
            for name in ("id", "at", "operation", "error_type", "title", "message", "hint")
        },
        operation_id=record["operation_id"] or "",
        details=json.dumps(context, indent=2, default=str, sort_keys=True),
        can_retry=can_retry,
        retry_at=next_attempt_at(record) if can_retry else "",
        resolved=resolved,
    )


class ErrorListState(LiveMixin, rx.State):
    """The latest errors, and Try Again for each."""

    errors: list[ErrorRow] = []
    waits: dict[str, float] = {}
    """Seconds until a row's retry_at, at the time when they were last sent, by its id."""
    retrying_id: str = ""
    """The row whose Try Again was pressed."""

    @rx.event
    def load(self) -> EventSpec:
        self.retrying_id = ""
        return ErrorListState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async with self:
                self._show(self.errors)  # a reloaded page shows old waits
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                records = await asyncio.to_thread(tracker.recent_errors, _LIMIT)
                rows = [error_row(record) for record in records]
                async with self:
                    if rows != self.errors:
                        self._show(rows)
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "list errors")
        return None

    def _show(self, rows: list[ErrorRow]) -> None:
        waits = {row.id: seconds_until(row.retry_at) for row in rows}
        self.waits = {error_id: seconds for error_id, seconds in waits.items() if seconds > 0}
        if rows != self.errors:
            self.errors = rows

    @rx.event(background=True)
    async def try_again(self, error_id: str) -> AsyncIterator[Any]:
        """Resume the operation that failed with this error, and go to its page."""
        async with self:
            found = next((row for row in self.errors if row.id == error_id), None)
            if found is None or not found.can_retry or self.retrying_id:
                return
            self.retrying_id = error_id
            self._retry_by("try_again", error_id)
        try:
            event = await self._resume(found.operation_id)
        finally:
            async with self:
                self.retrying_id = ""
        yield event
