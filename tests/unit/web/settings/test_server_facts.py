"""The settings of the server as /settings shows them, and the words for browsers."""

from typing import Any

import pytest

from proto_ddf.access_settings import AccessSettings
from proto_ddf.server_settings import ServerSettings
from proto_ddf.settings import get_settings
from proto_ddf.web.settings.overview.devices import device_words
from proto_ddf.web.settings.overview.server_facts import server_facts


def facts(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    groups = server_facts(get_settings())
    return {fact.variable: fact.value for group in groups for fact in group.facts}


def test_every_setting_of_the_server_and_of_the_sign_in_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields: dict[str, Any] = AccessSettings.model_fields | ServerSettings.model_fields
    wanted = {str(each.validation_alias) for each in fields.values()}
    shown = facts(monkeypatch)
    assert wanted - shown.keys() == set()
    assert {"HOST", "PORT"} <= shown.keys()
    assert all(shown.values())


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = facts(monkeypatch, METRICS_TOKEN="canary-of-sixteen-or-more")
    assert shown["METRICS_TOKEN"] == "set"
    assert "canary" not in str(shown)


def test_values_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = facts(
        monkeypatch,
        RATE_LIMITS='{"sign_ins_per_address": "5/minute"}',
        TRUSTED_PROXIES='["10.0.0.0/8"]',
        SESSION_DAYS="1.5",
    )
    assert "sign_ins_per_address 5/minute" in shown["RATE_LIMITS"]
    assert shown["TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert (shown["SESSION_DAYS"], shown["ENABLE_CORS"]) == ("1.5", "false")
    assert (shown["PUBLIC_URL"], shown["CORS_ORIGINS"]) == ("not set", "none")


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
            "Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
            "Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
            "Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("x" * 200, "x" * 40),
    ],
)
def test_a_browser_is_told_in_words(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
