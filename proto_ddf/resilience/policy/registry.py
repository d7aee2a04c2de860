"""The policies of this process: one for each target, made on first use."""

import threading

from proto_ddf.resilience.policy.config import policy_config
from proto_ddf.resilience.policy.policy import Policy, SharedLimits

_MAX_POLICIES = 1000
_IDLE_SECONDS = 3600.0


class PolicyRegistry:
    """Thread-safe. With a thousand policies, those that were idle for an hour are dropped before a new one is made:
    nothing tells the registry that a target, such as a source, was deleted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shared: dict[str, SharedLimits] = {}
        self._policies: dict[tuple[str, str], Policy] = {}

    def policy(self, system: str, target: str = "") -> Policy:
        """The policy of the target, the same object every time."""
        known = self._policies.get((system, target))
        if known is not None:
            return known
        if len(self._policies) >= _MAX_POLICIES:
            self._drop_idle()
        with self._lock:
            return self._policies.get((system, target)) or self._make(system, target)

    def policies(self) -> list[Policy]:
        """All policies, sorted by system and target."""
        with self._lock:
            return [policy for _, policy in sorted(self._policies.items())]

    def _drop_idle(self) -> None:
        # Without the lock, because `idle` may make a breaker half-open, and that calls its listeners.
        idle = [policy for policy in self.policies() if policy.idle(_IDLE_SECONDS)]
        with self._lock:
            for policy in idle:
                self._policies.pop((policy.system, policy.target), None)

    def _make(self, system: str, target: str) -> Policy:
        shared = self._shared.get(system)
        if shared is None:
            shared = self._shared[system] = SharedLimits(system, policy_config(system))
        policy = self._policies[system, target] = Policy(system, target, shared=shared)
        return policy


_registry = PolicyRegistry()


def policy(system: str, target: str = "") -> Policy:
    """The policy of one target, the same object every time. It has its own breaker and bulkhead; settings, retry budget
    and rate limit are the system's."""
    return _registry.policy(system, target)


def policies() -> list[Policy]:
    """All policies in use so far, sorted by system and target."""
    return _registry.policies()
