"""How often a provoked failure is classified as its label says.

    python -m benchmarks.classification

The failures are in tests/provoked, whose README says where they come from and what the share of those kept aside means.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from benchmarks.report import publish_table
from proto_ddf.errors.classify import Classification
from proto_ddf.errors.codes.error_types import ErrorType
from tests.provoked.cases import Case, cases

SURE = 0.9
TEXT = """Outputs of pip, Bun, npm, Vite, Reflex and Python, and exceptions as a traceback shows them, from `tests/provoked`. Each is
classified as a step that failed, with nothing but the output. Nobody looked at those that are **kept aside**, but they are of kinds
that were thought of before; of kinds that nobody had thought of, 83 to 93 % were right at the first look (see
`tests/provoked/README.md`). Precision: of those classified as the type, how many are; recall: of those that are, how many are
classified so. By type, all failures count."""


@dataclass(frozen=True)
class Judged:
    case: Case
    found: Classification

    @property
    def is_right(self) -> bool:
        return self.case.is_right(self.found)


def judge(chosen: Sequence[Case]) -> list[Judged]:
    return [Judged(case, case.classify()) for case in chosen]


def share(judged: Sequence[Judged], is_so: Callable[[Judged], bool]) -> float:
    return sum(map(is_so, judged)) / len(judged) if judged else 1.0


def main() -> None:
    judged = judge(cases())
    aside = [one for one in judged if one.case.is_kept_aside]
    publish_table(
        "Classification",
        TEXT,
        [
            ["measured", "kept aside", "all", "at least", ""],
            _row("Failures", lambda some: str(len(some)), aside, judged),
            _promise(
                "Type and retryable both right", lambda one: one.is_right, aside, judged, 0.95
            ),
            _promise(
                f"Right, of those at least {SURE} sure",
                lambda one: one.is_right,
                [one for one in aside if one.found.confidence >= SURE],
                [one for one in judged if one.found.confidence >= SURE],
                0.9,
            ),
            _row(
                f"At least {SURE} sure",
                lambda some: _percent(share(some, lambda one: one.found.confidence >= SURE)),
                aside,
                judged,
            ),
            *(
                _row(
                    f"{name.capitalize()} as labelled",
                    lambda some, name=name: _percent(
                        share(some, lambda one: getattr(one.found, name) == getattr(one.case, name))
                    ),
                    aside,
                    judged,
                )
                for name in ("type", "retryable", "category", "severity")
            ),
        ],
        _by_type(judged),
    )


def _row(
    title: str,
    shown: Callable[[Sequence[Judged]], str],
    aside: Sequence[Judged],
    judged: Sequence[Judged],
) -> list[str]:
    return [title, shown(aside), shown(judged), "", ""]


def _promise(
    title: str,
    is_so: Callable[[Judged], bool],
    aside: Sequence[Judged],
    judged: Sequence[Judged],
    least: float,
) -> list[str]:
    reached = share(aside, is_so)
    verdict = "reached" if reached >= least else "missed"
    return [title, _percent(reached), _percent(share(judged, is_so)), _percent(least), verdict]


def _by_type(judged: Sequence[Judged]) -> list[list[str]]:
    table = [["type", "failures", "precision", "recall"]]
    for kind in get_args(ErrorType):
        labelled = [one for one in judged if one.case.type == kind]
        found = [one for one in judged if one.found.type == kind]
        right = sum(one.case.type == kind for one in found)
        table.append(
            [
                kind,
                str(len(labelled)),
                _percent(right / len(found)) if found else "",
                _percent(right / len(labelled)) if labelled else "",
            ]
        )
    return table


def _percent(value: float) -> str:
    return f"{value:.1%}"


if __name__ == "__main__":
    main()
