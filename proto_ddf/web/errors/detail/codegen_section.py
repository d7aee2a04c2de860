"""Who acts on an incident: its escalations, the runs of Codegen with their pull requests, and what a fix changes."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.detail.codegen_state import CodegenState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.links import external_link_button
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.submitting import submits

STATE = CodegenState
_COLOURS = {
    "+": "var(--green-a4)",
    "-": "var(--red-a4)",
    "@": "var(--gray-a3)",
}


def codegen_section() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Who acts", class_name="pd-section-title"),
        error_callout(STATE),
        rx.cond(STATE.escalations.length() > 0, _escalations(), rx.fragment()),
        rx.cond(STATE.runs.length() > 0, _runs(), rx.fragment()),
        rx.cond(STATE.loaded, _ask(), rx.fragment()),
        operation_panel(STATE),
        rx.cond(STATE.fix_shown, _fix(), rx.fragment()),
        class_name="pd-section",
        aria_label="Who acts",
    )


def _escalations() -> rx.Component:
    return rx.el.ol(
        rx.foreach(STATE.escalations, _escalation),
        class_name="pd-rows pd-panel",
        aria_label="Escalations",
    )


def _escalation(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.strong(
                    rx.match(
                        step.level,
                        ("codegen", "Codegen"),
                        ("manual", "A person"),
                        ("reset", "A person: system reset"),
                        step.who,
                    )
                ),
                status_badge(step.state, of="escalation"),
                class_name="pd-row-line",
            ),
            rx.el.span(step.reason, class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(step.at), class_name="pd-quiet"),
        class_name="pd-row pd-line-row",
        custom_attrs={"data-escalation": step.level, "data-state": step.state},
    )


def _runs() -> rx.Component:
    return rx.el.ol(
        rx.foreach(STATE.runs, _run), class_name="pd-rows pd-panel", aria_label="Runs of Codegen"
    )


def _run(run: Any, number: Any) -> rx.Component:
    pull = rx.el.span(
        "Pull request: ",
        rx.link(
            rx.cond(run.pull_title, run.pull_title, run.pull_url),
            href=run.pull_url,
            is_external=True,
            underline="always",
        ),
        rx.match(
            run.pull_state,
            ("open", " (not merged yet)"),
            ("merged", " (merged)"),
            ("gone", " (its branch is gone: merged or closed)"),
            "",
        ),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.strong("Codegen"),
                status_badge(run.state, of="codegen"),
                rx.cond(run.applied_at, status_badge("applied", of="codegen"), rx.fragment()),
                class_name="pd-row-line",
            ),
            rx.cond(run.pull_url, pull, rx.fragment()),
            rx.cond(
                run.remote_status & (run.state == "waiting"),
                rx.el.span("Status at Codegen: ", run.remote_status, class_name="pd-quiet"),
                rx.fragment(),
            ),
            rx.cond(run.error, rx.el.span(run.error), rx.fragment()),
            rx.cond(run.summary, rx.el.span(run.summary, class_name="pd-quiet"), rx.fragment()),
            rx.el.span(
                rx.link(run.app_name, href=f"/apps/{run.app}", class_name="pd-link"),
                " · ",
                run.branch,
                class_name="pd-quiet pd-cut",
            ),
            class_name="pd-row-main",
            style={"flex": "1 1 260px"},
        ),
        rx.el.div(
            rx.el.span(time_ago(run.created_at), class_name="pd-quiet"),
            rx.cond(
                run.web_url,
                external_link_button("Open run", run.web_url, variant="soft", color_scheme="gray"),
                rx.fragment(),
            ),
            rx.cond((number == 0) & (run.pull_url != ""), _show_changes(run.key), rx.fragment()),
            class_name="pd-row-line pd-buttons",
        ),
        class_name="pd-row",
        style={"flex_wrap": "wrap"},
        custom_attrs={"data-run": run.key, "data-state": run.state},
    )


def _show_changes(key: rx.Var[str]) -> rx.Component:
    return rx.button(
        rx.icon("git-compare", size=14, aria_hidden="true"),
        "Show changes",
        custom_attrs=submits(STATE.show_changes(key), "Show the changes of a fix"),
        disabled=STATE.busy,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )


def _ask() -> rx.Component:
    button = confirm_dialog(
        rx.button(
            rx.icon("bot", size=16, aria_hidden="true"),
            "Ask Codegen",
            disabled=STATE.busy,
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
        ),
        title="Ask Codegen to repair the code?",
        text="The app's code goes to a branch of its repository. The error, the end of the log, code around the failure and "
        "the plan go to Codegen, without secrets and without rows. Codegen may charge for the run.",
        confirm_label="Ask Codegen",
        cancel_label="Not now",
        submitted=submits(STATE.ask_codegen(STATE.incident_id), "Ask Codegen"),
    )
    return rx.cond(
        STATE.can_ask,
        rx.el.div(button),
        rx.el.div(
            rx.el.div(STATE.reason, class_name="pd-row pd-quiet"),
            class_name="pd-panel",
        ),
    )


def _fix() -> rx.Component:
    files: Any = STATE.fix.files
    return rx.el.div(
        rx.el.div(
            rx.el.h3("What the fix changes", class_name="pd-section-title"),
            rx.cond(files.length() > 0, _apply(), rx.fragment()),
            class_name="pd-section-head",
        ),
        rx.cond(
            files.length() > 0,
            rx.el.div(
                count(files.length()),
                rx.cond(files.length() == 1, " file", " files"),
                class_name="pd-quiet",
            ),
            rx.el.div("Nothing: the app already has this code.", class_name="pd-quiet"),
        ),
        rx.foreach(files, _file),
        class_name="pd-panel pd-padded pd-stack-small",
        custom_attrs={"data-fix": STATE.fix.commit},
    )


def _apply() -> rx.Component:
    return confirm_dialog(
        rx.button(
            rx.icon("check", size=16, aria_hidden="true"),
            "Apply",
            disabled=STATE.busy,
            size="2",
            type="button",
        ),
        title="Apply this fix?",
        text="The app gets the code that is shown here. It is built beside the app and replaces it; if the app is not well "
        "with it, the old code is put back. The app's data stay.",
        confirm_label="Apply fix",
        cancel_label="Not now",
        submitted=submits(
            STATE.apply_fix(STATE.runs[0].key, STATE.fix.commit, STATE.fix.digest), "Apply a fix"
        ),
    )


def _file(file: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(rx.el.code(file.path), " ", rx.el.span(file.change, class_name="pd-quiet")),
        rx.cond(file.note, rx.el.div(file.note, class_name="pd-quiet"), rx.fragment()),
        rx.el.div(
            rx.el.pre(rx.foreach(file.lines, _line)),
            class_name="pd-code",
            tab_index=0,
            role="region",
            aria_label="Changes of " + file.path,
        ),
        open=True,
        class_name="pd-details",
        custom_attrs={"data-file": file.path},
    )


def _line(line: Any) -> rx.Component:
    colour = rx.match(line.sign, *_COLOURS.items(), "transparent")
    return rx.el.span(
        line.sign + line.text + "\n",
        style={"display": "block", "background": colour, "white_space": "pre"},
        custom_attrs={"data-sign": line.sign},
    )
