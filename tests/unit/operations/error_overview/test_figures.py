"""Figures of a range of time."""

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import RecoveryAttemptRecord, RecoveryState, utc_now
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.reported import OperationEnded
from proto_ddf.operations.error_overview.figures import RANGES, read_figures
from tests.reporting import SECONDS, report

pytestmark = pytest.mark.usefixtures("database")


def test_without_records_there_are_no_rates_and_no_means() -> None:
    for time_range in RANGES:
        found = read_figures(time_range)
        rates = (found.success_rate, found.failure_rate, found.change)
        assert rates == (None, None, None)
        assert (found.mttr_seconds, found.mtbf_seconds) == (None, None)
        assert found.types == found.components == found.effects == found.patterns == []
        assert {bar.height for bar in found.bars} == {0}


def test_errors_runs_and_repairs_are_counted() -> None:
    for _ in range(3):
        incident_id = report(OSError("a"), "Read")
    report(ValueError("b"), "Read")
    incidents.resolve(incident_id)
    for number, outcome in enumerate(("succeeded", "succeeded", "succeeded", "failed")):
        intake.report_end(OperationEnded(f"o{number}", "test", "", outcome, 2.0))
    assert intake.flush(SECONDS)
    found = read_figures("24h")
    assert (found.errors, found.highest) == (4, 4)
    assert [bar.height for bar in found.bars if bar.errors] == [100]
    assert (found.runs, found.success_rate, found.failure_rate) == (4, 0.75, 0.25)
    assert (found.failures, found.repaired) == (2, 1)
    assert sum(each.count for each in found.types) == 4
    assert sum(each.share for each in found.types) == pytest.approx(1)
    assert sum(each.errors for each in found.components) == 4


def test_one_error_is_seen_beside_a_thousand() -> None:
    found = read_figures("unknown")
    assert found.time_range == "24h"
    report(OSError("a"), "Read")
    assert max(bar.height for bar in read_figures("7d").bars) == 100


def test_the_effect_of_a_repair_is_of_the_attempts_that_ended() -> None:
    states = [RecoveryState.VERIFIED, RecoveryState.FAILED, RecoveryState.SUPERSEDED]
    with session() as opened:
        for number, state in enumerate([*states, RecoveryState.VERIFIED]):
            opened.add(
                RecoveryAttemptRecord(
                    **{"incident_id": "one", "subject": "shop", "strategy": "restart"},
                    operation_id=f"o{number}",
                    number=number,
                    state=state,
                    finished_at=utc_now(),
                )
            )
        opened.commit()
    [effect] = read_figures("1h").effects
    assert (effect.name, effect.attempts, effect.verified) == ("Restart the app", 3, 2)
