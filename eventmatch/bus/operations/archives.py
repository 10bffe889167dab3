"""Operations on archives. Meaning: service reference §5."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.archive_model import Archive, ArchiveState
from eventmatch.bus.archives import Archives, ArchiveStatus
from eventmatch.bus.constraints import Shape
from eventmatch.bus.operations.operation import (
    PAGING,
    Answer,
    Operation,
    Parameters,
    chosen,
    filters,
    of,
    page,
    present,
    request,
)
from eventmatch.bus.shapes import (
    ARCHIVE_NAME,
    ARCHIVE_STATE,
    DESCRIPTION,
    EVENT_PATTERN,
    KMS_KEY,
    RETENTION_DAYS,
    SOURCE_ARN,
)

_MEMBERS: Final = {
    "EventPattern": "event_pattern",
    "RetentionDays": "retention_days",
    "Description": "description",
    "KmsKeyIdentifier": "kms_key_identifier",
}
_SHAPES: Final[Mapping[str, Shape]] = {
    "Description": DESCRIPTION,
    "EventPattern": EVENT_PATTERN,
    "RetentionDays": RETENTION_DAYS,
    "KmsKeyIdentifier": KMS_KEY,
}


async def _create(archives: Archives, parameters: Parameters) -> Answer:
    archive = await archives.create_archive(
        parameters["ArchiveName"],
        event_bus_name=parameters["EventSourceArn"],
        **chosen(parameters, _MEMBERS),
    )
    return _enabled(archive)


async def _update(archives: Archives, parameters: Parameters) -> Answer:
    name = parameters["ArchiveName"]
    return _enabled(await archives.update_archive(name, **chosen(parameters, _MEMBERS)))


def _enabled(archive: Archive) -> Answer:
    """Return the answer about an archive that was just written."""
    state = ArchiveState.ENABLED.value
    return {"ArchiveArn": archive.arn, "CreationTime": archive.created, "State": state}


async def _describe(archives: Archives, parameters: Parameters) -> Answer:
    status = await archives.describe_archive(parameters["ArchiveName"])
    archive = status.archive
    more = present(
        ArchiveArn=archive.arn,
        EventPattern=archive.event_pattern,
        Description=archive.description,
        KmsKeyIdentifier=archive.kms_key_identifier,
    )
    return {**_summary(status), **more}


def _summary(status: ArchiveStatus) -> Answer:
    archive = status.archive
    return present(
        ArchiveName=archive.name,
        EventSourceArn=archive.source,
        State=status.state.value,
        StateReason=status.state_reason,
        RetentionDays=archive.retention_days,
        SizeBytes=status.size_bytes,
        EventCount=status.event_count,
        CreationTime=archive.created,
    )


async def _list(archives: Archives, parameters: Parameters) -> Answer:
    found = await archives.list_archives(**filters(parameters, ArchiveState))
    return page("Archives", [_summary(status) for status in found.items], found)


async def _delete(archives: Archives, parameters: Parameters) -> Answer:
    await archives.delete_archive(parameters["ArchiveName"])
    return {}


_NAMED: Final = {"ArchiveName": ARCHIVE_NAME}


def archive_operations(archives: Archives) -> Mapping[str, Operation]:
    """Return the operations on these archives by name."""
    return {
        "CreateArchive": of(
            archives,
            request(
                "CreateArchive",
                {**_NAMED, "EventSourceArn": SOURCE_ARN, **_SHAPES},
                "ArchiveName",
                "EventSourceArn",
            ),
            _create,
        ),
        "UpdateArchive": of(
            archives, request("UpdateArchive", {**_NAMED, **_SHAPES}, "ArchiveName"), _update
        ),
        "DescribeArchive": of(
            archives, request("DescribeArchive", _NAMED, "ArchiveName"), _describe
        ),
        "ListArchives": of(
            archives,
            request(
                "ListArchives",
                {
                    "NamePrefix": ARCHIVE_NAME,
                    "EventSourceArn": SOURCE_ARN,
                    "State": ARCHIVE_STATE,
                    **PAGING,
                },
            ),
            _list,
        ),
        "DeleteArchive": of(archives, request("DeleteArchive", _NAMED, "ArchiveName"), _delete),
    }
