"""Schedules: AWS's cron, rate and one-time expressions, and the moments at which they fire."""
