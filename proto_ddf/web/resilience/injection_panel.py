"""The panel of fault injection: a form that starts an injection, and the list of active ones."""

from typing import Any

import reflex as rx

from proto_ddf.web.resilience.injection_form import AFFECTS, ERRORS, EVERY_TARGET, KINDS, SHARE
from proto_ddf.web.resilience.injection_views import InjectionView
from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.shared.components.callout import notice
from proto_ddf.web.shared.components.countdown import countdown
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.numbers import count

_KIND_HELP = {
    "error": "The call fails at once.",
    "reset": "The connection is lost.",
    "latency": "The call is made after a delay.",
    "hang": "The call blocks until its timeout.",
    "outcome": "The call is not made; this answer is returned.",
}
# The browser has looked for the anchor of the address before the page was rendered.
_SCROLL_HERE = "location.hash === '#faults' && document.getElementById('faults').scrollIntoView()"


def injection_panel() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Fault injection", class_name="pd-section-title", id="faults", tab_index=-1),
            rx.cond(
                ResilienceState.active_injections.length() > 0,
                rx.button(
                    "Stop all",
                    on_click=ResilienceState.stop_all_injections,
                    variant="soft",
                    color_scheme="gray",
                    size="2",
                    type="button",
                ),
                rx.fragment(),
            ),
            class_name="pd-section-head",
        ),
        rx.cond(ResilienceState.injections_enabled, _switched_on(), _switched_off()),
        class_name="pd-section",
        aria_label="Fault injection",
        on_mount=rx.call_script(_SCROLL_HERE),
    )


def _switched_off() -> rx.Component:
    return notice(
        rx.el.div("Fault injection is switched off.", class_name="pd-callout-title"),
        rx.el.div(
            "It makes calls fail on purpose, to test how failures are handled. To switch it on, set ",
            rx.el.code("FAULTS_ENABLED=true"),
            " in the environment or in the file ",
            rx.el.code(".env"),
            ", and restart Proto-DDF.",
        ),
    )


def _switched_on() -> rx.Component:
    return rx.el.div(_form(), _active(), class_name="pd-faults")


def _form() -> rx.Component:
    draft = ResilienceState.draft
    fields = (
        _system(),
        _target(),
        _select("kind", "Fault", KINDS, help_text=rx.match(draft["kind"], *_KIND_HELP.items(), "")),
        rx.match(
            draft["kind"],
            (
                "error",
                _select("error", "Error", ERRORS, help_text="The error that the call raises."),
            ),
            (
                "latency",
                _text("latency", "Delay (seconds)", help_text="Before each affected call."),
            ),
            ("outcome", _text("answer", "Answer (JSON)", help_text="Empty: null.")),
            rx.el.div(),
        ),
        _select("affects", "Affects", AFFECTS, help_text="Random calls, or all of the next ones."),
        rx.cond(
            draft["affects"] == SHARE,
            _text("rate", "Share of the calls (%)", help_text="100 affects every call."),
            _text("calls", "Number of calls", help_text="The fault ends after these."),
        ),
        _text("seconds", "Time (seconds)", help_text="Empty: until it is stopped."),
        rx.cond(
            draft["affects"] == SHARE,
            _text("seed", "Seed", help_text="Optional: makes the random choice repeatable."),
            rx.el.div(),
        ),
    )
    return rx.el.form(
        rx.el.div(*fields, class_name="pd-fault-fields"),
        rx.el.div(rx.button("Start fault", type="submit"), class_name="pd-row-line"),
        on_submit=ResilienceState.start_injection,
        no_validate=True,
        class_name="pd-panel pd-padded pd-form-section",
        aria_label="Start a fault",
    )


def _system() -> rx.Component:
    return _field(
        "system",
        "System",
        rx.select.root(
            rx.select.trigger(placeholder="Choose a system", width="100%"),
            rx.select.content(
                rx.foreach(
                    ResilienceState.system_choices,
                    lambda choice: rx.select.item(choice[1], value=choice[0]),
                ),
                position="popper",
            ),
            value=ResilienceState.draft["system"],
            on_change=lambda value: ResilienceState.set_injection("system", value),
        ),
        help_text="The system whose calls are affected.",
    )


def _target() -> rx.Component:
    return _field(
        "target",
        "Target",
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(
                rx.select.item("Every target", value=EVERY_TARGET),
                rx.foreach(
                    ResilienceState.injection_targets,
                    lambda target: rx.select.item(target, value=target),
                ),
                position="popper",
            ),
            value=ResilienceState.draft["target"],
            on_change=lambda value: ResilienceState.set_injection("target", value),
        ),
        help_text="The targets that were called so far.",
    )


def _select(
    name: str, label: str, choices: dict[str, str], *, help_text: str | rx.Var[str] = ""
) -> rx.Component:
    items = [rx.select.item(words, value=value) for value, words in choices.items()]
    return _field(
        name,
        label,
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*items, position="popper"),
            value=ResilienceState.draft[name],
            on_change=lambda value: ResilienceState.set_injection(name, value),
        ),
        help_text=help_text,
    )


def _text(name: str, label: str, *, help_text: str = "") -> rx.Component:
    return _field(
        name,
        label,
        rx.input(
            value=ResilienceState.draft[name],
            on_change=lambda value: ResilienceState.set_injection(name, value),
            auto_complete=False,
        ),
        help_text=help_text,
    )


def _field(
    name: str, label: str, control: rx.Component, *, help_text: str | rx.Var[str] = ""
) -> rx.Component:
    return form_field(
        label,
        control,
        field_id=f"fault-{name}",
        error=ResilienceState.field_errors[name],
        help_text=help_text,
    )


def _active() -> rx.Component:
    none = rx.el.div(
        rx.el.p("No fault is active: all calls are made normally."),
        class_name="pd-panel pd-padded pd-quiet",
    )
    rows = rx.el.ul(
        rx.foreach(ResilienceState.active_injections, _injection), class_name="pd-rows pd-panel"
    )
    return rx.el.div(
        rx.el.h3("Active faults", class_name="pd-target-title"),
        rx.cond(ResilienceState.active_injections, rows, none),
        class_name="pd-active-faults",
    )


def _injection(injection: rx.Var[InjectionView]) -> rx.Component:
    left = rx.cond(
        injection.ends.until,
        countdown(injection.ends.until, injection.ends.seconds, before="Ends in", over="Over"),
        rx.el.span("Until it is stopped"),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(injection.where, class_name="pd-fault-where"),
            rx.el.span(injection.title, " for ", injection.affects),
            rx.el.div(
                rx.el.span("Affected ", count(injection.count), class_name="pd-number"),
                left,
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-row-main",
        ),
        _stop(injection),
        class_name="pd-row",
        custom_attrs={"data-fault": injection.id.to_string()},
    )


def _stop(injection: Any) -> rx.Component:
    return rx.button(
        "Stop",
        on_click=ResilienceState.stop_injection(injection.id),
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        custom_attrs={"aria-label": "Stop " + injection.title + ", " + injection.where},
    )
