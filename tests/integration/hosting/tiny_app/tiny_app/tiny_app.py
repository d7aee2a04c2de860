"""A small app that a test can make fail with a file named break_import, with_child or freeze in its folder.

With the file short_limit the watchdog waits two seconds instead of twenty. The pages are plain HTML elements, because
Radix takes half of the time of a build."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

if Path("break_import").exists():
    raise RuntimeError("broken on purpose")
if Path("with_child").exists() and "REFLEX_FRONTEND_PORT" in os.environ:
    subprocess.Popen(["sleep", "600"])


if Path("short_limit").exists():
    sys.modules["proto_ddf_serving.watchdog"].FROZEN_SECONDS = 2.0


class Counter(rx.State):
    count: int = 0

    @rx.event
    def add(self) -> None:
        self.count += 1


def index() -> rx.Component:
    return rx.el.main(
        rx.el.h1("Tiny"),
        rx.el.p(Counter.count, id="count"),
        rx.el.button("Add", on_click=Counter.add),
        ReactRouterLink.create("Second", to="/second"),
    )


def second() -> rx.Component:
    return rx.el.h1("Second page")


async def freeze_when_asked() -> None:
    """Block the event loop while the file exists."""
    while True:
        while Path("freeze").exists():  # noqa: ASYNC240  (blocking is the point)
            time.sleep(0.05)  # noqa: ASYNC251
        await asyncio.sleep(0.1)


app = rx.App(theme=None)
app.register_lifespan_task(freeze_when_asked)
app.add_page(index, route="/")
app.add_page(second, route="/second")
