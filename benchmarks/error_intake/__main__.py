"""How fast errors of 50,000 characters are stored, what reporting one costs, and what ten thousand at once take.

    python -m benchmarks.error_intake [rounds]

Peers are Bugsink, see bugsink.py, and what was here before, taken from git. All take turns, round by round, with new events.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.error_intake.bounds import AT_ONCE
from benchmarks.error_intake.bugsink import Bugsink, running_bugsink
from benchmarks.error_intake.events import LENGTH, events
from benchmarks.report import machine, publish_table

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")
WARM_UP = 100
MOST_ADDED_MS = 1
MOST_MEMORY_MB = 256
OURS, PEERS = 600, 150
"""Events of a round: as many as take about as long."""
TODAY = "8508f29^"
"""The last revision before the work on errors began, whose redaction was most of what an error cost."""
BEFORE = {TODAY: "before redaction became linear", "0797d40": "before the intake"}
"""Revisions that stored errors one after the other, while the operation waited."""

TEXT = f"""An event is one of a hundred provoked failures (`tests/provoked`) with what a build logged before it, {LENGTH:,}
characters with a dozen secrets in them, in 50 parts. A round stores {OURS} of them here and {PEERS} at each peer, each side
in its own SQLite file, after {WARM_UP} that do not count. Time runs from the first event until the last is stored and
counted; afterwards each is there, whole, in its incident and in the roll-ups, none was refused, and no secret is in
any file. Ours is one process: `describe` (which classifies and redacts), `intake.report`, `intake.flush`. Bugsink 2.6 gets
the same texts as Sentry envelopes by HTTP over four connections, with two gunicorn workers and its digestion by snappea,
as its documents say for a single server. So it parses HTTP and works in several processes on both cores, and
neither redacts nor classifies; ours does both, and gets its errors in the process where they happen. The ratio of wall
times is that of the events per second, and its spread over the rounds stands in brackets. In the processor's time all
processes of each are counted, which other work on the machine does not change. What was here before
stored no roll-ups, and before redaction became linear it grouped nothing and did not read what a program wrote."""


@dataclass
class Figures:
    """Milliseconds of one event, by round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, taken: Sequence[float], count: int) -> None:
        self.wall.append(taken[0] / count * 1000)
        self.cpu.append(taken[1] / count * 1000)


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        earlier = {revision: _take_out(revision, folder / revision) for revision in BEFORE}
        with running_bugsink(folder / "bugsink") as bugsink:
            figures = {side: Figures() for side in ("ours", "bugsink", *BEFORE)}
            bugsink.store(events(WARM_UP, 10**6))
            for number in range(rounds):
                _round(number, figures, bugsink, earlier, folder)
        bounds = json.loads(
            _python("-m", "benchmarks.error_intake.bounds", _write(folder, events(200, 1)))
        )
    text = f"{TEXT}\n\n{rounds} rounds. {machine()}"
    publish_table("Error intake", text, _ratios(figures), _bounds(bounds), _floods(bounds))


def _round(
    number: int,
    figures: dict[str, Figures],
    bugsink: Bugsink,
    earlier: dict[str, Path],
    folder: Path,
) -> None:
    ours = _write(folder, events(WARM_UP + OURS, number))
    figures["ours"].add(json.loads(_python(WORKER, "intake", WARM_UP, ours)), OURS)
    few = events(WARM_UP + PEERS, number)
    figures["bugsink"].add(bugsink.store(few[WARM_UP:]), PEERS)
    for revision, code in earlier.items():
        taken = _python(WORKER, "tracker", WARM_UP, _write(folder, few), code=code)
        figures[revision].add(json.loads(taken), PEERS)
    last = {side: f"{figure.wall[-1]:.1f} ms" for side, figure in figures.items()}
    print(f"error intake {number}: {last}", flush=True)


def _take_out(revision: str, folder: Path) -> Path:
    """The code of a revision.

    Raises:
        subprocess.CalledProcessError: this is no repository, or without that revision.
    """
    folder.mkdir()
    archive = ["git", "archive", revision, "proto_ddf"]
    packed = subprocess.run(archive, cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    return folder


def _write(folder: Path, known: list[dict[str, Any]]) -> Path:
    file = folder / "events.json"
    file.write_text(json.dumps(known))
    return file


def _python(*argv: object, code: Path = ROOT) -> str:
    """What Python prints, run with that code and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as home:
        return subprocess.run(
            [sys.executable, *map(str, argv)],
            cwd=ROOT,
            env=os.environ | {"PROTO_DDF_HOME": home, "PYTHONPATH": str(code)},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout


def _ratios(figures: dict[str, Figures]) -> list[list[str]]:
    peers = [("bugsink", "Bugsink 2.6", 10)]
    peers += [(side, f"today's path, {BEFORE[side]}", None) for side in BEFORE]
    table = [["one event of 50 KB, against", "Proto-DDF", "peer", "times as fast", "at least", ""]]
    for side, name, least in peers:
        least = 6 if side == TODAY else least
        for kind, clock in (("wall", "wall time"), ("cpu", "processor")):
            ours, peer = getattr(figures["ours"], kind), getattr(figures[side], kind)
            times = [theirs / own for own, theirs in zip(ours, peer, strict=True)]
            promise = least if kind == "wall" else None
            table.append(
                [
                    f"{name}: {clock}",
                    f"{median(ours):.2f} ms",
                    f"{median(peer):.2f} ms",
                    f"{median(times):.1f} ({min(times):.1f} to {max(times):.1f})",
                    f"{promise}" if promise else "",
                    _verdict(median(times) >= promise) if promise else "",
                ]
            )
    return table


def _bounds(bounds: dict[str, Any]) -> list[list[str]]:
    table = [["one report, in the thread that failed", "median", "95 % within", "at most", ""]]
    for kind, name in (("ordinary", "An ordinary error"), ("large", "One of 50 KB")):
        middle, most = median(bounds[kind]), quantiles(bounds[kind], n=20)[-1]
        verdict = _verdict(middle <= MOST_ADDED_MS)
        table.append([name, f"{middle:.3f} ms", f"{most:.3f} ms", f"{MOST_ADDED_MS} ms", verdict])
    return table


def _floods(bounds: dict[str, Any]) -> list[list[str]]:
    head = ["measured", "equal", "different", "at most", ""]
    rows = [
        ("Incidents", "incidents", "{:,}"),
        ("Counted", "stored", "{:,}"),
        ("Refused, and counted as such", "refused", "{:,}"),
        ("Stored without their large part, because the queue is full", "shortened", "{:,}"),
        ("Memory on top", "growth", "{:.0f} MB"),
        ("Large parts that wait", "queued", "{:.1f} MB"),
    ]
    equal, different = bounds["equal"], bounds["different"]
    table = [
        [title, form.format(equal[name]), form.format(different[name]), "", ""]
        for title, name, form in rows
    ]
    most = max(equal["growth"], different["growth"])
    table[-2][-2:] = [f"{MOST_MEMORY_MB} MB", _verdict(most <= MOST_MEMORY_MB)]
    return [[f"{AT_ONCE:,} errors of 50 KB at once", *head[1:]], *table]


def _verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "missed"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
