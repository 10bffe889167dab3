"""Standalone schedules, in groups, as EventBridge Scheduler has them. Meaning: reference §4.4."""
