"""The pages that are shown before somebody has come in."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse

from proto_ddf.serving.plain_page import html_page

_LOGO = (
    '<svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#3e63dd"/>'
    '<rect x="7" y="8" width="11" height="4" rx="2" fill="#fff"/>'
    '<rect x="7" y="14" width="18" height="4" rx="2" fill="#fff" fill-opacity=".75"/>'
    '<rect x="7" y="20" width="7" height="4" rx="2" fill="#fff" fill-opacity=".5"/>'
    '<path d="M19.5 19.2v5.6a.6.6 0 0 0 .9.5l4.6-2.8a.6.6 0 0 0 0-1l-4.6-2.8a.6.6 0 0 0-.9.5z" fill="#fff"/></svg>'
)
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_ICON = f"data:image/svg+xml,{quote(_LOGO.replace('<svg', f'<svg {_NAMESPACE}', 1))}"
"""In the page itself: without a session nobody may load a file."""


def plain_page(title: str, *parts: str, status: int = 200) -> HTMLResponse:
    """A page of parts that are HTML already. Nothing of it may be kept: it depends on who asks."""
    body = html_page(
        title,
        *parts,
        site="Proto-DDF",
        head=f'<link rel="icon" type="image/svg+xml" href="{_ICON}">',
        above=f'<div class="brand">{_LOGO}<span>Proto-DDF</span></div>',
    )
    return HTMLResponse(body, status_code=status, headers={"cache-control": "no-store"})


def command(before: str, line: str, after: str) -> str:
    return f"<p>{escape(before)} <code>{escape(line)}</code> {escape(after)}</p>"


def callout(text: str) -> str:
    return f'<div class="callout" role="alert">{escape(text)}</div>' if text else ""


def form(action: str, fields: Sequence[str], button: str) -> str:
    return (
        f'<form method="post" action="{escape(action)}" novalidate>{"".join(fields)}'
        f'<button type="submit">{escape(button)}</button></form>'
    )


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def field(
    name: str,
    label: str,
    *,
    autocomplete: str,
    secret: bool = False,
    value: str = "",
    help_text: str = "",
    mistake: str = "",
    focus: bool = False,
) -> str:
    """A form field: label above, help below, a mistake in place of the help."""
    note = f'<div id="{name}-note" class="{"mistake" if mistake else "help"}">{escape(mistake or help_text)}</div>'
    attributes = " ".join(
        [
            f'id="{name}" name="{name}" type="{"password" if secret else "text"}"',
            f'autocomplete="{autocomplete}" value="{escape(value)}" required',
            *([f'aria-describedby="{name}-note"'] if mistake or help_text else []),
            *(['aria-invalid="true"'] if mistake else []),
            *(["autofocus"] if focus else []),
            *([] if secret else ['autocapitalize="none" spellcheck="false"']),
        ]
    )
    return f'<label for="{name}">{escape(label)}</label><input {attributes}>{note if mistake or help_text else ""}'
