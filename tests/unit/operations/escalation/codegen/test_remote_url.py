"""Addresses of git repositories."""

from pathlib import Path

import pytest

from proto_ddf.errors import ValidationError, describe
from proto_ddf.operations.escalation.codegen.remote_url import checked_addresses, checked_url
from proto_ddf.settings import get_settings


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "file:///etc",
        "/srv/git/shop.git",
        "git@github.com:owner/shop.git",
        "ssh://git@github.com/owner/shop.git",
        "https://user@github.com/owner/shop.git",
        "https://user:planted@github.com/owner/shop.git",
        "https://github.com",
        "https://github.com/owner/shop.git?token=1",
        "https://github.com/owner/shop .git",
        "https://github.com:99999/owner/shop.git",
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch /tmp/x",
        f"https://github.com/{'x' * 600}",
    ],
)
def test_what_git_must_not_be_given_is_refused_at_its_field(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked_url(url)
    described = describe(refused.value)
    assert (described["code"], described["field"]) == ("repository_url_invalid", "remote_url")
    assert "planted" not in str(described)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/shop.git",
        "  https://gitlab.example.org:8443/group/sub/shop/ ",
        "https://[2001:db8::1]/shop.git",
    ],
)
def test_others_are_trimmed(url: str) -> None:
    assert checked_url(url) == url.strip().rstrip("/")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://169.254.169.254/shop.git", "host_not_allowed"),
        ("https://metadata.google.internal/shop.git", "host_not_allowed"),
        ("http://192.0.2.1/shop.git", "repository_url_invalid"),
    ],
)
def test_hosts_are_checked(database: Path, url: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked_addresses(url)
    assert (refused.value.code, refused.value.field) == (code, "remote_url")


def test_a_private_host_is_refused_if_the_operator_says_so(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked_addresses("http://127.0.0.1:8123/shop.git")[0].loopback
    monkeypatch.setenv("ALLOW_PRIVATE_HOSTS", "false")
    get_settings.cache_clear()
    with pytest.raises(ValidationError) as refused:
        checked_addresses("http://127.0.0.1:8123/shop.git")
    assert refused.value.code == "host_not_allowed"
