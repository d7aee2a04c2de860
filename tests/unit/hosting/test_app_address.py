"""Where apps listen, where they are opened, and what their processes are told of it."""

from urllib.parse import urlsplit

import pytest

from proto_ddf.hosting.app_access import set_sign_in
from proto_ddf.hosting.app_address import address, endpoint, entry_address, listening_host
from proto_ddf.hosting.app_serving import is_reached_as_set, serving_environment
from proto_ddf.hosting.health import Endpoint
from proto_ddf.serving.hosts import parse_host
from proto_ddf.serving.settings import ServingSettings
from proto_ddf.settings import Settings, get_settings
from tests.servers.certificates import certificates

PORT = 3100
PUBLIC = "https://data.example.org"
ELSEWHERE = {"ENABLE_AUTH": "accounts", "APPS_HOST": "0.0.0.0", "PUBLIC_URL": PUBLIC}


@pytest.fixture
def use(home: Settings, monkeypatch: pytest.MonkeyPatch):
    """Sets variables."""

    def use(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()

    yield use
    get_settings.cache_clear()


@pytest.fixture
def use_tls(use, home: Settings) -> None:
    good = certificates().good
    (home.home / "cert.pem").write_bytes(good.chain)
    (home.home / "key.pem").write_bytes(good.key)
    use(TLS_CERT=str(home.home / "cert.pem"), TLS_KEY=str(home.home / "key.pem"))


def opened_at(host: str) -> str:
    found = parse_host(host, "http")
    assert found is not None
    return urlsplit(entry_address("shop", PORT, found, "ada", "viewer", "/")).netloc


def test_an_app_without_sign_in_listens_on_this_machine_alone_whatever_is_set(use) -> None:
    use(**ELSEWHERE)
    assert listening_host("shop") == "127.0.0.1"
    assert address("shop", PORT) == "http://127.0.0.1:3100"
    assert endpoint("shop", PORT) == Endpoint(PORT)
    variables = serving_environment("shop", PORT)
    serving = ServingSettings.from_environment(variables)
    assert (serving.sign_in, serving.public_url, serving.tls_cert) == (None, "", None)
    assert "ALLOWED_HOSTS" not in variables


@pytest.mark.parametrize(
    ("variables", "opened"),
    [
        ({}, "http://127.0.0.1:3100"),
        ({"PUBLIC_URL": PUBLIC}, "http://127.0.0.1:3100"),
        ({"APPS_HOST": "::1"}, "http://[::1]:3100"),
        (ELSEWHERE, "https://data.example.org:3100"),
        (ELSEWHERE | {"PUBLIC_URL": "http://127.0.0.2:3000"}, "http://127.0.0.2:3100"),
        (ELSEWHERE | {"APPS_HOST": "10.0.0.5"}, "https://data.example.org:3100"),
        ({"HOST": "10.0.0.5", "APPS_HOST": "10.0.0.5"}, "http://10.0.0.5:3100"),
        ({"APPS_HOST": "10.0.0.5"}, "http://10.0.0.5:3100"),
    ],
)
def test_an_app_with_sign_in_is_opened_where_proto_ddf_is_if_it_listens_there(
    use, variables: dict[str, str], opened: str
) -> None:
    use(**variables)
    set_sign_in("shop", needed=True)
    assert address("shop", PORT) == opened
    assert listening_host("shop") == variables.get("APPS_HOST", "127.0.0.1")


def test_with_tls_it_speaks_https_and_probes_do(use, use_tls: None) -> None:
    set_sign_in("shop", needed=True)
    assert address("shop", PORT) == "https://127.0.0.1:3100"
    assert endpoint("shop", PORT).has_tls
    serving = ServingSettings.from_environment(serving_environment("shop", PORT))
    assert serving.tls_cert == str(get_settings().tls_cert)
    assert serving.sign_in is not None
    assert serving.sign_in.server.startswith("https://{host}:")


@pytest.mark.parametrize(
    ("apps_host", "browser", "led_to"),
    [
        ("127.0.0.1", "localhost:3000", "localhost:3100"),
        ("127.0.0.1", "127.0.0.1:3000", "127.0.0.1:3100"),
        ("127.0.0.1", "[::1]:3000", "127.0.0.1:3100"),
        ("127.0.0.1", "data.example.org", "127.0.0.1:3100"),
        ("0.0.0.0", "data.example.org", "data.example.org:3100"),
        ("0.0.0.0", "127.0.0.1:3000", "127.0.0.1:3100"),
        ("10.0.0.5", "data.example.org", "data.example.org:3100"),
        ("10.0.0.5", "localhost:3000", "10.0.0.5:3100"),
        ("::", "[::1]:3000", "[::1]:3100"),
    ],
)
def test_who_comes_from_proto_ddf_stays_at_its_host_if_the_app_listens_there(
    use, apps_host: str, browser: str, led_to: str
) -> None:
    use(ENABLE_AUTH="accounts", PUBLIC_URL=PUBLIC, APPS_HOST=apps_host)
    set_sign_in("shop", needed=True)
    assert opened_at(browser) == led_to


def test_probes_reach_an_app_on_all_addresses_and_on_one(use) -> None:
    set_sign_in("shop", needed=True)
    for apps_host, host in (("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.5", "10.0.0.5")):
        use(APPS_HOST=apps_host)
        assert endpoint("shop", PORT).host == host
        assert endpoint("shop", PORT).bearer != ""


def test_the_app_s_code_learns_its_addresses(use) -> None:
    use(**ELSEWHERE)
    set_sign_in("shop", needed=True)
    variables = serving_environment("shop", PORT)
    hosts = variables["ALLOWED_HOSTS"].split(",")
    assert {"data.example.org:3100", "127.0.0.1:3100", "[::1]:3100"} <= set(hosts)
    assert variables["SIGN_IN_AT"] == PUBLIC


def test_a_process_is_not_reached_as_set_after_another_setting(use) -> None:
    started = serving_environment("shop", PORT)
    assert is_reached_as_set("shop", PORT, started)
    use(MAX_CONNECTIONS="500", **ELSEWHERE)
    assert is_reached_as_set("shop", PORT, started)
    set_sign_in("shop", needed=True)
    assert not is_reached_as_set("shop", PORT, started)
    started = serving_environment("shop", PORT)
    assert is_reached_as_set("shop", PORT, started)
    for name, value in (("APPS_HOST", "127.0.0.1"), ("PUBLIC_URL", "https://other.example.org")):
        use(**ELSEWHERE | {name: value})
        assert not is_reached_as_set("shop", PORT, started)
