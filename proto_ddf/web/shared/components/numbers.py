"""Dates, sizes and counts for people, in the browser's own locale and time zone."""

from typing import Any

import reflex as rx
from reflex.vars import FunctionStringVar

_COUNT: FunctionStringVar[Any] = FunctionStringVar.create("((n) => (n ?? 0).toLocaleString())")
_ROWS: FunctionStringVar[Any] = FunctionStringVar.create(
    """((n, estimated) => {
      const text = (n ?? 0).toLocaleString();
      if (!estimated) return text;
      return n ? "about " + text : "";
    })"""
)
_SIZE: FunctionStringVar[Any] = FunctionStringVar.create(
    """((bytes) => {
      const units = ["B", "KB", "MB", "GB", "TB"];
      let size = bytes ?? 0, unit = 0;
      while (size >= 1000 && unit < units.length - 1) { size /= 1000; unit += 1; }
      const digits = unit && size < 100 ? 1 : 0;
      return size.toLocaleString(undefined, {maximumFractionDigits: digits}) + " " + units[unit];
    })"""
)
_DURATION: FunctionStringVar[Any] = FunctionStringVar.create(
    """((seconds) => {
      if (seconds === null || seconds === undefined) return "";
      if (seconds > 0 && seconds < 0.05) return Math.ceil(seconds * 1000) + " ms";
      if (seconds < 10) return seconds.toFixed(1) + " s";
      const whole = Math.round(seconds);
      if (whole < 60) return whole + " s";
      const two = (n) => String(n).padStart(2, "0");
      if (whole < 3600) return Math.floor(whole / 60) + " min " + two(whole % 60) + " s";
      return Math.floor(whole / 3600) + " h " + two(Math.floor(whole / 60) % 60) + " min";
    })"""
)
_PERCENT: FunctionStringVar[Any] = FunctionStringVar.create(
    """((share) => {
      if (share === null || share === undefined) return "";
      if (share > 0 && share < 0.001) return "< 0.1 %";
      if (share < 1 && share > 0.999) return "> 99.9 %";
      return (share * 100).toLocaleString(undefined, {maximumFractionDigits: 1}) + " %";
    })"""
)
_CHANGE: FunctionStringVar[Any] = FunctionStringVar.create(
    """((share) => {
      if (share === null || share === undefined) return "";
      const percent = Math.round(share * 100);
      return (percent > 0 ? "+" : percent < 0 ? "-" : "±") + Math.abs(percent).toLocaleString() + " %";
    })"""
)
_LOCAL_TIME: FunctionStringVar[Any] = FunctionStringVar.create(
    "((iso) => iso ? new Date(iso).toLocaleString() : '')"
)


def time_ago(iso: rx.Var[str] | rx.Var[str | None] | str | None) -> rx.Component:
    """ "3 minutes ago", with the exact local time on hover; nothing when empty.

        time_ago(source.created_at)

    `iso`: an ISO 8601 time with zone. The text is updated every minute.
    """
    moment = rx.moment(
        iso, from_now=True, with_title=True, title_format="LLLL", interval=60_000, local=True
    )
    return rx.cond(iso, rx.el.span(moment, class_name="pd-number"), rx.fragment())


def clock_time(iso: rx.Var[str] | str) -> rx.Component:
    """ "10:14:04" by the local clock, with the date on hover.

        clock_time(change.at)

    `iso`: an ISO 8601 time with zone.
    """
    moment = rx.moment(iso, format="LTS", with_title=True, title_format="LLLL", local=True)
    return rx.el.span(moment, class_name="pd-number")


def count(n: rx.Var[int] | rx.Var[int | None] | rx.vars.NumberVar[Any] | int) -> rx.Var[str]:
    """ "12,345". Usage: `rx.text(count(table.row_count), " rows")`."""
    return _COUNT.call(n).to(str)


def row_count(n: rx.Var[int] | int, estimated: rx.Var[bool] | bool) -> rx.Var[str]:
    """ "12,345", or "about 1,200,000" for an estimate; empty if an estimate is 0, that is, unknown.

    Usage: `row_count(table.row_count, table.estimated)`.
    """
    return _ROWS.call(n, estimated).to(str)


def file_size(n: rx.Var[int] | rx.Var[int | None] | int) -> rx.Var[str]:
    """ "1.2 MB" from bytes. Usage: `rx.text(file_size(app.memory_bytes))`."""
    return _SIZE.call(n).to(str)


def duration(seconds: rx.Var[float] | rx.Var[float | None] | float | None) -> rx.Var[str]:
    """ "4 ms", "0.8 s", "12 s", "1 min 05 s", "2 h 03 min"; empty when None.

    Usage: `rx.text(duration(app.uptime_seconds))`.
    """
    return _DURATION.call(seconds).to(str)


def percentage(share: rx.Var[float | None]) -> rx.Var[str]:
    """ "12.5 %" from 0.125; empty when None. Nothing is rounded to 0 % or 100 % that is not."""
    return _PERCENT.call(share).to(str)


def change(share: rx.Var[float | None]) -> rx.Var[str]:
    """ "+50 %" from 0.5, "-20 %", "±0 %"; empty when None."""
    return _CHANGE.call(share).to(str)


def local_time(iso: rx.Var[str]) -> rx.Var[str]:
    """The date and time in the browser's own format and zone, for an attribute."""
    return _LOCAL_TIME.call(iso).to(str)
