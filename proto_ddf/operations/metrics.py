"""What the server has counted, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/.

All is read from memory, so that it can be read while the database cannot. Labels have few values: routes as they stand in
the code, never what clients send.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from proto_ddf.monitoring import intake
from proto_ddf.monitoring.network_monitor import NETWORK_MONITOR
from proto_ddf.operations.error_overview.circuits import open_circuits
from proto_ddf.operations.health_checks import pool_usage
from proto_ddf.serving.counters import COUNTERS, LATENCY_BOUNDS, Histogram
from proto_ddf.serving.load import LOAD
from proto_ddf.sources.servers import engines

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SERVER_ERROR = 500


def metrics_text() -> bytes:
    """All metrics of this process in Prometheus's text format."""
    return generate_latest(_REGISTRY)


class _Counted(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _connections()
        yield from _requests()
        yield from _load()
        yield from _pools()
        yield from _errors()


def _connections() -> Iterator[Metric]:
    """Each request and each websocket is one: several may share a connection of the network."""
    for name, counted, text in (
        ("accepted", COUNTERS.started, "Requests and websockets taken"),
        ("ended", COUNTERS.ended, "Requests and websockets that have ended"),
        ("disconnected", COUNTERS.disconnected, "Those whose client went away before the end"),
    ):
        yield _counter(f"proto_ddf_connections_{name}", text, "type", counted)
    text = "Failures of single requests and websockets, by class"
    yield _counter("proto_ddf_connections_failed", text, "error", COUNTERS.failed)
    yield _counter("proto_ddf_refused", "Refused by a guard", "reason", COUNTERS.refused)


def _requests() -> Iterator[Metric]:
    statuses = dict(COUNTERS.statuses)
    named = {str(status): count for status, count in statuses.items()}
    yield _counter("proto_ddf_responses", "Responses; 0: the client had gone", "status", named)
    answered = sum(count for status, count in statuses.items() if status)
    failed = sum(count for status, count in statuses.items() if status >= _SERVER_ERROR)
    text = "Share of the responses since the start that are no server error"
    ratio = 1 - failed / answered if answered else 1.0
    yield GaugeMetricFamily("proto_ddf_request_success_ratio", text, ratio)
    requests = HistogramMetricFamily(
        "proto_ddf_request_seconds", "From a request to the end of its response", labels=["route"]
    )
    for route, histogram in list(COUNTERS.request_seconds.items()):
        requests.add_metric([route], *_buckets(histogram))
    yield requests
    events = HistogramMetricFamily(
        "proto_ddf_event_seconds", "Run time of the events of pages, without background events"
    )
    events.add_metric([], *_buckets(COUNTERS.event_seconds))
    yield events


def _load() -> Iterator[Metric]:
    text = "How late the event loop was when last looked at"
    yield GaugeMetricFamily("proto_ddf_event_loop_lag_seconds", text, LOAD.lag_seconds)
    text = "Requests that wait for the server"
    yield GaugeMetricFamily("proto_ddf_requests_working", text, LOAD.working)
    yield GaugeMetricFamily("proto_ddf_overloaded", "1: sheds load", LOAD.is_overloaded())


def _pools() -> Iterator[Metric]:
    used, most = pool_usage()
    connections = GaugeMetricFamily(
        "proto_ddf_pool_connections", "Connections to databases in use", labels=["pool"]
    )
    connections.add_metric(["own"], used)
    connections.add_metric(["sources"], engines.connections_in_use())
    yield connections
    text = "Connections to the own database that may be in use"
    yield GaugeMetricFamily("proto_ddf_own_pool_limit", text, most)


def _errors() -> Iterator[Metric]:
    statistics = intake.statistics()
    yield CounterMetricFamily("proto_ddf_errors_stored", "Reported errors", statistics.stored)
    text = "Reported errors that were not stored, or not in full"
    yield _counter("proto_ddf_errors_refused", text, "reason", statistics.refused)
    text = "Reported errors that wait to be stored"
    yield GaugeMetricFamily("proto_ddf_errors_waiting", text, statistics.waiting)
    text = "Size of the large parts of those"
    yield GaugeMetricFamily("proto_ddf_errors_waiting_bytes", text, statistics.waiting_bytes)
    text = "1: the last write of errors failed"
    yield GaugeMetricFamily("proto_ddf_errors_failing", text, statistics.is_failing)
    text = "Failed calls to external systems"
    total = NETWORK_MONITOR.get_error_stats().total_recorded
    yield CounterMetricFamily("proto_ddf_network_errors", text, total)
    text = "Circuits that refuse calls"
    yield GaugeMetricFamily("proto_ddf_open_circuits", text, len(open_circuits()))


def _counter(name: str, text: str, label: str, counted: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in list(counted.items()):
        family.add_metric([value], count)
    return family


def _buckets(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """The counts, added up as Prometheus wants them, by upper bound, and the sum."""
    bounds = [*map(str, LATENCY_BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(histogram.buckets), strict=True)), histogram.total


_REGISTRY = CollectorRegistry()
_REGISTRY.register(_Counted())
ProcessCollector(registry=_REGISTRY)
