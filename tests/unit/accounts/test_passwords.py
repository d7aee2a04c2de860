import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.accounts import passwords
from proto_ddf.errors import ValidationError

PASSWORD = "correct horse battery"
HASH = passwords.hash_of(PASSWORD)


def test_only_the_password_matches_its_hash():
    assert passwords.matches(PASSWORD, HASH)
    assert PASSWORD not in HASH
    assert HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@settings(max_examples=15)
@given(st.text(max_size=300).filter(lambda text: text != PASSWORD))
def test_any_other_text_does_not_match(text: str):
    assert not passwords.matches(text, HASH)


@pytest.mark.parametrize("text", ["", "\ud800", "a" * 100_000])
def test_nothing_matches_where_nothing_is_stored(text: str):
    assert not passwords.matches(text, "")


def test_an_unknown_account_costs_as_much_as_a_known_one():
    passwords.matches("a", "")  # makes the hash to compare with
    started = time.process_time()
    passwords.matches("a", HASH)
    known = time.process_time() - started
    started = time.process_time()
    passwords.matches("a", "")
    assert time.process_time() - started > known / 3  # without hashing it would be 1/1000


@pytest.mark.parametrize(
    "password", ["", "short", "aaaaaaaaaaaa", "Grace Hopper", "a" * 201, "long enough \ud800"]
)
def test_a_weak_password_is_refused(password: str):
    with pytest.raises(ValidationError) as refused:
        passwords.check_new(password, "grace hopper")
    assert refused.value.field == "password"
    assert refused.value.value == "***"


def test_a_long_password_is_accepted():
    passwords.check_new(PASSWORD, "Grace")
