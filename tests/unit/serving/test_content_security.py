"""The policy allows the inline scripts of the built pages, by their hashes, and no other."""

import base64
import hashlib
import tempfile
from pathlib import Path

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


def test_the_policy_allows_no_other_inline_script(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<script>start()</script>")
    [rule] = [
        rule
        for rule in content_security_policy(tmp_path).split("; ")
        if rule.startswith("script-src")
    ]
    assert rule == f"script-src 'self' 'unsafe-eval' '{digest('start()')}'"
    assert "script-src 'self' 'unsafe-eval';" in content_security_policy(None)
