"""The metrics are valid, and have few series whatever clients do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Mount, Route

from proto_ddf.operations import metrics
from proto_ddf.serving.counters import LATENCY_BOUNDS, Counters, Histogram, route_of


def values(counters: Counters) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "COUNTERS", counters)
        text = metrics.metrics_text().decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@given(
    st.lists(st.floats(0, 20, allow_nan=False), max_size=30),
    st.dictionaries(st.sampled_from([0, 200, 404, 500, 503]), st.integers(1, 1000)),
)
def test_what_was_counted_is_told(seconds: list[float], statuses: dict[int, int]) -> None:
    counters = Counters()
    for each in seconds:
        counters.request_seconds["/api/uploads"].add(each)
        counters.event_seconds.add(each)
    counters.statuses.update(statuses)
    counters.refused["rate_limit"] = 3
    found = values(counters)
    route = ("route", "/api/uploads")
    for bound in LATENCY_BOUNDS if seconds else ():
        key = ("proto_ddf_request_seconds_bucket", frozenset({route, ("le", str(bound))}))
        assert found[key] == sum(each <= bound for each in seconds)
    assert found["proto_ddf_event_seconds_count", frozenset()] == len(seconds)
    assert found["proto_ddf_event_seconds_sum", frozenset()] == pytest.approx(sum(seconds))
    assert found["proto_ddf_refused_total", frozenset({("reason", "rate_limit")})] == 3
    answered = sum(count for status, count in statuses.items() if status)
    failed = statuses.get(500, 0) + statuses.get(503, 0)
    ratio = found["proto_ddf_request_success_ratio", frozenset()]
    assert ratio == pytest.approx(1 - failed / answered if answered else 1.0)
    assert found["process_resident_memory_bytes", frozenset()] > 1e6


@given(st.text(max_size=50))
def test_a_request_counts_for_its_route_never_for_its_path(path: str) -> None:
    async def answer(*_: object) -> None: ...

    assert route_of({"path": path}) == "refused"
    assert (
        route_of({"path": path, "route": Route("/api/apps/{slug}", answer)}) == "/api/apps/{slug}"
    )
    assert route_of({"path": path, "route": Mount("/", app=answer)}) == "pages"


def test_a_histogram_has_a_bucket_for_what_takes_longer() -> None:
    histogram = Histogram()
    histogram.add(LATENCY_BOUNDS[-1] * 2)
    buckets, total = metrics._buckets(histogram)
    assert buckets[-1] == ("+Inf", 1)
    assert buckets[-2][1] == 0
    assert total == LATENCY_BOUNDS[-1] * 2


def test_metrics_are_told_without_the_database(home: Path) -> None:
    assert b"proto_ddf_pool_connections" in metrics.metrics_text()
