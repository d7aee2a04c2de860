"""The policy allows the inline scripts of the built pages, by their hashes, and no other."""

import base64
import hashlib
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.content_security import content_security_policy, inline_script_hashes

scripts = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60).filter(
        lambda text: "<" not in text
    ),
    max_size=5,
)


def digest(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


@given(scripts)
def test_the_hashes_are_those_of_every_inline_script_of_every_page(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            page = Path(folder) / f"sub{number}" / "index.html"
            page.parent.mkdir()
            page.write_text(
                f'<!doctype html><script type="module">{text}</script><p>&lt;script&gt;</p>'
                f'<script async src="/a.js"></script><script>{text}2</script>',
                encoding="utf-8",
                newline="",
            )
        wanted = {digest(text) for text in texts} | {digest(f"{text}2") for text in texts}
        assert inline_script_hashes(Path(folder)) == wanted


class InlineScripts(HTMLParser):
    """The texts of a page's inline scripts, as a parser of HTML finds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inline = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inline = tag == "script" and "src" not in dict(attrs)
        if self._is_inline:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._is_inline:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_inline = False


attributes = st.lists(
    st.sampled_from(
        [
            *(
                "async",
                'type="module"',
                "src=/a.js",
                'src="/a.js"',
                "SRC = '/b.js'",
                'data-src="/c"',
            ),
            *('title="a > b"', "title='</p>'", 'lang="a src=b"', 'id="src=x"', "crossorigin"),
        ]
    ),
    max_size=3,
    unique_by=lambda text: text.partition("=")[0].strip().lower(),
).map(" ".join)
text_of_script = st.lists(
    st.sampled_from(["a < b", "if (x) {}", '"<p>"', "<\\/script>", "&lt;", "\n", "</p>", "é"]),
    max_size=4,
).map("".join)
pieces = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["script", "SCRIPT"]), attributes, text_of_script).map(
            lambda given: "<{0} {1}>{2}</{0}>".format(*given)
        ),
        st.sampled_from(["<p>text</p>", "<!--$-->", "<br/>", '<img alt="&lt;script&gt;">', "\n"]),
    ),
    max_size=8,
).map("".join)


@given(pieces)
def test_the_hashes_are_those_that_a_parser_of_html_finds(page: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text(page, encoding="utf-8", newline="")
        assert inline_script_hashes(Path(folder)) == set(map(digest, InlineScripts(page).found))


@pytest.mark.parametrize(
    ("widened", "sources"),
    [(False, "'self' data: blob:"), (True, "'self' data: blob: https: http:")],
)
def test_pictures_of_other_sites_are_allowed_only_where_they_are_shown(
    widened: bool, sources: str
) -> None:
    policy = content_security_policy(None, pictures_of_the_web=widened)
    assert f"img-src {sources};" in policy
    assert policy.count("http:") == widened


def test_the_policy_allows_no_other_inline_script(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<script>start()</script>")
    [rule] = [
        rule
        for rule in content_security_policy(tmp_path).split("; ")
        if rule.startswith("script-src")
    ]
    assert rule == f"script-src 'self' 'unsafe-eval' '{digest('start()')}'"
    assert "script-src 'self' 'unsafe-eval';" in content_security_policy(None)
