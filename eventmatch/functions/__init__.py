"""The Lambda service: functions, what runs them, and how they are invoked."""
