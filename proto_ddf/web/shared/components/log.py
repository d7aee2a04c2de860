"""The lines of a log, coloured by level, scrolled to the newest."""

from typing import Any

import reflex as rx
from reflex.vars import FunctionStringVar

_LEVEL: FunctionStringVar[Any] = FunctionStringVar.create(
    r"""((line) =>
      /\b(error|critical|fatal)\b|Traceback|^\w*(Error|Exception)\b/i.test(line) ? "error"
      : /\bwarn(ing)?\b/i.test(line) ? "warning"
      : /\bdebug\b/i.test(line) ? "debug"
      : "info")"""
)


def log_lines(lines: rx.Var[list[str]] | list[str], *, label: str | rx.Var[str]) -> rx.Component:
    """A box with `lines`, oldest first. If it is scrolled to the end, it stays there when lines are added.

    log_lines(AppState.log, label="Log of the app")
    """
    return rx.el.div(
        rx.el.pre(rx.foreach(lines, _line)),
        class_name="pd-code pd-follow pd-log-tall",
        tab_index=0,
        role="log",
        aria_label=label,
    )


def _line(line: rx.Var[str]) -> rx.Component:
    level = _LEVEL.call(line).to(str)
    return rx.el.span(line, "\n", custom_attrs={"data-level": level})
