"""The names that a configuration uses for ARNs, and the ARNs that they mean."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, Self

from eventmatch.bus.arn import Place
from eventmatch.errors import ConfigurationError
from eventmatch.jsontext import write_plain


class ShortNames:
    """Turns what a configuration says into AWS's members.

    `functions` are the names of its Lambda functions, each with the alias that is meant where
    nothing else is said, empty if there is none; `plain` are those of all others.
    """

    def __init__(self, place: Place, functions: Mapping[str, str], plain: AbstractSet[str]) -> None:
        self._place = place
        self._functions = functions
        self._plain = plain

    @classmethod
    def of(cls, place: Place, members: Mapping[str, Any]) -> Self:
        """Return the names of a configuration with these members."""
        told = members.get("functions", {})
        functions = {
            name: function.get("AutoPublishAlias", "")
            for name, function in told.items()
            if isinstance(function, Mapping)
        }
        return cls(place, functions, told.keys() - functions.keys())

    def target(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return a target in AWS's members; raises `ConfigurationError` for an unknown function."""
        told = self._with_arn(members, "Arn")
        function = members.get("Function")
        if function is not None and not self._is_lambda(function):
            if function not in self._plain:
                text = "one that stands elsewhere is named by its Arn"
                raise ConfigurationError("", f'no function is named "{function}"; {text}')
            told["Arn"] = f"arn:eventmatch:callable:::{function}"
        letters = members.get("DeadLetterConfig")
        return told | {"DeadLetterConfig": self._with_arn(letters, "Arn")} if letters else told

    def dead_letters(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return the DeadLetterConfig of a function in AWS's members."""
        return self._with_arn(members, "TargetArn")

    def destinations(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return a DestinationConfig in AWS's members."""
        return {name: self._with_arn(goal, "Destination") for name, goal in members.items()}

    def mapping(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return an event source mapping in AWS's members."""
        function = {"FunctionName": self._qualified(members["Function"])}
        others = {name: value for name, value in members.items() if name != "Function"}
        told = self._with_arn(others, "EventSourceArn") | function
        if "FilterCriteria" in told:
            filters = told["FilterCriteria"].get("Filters", ())
            told["FilterCriteria"] = {"Filters": [_filter(each["Pattern"]) for each in filters]}
        if "DestinationConfig" in told:
            told["DestinationConfig"] = self.destinations(told["DestinationConfig"])
        return told

    def invoked(self, target: Mapping[str, Any]) -> str | None:
        """Return the Lambda function that a target names, with its qualifier; None for another."""
        name: str | None = target.get("Function")
        return self._qualified(name) if name is not None and self._is_lambda(name) else None

    def subscribed(self, name: str) -> str | None:
        """Return the Lambda function that subscribes as `function:NAME`; None for a queue.

        It has its qualifier. Raises `ConfigurationError` for an unknown function.
        """
        kind, colon, function = name.partition(":")
        if not colon:
            return None
        if kind != "function" or not self._is_lambda(function):
            raise ConfigurationError("", f'no Lambda function is named "{function}"')
        return self._qualified(function)

    def function(self, name: str) -> str:
        """Return the ARN of the function of that name."""
        return _ARNS["Function"](self._place, name)

    def _with_arn(self, members: Mapping[str, Any], member: str) -> dict[str, Any]:
        """Return the members with an ARN under that name for the short name among them."""
        told = {name: value for name, value in members.items() if name not in _ARNS}
        for kind in members.keys() & _ARNS.keys():
            name = members[kind] if kind != "Function" else self._qualified(members[kind])
            told[member] = _ARNS[kind](self._place, name)
        return told

    def _qualified(self, function: str) -> str:
        alias = self._functions.get(function)
        return f"{function}:{alias}" if alias else function

    def _is_lambda(self, function: str) -> bool:
        return function.partition(":")[0] in self._functions


def _filter(pattern: str | Mapping[str, Any]) -> dict[str, str]:
    text = pattern if isinstance(pattern, str) else write_plain(dict(pattern)).decode()
    return {"Pattern": text}


_ARNS: Final[Mapping[str, Callable[[Place, str], str]]] = {
    "Function": lambda place, name: place.of("lambda", f"function:{name}"),
    "Queue": lambda place, name: place.of("sqs", name),
    "Topic": lambda place, name: place.of("sns", name),
    "Stream": lambda place, name: place.of("kinesis", f"stream/{name}"),
    "Bus": Place.bus,
    "Log": lambda _, name: f"arn:eventmatch:log:::{name}",
}
"""How each short name means an ARN."""
