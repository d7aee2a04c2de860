"""One policy per target, and how many are kept."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.resilience import policies, policy
from proto_ddf.resilience.policy import registry
from proto_ddf.resilience.policy.registry import PolicyRegistry
from proto_ddf.settings import get_settings
from tests.unit.resilience.places import place_taken


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[PolicyRegistry]:
    get_settings.cache_clear()
    one = PolicyRegistry()
    monkeypatch.setattr(registry, "_registry", one)
    yield one
    get_settings.cache_clear()


def break_open(system: str, target: str) -> None:
    def fail() -> None:
        raise ConnectionError("down")

    found = policy(system, target).breaker
    assert found is not None
    for _ in range(found.failure_threshold):
        with pytest.raises(ConnectionError):
            found.call_sync(fail)


def test_the_same_target_has_the_same_policy() -> None:
    one = policy("source", "a")
    assert one is policy("source", "a")
    assert (one.system, one.target, one.name) == ("source", "a", "source a")
    assert policy("app").name == "app"


def test_each_target_has_its_own_breaker_and_bulkhead() -> None:
    one, other = policy("source", "a"), policy("source", "b")
    break_open("source", "a")
    assert one.breaker is not None
    assert other.breaker is not None
    assert (one.breaker.state, other.breaker.state) == ("open", "closed")
    assert one.bulkhead is not None
    assert one.bulkhead is not other.bulkhead


def test_the_targets_of_a_system_share_what_limits_their_retries() -> None:
    one, other = policy("source", "a"), policy("source", "b")
    assert one.shared is other.shared
    assert one.shared.budget is not None
    assert one.shared is not policy("app").shared


def test_the_settings_of_the_system_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORK_SYSTEMS", '{"usage_events": {"circuit_breaker_threshold": 2}}')
    get_settings.cache_clear()
    assert policy("usage_events").config.failure_threshold == 2
    assert policy("other").config.failure_threshold == 5


def test_many_threads_get_the_same_one() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: policy("source", "a"), range(200)))
    assert len({id(one) for one in found}) == 1


def test_all_are_listed_by_system_and_target() -> None:
    for system, target in [("b", "x"), ("a", "y"), ("b", ""), ("a", "x")]:
        policy(system, target)
    assert [(one.system, one.target) for one in policies()] == [
        ("a", "x"),
        ("a", "y"),
        ("b", ""),
        ("b", "x"),
    ]


class TestKept:
    """A thousand are kept; beyond that, idle ones are dropped."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "_MAX_POLICIES", 3)

    @staticmethod
    def unused(system: str, target: str, seconds: float = 3601) -> None:
        policy(system, target).used_at -= seconds

    def test_those_idle_for_an_hour_make_room(self) -> None:
        self.unused("source", "a")
        self.unused("source", "b", 3500)
        policy("source", "c")
        policy("source", "d")
        assert [one.target for one in policies()] == ["b", "c", "d"]

    def test_nothing_goes_while_there_is_room(self) -> None:
        self.unused("source", "a")
        self.unused("source", "b")
        assert len(policies()) == 2
        policy("source", "c")
        assert len(policies()) == 3

    def test_an_open_breaker_is_kept(self) -> None:
        break_open("source", "a")
        for target in "abc":
            self.unused("source", target)
        policy("source", "d")
        assert [one.target for one in policies()] == ["a", "d"]

    def test_one_that_was_open_long_ago_goes(self) -> None:
        break_open("source", "a")
        opened = policy("source", "a")
        assert opened.breaker is not None
        opened.breaker._opened_at -= 3600
        for target in "abc":
            self.unused("source", target)
        policy("source", "d")
        assert [one.target for one in policies()] == ["d"]

    def test_one_that_was_opened_by_hand_is_kept(self) -> None:
        policy("source", "a").force_open()
        for target in "abc":
            self.unused("source", target)
        policy("source", "d")
        assert [one.target for one in policies()] == ["a", "d"]

    def test_who_hears_of_a_change_meanwhile_may_ask_for_policies(self) -> None:
        break_open("source", "a")
        opened = policy("source", "a")
        assert opened.breaker is not None
        heard: list[int] = []
        opened.breaker.add_listener(lambda breaker, change: heard.append(len(policies())))
        opened.breaker._opened_at -= 3600
        for target in "abc":
            self.unused("source", target)
        asking = threading.Thread(target=policy, args=("source", "d"), daemon=True)
        asking.start()
        asking.join(timeout=60)
        assert not asking.is_alive()
        assert heard == [3]

    def test_one_with_a_call_under_way_is_kept(self) -> None:
        busy = policy("source", "a").bulkhead
        assert busy is not None
        with place_taken(busy):
            for target in "abc":
                self.unused("source", target)
            policy("source", "d")
        assert [one.target for one in policies()] == ["a", "d"]
