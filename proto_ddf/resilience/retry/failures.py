"""Decisions after a failed attempt: whether to retry, after which wait, and the reason if not."""

from collections.abc import Callable
from typing import Any

from tenacity import RetryCallState

from proto_ddf.logs import get_logger
from proto_ddf.progress import current_progress
from proto_ddf.redaction import plain_text
from proto_ddf.resilience.call_refused import is_refusal
from proto_ddf.resilience.deadline import current_deadline
from proto_ddf.resilience.is_transient import is_never_retried
from proto_ddf.resilience.retry.adaptive import AdaptiveRetry
from proto_ddf.resilience.retry.budget import RetryBudget
from proto_ddf.resilience.retry.config import RetryConfig
from proto_ddf.resilience.retry.retry_after import NEVER, retry_after

_log = get_logger(__name__)


class FailedAttempts:
    """The failed attempts of one call. The methods are tenacity's callbacks: retry, wait, stop and before_sleep."""

    def __init__(
        self,
        call: str,
        config: RetryConfig,
        budget: RetryBudget | None,
        adaptive: AdaptiveRetry | None,
        breaker_wait: Callable[[], float] | None,
    ) -> None:
        self._call = call
        self._config = config
        self._budget = budget
        self._adaptive = adaptive
        self._breaker_wait = breaker_wait
        self._attempts = config.max_attempts
        self._retry_after: float | None = None
        self._backoffs = 0
        """Backoffs since the last Retry-After, which starts the backoff again (gRPC A6, "Pushback")."""

    def is_retriable(self, state: RetryCallState) -> bool:
        error = _error(state)
        if error is None or is_never_retried(error):
            return False
        self._retry_after = retry_after(error)
        retriable = self._config.retriable(error)
        if (retriable or self._retry_after == NEVER) and not is_refusal(error):
            self._record_failure()
        if self._adaptive is not None:
            self._attempts = self._adaptive.snapshot().attempts(self._config.max_attempts)
        return retriable

    def wait(self, state: RetryCallState) -> float:
        if self._retry_after is not None:
            self._backoffs = 0
            return self._retry_after
        self._backoffs += 1
        return self._config.jitter(self._backoff())

    def stop(self, state: RetryCallState) -> bool:
        reason = self._reason_to_stop(state.attempt_number, state.upcoming_sleep)
        if reason and (error := _error(state)):
            self._log("not retried", error, attempt=state.attempt_number, reason=reason)
        return bool(reason)

    def notify(self, state: RetryCallState) -> None:
        if (error := _error(state)) is None:
            return
        attempt, wait = state.attempt_number, state.upcoming_sleep
        self._log("retrying", error, attempt=attempt, wait=round(wait, 3))
        current_progress.get().retrying(attempt, self._attempts, wait, error)

    def _record_failure(self) -> None:
        if self._budget is not None:
            self._budget.failed()
        if self._adaptive is not None:
            self._adaptive.failed()

    def _backoff(self) -> float:
        longest = self._config.max_delay
        factor = self._adaptive.snapshot().wait_factor if self._adaptive else 1.0
        initial = min(longest, self._config.initial_delay * factor)
        try:
            return min(longest, initial * self._config.backoff_factor ** (self._backoffs - 1))
        except OverflowError:
            return longest

    def _reason_to_stop(self, attempt: int, wait: float) -> str:
        """Why there is no further attempt, in a few words; "" if there is one."""
        if attempt >= self._attempts:
            return "attempts used up"
        if wait == NEVER:
            return "asked not to retry"
        deadline = current_deadline()
        if deadline is not None and wait >= deadline.left():
            return "no time left"
        if deadline is None and self._retry_after is not None and wait > self._config.max_delay:
            return "asked to wait too long"
        if self._breaker_wait is not None and self._breaker_wait() > wait:
            return "circuit open"
        allowed = self._budget is None or self._budget.allow()
        return "" if allowed else "retry budget used up"

    def _log(self, event: str, error: BaseException, **about: Any) -> None:
        _log.warning(
            event,
            call=self._call,
            attempts=self._attempts,
            error_type=type(error).__name__,
            error=plain_text(error),
            **about,
        )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
