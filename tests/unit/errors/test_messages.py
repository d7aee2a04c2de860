"""Messages for people: they fit the case, and making one never fails."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.errors import CATALOGUE, ErrorMessageProvider
from proto_ddf.errors.messages import file_size

get_message = ErrorMessageProvider.get_message


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_a_message_in_its_family_without_loose_ends(code: str) -> None:
    message = get_message(CATALOGUE[code].family, code)
    assert message
    assert not set("[]{}|…") & set(message)


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("validation", "no_such_code"),
        ("no_such_category", "project_name_required"),
        ("system", "project_name_required"),
        ("general", ""),
    ],
)
def test_an_unknown_code_or_category_has_the_general_message(category: str, code: str) -> None:
    assert get_message(category, code) == "An error occurred"


@pytest.mark.parametrize("odd", [None, 3, [], {}])
def test_odd_arguments_have_the_general_message_too(odd: Any) -> None:
    assert get_message("validation", odd) == "An error occurred"
    assert get_message(odd, "timeout") == "An error occurred"


@pytest.mark.parametrize(
    ("category", "code", "known", "parts"),
    [
        ("validation", "project_name_required", {}, ["required"]),
        ("validation", "project_name_too_short", {"min_length": 5}, ["at least 5"]),
        ("validation", "invalid_characters", {"characters": "ü, !"}, ["ü, !"]),
        ("system", "port_in_use", {"port": 3100}, ["Port 3100"]),
        ("system", "port_unavailable", {"port": 3100}, ["Port 3100"]),
        ("system", "port_unavailable", {"start": 3100, "end": 3101}, ["3100", "3101"]),
        (
            "system",
            "disk_space_low",
            {"required": 2_000_000_000, "available": 5_000_000},
            ["2.0 GB needed", "5.0 MB free"],
        ),
        ("system", "permission_denied", {"path": "/srv/x"}, ["“/srv/x”"]),
        ("integration", "connection_failed", {"service": "db.example.com"}, ["db.example.com"]),
        ("integration", "authentication_failed", {"system": "sqlite"}, ["SQLite refused"]),
        ("integration", "timeout", {"system": "x", "timeout": 30}, ["waited 30 s"]),
        (
            "integration",
            "file_ragged_rows",
            {"line": 3, "found": 4, "expected": 2},
            ["Line 3 has 4; 2 were expected."],
        ),
        (
            "integration",
            "circuit_open",
            {"system": "x", "retry_after": 12, "reason": "no connection"},
            ["failed too often recently (no connection)", "calls to it are paused"],
        ),
        (
            "validation",
            "invalid_value",
            {"message": "Ports end at 65535."},
            ["Ports end at 65535."],
        ),
    ],
)
def test_the_case_is_named(
    category: str, code: str, known: dict[str, Any], parts: list[str]
) -> None:
    message = get_message(category, code, **known)
    assert [part for part in parts if part not in message] == []


def test_a_reason_that_ends_in_a_full_stop_does_not_double_it() -> None:
    message = get_message("system", "build_failed", reason="Out of memory. ")
    assert message == "The app's pages could not be built: Out of memory."


def test_secrets_in_the_context_are_not_shown() -> None:
    message = get_message("integration", "connection_failed", system="postgres://joe:pw1@host/db")
    assert "pw1" not in message
    assert "host/db" in message


@pytest.mark.parametrize("code", CATALOGUE)
def test_values_that_cannot_be_shown_do_no_harm(code: str) -> None:
    context = dict.fromkeys(("path", "reason", "system", "port", "message"), Unprintable())
    assert get_message(CATALOGUE[code].family, code, **context)


KNOWN = ("path", "line", "system", "reason", "port", "required", "value", "seconds")
VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.integers(), st.floats(), st.binary(max_size=5)
)


@pytest.mark.parametrize("code", CATALOGUE)
@settings(max_examples=20, deadline=None)
@given(known=st.fixed_dictionaries({}, optional=dict.fromkeys(KNOWN, VALUES)))
def test_any_context_gives_a_message(code: str, known: dict[str, Any]) -> None:
    assert get_message(CATALOGUE[code].family, code, **known)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1200, "1.2 kB"), (5e9, "5.0 GB"), (3e15, "3000.0 TB")],
)
def test_sizes_are_given_for_people(size: float, text: str) -> None:
    assert file_size(size) == text
