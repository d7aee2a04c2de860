"""Nothing survives the redaction of a text that its earlier version hid, and secrets that it showed are hidden too.

The kind: a secret that is not found because of what stands before it (a long name), around it (quotes within quotes,
a quote that is not closed) or beside it (another secret), or because the text is long.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.redaction import HIDDEN, hide, scrub_text, signs, texts
from tests.unit.redaction.earlier import earlier_scrub_text

NAMES = (
    *("password", "passwd", "pwd", "passphrase", "secret", "token", "api_key", "api-key", "apikey"),
    *(
        "access_key",
        "secretkey",
        "private-key",
        "credential",
        "credentials",
        "PGPASSWORD",
        "dbPassword",
    ),
    *("pa\u017fsword", "ap\u0131_\u212aey", "x" * 60 + "_token"),
)
PIECES = st.sampled_from(
    [
        *NAMES,
        *("=", ":", " = ", ": ", ":\n  ", "=\t", '"', "'", '\\"', "\\'", "\\\\", '": "', "': '", '="', "='", "=b'"),
        *("://", "http://", "x+y://joe:", "@", "@host/", "(", "(\n", "://joe:", "bearer ", "Basic  ", "BEARER\n", "eyJabcdef", "."),
        *("input_value=", ", input_type=", ",", ";", "&", "?", "}", "]", ")", "#", "/", "-", "_", "\n", " "),
        *("Ann", "s", "\u0130", "\u017f", "\ud800", "é", "***"),
    ]
)  # fmt: skip
WORDS = st.from_regex(r"[A-Za-z0-9]{1,12}", fullmatch=True)
TEXTS = st.lists(PIECES | WORDS, max_size=40).map("".join)


def surviving(text: str) -> set[str]:
    """All runs of three letters and digits."""
    return {word[at : at + 3] for word in re.findall(r"\w+", text) for at in range(len(word) - 2)}


@settings(max_examples=400)
@given(TEXTS)
def test_what_was_hidden_stays_hidden(text: str) -> None:
    assert surviving(scrub_text(text, 10**6)) <= surviving(earlier_scrub_text(text))


@settings(max_examples=300)
@given(st.lists(st.text("abc", min_size=6, max_size=12), max_size=6), TEXTS, st.data())
def test_known_secrets_stay_hidden(secrets: list[str], text: str, data: st.DataObject) -> None:
    """Also where they overlap or contain each other."""
    for secret in secrets:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + secret + text[at:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_spellings", frozenset())
        for secret in secrets:
            hide(secret)
        longest_first = sorted(texts._spellings, key=len, reverse=True)
        known = re.compile("|".join(map(re.escape, longest_first))) if secrets else None
        scrubbed = scrub_text(text, 10**6)
    assert surviving(scrubbed) <= surviving(earlier_scrub_text(text, known))
    assert not any(secret in scrubbed for secret in secrets)


@pytest.mark.parametrize("before", ["", "x" * 41, "a-b_" * 50, "é", "https://host/?a=1&", "\n\t"])
@pytest.mark.parametrize(
    "assigned",
    [
        "{name}=PLANTED7", "{name} = PLANTED7", "{name}: PLANTED7,", "{name}:\n    PLANTED7\nx",
        '{name}="PLANTED7 and PLANTED8"', "{name}: 'PLANTED7 and PLANTED8'", "'{name}': 'PLANTED7'", '"{name}": "PLANTED7"',
        '"{name}": "a\\"PLANTED7"', "{name}=b'PLANTED7'", '{{\\"{name}\\": \\"PLANTED7 and PLANTED8\\"}}',
        '{name}="PLANTED7 and PLANTED8', "{name}='PLANTED7\nx", "{name}=token=PLANTED7", '{name}=token="PLANTED7"',
        "{name}=PLANTED7&token=PLANTED8",
        '{name} = (\n    "PLANTED7"\n)', "{name}: (\n'PLANTED7'\n  b'PLANTED8')", '"{name}": (PLANTED7)',
    ],
)  # fmt: skip
def test_assigned_values(before: str, assigned: str) -> None:
    shown = [name for name in NAMES if "PLANTED" in scrub_text(before + assigned.format(name=name))]
    assert shown == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgres://joe:pw1", f"postgres://joe:{HIDDEN}"),
        ("postgres://joe:pw1… and", f"postgres://joe:{HIDDEN} and"),
        ("mysql://joe:1234567", f"mysql://joe:{HIDDEN}"),
        (
            "see http://host:8000, http://[::1]:80/x and http://a:1.",
            "see http://host:8000, http://[::1]:80/x and http://a:1.",
        ),
        ("PASSWORD = (\n    'pw1'\n    'pw2'\n)\nx", f"PASSWORD = (\n    {HIDDEN}\n)\nx"),
        ("_http://joe:pw1@db/x", f"_http://{HIDDEN}@db/x"),
        ("xeyJhbGciOi.eyJzdWIiOi.c2lnbmF0", f"x{HIDDEN}"),
        ("basic  dXNlcjpwdzE= and more", f"basic  {HIDDEN} and more"),
        ("a basic example", "a basic example"),
        ('{"password": "pw1", "user": "joe"}', f'{{"password": {HIDDEN}, "user": "joe"}}'),
        ('password="pw1 pw2\nnext line', f"password={HIDDEN}\nnext line"),
        ("password=, user=joe", "password=, user=joe"),
        ("secret=pw1;token='pw2' x", f"secret={HIDDEN};token={HIDDEN} x"),
        ("primary key: id, sort-key: day", "primary key: id, sort-key: day"),
    ],
)
def test_texts_around_secrets_stay(text: str, clean: str) -> None:
    assert scrub_text(text) == clean


@settings(max_examples=200)
@given(TEXTS)
def test_a_text_without_a_sign_has_no_secret(text: str) -> None:
    """Texts without a sign are not searched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "has_sign", lambda _text: True)
        kinds = tuple((lambda _text: True, find) for _, find in texts._KINDS)
        patch.setattr(texts, "_KINDS", kinds)
        endings = tuple((beginning, lambda _text: True) for beginning, _ in signs.assignments)
        patch.setattr(signs, "assignments", endings)
        searched = scrub_text(text, 10**6)
    assert scrub_text(text, 10**6) == searched


@pytest.mark.parametrize("space", ["\x1c", "\x1f", "\x85", "\u00a0", "\u2003", "\u3000"])
@pytest.mark.parametrize("form", ["password{}= PLANTED7", "Bearer{}PLANTED7"])
def test_unusual_spaces(space: str, form: str) -> None:
    assert "PLANTED" not in scrub_text(form.format(space))
