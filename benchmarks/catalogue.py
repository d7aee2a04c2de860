"""How many decisions of the plan are those of a careful person.

    python -m benchmarks.catalogue                  the share of each kind
    python -m benchmarks.catalogue --show clinic    what is wrong in one schema

The schemas and the decisions are in tests/catalogue, whose README says which of them are held out.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from benchmarks.report import publish_table
from tests.catalogue.schemas import CatalogueSchema, schemas
from tests.catalogue.scoring import Kind, Verdict, score

TEXT = """Small schemas from many fields of life, each with the row names, types, labels, pages, navigation, key figures and charts
that a careful person would choose (`tests/catalogue`). What an app's plan decides otherwise, or has no notion of, is wrong. The rules
were written without a look at the schemas that are **held out**."""
LEAST = 0.95


@dataclass(frozen=True)
class Judged:
    schema: CatalogueSchema
    verdicts: list[Verdict]


def judge(chosen: Sequence[CatalogueSchema]) -> list[Judged]:
    with TemporaryDirectory() as folder:
        return [Judged(one, score(one.expected, one.plan(Path(folder)))) for one in chosen]


def main(arguments: list[str]) -> None:
    match arguments:
        case []:
            _publish(judge(schemas()))
        case ["--show", name] if chosen := [one for one in schemas() if one.name == name]:
            _show(judge(chosen)[0].verdicts)
        case _:
            names = ", ".join(one.name for one in schemas())
            sys.exit(f"Usage: python -m benchmarks.catalogue [--show SCHEMA], one of {names}.")


def _publish(judged: Sequence[Judged]) -> None:
    is_open = [v for one in judged if not one.schema.held_out for v in one.verdicts]
    held_out = [v for one in judged if one.schema.held_out for v in one.verdicts]
    count = sum(one.schema.held_out for one in judged)
    head = ["decisions", f"{len(judged) - count} open", "right", f"{count} held out", "right"]
    rows = [
        _row(
            kind.capitalize(),
            *([v for v in part if v.kind == kind] for part in (is_open, held_out)),
        )
        for kind in get_args(Kind)
    ]
    total = _row("All", is_open, held_out)
    verdict = "reached" if _share(held_out) >= LEAST else "missed"
    publish_table(
        "Decisions of the plan",
        TEXT,
        [
            [*head, "at least", ""],
            *([*row, "", ""] for row in rows),
            [*total, f"{LEAST:.0%}", verdict],
        ],
    )


def _row(title: str, is_open: Sequence[Verdict], held_out: Sequence[Verdict]) -> list[str]:
    cells = [title]
    for part in (is_open, held_out):
        cells += [str(len(part)), f"{_share(part):.1%}"]
    return cells


def _share(verdicts: Sequence[Verdict]) -> float:
    return sum(one.is_right for one in verdicts) / len(verdicts)


def _show(verdicts: Sequence[Verdict]) -> None:
    wrong = [one for one in verdicts if not one.is_right]
    for one in wrong:
        print(f"{one.kind}: {one.where}\n    wanted: {one.wanted}\n    found:  {one.found}")
    print(f"{len(wrong)} of {len(verdicts)} decisions are wrong.")


if __name__ == "__main__":
    main(sys.argv[1:])
