"""What observers show of what they were told."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, generate_latest

from eventmatch.delivery.ports import Metric, Observer
from eventmatch.observers.opentelemetry import OpenTelemetryObserver
from eventmatch.observers.prometheus import PrometheusObserver
from eventmatch.observers.tally import Tally

LATENCY = Metric.INGESTION_TO_INVOCATION_SUCCESS_LATENCY
RULE = {"EventBusName": "orders", "RuleName": "big"}


def tell(observer: Observer) -> None:
    observer.count(Metric.MATCHED_EVENTS, 3, {"EventBusName": "orders"})
    observer.count(Metric.INVOCATIONS, 2, RULE)
    observer.count(Metric.INVOCATIONS, 5, RULE)
    for milliseconds in range(1, 101):
        observer.measure(LATENCY, milliseconds / 1000, RULE)


def test_a_tally_keeps_sums_and_percentiles() -> None:
    tally = Tally()
    assert tally.percentile(LATENCY, 0.5) is None
    tell(tally)
    assert tally.counts == {Metric.MATCHED_EVENTS: 3, Metric.INVOCATIONS: 7}
    assert tally.percentile(LATENCY, 0.5) == 0.051
    assert tally.percentile(LATENCY, 0.99) == 0.1
    assert tally.percentile(LATENCY, 1.0) == 0.1


def test_prometheus_shows_sums_by_bus_and_rule() -> None:
    registry = CollectorRegistry()
    tell(PrometheusObserver(registry))
    text = generate_latest(registry).decode()
    rule = '{EventBusName="orders",RuleName="big"}'
    assert f"eventmatch_invocations_total{rule} 7.0" in text
    assert 'eventmatch_matched_events_total{EventBusName="orders",RuleName=""} 3.0' in text
    assert f"eventmatch_ingestion_to_invocation_success_latency_seconds_count{rule} 100.0" in text


def test_opentelemetry_shows_sums_by_bus_and_rule() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    tell(OpenTelemetryObserver(provider.get_meter("test")))
    data = reader.get_metrics_data()
    assert data is not None
    points = {
        metric.name: [(dict(point.attributes), point) for point in metric.data.data_points]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    ((attributes, invocations),) = points["eventmatch.invocations"]
    assert (attributes, invocations.value) == (RULE, 7)
    ((attributes, latencies),) = points["eventmatch.ingestion_to_invocation_success_latency"]
    assert (attributes, latencies.count, round(latencies.sum, 3)) == (RULE, 100, 5.05)
    provider.shutdown()


def test_every_metric_has_a_place() -> None:
    for observer in (PrometheusObserver(CollectorRegistry()), OpenTelemetryObserver(), Tally()):
        for metric in Metric:
            if metric.endswith("Latency"):
                observer.measure(metric, 0.1, RULE)
            else:
                observer.count(metric, 1, RULE)
