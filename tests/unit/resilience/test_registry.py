"""One breaker per target."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.resilience import breaker, breakers, registry


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_breakers", {})


def test_the_same_target_has_the_same_breaker() -> None:
    assert breaker("source:1") is breaker("source:1")
    assert breaker("source:1") is not breaker("source:2")
    assert breaker("source:1").name == "source:1"


def test_threads_that_ask_at_once_get_the_same_one() -> None:
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: breaker("source:1"), range(200)))
    assert len({id(one) for one in found}) == 1


def test_all_are_listed_by_name() -> None:
    breaker("b")
    breaker("a")
    assert [one.name for one in breakers()] == ["a", "b"]
