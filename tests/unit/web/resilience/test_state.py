"""The state of the resilience page: policies, circuit breakers and fault injection."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf.errors.next_attempt import seconds_until
from proto_ddf.monitoring.network_monitor import NetworkErrorMonitor
from proto_ddf.network_settings import SystemSettings
from proto_ddf.resilience import Policy, SlidingWindow, add_attempt_listener, policy_config
from proto_ddf.resilience.injection import registry
from proto_ddf.resilience.policy import SharedLimits
from proto_ddf.settings import get_settings
from proto_ddf.web.resilience import state as resilience_state
from proto_ddf.web.resilience import views
from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.resilience.target_state import detail
from proto_ddf.web.resilience.views import errors_of, system_views
from proto_ddf.web.shared.state import injections as banner
from proto_ddf.web.shared.state import live
from proto_ddf.web.shared.state.injections import InjectionBannerState
from tests.unit.web.retries import press_try_again

ONCE = SystemSettings(max_retries=0, circuit_breaker_threshold=2)


def fail() -> None:
    raise ConnectionRefusedError("no")


def policy(system: str = "source", target: str = "shop", **config: Any) -> Policy:
    return Policy(system, target, policy_config(system, ONCE, **config))


def opened(**config: Any) -> Policy:
    made = policy(**config)
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            made.call_sync(fail)
    return made


@pytest.fixture(autouse=True)
def _no_injections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("FAULTS_ENABLED", raising=False)
    get_settings.cache_clear()
    yield
    registry.stop_all()
    get_settings.cache_clear()


@pytest.fixture
def _injections_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTS_ENABLED", "true")
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def monitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[NetworkErrorMonitor]:
    """The network monitor of the test, without records."""
    made = NetworkErrorMonitor(report=lambda _error: True)
    monkeypatch.setattr(views, "NETWORK_MONITOR", made)
    remove = add_attempt_listener(made.record_error)
    yield made
    remove()


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[Policy]:
    """The policies of the test."""
    made: list[Policy] = []
    monkeypatch.setattr(resilience_state, "policies", lambda: made)
    return made


@pytest.fixture
def looks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tab is open for two refreshes."""
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    for module in (resilience_state, banner):
        monkeypatch.setattr(module, "_REFRESH_SECONDS", 0.001)
    answers = iter([True, True, False])
    monkeypatch.setattr(live, "is_connected", lambda _state: next(answers))


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


@pytest.fixture
def page() -> ResilienceState:
    state = state_of(ResilienceState)
    assert isinstance(state, ResilienceState)
    return state


def follow(state: rx.State) -> Any:
    return asyncio.run(type(state).event_handlers["follow"].fn(state))


class TestViews:
    def test_targets_stand_by_system_and_name(self) -> None:
        snapshots = [
            policy("source", "zoo").snapshot(),
            policy("app", "flights").snapshot(),
            policy("source", "bank").snapshot(),
            policy("made_up").snapshot(),
        ]
        views = system_views(snapshots)
        assert [system.label for system in views] == ["Apps", "Made up", "Sources"]
        assert [target.title for target in views[2].targets] == ["bank", "zoo"]

    @pytest.mark.parametrize(
        ("made", "state"),
        [
            (policy, "closed"),
            (opened, "open"),
            (lambda: policy("source", "x", settings=_no_breaker()), "off"),
        ],
    )
    def test_the_state_of_a_breaker_is_reported(self, made: Any, state: str) -> None:
        assert target_of(made()).state == state

    def test_one_opened_by_hand_is_distinguished_and_has_no_time_to_count_down(self) -> None:
        made = policy()
        made.force_open()
        shown = target_of(made)
        assert shown.state == "forced_open"
        assert shown.probe.until == ""

    def test_an_open_one_says_how_long_until_a_probe(self) -> None:
        shown = target_of(opened())
        assert 0 < shown.probe.seconds <= 30
        assert 0 < seconds_until(shown.probe.until) <= 30
        assert shown.failed == 2
        assert shown.failure == "No connection"

    def test_one_with_many_network_errors_is_marked(self, monitor: NetworkErrorMonitor) -> None:
        made = policy()
        for _ in range(monitor.threshold):
            assert not target_of(made).alerting
            monitor.record_error("source", "shop", ConnectionRefusedError("no"))
        assert target_of(made).alerting
        assert not target_of(policy("source", "other")).alerting

    def test_the_same_wait_is_not_reckoned_anew(self) -> None:
        made = opened()
        before = system_views([made.snapshot()])
        assert system_views([made.snapshot()], before) == before
        made.reset()
        assert system_views([made.snapshot()], before)[0].targets[0].probe.until == ""

    def test_what_a_system_shares_is_reported_with_a_warning_where_it_holds_back(self) -> None:
        shared = SharedLimits("source", policy_config("source", ONCE))
        made = Policy("source", "shop", shared=shared)
        assert shared.budget is not None
        for _ in range(100):
            shared.budget.failed()
        [budget] = [
            f for f in system_views([made.snapshot()])[0].shared if f.name == "Retry budget"
        ]
        assert budget.value == "0.0 of 20, no retries for now"
        assert budget.warning

    def test_the_changes_stand_newest_first_with_how_long_each_lasted(self) -> None:
        made = opened()
        made.reset()
        shown = detail(made.snapshot())
        assert [change.state for change in shown.changes] == ["closed", "open"]
        assert shown.changes[0].lasted is None
        assert shown.changes[1].lasted is not None
        assert "2 consecutive failures" in shown.changes[1].reason

    def test_the_last_errors_stand_newest_first_and_are_few(self) -> None:
        made = policy("source", "x", settings=_no_breaker())
        for _ in range(30):
            with pytest.raises(ConnectionRefusedError):
                made.call_sync(fail)
        with pytest.raises(TimeoutError):
            made.call_sync(_late)
        snapshot = made.snapshot()
        shown = detail(snapshot, errors_of(snapshot).last).errors
        assert [error.code for error in shown[:2]] == ["timeout", "connection_failed"]
        assert 2 < len(shown) < 20

    def test_a_window_is_reported_in_words(self) -> None:
        made = opened(window=SlidingWindow("count", 20, 10, failure_rate=0.5))
        facts = {fact.name: fact.value for fact in detail(made.snapshot()).facts}
        assert facts["Window"] == "Last 20 calls: 2 of 2 failed; opens at 50% of at least 10"


