"""Policies: all parts of resilience in a fixed order around a call, configured by the system's settings.

Import the names below; most callers need only `policy(system, target)`.
"""

from proto_ddf.resilience.policy.config import SYSTEM_DEFAULTS, PolicyConfig, policy_config
from proto_ddf.resilience.policy.failed_attempts import add_attempt_listener
from proto_ddf.resilience.policy.policy import Policy, SharedLimits
from proto_ddf.resilience.policy.registry import policies, policy
from proto_ddf.resilience.policy.snapshot import PolicySnapshot

__all__ = [
    "SYSTEM_DEFAULTS",
    "Policy",
    "PolicyConfig",
    "PolicySnapshot",
    "SharedLimits",
    "add_attempt_listener",
    "policies",
    "policy",
    "policy_config",
]
