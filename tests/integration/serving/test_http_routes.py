"""Every HTTP route, asked at random as docs/openapi.yaml describes it and as it does not: the answers are those that
are documented, and never a server error. Then what the server says of itself."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.web.api import create_api
from tests.integration.hosting.own_server import Server
from tests.ports import HOST

DOCUMENT = yaml.safe_load((PROJECT_ROOT / "docs" / "openapi.yaml").read_text())
OPERATIONS = [
    f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods
]
EXAMPLES = 15
CHECKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
PATIENCE = 60.0


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of a server where nobody signs in, and of one where nobody has signed in yet, by ENABLE_AUTH."""
    # Otherwise nearly all attempts would get the answer of this limit.
    limits = {"RATE_LIMITS": '{"sign_ins_per_address": ""}'}
    found = {}
    with ExitStack() as running:
        for mode in ("false", "accounts"):
            made = Server(tmp_path_factory.mktemp("routes") / "home")
            made.environment |= {"ENABLE_AUTH": mode, **limits}
            running.callback(made.clean_up)
            made.start()
            found[mode] = f"http://{HOST}:{made.port}"
        yield found


@pytest.fixture(scope="module")
def cookies(urls: dict[str, str]) -> dict[str, str]:
    """By address, that of the session which a page gives a browser where nobody signs in; empty elsewhere."""
    found = {}
    for url in urls.values():
        answer = httpx.get(url, headers={"accept": "text/html"}, timeout=PATIENCE)
        found[url] = answer.headers.get("set-cookie", "").partition(";")[0]
    assert [bool(cookie) for cookie in found.values()] == [True, False]
    return found


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    # It is imported here, because it takes a second.
    import schemathesis

    schema = schemathesis.openapi.from_dict(DOCUMENT)
    return {each.ok().label: each.ok() for each in schema.get_all_operations()}


@pytest.mark.parametrize("label", OPERATIONS)
def test_only_documented_answers_and_never_a_server_error(
    cookies: dict[str, str], operations: dict[str, Any], label: str
) -> None:
    """Both servers are asked the same, since making what is asked takes longer than the answers."""
    from schemathesis import GenerationMode
    from schemathesis.checks import CHECKS

    operation = operations[label]
    cases = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.query or operation.headers or operation.body or operation.path_parameters:
        cases.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    checks = CHECKS.get_by_names(CHECKED)

    @given(st.one_of(cases), st.booleans())
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def ask(case: Any, with_cookie: bool) -> None:
        for url, cookie in cookies.items():
            headers = {"cookie": cookie} if cookie and with_cookie else {}
            answer = case.call(
                base_url=url, headers=headers, timeout=PATIENCE, allow_redirects=False
            )
            case.validate_response(answer, checks=checks)

    ask()


def test_a_server_that_serves_is_ready_and_counts_by_route(urls: dict[str, str]) -> None:
    url = urls["false"]
    ready = httpx.get(f"{url}/readiness", timeout=PATIENCE)
    assert ready.status_code == 200, ready.text
    assert set(ready.json()["checks"]) == {
        *("database", "operations", "disk", "database pool", "load", "open files")
    }
    for path in ("/", "/nowhere/at/all", "/api/apps/none/log", "/api/apps/other/log"):
        httpx.get(url + path, timeout=PATIENCE)
    httpx.get(f"{url}/", headers={"host": "evil.example"}, timeout=PATIENCE)
    text = httpx.get(f"{url}/metrics", timeout=PATIENCE).text
    samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
    routes = {each.labels["route"] for each in samples if "route" in each.labels}
    assert {"pages", "refused", "/api/apps/{slug}/log", "/readiness"} <= routes
    assert routes <= {route.path for route in create_api().routes} | {
        "pages",
        "refused",
        "/api/outbox",
    }
    assert len(samples) < 1000
