"""A limit on the retries that all callers of a system make together.

The rules are those of gRPC's retry throttling: proposal A6, "Throttling Retry Attempts and Hedged RPCs"
(https://github.com/grpc/proposal/blob/master/A6-client-retries.md). The retry quota of the AWS SDKs is similar.
"""

from dataclasses import dataclass
from threading import Lock

from proto_ddf.resilience.arguments import BadArgumentError, check_positive, is_number


@dataclass(frozen=True)
class BudgetSnapshot:
    tokens: float
    max_tokens: float
    token_ratio: float
    limit: float
    """Retries are allowed while there are more tokens than this."""
    allowed: bool
    refused: int
    """Retries that were not made because tokens were missing, in total."""


class RetryBudget:
    """A token bucket, full at first. Thread-safe.

    An attempt that fails with a retryable error takes one token; an attempt that succeeds puts `token_ratio` back.
    Retries are allowed while the bucket has more than `threshold * max_tokens` tokens; otherwise a failure is raised
    at once. First attempts are always made, and their successes fill the bucket again.
    In the long run retries go on while less than `token_ratio / (1 + token_ratio)` of the attempts fail.

    Raises:
        BadArgumentError: a ValueError, unless `max_tokens` and `token_ratio` are above 0, and 0 <= `threshold` < 1.
    """

    def __init__(
        self, max_tokens: float = 10.0, token_ratio: float = 0.1, threshold: float = 0.5
    ) -> None:
        check_positive("max_tokens", max_tokens)
        check_positive("token_ratio", token_ratio)
        if not (is_number(threshold) and 0 <= threshold < 1):
            raise BadArgumentError("threshold", "be a number from 0 to below 1", threshold)
        self.max_tokens = max_tokens
        self.token_ratio = token_ratio
        self._limit = max_tokens * threshold
        self._lock = Lock()
        self._tokens = max_tokens
        self._refused = 0

    def allow(self) -> bool:
        """Whether a retry may be made now. A refusal is counted."""
        with self._lock:
            if self._tokens > self._limit:
                return True
            self._refused += 1
            return False

    def failed(self) -> None:
        """Count an attempt that failed with a retryable error, or whose target asked for no retry."""
        with self._lock:
            self._tokens = max(0.0, self._tokens - 1)

    def succeeded(self) -> None:
        """Count an attempt that succeeded."""
        # The common case, without the lock. At worst one success is not counted.
        if self._tokens == self.max_tokens:
            return
        with self._lock:
            self._tokens = min(self.max_tokens, self._tokens + self.token_ratio)

    def snapshot(self) -> BudgetSnapshot:
        with self._lock:
            return BudgetSnapshot(
                tokens=self._tokens,
                max_tokens=self.max_tokens,
                token_ratio=self.token_ratio,
                limit=self._limit,
                allowed=self._tokens > self._limit,
                refused=self._refused,
            )
