"""Failures that are injected into a policy's calls."""

from collections.abc import Iterator

import pytest

from proto_ddf.resilience import BreakerState
from proto_ddf.resilience.injection import registry
from proto_ddf.settings import get_settings
from tests.unit.resilience.policies import THRICE, Flaky, Run, breaker_of, make


class TestInjections:
    @pytest.fixture(autouse=True)
    def _switched_on(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("FAULTS_ENABLED", "true")
        get_settings.cache_clear()
        yield
        registry.stop_all()
        get_settings.cache_clear()

    def test_they_replace_the_call(self, run: Run, failed: list[Exception]) -> None:
        registry.inject("source", "reset", calls=2)
        policy, flaky = make(retry=THRICE), Flaky()
        assert run(policy, flaky) == "done"
        assert flaky.calls == 1
        assert [type(error) for error in failed] == [ConnectionResetError] * 2

    def test_only_their_target(self, run: Run) -> None:
        registry.inject("source", "reset", target="b")
        assert run(make(), Flaky()) == "done"

    def test_they_open_the_breaker_and_it_closes_after_them(self, run: Run) -> None:
        injection = registry.inject("source", "error")
        policy = make(failure_threshold=2, reset_timeout=0.0, success_threshold=1)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                run(policy, Flaky())
        assert breaker_of(policy).snapshot().transitions[0].after is BreakerState.OPEN
        registry.stop(injection.id)
        assert run(policy, Flaky()) == "done"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_an_outcome_is_answered_instead(self, run: Run) -> None:
        registry.inject("source", "outcome", outcome="made up")
        flaky = Flaky()
        assert (run(make(), flaky), flaky.calls) == ("made up", 0)

    def test_a_call_that_hangs_is_cut_by_its_timeout(self, run: Run) -> None:
        registry.inject("source", "hang")
        policy = make(attempt_timeout=0.02)
        with pytest.raises(TimeoutError):
            run(policy, Flaky())
        assert breaker_of(policy).failures == 1
