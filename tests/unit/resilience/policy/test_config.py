"""Which setting a system's policy uses."""

import json
from typing import Any

import pytest

from proto_ddf.network_settings import SystemSettings
from proto_ddf.resilience import SYSTEM_DEFAULTS, PolicyConfig, SlidingWindow, policy_config
from proto_ddf.resilience.retry import PROFILES
from proto_ddf.settings import Settings

OTHER = "other"
"""A system that nobody knows."""


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a config under the given environment; `given` is the argument."""

    def make(
        system: str = OTHER, given: SystemSettings | None = None, **variables: str
    ) -> PolicyConfig:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return policy_config(system, given, settings=Settings())

    return make


def systems(**of: Any) -> str:
    return json.dumps(of)


def test_a_system_that_nobody_knows_has_the_defaults_of_the_variables(config: Any) -> None:
    found: PolicyConfig = config()
    retry = found.retry
    assert (retry.max_attempts, retry.initial_delay, retry.max_delay) == (4, 0.5, 8.0)
    assert retry.backoff_factor == 2.0
    assert (found.connect_timeout, found.read_timeout) == (5.0, 30.0)
    assert (found.attempt_timeout, found.deadline) == (35.0, None)
    assert (found.breaker, found.failure_threshold, found.reset_timeout) == (True, 5, 30.0)
    assert (found.success_threshold, found.max_concurrent, found.rate) == (3, None, None)
    waits = {retry.jitter(0.5) for _ in range(200)}
    assert 0.5 <= min(waits) < max(waits) <= 0.6


def test_the_variables_apply(config: Any) -> None:
    found: PolicyConfig = config(
        NETWORK_DEFAULT_MAX_RETRIES="1",
        NETWORK_DEFAULT_RETRY_DELAY_MS="20",
        NETWORK_MAX_RETRY_DELAY_MS="40",
        NETWORK_RETRY_JITTER_MS="0",
        NETWORK_DEFAULT_CONNECT_TIMEOUT_MS="1000",
        NETWORK_DEFAULT_READ_TIMEOUT_MS="2000",
        NETWORK_CIRCUIT_BREAKER_ENABLED="false",
        NETWORK_CIRCUIT_BREAKER_THRESHOLD="7",
        NETWORK_CIRCUIT_BREAKER_RESET_TIMEOUT_MS="9000",
    )
    retry = found.retry
    assert (retry.max_attempts, retry.initial_delay, retry.max_delay) == (2, 0.02, 0.04)
    assert retry.jitter(0.02) == 0.02
    assert (found.connect_timeout, found.read_timeout) == (1.0, 2.0)
    assert found.attempt_timeout == 3.0
    assert (found.breaker, found.failure_threshold, found.reset_timeout) == (False, 7, 9.0)


def attempts(found: PolicyConfig) -> int:
    return found.retry.max_attempts


class TestPrecedence:
    """Argument, system's settings, variable that was set, profile, system's default, default of the variable."""

    def test_each_goes_before_the_next(self, config: Any) -> None:
        assert attempts(config("source")) == 5
        assert attempts(config("source", RESILIENCE_PROFILE="development")) == 3
        assert attempts(config("source", NETWORK_DEFAULT_MAX_RETRIES="5")) == 6
        assert attempts(config("source", NETWORK_SYSTEMS=systems(source={"max_retries": 6}))) == 7
        assert attempts(config("source", SystemSettings(max_retries=7))) == 8

    @pytest.mark.parametrize("name", PROFILES)
    def test_a_profile_brings_all_its_values(self, config: Any, name: str) -> None:
        assert config(RESILIENCE_PROFILE=name).retry == PROFILES[name]

    def test_a_variable_set_to_its_default_was_set_all_the_same(self, config: Any) -> None:
        found = config(RESILIENCE_PROFILE="production", NETWORK_DEFAULT_MAX_RETRIES="3")
        assert attempts(found) == 4
        assert found.retry.initial_delay == PROFILES["production"].initial_delay

    def test_a_jitter_that_was_set_replaces_the_profiles(self, config: Any) -> None:
        found = config(RESILIENCE_PROFILE="production", NETWORK_RETRY_JITTER_MS="0")
        assert found.retry.jitter(2.0) == 2.0

    def test_delays_from_different_places_do_not_cross(self, config: Any) -> None:
        found = config(RESILIENCE_PROFILE="development", NETWORK_DEFAULT_RETRY_DELAY_MS="6000")
        assert (found.retry.initial_delay, found.retry.max_delay) == (6.0, 6.0)

    def test_other_systems_keep_theirs(self, config: Any) -> None:
        assert attempts(config(NETWORK_SYSTEMS=systems(source={"max_retries": 6}))) == 4

    def test_generated_apps_are_retried_only_by_their_own_entry(self, config: Any) -> None:
        assert attempts(config("app", NETWORK_DEFAULT_MAX_RETRIES="5")) == 1
        assert attempts(config("app", RESILIENCE_PROFILE="production")) == 1
        assert attempts(config("app", NETWORK_SYSTEMS=systems(app={"max_retries": 2}))) == 3


class TestSystems:
    def test_usage_events_give_up_early(self, config: Any) -> None:
        found = config("usage_events")
        assert (found.failure_threshold, found.reset_timeout) == (3, 60.0)

    def test_a_source_has_a_minute(self, config: Any) -> None:
        found = config("source")
        assert (found.deadline, found.attempt_timeout, found.max_concurrent) == (60.0, 30.0, 8)

    def test_the_timeouts_that_were_set_are_those_of_its_attempts(self, config: Any) -> None:
        assert config("source", NETWORK_DEFAULT_READ_TIMEOUT_MS="1000").attempt_timeout == 6.0

    def test_everything_can_be_set_for_one(self, config: Any) -> None:
        own = {
            "attempt_timeout_ms": 1500,
            "deadline_ms": 4000,
            "circuit_breaker_enabled": False,
            "circuit_breaker_success_threshold": 2,
            "max_concurrent": 3,
            "max_queue": 4,
            "rate_calls": 10,
            "rate_seconds": 2.5,
            "retry_budget_tokens": 30,
            "retry_budget_ratio": 0.5,
            "adaptive": True,
        }
        found: PolicyConfig = config("app", NETWORK_SYSTEMS=systems(app=own))
        assert (found.attempt_timeout, found.deadline, found.breaker) == (1.5, 4.0, False)
        assert (found.success_threshold, found.max_concurrent, found.max_queue) == (2, 3, 4)
        assert (found.rate, found.budget, found.adaptive) == ((10, 2.5), (30.0, 0.5), True)

    @pytest.mark.parametrize("system", SYSTEM_DEFAULTS)
    def test_a_probe_may_take_as_long_as_an_attempt(self, config: Any, system: str) -> None:
        found = config(system)
        assert found.probe_timeout >= found.attempt_timeout

    def test_a_window_is_the_callers(self) -> None:
        window = SlidingWindow("count", 10, 5)
        assert policy_config(OTHER, window=window, settings=Settings()).window is window


class TestInWords:
    def test_all_that_applies_is_said(self, config: Any) -> None:
        given = SystemSettings(circuit_breaker_threshold=6)
        words = dict(config("source", given).describe())
        assert words["Retries"] == "up to 4"
        assert words["Wait before a retry"] == "from 0.5 s up to 8 s"
        assert words["Time limit of a call"] == "60 s for all attempts"
        assert words["Timeout of an attempt"] == "30 s"
        assert words["Opens after"] == "6 consecutive failures"
        assert words["Concurrent calls"] == "8, and 32 in the queue"

    def test_what_is_off_is_said_too(self, config: Any) -> None:
        words = dict(config("app", NETWORK_CIRCUIT_BREAKER_ENABLED="false").describe())
        assert (words["Retries"], words["Circuit breaker"]) == ("none", "switched off")
        assert not {"Opens after", "Time limit of a call", "Rate limit"} & words.keys()
