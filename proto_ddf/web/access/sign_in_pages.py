"""The pages of coming in: sign-in, set-up, and refusals."""

from starlette.responses import Response

from proto_ddf.accounts.passwords import SHORTEST
from proto_ddf.accounts.roles import Role
from proto_ddf.serving.plain_page import link_button, paragraph
from proto_ddf.web.access.plain_page import (
    callout,
    command,
    field,
    form,
    hidden,
    plain_page,
)

_REPEAT = "Repeat the password"


def sign_in_page(
    back: str, *, name: str = "", message: str = "", set_up: bool = False, status: int = 200
) -> Response:
    """`back` is the address to go to after the sign-in; `set_up`: there is no account yet."""
    if set_up:
        return plain_page(
            "Set up Proto-DDF first",
            paragraph(
                "There is no account yet. Open the link that Proto-DDF printed when it started."
            ),
            command("The command", "make link", "prints a new one."),
            status=403,
        )
    fields = [
        hidden("next", back),
        field("name", "Name", autocomplete="username", value=name, focus=not name),
        field(
            "password", "Password", autocomplete="current-password", secret=True, focus=bool(name)
        ),
    ]
    return plain_page(
        "Sign in", callout(message), form("/sign-in", fields, "Sign in"), status=status
    )


def set_up_page(
    token: str,
    account_name: str | None,
    *,
    name: str = "",
    mistakes: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """For the first account, or for a new password of the account with that name."""
    wrong = mistakes or {}
    own_name = account_name is not None
    first_wrong = next(iter(wrong), "password" if own_name else "name")
    name_field = field(
        "name",
        "Name",
        autocomplete="username",
        value=name,
        mistake=wrong.get("name", ""),
        focus=first_wrong == "name",
    )
    passwords = [
        field(
            "password",
            "Password",
            autocomplete="new-password",
            secret=True,
            help_text=f"At least {SHORTEST} characters.",
            mistake=wrong.get("password", ""),
            focus=first_wrong == "password",
        ),
        field(
            "repeated",
            _REPEAT,
            autocomplete="new-password",
            secret=True,
            mistake=wrong.get("repeated", ""),
            focus=first_wrong == "repeated",
        ),
    ]
    fields = [hidden("token", token), *([] if own_name else [name_field]), *passwords]
    if own_name:
        title, text, button = "Choose a password", f"For the account {account_name}.", "Sign in"
    else:
        title, button = "Set up Proto-DDF", "Create account"
        text = "This first account is an admin: it can add the others."
    return plain_page(title, paragraph(text), form("/set-up", fields, button), status=status)


def link_refused(message: str, *, accounts: bool) -> Response:
    """A link with a token that is not valid (any more)."""
    parts = [paragraph(message)]
    if accounts:
        parts += [
            paragraph("An admin can make a new link for your account."),
            link_button("Sign in", "/sign-in"),
        ]
    else:
        parts.append(command("The command", "make link", "prints a new one."))
    return plain_page("This link does not work", *parts, status=403)


def sign_in_needed() -> Response:
    """For ENABLE_AUTH=token."""
    return plain_page(
        "Open the printed link",
        paragraph("Proto-DDF lets in those who open the link that it printed when it started."),
        command("The link works once. The command", "make link", "prints a new one."),
        status=401,
    )


def refused_page(role: Role) -> Response:
    return plain_page(
        "This page is not for your role",
        paragraph(f"Your role is {role}. An admin can change it."),
        link_button("Go to the overview", "/"),
        status=403,
    )
