"""Operations on tags. Meaning: service reference §2.6."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.operations.operation import Answer, Operation, Parameters, request
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.shapes import ARN, TAG_KEYS, TAGS
from eventmatch.bus.tags import read_tags


async def _tag(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.tag_resource(parameters["ResourceARN"], read_tags(parameters["Tags"]))
    return {}


async def _untag(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.untag_resource(parameters["ResourceARN"], parameters["TagKeys"])
    return {}


async def _list(plane: ControlPlane, parameters: Parameters) -> Answer:
    tags = await plane.list_tags_for_resource(parameters["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "TagResource": Operation(
        request("TagResource", {"ResourceARN": ARN, "Tags": TAGS}, "ResourceARN", "Tags"), _tag
    ),
    "UntagResource": Operation(
        request(
            "UntagResource",
            {"ResourceARN": ARN, "TagKeys": TAG_KEYS},
            "ResourceARN",
            "TagKeys",
        ),
        _untag,
    ),
    "ListTagsForResource": Operation(
        request("ListTagsForResource", {"ResourceARN": ARN}, "ResourceARN"), _list
    ),
}
