"""The look of pages that are shown before somebody has come in: plain HTML in one file, without state and scripts."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --text: #1c2024; --soft: #60646c; --page: #f9f9fb; --card: #fff; --line: #d9d9e0;
  --field: #8b8d98; --accent: #3e63dd; --hover: #3358d4; --bad: #ce2c31; --bad-back: #fff7f7; --bad-line: #f4a9aa; }
@media (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --soft: #b0b4ba; --page: #111113; --card: #18191b; --line: #363a3f; --field: #696e77;
    --accent: #3e63dd; --hover: #5472e4; --bad: #ff9592; --bad-back: #201314; --bad-line: #72232d; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page);
  color: var(--text); font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
  "Noto Sans", "Liberation Sans", Arial, sans-serif; }
main { width: 100%; max-width: 400px; padding: 32px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 600; margin-bottom: 24px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 8px; letter-spacing: -.01em; }
p { margin: 0 0 16px; color: var(--soft); }
p:last-child { margin: 0; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", Consolas, monospace; color: var(--text);
  background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: 1px 5px; }
label { display: block; font-weight: 500; margin: 16px 0 4px; }
input { width: 100%; height: 40px; padding: 0 12px; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--field); border-radius: 6px; }
input[aria-invalid] { border-color: var(--bad); }
.help, .mistake { margin: 4px 0 0; font-size: 13px; }
.mistake { color: var(--bad); }
.callout { margin: 16px 0 0; padding: 10px 12px; color: var(--bad); background: var(--bad-back);
  border: 1px solid var(--bad-line); border-radius: 6px; }
button, .button { display: block; width: 100%; height: 40px; margin-top: 24px; font: inherit; font-weight: 500;
  line-height: 40px; text-align: center; text-decoration: none; color: #fff; background: var(--accent); border: 0;
  border-radius: 6px; cursor: pointer; }
button:hover, .button:hover { background: var(--hover); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""
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
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" type="image/svg+xml" href="{_ICON}">'
        f"<title>{escape(title)} · Proto-DDF</title><style>{_STYLE}</style></head><body><main>"
        f'<div class="brand">{_LOGO}<span>Proto-DDF</span></div><h1>{escape(title)}</h1>'
        f"{''.join(parts)}</main></body></html>"
    )
    return HTMLResponse(body, status_code=status, headers={"cache-control": "no-store"})


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def command(before: str, line: str, after: str) -> str:
    return f"<p>{escape(before)} <code>{escape(line)}</code> {escape(after)}</p>"


def callout(text: str) -> str:
    return f'<div class="callout" role="alert">{escape(text)}</div>' if text else ""


def link_button(text: str, address: str) -> str:
    return f'<a class="button" href="{escape(address)}">{escape(text)}</a>'


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
