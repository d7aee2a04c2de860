"""How many retries all callers of a system may make together.

The rules are those of gRPC's retry throttling: proposal A6, "Throttling Retry Attempts and Hedged RPCs"
(https://github.com/grpc/proposal/blob/master/A6-client-retries.md). The AWS SDKs' retry quota is its kin.
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
    """Retries are made while there are more tokens than this."""
    allowed: bool
    refused: int
    """Retries that were not made for want of tokens, in all."""


class RetryBudget:
    """A bucket of tokens, full at first. Thread-safe.

    Every attempt that fails in a way that would be retried takes one token, every one that succeeds puts
    `token_ratio` back. Retries are made while more than `threshold` of `max_tokens` are there; below, a failure
    is passed on at once. First attempts are always made: their successes fill the bucket again.
    In the long run retries go on while less than `token_ratio / (1 + token_ratio)` of the attempts fail.

    Raises:
        BadArgumentError: a ValueError, unless `max_tokens` and `token_ratio` are above 0 and `threshold` is from 0 to below 1.
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
        """Whether a retry may be made now. Notes a refusal."""
        with self._lock:
            if self._tokens > self._limit:
                return True
            self._refused += 1
            return False

    def failed(self) -> None:
        """An attempt failed in a way that would be retried, or the other side asked not to."""
        with self._lock:
            self._tokens = max(0.0, self._tokens - 1)

    def succeeded(self) -> None:
        """An attempt succeeded."""
        if self._tokens == self.max_tokens:  # the common case; at worst one success goes uncounted
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
