"""Redaction: copies without secrets, in a form that JSON can hold."""

from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.redaction import HIDDEN, is_secret_name, scrub, scrub_text


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "dbPassword",
        "PASSWD",
        "token",
        "access_token",
        "apiKey",
        "api-key",
        "key",
        "secret_key",
        "client_secret",
        "Authorization",
        "session_cookie",
        "credentials",
        "auth",
        "dsn",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "name",
        "primary_key",
        "foreign_key",
        "foreignKey",
        "key_column",
        "keyboard",
        "author",
        "passenger",
        "monkey",
        "keys",
    ],
)
def test_harmless_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgres://joe:pw1@db:5432/shop", f"postgres://{HIDDEN}@db:5432/shop"),
        ("see https://pw1@host/x and more", f"see https://{HIDDEN}@host/x and more"),
        ("https://host/a@b", "https://host/a@b"),
        ("sqlite:////tmp/a@b.db", "sqlite:////tmp/a@b.db"),
        ("Authorization: Bearer pw1pw1pw1", f"Authorization: Bearer {HIDDEN}"),
        ("?user=joe&password=pw1&x=1", f"?user=joe&password={HIDDEN}&x=1"),
        ("--api-key=pw1 --verbose", f"--api-key={HIDDEN} --verbose"),
        ("PGPASSWORD=pw1 psql", f"PGPASSWORD={HIDDEN} psql"),
        ('{"client_secret": "pw1 pw1", "a": 1}', f'{{"client_secret": {HIDDEN}, "a": 1}}'),
        ("token eyJhbGciOi.eyJzdWIiOi.c2lnbmF0", f"token {HIDDEN}"),
        ("mail joe@example.com", "mail joe@example.com"),
        ("primary key of orders: id", "primary key of orders: id"),
    ],
)
def test_texts(text: str, clean: str) -> None:
    assert scrub_text(text) == clean


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    once = scrub_text(text)
    assert scrub_text(once) == once


@pytest.mark.parametrize("text", ["password=pw1 " * 3, "x://joe:pw1@y ", "token: pw1"])
def test_doing_it_twice_to_secrets_changes_nothing_more(text: str) -> None:
    once = scrub_text(text)
    assert "pw1" not in once
    assert scrub_text(once) == once


def test_long_text_keeps_its_beginning_and_its_end() -> None:
    short = scrub_text("begin " + "x" * 1_000_000 + " end", limit=100)
    assert len(short) < 110
    assert short.startswith("begin")
    assert short.endswith("end")


def test_long_lists_say_how_many_were_left_out() -> None:
    assert scrub(list(range(60)))[-1] == "… and 10 more"


def test_values_of_secret_keys_are_hidden_at_any_depth() -> None:
    given = {"a": [{"password": "pw1", "b": ("x", {"token": 5})}], "password": ""}
    assert scrub(given) == {
        "a": [{"password": HIDDEN, "b": ["x", {"token": HIDDEN}]}],
        "password": "",
    }


def test_special_values() -> None:
    class Colour(Enum):
        RED = "red"

    assert scrub(Colour.RED) == "red"
    assert scrub(Decimal("1.50")) == "1.50"
    assert scrub(float("inf")) == "inf"
    assert scrub(True) is True
