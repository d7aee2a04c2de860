"""The statuses of Codegen's runs."""

import pytest

from proto_ddf.operations.escalation.codegen.statuses import outcome_of


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("COMPLETE", "finished"),
        ("completed", "finished"),
        (" Done ", "finished"),
        ("Failed", "failed"),
        ("CANCELLED", "failed"),
        ("Timed out", "failed"),
        ("max-iterations-reached", "failed"),
        ("ACTIVE", "running"),
        ("evaluation", "running"),
        ("", "running"),
    ],
)
def test_a_status_is_understood_in_any_case_and_an_unknown_one_means_running(
    status: str, outcome: str
) -> None:
    assert outcome_of(status) == outcome
