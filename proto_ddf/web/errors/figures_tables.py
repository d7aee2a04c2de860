"""Errors by type, the health of components, and what the errors have in common."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.numbers import change, count, duration, percentage, time_ago
from proto_ddf.web.shared.components.table import table

_NO_DATA = "no data"


def types_table(figures: Any) -> rx.Component:
    head = [_head("Type"), _number("Errors"), _number("Share"), _number("Change")]
    return _titled(
        "Types",
        "Share of all errors, and the change against the same time before.",
        figures.types.length() > 0,
        table(head, rx.foreach(figures.types, _type), label="Types of errors"),
    )


def components_table(figures: Any) -> rx.Component:
    head = [_head("Component"), _number("Errors"), _number("MTTR"), _number("MTBF")]
    return _titled(
        "Health of components",
        "Errors of each part and external system, the mean time until repaired and between failures.",
        figures.components.length() > 0,
        table(head, rx.foreach(figures.components, _component), label="Health of components"),
    )


def effects_table(figures: Any) -> rx.Component:
    head = [_head("Repair"), _number("Attempts"), _number("Helped"), _number("Share")]
    return _titled(
        "Effect of repairs",
        "Attempts that came to an end, and those whose check showed that they helped.",
        figures.effects.length() > 0,
        table(head, rx.foreach(figures.effects, _effect), label="Effect of repairs"),
        none="Nothing was repaired: no data.",
    )


def patterns_list(figures: Any) -> rx.Component:
    listed = rx.el.ul(rx.foreach(figures.patterns, _pattern), class_name="pd-rows pd-panel")
    return rx.cond(
        figures.patterns.length() > 0,
        rx.el.div(
            rx.el.h3("What they have in common", class_name="pd-section-title"),
            listed,
            class_name="pd-stack-small",
        ),
        rx.fragment(),
    )


def _titled(
    title: str,
    help_text: str,
    has_any: Any,
    content: rx.Component,
    none: str = "There were no errors: no data.",
) -> rx.Component:
    return rx.el.div(
        rx.el.h3(title, class_name="pd-section-title"),
        rx.el.p(
            rx.cond(has_any, help_text, none),
            class_name="pd-quiet pd-plain",
        ),
        rx.cond(has_any, content, rx.fragment()),
        class_name="pd-stack-small",
    )


def _head(label: str) -> rx.Component:
    return rx.el.th(label, scope="col")


def _number(label: str) -> rx.Component:
    return rx.el.th(label, scope="col", class_name="number")


def _type(each: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(each.name.replace("_", " ")),
        _cell(count(each.count)),
        _cell(percentage(each.share)),
        _cell(_known(change(each.change))),
    )


def _effect(each: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(each.name),
        _cell(count(each.attempts)),
        _cell(count(each.verified)),
        _cell(percentage(each.share)),
    )


def _component(each: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.div(each.name, title=each.name, class_name="pd-cell-name")),
        _cell(count(each.errors)),
        _cell(_known(duration(each.mttr_seconds))),
        _cell(_known(duration(each.mtbf_seconds))),
    )


def _cell(value: Any) -> rx.Component:
    return rx.el.td(value, class_name="number")


def _known(text: rx.Var[str]) -> rx.Component:
    return rx.cond(text, text, rx.el.span(_NO_DATA, class_name="pd-quiet"))


def _pattern(pattern: Any) -> rx.Component:
    text = rx.cond(
        pattern.href,
        rx.link(pattern.text, href=pattern.href, class_name="pd-link"),
        rx.el.span(pattern.text),
    )
    return rx.el.li(
        rx.el.div(text, class_name="pd-row-main"),
        rx.el.span(time_ago(pattern.at), class_name="pd-quiet"),
        class_name="pd-row",
    )
