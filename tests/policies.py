"""New policies for each test, with the settings of the test: nothing remains from other tests."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from proto_ddf.resilience.policy import registry
from proto_ddf.settings import get_settings

QUICK = {"retry_delay_ms": 1, "max_retry_delay_ms": 2, "retry_jitter_ms": 0}
"""Waits too short to slow a test down."""


def fresh_policies(monkeypatch: pytest.MonkeyPatch, **systems: Mapping[str, Any]) -> None:
    """Discard all policies and use these settings of NETWORK_SYSTEMS; without settings, the defaults."""
    monkeypatch.setenv("NETWORK_SYSTEMS", json.dumps(systems))
    monkeypatch.setattr(registry, "_registry", registry.PolicyRegistry())
    get_settings.cache_clear()
