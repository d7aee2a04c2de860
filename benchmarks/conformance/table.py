"""Writes what the suite found into docs/resilience.md, between two markers."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.conformance.breakers import PEERS
from benchmarks.conformance.contract import BreakerLibrary, RetryLibrary, version_of
from benchmarks.conformance.retries import RETRY_PEERS
from benchmarks.conformance.suite import Outcome

FILE = Path(__file__).resolve().parents[2] / "docs" / "resilience.md"
BEGIN = "<!-- conformance: written by make bench -->"
END = "<!-- conformance: end -->"
MARKS = {"pass": "yes", "fails": "**no**", "not offered": "-"}
INTRODUCTION = """## Comparison with other libraries

One suite of probes (`benchmarks/conformance`) tests each of these cases with Proto-DDF and with the installed libraries.
`make bench` runs it and writes this section. `tests/unit/resilience/breaker/test_conformance.py` checks that Proto-DDF's
breaker, retry and whole policy pass all of them. "-": the library does not have this function."""
BREAKERS = """### Circuit breakers

Every breaker closes after one success. If a library can set how many calls half-open admits, it is tested with one and
with three. Every library with sync calls is tested with threads, whether or not its manual promises thread safety. Tasks
use pybreaker's context manager, because its async call is for Tornado. A breaker that admits every call while half-open
is not kept open by a hung probe either."""
RETRIES = """### Retries with a total time limit

The limit is set as each library offers it: `timeout` of stamina, `stop_before_delay` of tenacity, `deadline_s` and the same
as `attempt_timeout_s` of redress, a timeout around the retry of hyx and interlock-cb."""


def write(breakers: list[Outcome], retries: list[Outcome], machine: str) -> None:
    """Put the tables in place of the last ones; at the end of the file the first time."""
    text = FILE.read_text()
    section = f"{BEGIN}\n{_section(breakers, retries, machine)}\n{END}"
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    FILE.write_text(f"{before.rstrip()}\n\n{section}{after}")


def _section(breakers: list[Outcome], retries: list[Outcome], machine: str) -> str:
    return "\n\n".join(
        [
            INTRODUCTION,
            BREAKERS,
            matrix(breakers),
            RETRIES,
            matrix(retries),
            "### Failures",
            failures([*breakers, *retries]),
            f"Versions: {_versions((*PEERS, *RETRY_PEERS))}. {machine}",
        ]
    )


def matrix(outcomes: list[Outcome]) -> str:
    """A row for each probe, a column for each library."""
    libraries = list(dict.fromkeys(outcome.library for outcome in outcomes))
    results = {(outcome.probe, outcome.library): MARKS[outcome.result] for outcome in outcomes}
    rows = [
        f"| {probe} | {' | '.join(results[probe, library] for library in libraries)} |"
        for probe in dict.fromkeys(outcome.probe for outcome in outcomes)
    ]
    return "\n".join([f"| | {' | '.join(libraries)} |", "|---" * (len(libraries) + 1) + "|", *rows])


def failures(outcomes: list[Outcome]) -> str:
    rows = [
        f"| {outcome.library} | {outcome.probe} | {outcome.happened} |"
        for outcome in sorted(outcomes, key=lambda outcome: outcome.library.lower())
        if outcome.result == "fails"
    ]
    return "\n".join(["| library | probe | what it did |", "|---|---|---|", *rows])


def _versions(libraries: Sequence[BreakerLibrary | RetryLibrary]) -> str:
    known = {library.name: version_of(library) for library in libraries}
    return ", ".join(f"{name} {known[name]}" for name in sorted(known))
