"""`ErrorMessageProvider.ERROR_TEMPLATES`: every template, by category and code."""

import pytest

from proto_ddf.errors import CATALOGUE, ErrorMessageProvider

TEMPLATES = ErrorMessageProvider.ERROR_TEMPLATES


def test_it_holds_each_code_once_under_its_category() -> None:
    held = [
        (category, code, text)
        for category, codes in TEMPLATES.items()
        for code, text in codes.items()
    ]
    assert sorted(held) == sorted((e.family, e.code, e.message) for e in CATALOGUE.values())


def test_every_category_has_templates() -> None:
    assert set(TEMPLATES) == {"validation", "system", "integration", "general"}


def test_nobody_changes_it() -> None:
    with pytest.raises(TypeError):
        TEMPLATES["system"]["port_unavailable"] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        TEMPLATES["other"] = {}  # type: ignore[index]


def test_port_unavailable_means_that_no_port_is_free() -> None:
    message = ErrorMessageProvider.get_message("system", "port_unavailable", start=3100, end=3101)
    assert "between 3100 and 3101" in message
    assert "Port 3100" in ErrorMessageProvider.get_message("system", "port_in_use", port=3100)
