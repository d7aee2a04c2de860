"""The theme: everything about the appearance that is not in assets/proto_ddf.css."""

import time

import reflex as rx

ACCENT = "indigo"
GRAY = "slate"

STYLESHEETS = [
    "/proto_ddf.css",
    "/generate.css",
    "/errors.css",
    "/resilience.css",
    "/sources.css",
    "/settings.css",
]

# Runs before the first paint, so that a dark page never flashes white. Reflex sets the mode only after React has
# started.
_FIRST_PAINT_SCRIPT = """
(() => {
  let mode = "system";
  try { mode = localStorage.getItem("theme") || mode; } catch {}
  if (mode !== "light" && mode !== "dark") {
    mode = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.classList.add(mode);
  document.documentElement.style.colorScheme = mode;
})();
"""


def radix_theme() -> rx.Component:
    return rx.theme(
        accent_color=ACCENT,
        gray_color=GRAY,
        radius="medium",
        panel_background="solid",
        has_background=True,
    )


def head() -> list[rx.Component]:
    """The elements in the <head> of every page."""
    return [
        rx.el.link(rel="icon", type="image/svg+xml", href="/favicon.svg"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.meta(name="session", content="/api/session"),
        rx.el.script(_FIRST_PAINT_SCRIPT),
        rx.el.meta(name="build-id", content=f"{time.time_ns():x}"),
        rx.el.meta(name="usage-events", content="on"),
        rx.el.meta(name="outbox-owner", content="/api/session"),
        rx.el.meta(name="typed-texts", content="on"),
        rx.el.script(src="/browser/socket.js"),
        rx.el.script(src="/browser/main.js", type="module"),
    ]
