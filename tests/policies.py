"""Policies of a test's own: none remembers what other tests did, and their settings are the test's."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from proto_ddf.resilience.policy import registry
from proto_ddf.settings import get_settings

QUICK = {"retry_delay_ms": 1, "max_retry_delay_ms": 2, "retry_jitter_ms": 0}
"""Waits that nobody notices."""


def fresh_policies(monkeypatch: pytest.MonkeyPatch, **systems: Mapping[str, Any]) -> None:
    """Start over, with these settings of NETWORK_SYSTEMS; with none as on a new machine."""
    monkeypatch.setenv("NETWORK_SYSTEMS", json.dumps(systems))
    monkeypatch.setattr(registry, "_registry", registry.PolicyRegistry())
    get_settings.cache_clear()
