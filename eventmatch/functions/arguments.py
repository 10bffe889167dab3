"""What the operations on functions take, by AWS's constraints, before they do anything."""

from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from inspect import BoundArguments, Parameter, signature
from typing import Any, Final, ParamSpec, TypeVar

from eventmatch.bus.arguments import member_name
from eventmatch.bus.constraints import Shape
from eventmatch.bus.refusals import Fault
from eventmatch.errors import ServiceError
from eventmatch.functions.shapes import SHAPES, as_lambda_error, check

Given = ParamSpec("Given")
Result = TypeVar("Result")

Method = Callable[Given, Coroutine[Any, Any, Result]]

_NULL: Final = "Member must not be null"


def checked(**shapes: Shape) -> Callable[[Method[Given, Result]], Method[Given, Result]]:
    """Let a method read its arguments by their shapes: those of their names, but for these.

    All faults are told together, as AWS does, in one `LambdaError`. None stands for an argument
    that was not given.
    """

    def decorate(method: Method[Given, Result]) -> Method[Given, Result]:
        parameters = signature(method)
        read = {**SHAPES, **shapes}

        @wraps(method)
        async def call(*given: Given.args, **named: Given.kwargs) -> Result:
            bound = parameters.bind(*given, **named)
            bound.apply_defaults()
            try:
                _read(bound, read)
            except ServiceError as error:
                raise as_lambda_error(error) from error
            return await method(*bound.args, **bound.kwargs)

        return call

    return decorate


def _read(bound: BoundArguments, shapes: Mapping[str, Shape]) -> None:
    """Put what counts of each argument in its place, also of those of a configuration."""
    faults: list[Fault] = []
    for name, parameter in bound.signature.parameters.items():
        value = bound.arguments[name]
        if parameter.kind is Parameter.VAR_KEYWORD:
            bound.arguments[name] = {
                each: _accepted(shapes, each, given, faults) for each, given in value.items()
            }
        elif value is None and name in shapes and parameter.default is Parameter.empty:
            faults.append(Fault(None, member_name(name), _NULL))
        else:
            bound.arguments[name] = _accepted(shapes, name, value, faults)
    check(faults)


def _accepted(shapes: Mapping[str, Shape], name: str, value: Any, faults: list[Fault]) -> Any:
    shape = shapes.get(name)
    if shape is None or value is None:
        return value
    return shape.read(value, member_name(name), faults)
