"""The look of pages that are shown instead of those of an app: plain HTML in one file, without state and scripts."""

from html import escape

from starlette.datastructures import Headers
from starlette.types import Scope

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


def html_page(title: str, *parts: str, site: str = "", head: str = "", above: str = "") -> str:
    """A page of parts that are HTML already. `site` is named in the title of the tab, `head` is for its <head>, `above` stands
    above the heading."""
    named = f"{title} · {site}" if site else title
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{escape(named)}</title><style>{_STYLE}</style></head><body><main>"
        f"{above}<h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def link_button(text: str, address: str) -> str:
    return f'<a class="button" href="{escape(address)}">{escape(text)}</a>'


def is_shown(scope: Scope) -> bool:
    """Whether a browser wants to show the answer as a page."""
    if scope["type"] != "http":
        return False
    headers = Headers(scope=scope)
    wanted = headers.get("sec-fetch-dest")
    return wanted == "document" if wanted else "text/html" in headers.get("accept", "")
