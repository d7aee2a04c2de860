"""The promise: failures that nobody looked at while the classification was written are classified as their labels say."""

from benchmarks.classification import SURE, judge, share
from tests.provoked.cases import cases


def test_new_failures_are_classified_as_labelled() -> None:
    aside = judge([case for case in cases() if case.is_kept_aside])
    sure = [one for one in aside if one.found.confidence >= SURE]
    assert len(aside) >= 150
    assert share(aside, lambda one: one.is_right) >= 0.95
    assert share(sure, lambda one: one.is_right) >= 0.9
