"""The policies of this process: one for each target, made on first use."""

import threading

from proto_ddf.resilience.policy.config import policy_config
from proto_ddf.resilience.policy.policy import Policy, SharedLimits

_MAX_POLICIES = 1000
_IDLE_SECONDS = 3600.0


class PolicyRegistry:
    """Thread-safe. Where there are a thousand policies, those idle for an hour make room for a new one: targets
    such as sources are deleted, and nobody says so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shared: dict[str, SharedLimits] = {}
        self._policies: dict[tuple[str, str], Policy] = {}

    def policy(self, system: str, target: str = "") -> Policy:
        """The policy of that target; the same one every time."""
        known = self._policies.get((system, target))
        if known is not None:
            return known
        if len(self._policies) >= _MAX_POLICIES:
            self._drop_idle()
        with self._lock:
            return self._policies.get((system, target)) or self._make(system, target)

    def policies(self) -> list[Policy]:
        """All of them, by system and target."""
        with self._lock:
            return [policy for _, policy in sorted(self._policies.items())]

    def _drop_idle(self) -> None:
        # Looked at without the lock: a breaker whose time has come tells those who listen to it.
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
    """How calls of one target are made: its own breaker and bulkhead, the system's settings, retry budget and rate
    limit. The same object every time."""
    return _registry.policy(system, target)


def policies() -> list[Policy]:
    """All that were used so far, by system and target."""
    return _registry.policies()
