"""The section of an app's page with its code repository: where Codegen gets the code and makes its pull requests."""

import reflex as rx

from proto_ddf.web.apps.repository_state import RepositoryState, field_id
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.secret_field import secret_form_field
from proto_ddf.web.shared.components.submitting import submits, submits_form

STATE = RepositoryState


def repository_section() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Code repository", class_name="pd-section-title"),
        error_callout(STATE),
        rx.cond(
            STATE.form_open,
            _form(),
            rx.cond(STATE.saved_url, _saved(), _none()),
        ),
        operation_panel(STATE),
        class_name="pd-section",
        aria_label="Code repository",
    )


def _none() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            "Without a git repository only Proto-DDF itself repairs this app. With one, Codegen can change its code and "
            "make a pull request.",
            class_name="pd-quiet",
        ),
        _button("Connect repository", "git-branch", STATE.open_form),
        class_name="pd-panel pd-padded pd-stack-small",
    )


def _saved() -> rx.Component:
    token = rx.cond(STATE.has_token, "stored", "none")
    remove = confirm_dialog(
        _button("Remove", "unlink"),
        title="Remove the repository?",
        text="Proto-DDF forgets its address and token, and Codegen is no longer asked to repair this app. Nothing in the "
        "repository changes.",
        confirm_label="Remove repository",
        submitted=submits(STATE.remove(STATE.slug), "Remove a repository", key=STATE.slug),
    )
    return rx.el.div(
        rx.el.dl(
            _fact("Address", rx.el.span(STATE.saved_url, class_name="pd-cut")),
            _fact("Token", rx.el.span(token)),
            _fact("Number at Codegen", rx.el.span(STATE.saved_id)),
            class_name="pd-facts",
        ),
        rx.el.div(
            _button("Change", "pencil", STATE.open_form),
            remove,
            class_name="pd-row-line pd-buttons",
        ),
        class_name="pd-panel pd-padded pd-stack-small",
    )


def _fact(label: str, value: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))


def _button(label: str, icon: str, on_click: object = None) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=14, aria_hidden="true"),
        label,
        on_click=on_click,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        align_self="start",
    )


def _form() -> rx.Component:
    form_round = STATE.form_round
    return rx.el.form(
        form_field(
            "Address",
            _text("repository url", STATE.remote_url, STATE.set_remote_url, "url"),
            field_id=field_id("remote_url"),
            error=STATE.field_errors["remote_url"],
            help_text="For HTTPS, such as https://github.com/owner/name.git",
        ),
        secret_form_field(
            "Token",
            field_id=field_id("token"),
            error=STATE.field_errors["token"],
            help_text="It may read and write this repository. It is kept in the vault and sent to no other host.",
            key=form_round,
            typed_name="repository token",
            disabled=STATE.saving,
            reference=STATE.token,
            removable=True,
            on_typed=lambda typed: STATE.set_typed(typed, form_round),
            on_stored=lambda reference: STATE.set_token(reference, form_round),
            on_failed=lambda message: STATE.refuse_token(message, form_round),
        ),
        form_field(
            "Number at Codegen",
            _text("repository id", STATE.repo_id, STATE.set_repo_id, "numeric"),
            field_id=field_id("repo_id"),
            error=STATE.field_errors["repo_id"],
            help_text="The number (repo_id) by which Codegen knows the repository.",
        ),
        rx.flex(
            rx.button("Save repository", type="submit", loading=STATE.saving),
            rx.button(
                "Cancel",
                type="button",
                variant="soft",
                color_scheme="gray",
                on_click=STATE.close_form,
                disabled=STATE.saving,
            ),
            gap="12px",
            wrap="wrap",
        ),
        custom_attrs=submits_form(
            STATE.save(STATE.slug, {}), "Connect a repository", key=STATE.slug
        ),
        no_validate=True,
        class_name="pd-panel pd-padded pd-stack",
        aria_label="Code repository",
        style={"max_width": "640px"},
    )


def _text(name: str, value: rx.Var[str] | str, on_change: object, mode: str) -> rx.Component:
    return rx.input(
        name=name,
        value=value,
        on_change=on_change,
        disabled=STATE.saving,
        auto_complete=False,
        custom_attrs={"spellCheck": "false", "autoCapitalize": "off", "inputMode": mode},
    )
