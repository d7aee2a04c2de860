"""The content security policy of built pages: of inline scripts only those run that the build wrote.

See https://www.w3.org/TR/CSP3/. Reflex needs two exceptions: its events may contain code to evaluate, and its components
have inline styles.
"""

import base64
import hashlib
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path


def content_security_policy(pages: Path | None, connect: str = "") -> str:
    """The policy for the pages built in a folder; None: there are no inline scripts. `connect`: another origin that they
    may connect to."""
    scripts = " ".join(f"'{each}'" for each in sorted(inline_script_hashes(pages)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {connect}".strip(),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def inline_script_hashes(pages: Path | None) -> set[str]:
    """The hashes of the inline scripts of all pages in a folder."""
    found: set[str] = set()
    for path in pages.rglob("*.html") if pages else ():
        found |= set(_hashes(path.read_text(encoding="utf-8")))
    return found


def _hashes(page: str) -> Iterable[str]:
    scripts = _InlineScripts()
    scripts.feed(page)
    scripts.close()
    for text in scripts.texts:
        digest = hashlib.sha256(text.encode()).digest()
        yield f"sha256-{base64.b64encode(digest).decode()}"


class _InlineScripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and not any(name == "src" for name, _ in attrs):
            self._is_inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.texts[-1] += data
