"""Hypothesis strategies for event patterns and events, simplest first.

- `event_patterns`, `events`, `rule_sets`: anything valid, of few names and values, so that a
  pattern and an event drawn independently match now and then;
- `events_matching`: events that one pattern matches;
- `near_misses`: events that it does not match, for the sake of one field.

Patterns and events are JSON-ready dicts.
"""

from eventmatch.testing.events import events
from eventmatch.testing.matching import events_matching, near_misses
from eventmatch.testing.patterns import event_patterns, rule_sets

__all__ = ["event_patterns", "events", "events_matching", "near_misses", "rule_sets"]