def target_of(made: Policy) -> Any:
    return system_views([made.snapshot()])[0].targets[0]


def _no_breaker() -> Any:
    return get_settings().model_copy(update={"network_circuit_breaker_enabled": False})


def _late() -> None:
    raise TimeoutError("late")


class TestPage:
    def test_it_follows_the_policies_and_sends_what_changed_alone(
        self, page: ResilienceState, known: list[Policy], looks_twice: None
    ) -> None:
        known.append(opened())
        follow(page)
        assert page.loaded
        assert page.states == {"all": 1, "open": 1, "half_open": 0, "closed": 0}
        root = page.parent_state
        root._clean()
        page._refresh()
        assert root.get_delta() == {}

    def test_a_filter_shows_the_targets_in_that_state(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        forced = policy("app", "flights")
        forced.force_open()
        known += [opened(), forced, policy("source", "fine")]
        page.show_only("open")
        assert [len(system.targets) for system in page.systems] == [1, 1]
        page.show_only("half_open")
        assert page.systems == []
        page.show_only("'; drop table")
        assert page.only == "all"
        assert sum(len(system.targets) for system in page.systems) == 3

    def test_details_are_sent_for_unfolded_rows_alone(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        known.append(opened())
        page.toggle("source/unknown")
        assert page.unfolded == {}
        page.toggle("source/shop")
        assert page.unfolded["source/shop"].changes
        known[0].reset()
        page._refresh()
        assert page.unfolded["source/shop"].changes[0].state == "closed"
        page.toggle("source/shop")
        assert page.unfolded == {}

    def test_a_breaker_is_reset_and_opened_by_hand(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        known.append(opened())
        page.reset_breaker("source/shop")
        assert page.systems[0].targets[0].state == "closed"
        page.force_open("source/shop")
        assert page.systems[0].targets[0].state == "forced_open"
        page.reset_breaker("source/unknown")
        page.force_open("source/unknown")
        assert page.systems[0].targets[0].state == "forced_open"

    def test_policies_that_cannot_be_read_are_reported_and_try_again_reads_them(
        self, page: ResilienceState, looks_twice: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> list[Policy]:
            raise TimeoutError("locked")

        monkeypatch.setattr(resilience_state, "policies", broken)
        assert follow(page) is not None
        assert page.error_shown
        again = press_try_again(page)
        assert again.handler.fn.__name__ == "follow"


class TestInjections:
    def fill(self, page: ResilienceState, **values: str) -> None:
        for field, value in values.items():
            page.set_injection(field, value)

    def test_nothing_can_be_started_while_injections_are_switched_off(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        page._refresh()
        assert not page.injections_enabled
        self.fill(page, system="source")
        page.start_injection()
        assert registry.active() == []
        assert page.active_injections == []

    @pytest.mark.usefixtures("_injections_enabled")
    def test_what_the_form_says_is_started_and_stopped(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        known.append(policy("source", "shop"))
        page._refresh()
        assert page.injections_enabled
        assert page.system_choices["package_registry"] == "Package registry"
        self.fill(page, system="source", kind="latency", latency="1,5", rate="30 %", seed="7")
        assert page.injection_targets == ["shop"]
        self.fill(page, target="shop", seconds="90")
        assert page.start_injection() is None
        [injection] = registry.active()
        assert (injection.system, injection.target, injection.kind) == ("source", "shop", "latency")
        assert injection.rate == pytest.approx(0.3)
        assert injection.detail == "1.5 s late"
        [shown] = page.active_injections
        assert shown.affects == "30 % of the calls"
        assert 80 < shown.ends.seconds <= 90
        page.stop_injection(injection.id + 1)
        assert page.active_injections == [shown]
        page.stop_injection(injection.id)
        assert page.active_injections == registry.active() == []

    @pytest.mark.usefixtures("_injections_enabled")
    def test_the_next_calls_can_be_affected_and_all_injections_stopped(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        page._refresh()
        for kind in ("error", "reset", "hang", "outcome"):
            self.fill(page, system="app", kind=kind, affects="next", calls="3", seconds="")
            assert page.start_injection() is None
        assert [injection.affects for injection in page.active_injections] == [
            "the next 3 calls"
        ] * 4
        assert all(injection.ends.until == "" for injection in page.active_injections)
        page.stop_all_injections()
        assert page.active_injections == registry.active() == []

    @pytest.mark.usefixtures("_injections_enabled")
    @pytest.mark.parametrize(
        ("error", "raised"),
        [
            ("refused", ConnectionRefusedError),
            ("timeout", TimeoutError),
            ("disk", OSError),
            ("password", Exception),
            ("unexpected", RuntimeError),
        ],
    )
    def test_the_error_chosen_is_what_a_call_meets(
        self, page: ResilienceState, known: list[Policy], error: str, raised: type[Exception]
    ) -> None:
        page._refresh()
        self.fill(page, system="source", error=error, rate="100")
        page.start_injection()
        with pytest.raises(raised):
            policy("source", "shop").call_sync(fail)
        [injection] = registry.active()
        assert injection.count == 1

    @pytest.mark.usefixtures("_injections_enabled")
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({}, "system"),
            ({"system": "no such"}, "system"),
            ({"system": "app", "kind": "fire"}, "kind"),
            ({"system": "app", "error": "what"}, "error"),
            ({"system": "app", "rate": ""}, "rate"),
            ({"system": "app", "rate": "0"}, "rate"),
            ({"system": "app", "rate": "101"}, "rate"),
            ({"system": "app", "rate": "nan"}, "rate"),
            ({"system": "app", "seed": "x"}, "seed"),
            ({"system": "app", "affects": "none"}, "affects"),
            ({"system": "app", "affects": "next", "calls": "1.5"}, "calls"),
            ({"system": "app", "affects": "next", "calls": "0"}, "calls"),
            ({"system": "app", "seconds": "-1"}, "seconds"),
            ({"system": "app", "seconds": "inf"}, "seconds"),
            ({"system": "app", "kind": "latency", "latency": "soon"}, "latency"),
            ({"system": "app", "kind": "outcome", "answer": "{"}, "answer"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_starts_nothing(
        self, page: ResilienceState, known: list[Policy], values: dict[str, str], field: str
    ) -> None:
        page._refresh()
        self.fill(page, **values)
        assert page.start_injection() is not None  # the focus goes there
        assert list(page.field_errors) == [field]
        assert registry.active() == []
        page.set_injection(field, "something else")
        assert page.field_errors == {}

    @pytest.mark.usefixtures("_injections_enabled")
    def test_fields_that_do_not_count_cannot_be_wrong(
        self, page: ResilienceState, known: list[Policy]
    ) -> None:
        page._refresh()
        self.fill(page, system="app", kind="reset", latency="x", answer="{", calls="x")
        assert page.start_injection() is None
        assert len(registry.active()) == 1

    def test_a_field_the_form_does_not_have_changes_nothing(self, page: ResilienceState) -> None:
        before = page.draft
        page.set_injection("admin", "yes")
        assert page.draft == before

    def test_another_system_has_other_targets(self, page: ResilienceState) -> None:
        self.fill(page, system="source", target="shop")
        self.fill(page, system="app")
        assert page.draft["target"] == "*"


class TestBanner:
    def test_it_is_silent_while_injections_are_switched_off(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live, "is_connected", lambda _state: pytest.fail("it polls"))
        state = state_of(InjectionBannerState)
        follow(state)
        assert not state.enabled

    @pytest.mark.usefixtures("_injections_enabled")
    def test_it_counts_the_active_injections(self, looks_twice: None) -> None:
        registry.inject("source", "reset")
        registry.inject("app", "hang")
        state = state_of(InjectionBannerState)
        follow(state)
        assert state.enabled
        assert state.active == 2
