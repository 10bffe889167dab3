"""Observers of deliveries and functions: sums in memory, Prometheus, OpenTelemetry."""
