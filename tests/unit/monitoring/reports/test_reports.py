"""Reports: what they contain, that their texts do no harm, and how they are stored."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    OperationRecord,
    RecoveryAttemptRecord,
    SourceRecord,
    utc_now,
)
from proto_ddf.errors import ValidationError
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.monitoring.reported import OperationEnded
from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.error_reporting import ErrorReporting
from proto_ddf.monitoring.reports.options import ReportFormat, ReportOptions, ReportType
from proto_ddf.monitoring.reports.store import ReportView
from tests.reporting import report
from tests.unit.monitoring.reports.reading import file_of, page_of, texts

SECRETS = ("hunter2-Tr0ub4dor", "ghp_9aB8cD7eF6gH5iJ4kL3mN2oP1qR0sT9uV8w")
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><reflex.Var>1</reflex.Var>",
    "javascript:alert(1)",
    "\x00\x1b[31m\x85",
)
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "section",
    "p",
    "div",
} | {
    *("h1", "h2", "dl", "dt", "dd", "figure", "figcaption", "span", "svg", "rect", "table"),
    *("thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "scope", "class", "role"} | {
    *("viewbox", "preserveaspectratio", "aria-label", "x", "y", "width", "height")
}
FORMATS: tuple[ReportFormat, ...] = ("html", "json")

pytestmark = pytest.mark.usefixtures("database")


def make(kind: ReportType, report_format: ReportFormat, about: str = "", **more: Any) -> ReportView:
    options = ReportOptions(type=kind, format=report_format, about=about, **more)
    return ErrorReporting().generate_report(options)


@pytest.fixture
def incident_id() -> str:
    """The id of an incident of the app "shop" with harmful texts and secrets in everything that has a text."""
    harmful = " ".join(PAYLOADS)
    secret = f"password={SECRETS[0]} Authorization: Bearer {SECRETS[1]}"
    with session() as opened:
        opened.add(AppRecord(slug="shop", name=f"Shop {harmful} {secret}"))
        opened.add(SourceRecord(id="source-1", name=f"Source {harmful} {secret}", kind="sqlite"))
        opened.add(
            OperationRecord(
                id="change",
                kind="regenerate_app",
                title=f"Regenerate {harmful} {secret}",
                subject="shop",
                state="succeeded",
                finished_at=utc_now() - timedelta(minutes=1),
            )
        )
        opened.add(
            RecoveryAttemptRecord(
                incident_id="unknown",
                subject="shop",
                strategy="rebuild",
                operation_id="repair",
                number=1,
                state="verified",
                started_at=utc_now() - timedelta(seconds=30),
                finished_at=utc_now(),
            )
        )
        opened.commit()
    error = errors.SystemError(f"{harmful} {secret}", component=f"disk {harmful}")
    for subject in ("shop", "source-1"):
        made = report(error, f"Read {harmful} {secret}", subject=subject)
        intake.report_end(OperationEnded("one", f"read {harmful}", subject, "failed", 2.0))
    assert intake.flush(30)
    incidents.add_note(made, f"Looked: {harmful} {secret}")
    return made


def all_reports(incident_id: str) -> list[ReportView]:
    about: dict[ReportType, str] = {"summary": "", "incident": incident_id, "app": "shop"}
    return [make(kind, each, of) for kind, of in about.items() for each in FORMATS]


def test_no_report_contains_a_secret(incident_id: str) -> None:
    for each in all_reports(incident_id):
        text = file_of(each).read_text("utf-8")
        assert not [secret for secret in SECRETS if secret in text or secret in each.title]


def test_texts_of_others_stay_texts(incident_id: str) -> None:
    for each in all_reports(incident_id):
        if each.format == "json":
            shown = "\n".join(texts(json.loads(file_of(each).read_text("utf-8"))))
        else:
            page = page_of(each)
            assert page.tags <= TAGS
            assert page.attributes <= ATTRIBUTES
            shown = page.text
            assert not set(shown) & set("\x00\x1b\x85")
        for payload in PAYLOADS[:-1]:
            assert payload in shown, each.type


def test_an_html_report_needs_nothing_else(incident_id: str) -> None:
    for each in all_reports(incident_id):
        if each.format == "html":
            style = file_of(each).read_text("utf-8").split("<style>")[1].split("</style>")[0]
            assert "url(" not in style
            assert "@import" not in style
            assert "@media print" in style
            assert "prefers-color-scheme: dark" in style


def test_both_formats_have_the_same_figures(incident_id: str) -> None:
    report(OSError(28, "No space left on device"), "Write")
    content = json.loads(file_of(make("summary", "json")).read_text("utf-8"))
    tables = page_of(make("summary", "html")).tables
    for name in ("type", "code", "component", "severity"):
        shares = content["trends"][f"by_{name}"]
        assert [row[1] for row in tables[f"Errors by {name}"][1:]] == [
            str(e["count"]) for e in shares
        ]
    [_, *rates] = tables["Operations by app and source"]
    assert [[row[1], row[2], row[3]] for row in rates] == [["1", "1", "0.0 %"]] * 2
    assert len(content["rates"]["by_subject"]) == 2
    [_, *repairs] = tables["Repairs by type"]
    assert [row[1] for row in repairs] == [
        str(each["failures"]) for each in content["repair_times"]["by_type"]
    ]
    [_, *open_now] = tables["What is broken now"]
    assert len(open_now) == len(content["open_incidents"]) == len(recent_incidents(10)) == 2
    [_, recovery] = tables["Recovery by strategy"]
    assert recovery == ["Rebuild", "1", "1", "100.0 %"]
    assert [each["verified"] for each in content["recoveries"]["by_strategy"]] == [1]
    [_, *patterns] = tables["Patterns"]
    assert [row[0] for row in patterns] == ["After a change"]
    assert [each["subject"] for each in content["patterns"]["after_change"]] == ["shop"]


def test_a_report_on_an_app_has_only_what_concerns_it(incident_id: str) -> None:
    report(OSError(28, "No space left on device"), "Write", subject="other")
    content = json.loads(file_of(make("app", "json", "shop")).read_text("utf-8"))
    assert [(each["id"], each["count"]) for each in content["incidents"]] == [(incident_id, 1)]
    assert sum(point["errors"] for point in content["points"]) == 1
    assert (content["rates"]["all"]["n"], content["rates"]["all"]["success_rate"]) == (1, 0.0)
    assert [each["operation_id"] for each in content["after_change"]] == ["change"]
    assert [each["strategy"] for each in content["attempts"]] == ["rebuild"]


def test_a_report_on_an_error_has_its_episodes_errors_and_notes(incident_id: str) -> None:
    incidents.resolve(incident_id)
    content = json.loads(file_of(make("incident", "json", incident_id)).read_text("utf-8"))
    [episode] = content["episodes"]
    assert episode["resolved_at"] is not None
    assert (len(content["errors"]), len(content["notes"])) == (2, 1)
    assert content["incident"]["state"] == "resolved"
    assert sum(point["errors"] for point in content["points"]) == 2


def test_a_report_on_nothing_is_one() -> None:
    content = json.loads(file_of(make("summary", "json", time_range="90d")).read_text("utf-8"))
    assert content["rates"]["all"]["success_rate"] is None
    assert content["repair_times"]["all"]["mttr_seconds"] is None
    page = page_of(make("summary", "html", time_range="1h"))
    assert "Nothing is broken." in page.text
    assert page.tables == {}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"time_range": "soon"}, "time_range"),
        ({"type": "app"}, "about"),
        ({"type": "app", "about": "../shop"}, "about"),
        ({"type": "incident"}, "about"),
        ({"type": "incident", "about": "unknown"}, "about"),
    ],
)
def test_what_there_is_no_report_on_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ErrorReporting().generate_report(ReportOptions(**options))
    assert refused.value.field == field
    assert store.recent() == []


def test_reports_are_listed_newest_first_and_deleted_with_their_files(home: Path) -> None:
    first, second = make("summary", "html"), make("summary", "json")
    assert [each.id for each in store.recent()] == [second.id, first.id]
    assert {path.name for path in (home / "reports").iterdir()} == {
        f"{first.id}.html",
        f"{second.id}.json",
    }
    assert file_of(first).stat().st_size == first.size
    store.delete(first.id)
    store.delete("unknown")
    assert [each.id for each in store.recent()] == [second.id]
    assert store.find(first.id) is None
    assert [path.name for path in (home / "reports").iterdir()] == [f"{second.id}.json"]


def test_the_newest_hundred_are_kept_and_a_file_without_a_record_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_REPORTS", 2)
    left, arriving = home / "reports" / "left.html", home / "reports" / "new.html.part"
    for path in (left, arriving):
        path.write_text("")
    os.utime(left, (0, 0))
    made = [make("summary", "json", time_range="1h") for _ in range(3)]
    assert [each.id for each in store.recent()] == [made[2].id, made[1].id]
    assert {path.name for path in (home / "reports").iterdir()} == {
        *(f"{each.id}.json" for each in made[1:]),
        arriving.name,
    }


def test_a_report_with_the_same_id_takes_the_place_of_the_first() -> None:
    reporting = ErrorReporting()
    options = ReportOptions(format="json", time_range="1h")
    for _ in range(2):
        reporting.generate_report(options, "daily-2026-11-29", is_scheduled=True)
    [only] = store.recent()
    assert (only.id, only.is_scheduled) == ("daily-2026-11-29", True)


def test_a_report_that_is_made_twice_at_once_is_made_once(home: Path) -> None:
    """A scheduled report whose start was not remembered is started again, while its first operation runs."""
    together = threading.Barrier(8)

    def make_one(_: int) -> ReportView:
        together.wait(30)
        return ErrorReporting().generate_report(
            ReportOptions(format="json"), "weekly-2026-11-30", is_scheduled=True
        )

    for _ in range(5):
        with ThreadPoolExecutor(8) as pool:
            assert {each.id for each in pool.map(make_one, range(8))} == {"weekly-2026-11-30"}
    [made] = store.recent()
    assert [each.name for each in (home / "reports").iterdir()] == [f"{made.id}.json"]


def test_a_report_that_cannot_be_written_leaves_nothing(home: Path) -> None:
    (home / "reports" / "one.json").mkdir()
    (home / "reports" / "one.json" / "file").touch()
    with pytest.raises(OSError, match=r"one\.json"):
        ErrorReporting().generate_report(ReportOptions(format="json"), "one")
    assert store.recent() == []
    assert [path.name for path in (home / "reports").iterdir()] == ["one.json"]
