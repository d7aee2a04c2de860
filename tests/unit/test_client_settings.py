"""The settings of whom the server believes: what is not valid is refused in words, the rest reaches the server."""

import json

import pytest
from pydantic import ValidationError

from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.serving.settings import DEFAULT_RATES
from proto_ddf.settings import Settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TRUSTED_PROXIES", '["10.0.0.0/33"]', "is not a network"),
        ("TRUSTED_PROXIES", '["10.0.0.1/8"]', "has host bits set"),
        ("TRUSTED_PROXIES", "10.0.0.1", "not valid JSON"),
        ("PUBLIC_URL", "data.example.org", "is not an address"),
        ("PUBLIC_URL", "https://data.example.org/path", "is not an address"),
        ("PUBLIC_URL", "https://ada@data.example.org", "is not an address"),
        ("APPS_HOST", "localhost", "must be an IP address"),
        ("CORS_ORIGINS", '["*"]', "is not an address"),
        ("ENABLE_CORS", "true", "needs CORS_ORIGINS"),
        ("RATE_LIMITS", '{"requests": "1/minute"}', "there is no limit 'requests'"),
        ("RATE_LIMITS", '{"requests_per_session": "often"}', "must be a rate"),
        ("RATE_LIMITS", '{"requests_per_session": "1/second;9/minute"}', "must be a rate"),
        ("METRICS_TOKEN", "short", "at least 16"),
    ],
)
def test_what_is_not_valid_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    (line,) = describe_settings_errors(refused.value)
    assert words in line
    assert "short" not in line


def test_what_is_valid_reaches_the_server_and_apps_what_is_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin = "https://other.example.org"
    for name, value in {
        "TRUSTED_PROXIES": json.dumps(["10.0.0.0/8", "::1"]),
        "PUBLIC_URL": "https://DATA.example.org/",
        "ENABLE_CORS": "true",
        "CORS_ORIGINS": json.dumps([origin]),
        "RATE_LIMITS": json.dumps({"sign_ins_per_address": ""}),
    }.items():
        monkeypatch.setenv(name, value)
    own, apps = Settings().own_serving(), Settings().serving()
    assert own.public_url == Settings().address == "https://data.example.org"
    assert own.cors_origins == [origin]
    assert own.is_own_server
    assert (apps.public_url, apps.cors_origins, apps.is_own_server) == ("", [], False)
    for each in (own, apps):
        assert each.trusted_proxies == ["10.0.0.0/8", "::1/128"]
        assert each.rates == {**DEFAULT_RATES, "sign_ins_per_address": ""}


def test_without_enable_cors_no_other_site_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", '["https://other.example.org"]')
    assert Settings().own_serving().cors_origins == []
