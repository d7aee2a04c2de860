"""The sections of each report, from what it contains."""

from proto_ddf.monitoring.reports.contents import AppReport, Content, IncidentReport, Summary
from proto_ddf.monitoring.reports.document import Document, Section, Table
from proto_ddf.monitoring.reports.section_tables import (
    after_change_section,
    attempts_section,
    discarded_section,
    incidents_section,
    patterns_section,
    rates_section,
    recovery_sections,
    repairs_section,
    share_sections,
    table_section,
)
from proto_ddf.monitoring.reports.words import (
    DIRECTIONS,
    NONE,
    change,
    code_title,
    duration,
    error_chart,
    kind_title,
    moment,
    number,
    or_unknown,
    percent,
)


def document(content: Content) -> Document:
    facts = [
        ("Range", f"{content.time_range}: {moment(content.begin)} to {moment(content.end)}"),
        ("Made", f"{moment(content.made_at)}. All times are UTC."),
    ]
    if isinstance(content, Summary):
        return Document(content.title, "Error report", facts, _summary(content))
    if isinstance(content, IncidentReport):
        return Document(content.title, "Report on an error", facts, _incident(content))
    return Document(content.title, "Report on an app", facts, _app(content))


def _summary(content: Summary) -> list[Section]:
    trends, repair = content.trends, content.repair_times
    return [
        Section("In short", facts=_short(content), chart=error_chart(trends.points, trends.grain)),
        incidents_section("What is broken now", content.open_incidents, "Nothing is broken."),
        *share_sections(trends),
        patterns_section(content.patterns, trends.grain, content.subjects),
        rates_section("Operations by kind", "Kind", content.rates.by_kind, kind_title),
        rates_section(
            "Operations by app and source",
            "App or source",
            content.rates.by_subject,
            lambda key: content.subjects.get(key, key),
        ),
        repairs_section("Repairs by type", "Type", repair.by_type, str),
        repairs_section("Repairs by code", "Error", repair.by_code, code_title),
        repairs_section("Repairs by component", "Component", repair.by_component, or_unknown),
        *recovery_sections(content.recoveries),
        discarded_section(content.discarded),
    ]


def _short(content: Summary) -> list[tuple[str, str]]:
    trends, rates, repair = content.trends, content.rates.all, content.repair_times.all
    recoveries = content.recoveries.all
    return [
        ("Errors", number(trends.errors)),
        ("Errors per hour", number(trends.errors_per_hour)),
        ("Against the range before", change(trends.change)),
        ("Trend", DIRECTIONS[trends.direction]),
        ("Runs of operations", number(rates.n)),
        ("Success rate", f"{percent(rates.success_rate)} (n = {number(rates.n)})"),
        ("Mean time to repair (MTTR)", f"{duration(repair.mttr_seconds)} (n = {repair.repaired})"),
        (
            "Repaired by itself",
            f"{percent(recoveries.success_rate)} (n = {recoveries.attempts})",
        ),
        (
            "Mean time between failures (MTBF)",
            f"{duration(repair.mtbf_seconds)} (n = {repair.failures})",
        ),
    ]


def _incident(content: IncidentReport) -> list[Section]:
    incident = content.incident
    facts = [
        ("State", incident.state),
        ("Severity", incident.severity),
        ("Error", code_title(incident.code)),
        ("Type", incident.type),
        ("Component", or_unknown(incident.component)),
        ("Errors so far", number(incident.count)),
        ("First seen", moment(incident.first_seen)),
        ("Last seen", moment(incident.last_seen)),
        ("Id", incident.id),
    ]
    episodes = [
        (
            moment(each.opened_at),
            moment(each.resolved_at) if each.resolved_at else "open",
            duration((each.resolved_at - each.opened_at).total_seconds())
            if each.resolved_at
            else NONE,
        )
        for each in content.episodes
    ]
    errors = [
        (moment(each.at), each.operation, each.message, number(each.times))
        for each in content.errors
    ]
    notes = [(moment(each.at), each.text) for each in content.notes]
    return [
        Section(
            "What happened",
            incident.message,
            facts,
            error_chart(content.points, content.grain),
        ),
        table_section(
            "How long it lasted",
            "It was not open in the range.",
            Table(["Began", "Resolved", "Lasted"], episodes, texts=2),
        ),
        table_section(
            "Errors, the newest first",
            "None that is still kept is in the range.",
            Table(["At", "Operation", "Message", "Times"], errors, texts=3),
        ),
        attempts_section(content.attempts),
        table_section("Notes", "There are none.", Table(["At", "Note"], notes, texts=2)),
    ]


def _app(content: AppReport) -> list[Section]:
    rates = content.rates.all
    facts = [
        ("State", content.state),
        ("Errors", number(sum(point.errors for point in content.points))),
        ("Runs of operations", number(rates.n)),
        ("Success rate", f"{percent(rates.success_rate)} (n = {number(rates.n)})"),
        ("Name of its folder", content.slug),
    ]
    return [
        Section("In short", facts=facts, chart=error_chart(content.points, content.grain)),
        incidents_section("Errors", content.incidents, "There were none."),
        rates_section("Operations by kind", "Kind", content.rates.by_kind, kind_title),
        after_change_section(content.after_change, {content.slug: content.title}),
        attempts_section(content.attempts),
    ]
