"""Runs probes over libraries. No library can hold up the others: each probe has a thread and a time limit."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from benchmarks.conformance.breaker_probes import BREAKER_PROBES
from benchmarks.conformance.breakers import OWN, PEERS
from benchmarks.conformance.contract import Fails, L, NotOffered, Probe, RetryLibrary
from benchmarks.conformance.retries import OWN_RETRY, RETRY_PEERS
from benchmarks.conformance.retry_probes import RETRY_PROBES

LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    library: str
    probe: str
    result: Literal["pass", "fails", "not offered"]
    happened: str = ""
    """What the library did instead."""


def run_breakers() -> list[Outcome]:
    """Every breaker, one probe after the other: several are about what the processor does."""
    return [
        run_probe(title, probe, library)
        for title, probe in BREAKER_PROBES.items()
        for library in (OWN, *PEERS)
    ]


def run_retries() -> list[Outcome]:
    """Every retrying library, all at the same time: they mostly wait."""
    libraries = (OWN_RETRY, *RETRY_PEERS)
    with ThreadPoolExecutor(len(libraries)) as pool:
        return [outcome for outcomes in pool.map(_run_retry, libraries) for outcome in outcomes]


def _run_retry(library: RetryLibrary) -> list[Outcome]:
    return [run_probe(title, probe, library) for title, probe in RETRY_PROBES.items()]


def run_probe(title: str, probe: Probe[L], library: L) -> Outcome:
    """Ask one question of one library, for at most LIMIT_SECONDS."""
    found: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: found.append(_ask(title, probe, library)), name=title, daemon=True
    )
    thread.start()
    thread.join(LIMIT_SECONDS)
    if found:
        return found[0]
    return Outcome(library.name, title, "fails", f"no end within {LIMIT_SECONDS:g} s")


def _ask(title: str, probe: Probe[L], library: L) -> Outcome:
    try:
        answer = probe(library)
        if answer is not None:
            asyncio.run(answer)
    except Fails as fails:
        return Outcome(library.name, title, "fails", str(fails))
    except NotOffered:
        return Outcome(library.name, title, "not offered")
    except BaseException as error:
        return Outcome(library.name, title, "fails", f"raises {type(error).__name__}: {error}")
    return Outcome(library.name, title, "pass")
