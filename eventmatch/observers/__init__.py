"""Observers of deliveries: sums in memory, Prometheus, OpenTelemetry."""
