"""Fault injection: deliberate failures in place of calls to external systems.

Callers use the functions below as `injection.inject(...)`. `model` has one injection, `registry` the active ones.
"""

from proto_ddf.resilience.injection.model import Injection, InjectionKind, InjectionSnapshot
from proto_ddf.resilience.injection.registry import (
    KINDS,
    active,
    enabled,
    inject,
    stop,
    stop_all,
)

__all__ = [
    "KINDS",
    "Injection",
    "InjectionKind",
    "InjectionSnapshot",
    "active",
    "enabled",
    "inject",
    "stop",
    "stop_all",
]
