"""What AWS says when it refuses an entry, a whole PutEvents, or what makes a target's payload.

Meaning: service reference §1.3, §1.4, §2.5, §8.1. `<id>` is the id of the target.
"""

from typing import Final, NamedTuple

from eventmatch.bus.refusals import invalid
from eventmatch.errors import ServiceError


class Refused(NamedTuple):
    """The verdict on an entry that is not accepted: AWS's code and text."""

    code: str
    message: str


def _required(member: str) -> Refused:
    reason = f"Reason: {member} is a required argument."
    return Refused("InvalidArgument", f"Parameter {member} is not valid. {reason}")


NO_SOURCE: Final = _required("Source")
NO_DETAIL_TYPE: Final = _required("DetailType")
NO_DETAIL: Final = _required("Detail")
MALFORMED_DETAIL: Final = Refused("MalformedDetail", "Detail is malformed.")
AWS_SOURCE: Final = Refused("NotAuthorizedForSourceException", "Not authorized for the source.")


def too_large() -> ServiceError:
    """Return the refusal of entries that are too large together."""
    return invalid("Total size of the entries in the request is over the limit.")


def two_inputs(target: str) -> ServiceError:
    """Return the refusal of a target with two ways to make its payload."""
    which = "Only one of Input, InputPath, or InputTransformer must be provided"
    return invalid(f"{which} for target {target}.")


def bad_input(target: str, source: str) -> ServiceError:
    """Return the refusal of a constant that is no JSON; `source` is the place of the fault."""
    return invalid(f"JSON syntax error in input for target {target}: {source}")


def bad_path(target: str) -> ServiceError:
    """Return the refusal of a path outside the grammar."""
    return invalid(f"InputPath for target {target} is invalid.")


def bad_template(target: str, source: str) -> ServiceError:
    """Return the refusal of a template that null in each placeholder does not make JSON."""
    return invalid(f"Invalid InputTemplate for target {target} : {source}.")


def unknown_placeholder(target: str, name: str) -> ServiceError:
    """Return the refusal of a placeholder that the map has not."""
    return invalid(f"InputTemplate for target {target} contains invalid placeholder {name}.")


def placeholder_as_key(target: str) -> ServiceError:
    """Return the refusal of a placeholder where a name stands."""
    return invalid(f"InputTemplate placeholder present as a JSON object key for target {target}.")


def only_in_json(target: str, name: str) -> ServiceError:
    """Return the refusal of a variable that is an object in a template of text."""
    which = f"contains placeholder {name} valid only for JSON template"
    return invalid(f"InputTemplate for target {target} {which}.")
