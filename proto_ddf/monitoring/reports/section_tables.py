"""Sections with one table each, which several reports have."""

from collections.abc import Callable, Iterable, Sequence

from proto_ddf.monitoring.analytics.results import (
    AfterChange,
    Patterns,
    Rate,
    RecoveryRate,
    RecoveryRates,
    RepairTime,
    Share,
    Trends,
)
from proto_ddf.monitoring.reports.contents import Attempt, ReportedIncident
from proto_ddf.monitoring.reports.document import Section, Table
from proto_ddf.monitoring.reports.words import (
    DISCARDED,
    NONE,
    change,
    code_title,
    duration,
    kind_title,
    moment,
    number,
    or_unknown,
    percent,
)


def incidents_section(title: str, incidents: Sequence[ReportedIncident], none: str) -> Section:
    rows = [
        (
            each.title,
            each.message,
            each.state,
            each.severity,
            moment(each.last_seen),
            number(each.count),
        )
        for each in incidents
    ]
    head = ["Error", "Message", "State", "Severity", "Last seen", "Times"]
    return table_section(title, none, Table(head, rows, texts=5))


def share_sections(trends: Trends) -> list[Section]:
    groups: list[tuple[str, Sequence[Share], Callable[[str], str]]] = [
        ("type", trends.by_type, str),
        ("code", trends.by_code, code_title),
        ("component", trends.by_component, or_unknown),
        ("severity", trends.by_severity, str),
    ]
    head = ["Errors", "Share", "Range before", "Change"]
    sections = [
        table_section(
            f"Errors by {word}",
            "There were none.",
            Table(
                [word.capitalize(), *head],
                [
                    (
                        name(each.name),
                        number(each.count),
                        percent(each.share),
                        number(each.count_before),
                        change(each.change),
                    )
                    for each in shares
                ],
            ),
        )
        for word, shares, name in groups
    ]
    most = [(each.title, each.state, number(each.count)) for each in trends.incidents]
    most_frequent = Table(["Error", "State", "Times"], most, texts=2)
    return [table_section("Most frequent errors", "There were none.", most_frequent), *sections]


def patterns_section(patterns: Patterns, grain: str, subjects: dict[str, str]) -> Section:
    word = "an hour" if grain == "hour" else "a day"
    rows = [
        (
            "Burst",
            f"{code_title(each.code)}: {number(each.count)} from {moment(each.begin)} to {moment(each.end)}, "
            f"usually {number(each.usual)} {word}",
        )
        for each in patterns.bursts
    ]
    rows += [
        (
            "Same time of day",
            f"{code_title(each.code)}: {percent(each.share)} from {each.hour:02}:00 to {each.hour:02}:59 UTC, "
            f"on {each.days} of {each.of_days} days",
        )
        for each in patterns.same_time
    ]
    rows += _change_rows(patterns.after_change, subjects)
    return table_section("Patterns", "None were found.", Table(["Pattern", "What"], rows, texts=2))


def after_change_section(found: Sequence[AfterChange], subjects: dict[str, str]) -> Section:
    table = Table(["Pattern", "What"], _change_rows(found, subjects), texts=2)
    return table_section("After a change", "No error began shortly after a change.", table)


def _change_rows(found: Iterable[AfterChange], subjects: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (
            "After a change",
            f"{each.title}: {subjects.get(each.subject, each.subject)}, {duration(each.seconds)} after "
            f"“{each.operation}”, at {moment(each.opened_at)}",
        )
        for each in found
    ]


def rates_section(
    title: str, word: str, rates: Sequence[Rate], name: Callable[[str], str]
) -> Section:
    rows = [
        (
            name(each.name),
            number(each.n),
            number(each.failed),
            percent(each.success_rate),
            percent(each.failure_rate),
            duration(each.mean_seconds),
        )
        for each in rates
    ]
    head = [word, "Runs", "Failed", "Success rate", "Failure rate", "Mean duration"]
    return table_section(title, "None ended.", Table(head, rows))


def repairs_section(
    title: str, word: str, times: Sequence[RepairTime], name: Callable[[str], str]
) -> Section:
    rows = [
        (
            name(each.name),
            number(each.failures),
            duration(each.mtbf_seconds),
            number(each.repaired),
            duration(each.mttr_seconds),
        )
        for each in times
    ]
    head = [word, "Failures", "Time between (MTBF)", "Repaired", "Time to repair (MTTR)"]
    return table_section(title, "Nothing failed or was repaired.", Table(head, rows))


def recovery_sections(rates: RecoveryRates) -> list[Section]:
    groups: list[tuple[str, Sequence[RecoveryRate], Callable[[str], str]]] = [
        ("strategy", rates.by_strategy, kind_title),
        ("type", rates.by_type, str),
        ("code", rates.by_code, code_title),
        ("component", rates.by_component, or_unknown),
    ]
    head = ["Attempts", "Verified", "Success rate"]
    return [
        table_section(
            f"Recovery by {word}",
            "Nothing was tried.",
            Table(
                [word.capitalize(), *head],
                [
                    (
                        name(each.name),
                        number(each.attempts),
                        number(each.verified),
                        percent(each.success_rate),
                    )
                    for each in its
                ],
            ),
        )
        for word, its, name in groups
        if its or word == "strategy"
    ]


def attempts_section(attempts: Sequence[Attempt]) -> Section:
    rows = [
        (
            moment(each.started_at),
            kind_title(each.strategy),
            each.state,
            duration((each.finished_at - each.started_at).total_seconds())
            if each.finished_at
            else NONE,
        )
        for each in attempts
    ]
    table = Table(["Started", "Strategy", "State", "Lasted"], rows, texts=3)
    return table_section("Attempts to repair it", "There were none in the range.", table)


def discarded_section(discarded: dict[str, int]) -> Section:
    rows = [(DISCARDED.get(reason, reason), number(count)) for reason, count in discarded.items()]
    return table_section(
        "Not in this report", "Nothing was left out.", Table(["Errors", "Number"], rows)
    )


def table_section(title: str, none: str, table: Table) -> Section:
    return Section(title, table=table) if table.rows else Section(title, none)
