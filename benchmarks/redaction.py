"""What it costs to remove secrets from a text.

    python -m benchmarks.redaction [rounds]

The peer is the redaction of the release before, kept in tests/unit/redaction/earlier.py. The last line compares the
redaction with itself, on a text that is twenty times as long.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Comparison, publish
from proto_ddf.redaction import scrub_text
from tests.unit.redaction.earlier import earlier_scrub_text

ROUNDS = 9
LENGTH = 50_000
LONGER = 20
NO_LIMIT = 10**9

TEXT = f"""Texts of {LENGTH:,} characters: Python code as a traceback quotes it, JSON in which each object has a secret, and a
text that consists of names of secrets, the worst there is. Twenty times the length may take about twenty times as long."""


def main(rounds: int = ROUNDS) -> None:
    texts = {
        "Python code": (code(), 1.0),
        "JSON with a secret in each object": (objects(), 1.0),
        "Names of secrets only": ("password='" * (LENGTH // 10), None),
    }
    comparisons = []
    for title, (text, limit) in texts.items():
        ours, peer = [], []
        for _ in range(rounds):
            ours.append(milliseconds(scrub_text, text, NO_LIMIT))
            peer.append(milliseconds(earlier_scrub_text, text))
        comparisons.append(Comparison(title, ours, peer, "ms", limit))
    short, long = "password='" * 500, "password='" * 500 * LONGER
    longer = [milliseconds(scrub_text, long, NO_LIMIT) for _ in range(rounds)]
    once = [milliseconds(scrub_text, short, NO_LIMIT) for _ in range(rounds)]
    comparisons.append(Comparison(f"{LONGER} times the length", longer, once, "ms", 1.5 * LONGER))
    publish("Redaction", TEXT, comparisons, "before")


def code() -> str:
    files = sorted(Path(__file__).parents[1].glob("proto_ddf/**/*.py"))
    return "".join(file.read_text() for file in files)[:LENGTH]


def objects() -> str:
    return json.dumps([{"id": n, "token": f"t{n}"} for n in range(2_000)])[:LENGTH]


def milliseconds(scrub: Callable[..., str], *arguments: object) -> float:
    begin = time.process_time()
    scrub(*arguments)
    return (time.process_time() - begin) * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
