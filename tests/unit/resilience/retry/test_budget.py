"""The retry budget: gRPC A6's rules, whoever calls in whatever order."""

import threading

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from proto_ddf.resilience.retry import RetryBudget


class BudgetMachine(RuleBasedStateMachine):
    """Compared with a model that counts thousandths of a token, which are exact."""

    @initialize(
        most=st.integers(1, 20),
        ratio=st.integers(1, 2000),
        threshold=st.sampled_from([0.0, 0.25, 0.5, 0.75]),
    )
    def make(self, most: int, ratio: int, threshold: float) -> None:
        self.budget = RetryBudget(most, ratio / 1000, threshold)
        self.most = most * 1000
        self.ratio = ratio
        self.limit = self.most * threshold
        self.tokens = self.most
        self.refused = 0

    @rule()
    def fail(self) -> None:
        self.budget.failed()
        self.tokens = max(0, self.tokens - 1000)

    @rule()
    def succeed(self) -> None:
        self.budget.succeeded()
        self.tokens = min(self.most, self.tokens + self.ratio)

    @rule()
    def ask(self) -> None:
        allowed = self.budget.allow()
        self.refused += not allowed
        if abs(self.tokens - self.limit) > 0.001:  # at the limit itself floats may round
            assert allowed is (self.tokens > self.limit)

    @invariant()
    def counts_as_the_model(self) -> None:
        if hasattr(self, "budget"):
            found = self.budget.snapshot()
            assert found.tokens == pytest.approx(self.tokens / 1000, abs=1e-6)
            assert 0 <= found.tokens <= found.max_tokens
            assert found.refused == self.refused


TestAnyOrder = BudgetMachine.TestCase


def test_the_defaults_are_those_of_the_proposal() -> None:
    found = RetryBudget().snapshot()
    assert (found.max_tokens, found.token_ratio, found.limit) == (10.0, 0.1, 5.0)
    assert (found.tokens, found.allowed, found.refused) == (10.0, True, 0)


def test_at_the_limit_nothing_is_retried_and_just_above_it_is() -> None:
    budget = RetryBudget(max_tokens=4, token_ratio=0.5)
    budget.failed()
    assert budget.allow()
    budget.failed()
    assert not budget.allow()
    assert budget.snapshot().tokens == 2.0
    budget.succeeded()
    assert budget.allow()


def test_asking_takes_nothing() -> None:
    budget = RetryBudget()
    assert all(budget.allow() for _ in range(100))
    assert budget.snapshot().tokens == 10.0


def test_where_everything_fails_for_long_it_stays_shut_until_enough_succeeds() -> None:
    budget = RetryBudget(max_tokens=10, token_ratio=0.5)
    for _ in range(1000):
        budget.failed()
    assert budget.snapshot().tokens == 0.0
    for _ in range(10):
        assert not budget.allow()
        budget.succeeded()
    budget.succeeded()
    assert budget.allow()


@pytest.mark.parametrize(("failures_in_ten", "goes_on"), [(3, True), (4, False)])
def test_the_ratio_decides_how_many_failures_are_borne(failures_in_ten: int, goes_on: bool) -> None:
    """With a ratio of 0.5 a third."""
    budget = RetryBudget(max_tokens=20, token_ratio=0.5)
    for number in range(1000):
        if number % 10 < failures_in_ten:
            budget.failed()
        else:
            budget.succeeded()
    assert budget.allow() is goes_on


def test_threads_lose_no_token() -> None:
    budget = RetryBudget(max_tokens=100_000, token_ratio=0.25)
    budget.failed()
    together = threading.Barrier(8)

    def work() -> None:
        together.wait()
        for _ in range(2000):
            budget.failed()
            budget.succeeded()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.snapshot().tokens == 100_000 - 1 - 8 * 2000 * 0.75


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"max_tokens": -1},
        {"max_tokens": float("nan")},
        {"token_ratio": 0},
        {"threshold": 1.0},
        {"threshold": -0.1},
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RetryBudget(**wrong)
