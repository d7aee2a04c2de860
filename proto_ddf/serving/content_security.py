"""The content security policy of built pages: of inline scripts only those run that the build wrote.

See https://www.w3.org/TR/CSP3/. Reflex needs two exceptions: its events may contain code to evaluate, and its components
have inline styles.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_SCRIPT = re.compile(r"""<script\b((?:[^>"']|"[^"]*"|'[^']*')*)>(.*?)</script""", re.DOTALL | re.I)
"""The attributes and the text of a script. To parse the pages as HTML finds the same, but takes ten times as long at each start."""
_QUOTED = re.compile(r""" "[^"]*"|'[^']*' """, re.X)
_SOURCE = re.compile(r"(?:^|\s)src\s*=", re.I)


def content_security_policy(
    pages: Path | None, connect: str = "", *, pictures_of_the_web: bool = False
) -> str:
    """The policy for the pages built in a folder; None: there are no inline scripts. `connect`: another origin that they
    may connect to. `pictures_of_the_web`: they may show pictures of any site."""
    scripts = " ".join(f"'{each}'" for each in sorted(inline_script_hashes(pages)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:" + " https: http:" * pictures_of_the_web,
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
    for attributes, text in _SCRIPT.findall(page):
        if not _SOURCE.search(_QUOTED.sub("", attributes)):
            digest = hashlib.sha256(text.encode()).digest()
            yield f"sha256-{base64.b64encode(digest).decode()}"
