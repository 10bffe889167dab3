"""What observers show of what they were told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, generate_latest

from eventmatch.delivery.ports import Metric, Observer
from eventmatch.functions.ports import LambdaMetric, LambdaObserver
from eventmatch.observers.opentelemetry import OpenTelemetryLambdaObserver, OpenTelemetryObserver
from eventmatch.observers.prometheus import PrometheusLambdaObserver, PrometheusObserver
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


@contextmanager
def told_meter() -> Iterator[tuple[Meter, Callable[[], dict[str, list[tuple[Any, Any]]]]]]:
    """A meter, and what shows its points with their attributes, by the name of the metric."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])

    def points() -> dict[str, list[tuple[Any, Any]]]:
        data = reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: [(dict(point.attributes), point) for point in metric.data.data_points]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    yield provider.get_meter("test"), points
    provider.shutdown()


def test_opentelemetry_shows_sums_by_bus_and_rule() -> None:
    with told_meter() as (meter, points_of):
        tell(OpenTelemetryObserver(meter))
        points = points_of()
    ((attributes, invocations),) = points["eventmatch.invocations"]
    assert (attributes, invocations.value) == (RULE, 7)
    ((attributes, latencies),) = points["eventmatch.ingestion_to_invocation_success_latency"]
    assert (attributes, latencies.count, round(latencies.sum, 3)) == (RULE, 100, 5.05)


def tell_of_functions(observer: LambdaObserver) -> None:
    for function in ("pay", "pay", "ship"):
        observer.count(LambdaMetric.INVOCATIONS, 2, function)
    observer.measure(LambdaMetric.DURATION, 0.5, "pay")
    observer.measure(LambdaMetric.ASYNC_EVENT_AGE, 3.0, "pay")


def test_prometheus_shows_sums_by_function() -> None:
    registry = CollectorRegistry()
    PrometheusObserver(registry)
    tell_of_functions(PrometheusLambdaObserver(registry))
    text = generate_latest(registry).decode()
    assert 'eventmatch_lambda_invocations_total{FunctionName="pay"} 4.0' in text
    assert 'eventmatch_lambda_invocations_total{FunctionName="ship"} 2.0' in text
    assert 'eventmatch_lambda_duration_seconds_sum{FunctionName="pay"} 0.5' in text
    assert 'eventmatch_lambda_async_event_age_seconds_sum{FunctionName="pay"} 3.0' in text


def test_opentelemetry_shows_sums_by_function() -> None:
    with told_meter() as (meter, points_of):
        tell_of_functions(OpenTelemetryLambdaObserver(meter))
        points = points_of()
    sums = {
        each["FunctionName"]: point.value for each, point in points["eventmatch.lambda_invocations"]
    }
    assert sums == {"pay": 4, "ship": 2}
    ((attributes, durations),) = points["eventmatch.lambda_duration"]
    assert (attributes, durations.sum) == ({"FunctionName": "pay"}, 0.5)


def test_every_metric_has_a_place() -> None:
    for observer in (PrometheusObserver(CollectorRegistry()), OpenTelemetryObserver(), Tally()):
        for metric in Metric:
            if metric.endswith("Latency"):
                observer.measure(metric, 0.1, RULE)
            else:
                observer.count(metric, 1, RULE)


def test_every_metric_of_functions_has_a_place() -> None:
    for observer in (PrometheusLambdaObserver(CollectorRegistry()), OpenTelemetryLambdaObserver()):
        for metric in LambdaMetric:
            if metric in (LambdaMetric.DURATION, LambdaMetric.ASYNC_EVENT_AGE):
                observer.measure(metric, 0.1, "f")
            else:
                observer.count(metric, 1, "f")
