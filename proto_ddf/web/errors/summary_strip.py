"""The numbers of all sections at the top of the page, each a link to its section."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.shared.components.links import PlainLink
from proto_ddf.web.shared.components.numbers import count

STATE = SituationState


def summary_strip() -> rx.Component:
    """Numbers appear once they are known, in places that are there from the beginning."""
    circuits: Any = STATE.circuits
    entries = (
        ("broken", "Broken", STATE.broken),
        ("news", "New or back", STATE.news.total),
        ("escalating", "Escalating", STATE.escalating.total),
        ("repairs", "Being repaired", STATE.repairing),
        ("waiting", "Waiting for you", STATE.waiting.total),
        ("circuits", "Open circuits", circuits.length()),
        ("undelivered", "Undelivered", STATE.undelivered_count),
    )
    return rx.el.nav(
        rx.el.ul(*[rx.el.li(_entry(*each)) for each in entries], class_name="pd-strip"),
        aria_label="Sections",
    )


def _entry(anchor: str, label: str, number: Any) -> rx.Component:
    return PlainLink.create(
        rx.el.span(
            rx.cond(STATE.loaded, count(number), "…"),
            class_name="pd-strip-number",
            custom_attrs={"data-some": rx.cond(STATE.loaded & (number > 0), "true", "false")},
        ),
        rx.el.span(label, class_name="pd-quiet"),
        href=f"#{anchor}",
        class_name="pd-strip-entry",
    )
