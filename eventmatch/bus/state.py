"""What the control plane has in memory: its buses, and the rules of each."""

from eventmatch.bus import refusals
from eventmatch.bus.model import EventBus, Rule
from eventmatch.bus.paging import Names
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.routing import Routes
from eventmatch.bus.rules import may_use_wildcard, uses_wildcard
from eventmatch.pattern import EventPattern, parse


class BusState:
    """A bus with its rules. No method awaits, so that the event loop guards the state.

    Nothing here takes longer with the number of rules, but for moving some pointers.
    """

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.names = Names()
        self.routes = Routes()
        self._wildcards: set[str] = set()
        self._by_target: dict[str, Names] = {}

    def rule(self, name: str) -> Rule | None:
        """Return a rule by its name."""
        route = self.routes.route(name)
        return route.rule if route else None

    def rules_of(self, target_arn: str) -> Names:
        """Return the names of the rules that have a target with this ARN."""
        return self._by_target.get(target_arn, Names())

    def check_room(self, rule: Rule, pattern: EventPattern | None, quotas: Quotas) -> None:
        """Raise `ServiceError` if a rule, whose pattern is given too, is one too many."""
        if self.rule(rule.name) is None and len(self.names) >= quotas.rules_per_bus:
            raise refusals.limit_exceeded()
        if pattern is not None and uses_wildcard(pattern):
            others = len(self._wildcards) - (rule.name in self._wildcards)
            if others >= quotas.wildcard_rules_per_bus:
                raise refusals.limit_exceeded()

    def put(self, rule: Rule, lanes: tuple[int, ...]) -> None:
        """Add a rule with the lanes of its targets, or replace the one of its name."""
        old = self.rule(rule.name)
        self.routes.put(rule, lanes)
        self.names.add(rule.name)
        self._count_wildcard(rule, old)
        self._index_targets(rule.name, old, rule)

    def remove(self, name: str) -> None:
        """Forget a rule with its targets."""
        self._index_targets(name, self.rule(name), None)
        self.routes.remove(name)
        self.names.discard(name)
        self._wildcards.discard(name)

    def _count_wildcard(self, rule: Rule, old: Rule | None) -> None:
        text = rule.event_pattern
        if old is not None and old.event_pattern == text:
            return
        self._wildcards.discard(rule.name)
        if text and may_use_wildcard(text) and uses_wildcard(parse(text)):
            self._wildcards.add(rule.name)

    def _index_targets(self, name: str, old: Rule | None, new: Rule | None) -> None:
        before, after = _arns(old), _arns(new)
        for arn in after - before:
            self._by_target.setdefault(arn, Names()).add(name)
        for arn in before - after:
            names = self._by_target[arn]
            names.discard(name)
            if not names:
                del self._by_target[arn]


def _arns(rule: Rule | None) -> set[str]:
    return {target.arn for target in rule.targets} if rule else set()


class Buses:
    """The buses by name."""

    def __init__(self) -> None:
        self.names = Names()
        self._states: dict[str, BusState] = {}

    def get(self, name: str | None) -> BusState | None:
        """Return a bus by its name."""
        return None if name is None else self._states.get(name)

    def put(self, bus: EventBus) -> BusState:
        """Add a bus, or replace the one of its name, which keeps its rules; return its state."""
        state = self._states.get(bus.name)
        if state is None:
            state = self._states[bus.name] = BusState(bus)
            self.names.add(bus.name)
        state.bus = bus
        return state

    def remove(self, name: str) -> None:
        """Forget a bus."""
        del self._states[name]
        self.names.discard(name)

    def __len__(self) -> int:
        return len(self._states)
