"""Failures that are injected on purpose, in place of the call to something outside.

Callers use the functions below as `injection.inject(...)`; `model` is one injection, `registry` those that are active.
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
