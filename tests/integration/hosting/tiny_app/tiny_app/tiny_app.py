"""A small app that tests can make fail: by a file named break_import or with_child in its folder."""

import os
import subprocess
from pathlib import Path

import reflex as rx

if Path("break_import").exists():
    raise RuntimeError("broken on purpose")
if Path("with_child").exists() and "REFLEX_FRONTEND_PORT" in os.environ:
    subprocess.Popen(["sleep", "600"])


class Counter(rx.State):
    count: int = 0

    @rx.event
    def add(self) -> None:
        self.count += 1


def index() -> rx.Component:
    return rx.vstack(
        rx.heading("Tiny"),
        rx.text(Counter.count, id="count"),
        rx.button("Add", on_click=Counter.add),
        rx.link("Second", href="/second"),
    )


def second() -> rx.Component:
    return rx.heading("Second page")


app = rx.App()
app.add_page(index, route="/")
app.add_page(second, route="/second")
