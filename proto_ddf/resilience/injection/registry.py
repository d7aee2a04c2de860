"""Fault injection: deliberate failures in place of calls to external systems.

    one = injection.inject("source", "reset", rate=0.3, seed=7)   # 30 % of the calls
    injection.inject("app", "hang", calls=2, target="flights")      # the next two calls of one target
    injection.stop(one.id)

It works only if the setting FAULTS_ENABLED is on. An injected error is one that a driver would raise, so that the
calling code handles it like a real failure.
"""

import asyncio
import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, get_args

from proto_ddf.errors.types import ValidationError
from proto_ddf.logs import get_logger
from proto_ddf.progress import current_progress
from proto_ddf.resilience.deadline import current_deadline
from proto_ddf.resilience.injection.model import Injection, InjectionKind, InjectionSnapshot
from proto_ddf.settings import get_settings

KINDS: tuple[InjectionKind, ...] = get_args(InjectionKind)

NOT_INJECTED = object()
"""The result of `apply` if the call is to be made."""

_POLL_SECONDS = 0.05
"""How often a blocked call checks whether it may go on, in seconds."""

_log = get_logger(__name__)
_lock = threading.RLock()
_active: tuple[Injection, ...] = ()
any_active = False
"""Whether any injection is active. Calls read only this flag while there is none."""


def enabled() -> bool:
    """Whether failures may be injected."""
    return get_settings().faults_enabled


def inject(
    system: str,
    kind: InjectionKind,
    *,
    rate: float = 1.0,
    calls: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    error: Exception | Callable[[], Exception] | None = None,
    latency: float = 1.0,
    outcome: Any = None,
    target: str | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Injection:
    """Start to inject failures.

    Args:
        system: the system whose calls are affected; `target` restricts it to one target.
        kind: `error` raises `error`, or the exception that it returns if it is a function (by default a refused
            connection); `reset` raises a lost connection; `latency` delays the call by `latency`; `hang` blocks
            it until its timeout; `outcome` returns `outcome` without making the call.
        rate: fraction of the calls that are affected, above 0 and at most 1.
        calls: the injection ends after that many affected calls.
        seconds: the injection ends after that time.
        seed: makes the random choice by `rate` repeatable.
        latency: seconds.

    Raises:
        ValidationError: if fault injection is switched off, or an argument is out of range.
    """
    if not enabled():
        raise ValidationError(
            "Fault injection is switched off. Set FAULTS_ENABLED=true and restart Proto-DDF.",
            "kind",
            kind,
        )
    _check(kind, rate, calls, seconds, latency)
    injection = Injection(
        system,
        kind,
        rate=rate,
        calls=calls,
        seconds=seconds,
        seed=seed,
        error=error,
        latency=latency,
        outcome=outcome,
        target=target,
        clock=clock,
    )
    with _lock:
        _set((*_active, injection))
    _log.warning(
        "fault injected", injection=injection.id, system=system, target=target, kind=kind, rate=rate
    )
    return injection


def stop(injection_id: int) -> None:
    """Stop one injection and release its blocked calls. An unknown or stopped id is ignored."""
    with _lock:
        for injection in _active:
            if injection.id == injection_id:
                injection.stop()
        _prune()


def stop_all() -> None:
    """Stop all injections."""
    with _lock:
        for injection in _active:
            injection.stop()
        _prune()


def active() -> list[InjectionSnapshot]:
    """The injections that still affect or block calls, oldest first."""
    with _lock:
        _prune()
        return [injection.snapshot() for injection in _active]


def apply_sync(system: str, target: str) -> Any:
    """Apply the matching injections to this call: raise, wait, or return a result; NOT_INJECTED if the call goes on.

    A hanging thread is blocked until the current deadline, and then raises TimeoutError as a driver would.
    """
    for injection in _matching(system, target):
        if injection.kind == "outcome":
            return injection.outcome
        if injection.kind == "latency":
            _block_sync(injection, injection.latency)
        elif injection.kind == "hang":
            _block_sync(injection, None)
        else:
            raise injection.make_error()
    return NOT_INJECTED


async def apply(system: str, target: str) -> Any:
    """The same for a task. The timeout of the attempt cancels a hanging call."""
    for injection in _matching(system, target):
        if injection.kind == "outcome":
            return injection.outcome
        if injection.kind == "latency":
            await _block(injection, injection.latency)
        elif injection.kind == "hang":
            await _block(injection, None)
        else:
            raise injection.make_error()
    return NOT_INJECTED


def _check(
    kind: str, rate: float, calls: int | None, seconds: float | None, latency: float
) -> None:
    if kind not in KINDS:
        raise ValidationError(f"The kind of fault is one of {', '.join(KINDS)}.", "kind", kind)
    if not 0 < rate <= 1:
        raise ValidationError("The rate must be above 0 and at most 1.", "rate", rate)
    if calls is not None and calls < 1:
        raise ValidationError("The number of calls must be at least 1.", "calls", calls)
    if seconds is not None and not seconds > 0:
        raise ValidationError("The time must be more than 0 seconds.", "seconds", seconds)
    if not latency > 0:
        raise ValidationError("The delay must be more than 0 seconds.", "latency", latency)


def _matching(system: str, target: str) -> Iterator[Injection]:
    """The injections that apply to this call. Lazy, so that an injection after one that ends the call does not
    count the call."""
    if any(injection.finished for injection in _active):
        with _lock:
            _prune()
    return (injection for injection in _active if injection.matches(system, target))


def _block_sync(injection: Injection, seconds: float | None) -> None:
    progress, deadline = current_progress.get(), current_deadline()
    end = None if seconds is None else time.monotonic() + seconds
    with injection.blocked_call():
        while injection.blocks:
            left = _POLL_SECONDS if end is None else end - time.monotonic()
            if left <= 0:
                return
            if deadline is not None:
                if deadline.expired:
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
                left = min(left, deadline.left())
            time.sleep(max(0.0, min(_POLL_SECONDS, left)))
            progress.check_stop()


async def _block(injection: Injection, seconds: float | None) -> None:
    clock = asyncio.get_running_loop().time
    end = None if seconds is None else clock() + seconds
    with injection.blocked_call():
        while injection.blocks:
            left = _POLL_SECONDS if end is None else end - clock()
            if left <= 0:
                return
            await asyncio.sleep(min(_POLL_SECONDS, left))


def _prune() -> None:
    _set(tuple(injection for injection in _active if not injection.finished))


def _set(injections: tuple[Injection, ...]) -> None:
    global _active, any_active
    _active, any_active = injections, bool(injections)
