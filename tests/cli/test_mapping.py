"""`eventmatch mapping`: mappings are made, listed, enabled, disabled and deleted."""

import json
from typing import Any, Final

import pytest

from tests.cli.command import Cli, file, ndjson

CODE: Final = "def handler(event, context):\n    print('got', len(event['Records']))\n"
FUNCTION: Final[dict[str, Any]] = {"CodeUri": "src", "Handler": "app.handler"}
RULE: Final[dict[str, Any]] = {
    "Name": "orders",
    "EventPattern": {"source": ["shop"]},
    "Targets": [{"Id": "q", "Queue": "incoming"}, {"Id": "s", "Stream": "clicks"}],
}
ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}


def config(**members: Any) -> str:
    file("src/app.py", CODE)
    whole = {
        "store": "router.db",
        "queues": {"incoming": {}},
        "streams": {"clicks": {}},
        "functions": {"orders": FUNCTION},
        "rules": [RULE],
    }
    return file("router.json", {**whole, **members})


def create(cli: Cli, path: str, *options: str) -> str:
    """Make a mapping and return its UUID."""
    outcome = cli("mapping", "create", path, "orders", *options)
    assert (outcome.status, outcome.err) == (0, "")
    return outcome.out.partition(" ")[0]


def listed(cli: Cli, path: str) -> list[dict[str, Any]]:
    mappings: list[dict[str, Any]] = cli("mapping", "list", path, "--format", "json").json
    return mappings


def refused(cli: Cli, *argv: str) -> str:
    outcome = cli("mapping", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    return line.removeprefix("eventmatch: ")


def log(cli: Cli, path: str) -> list[str]:
    lines = cli("function", "logs", path, "orders", "--format", "json").json
    return [line["text"] for line in lines if line["text"].startswith("got")]


def test_a_mapping_of_a_queue_hands_over_what_comes(cli: Cli) -> None:
    path = config()
    uuid = create(cli, path, "--queue", "incoming")
    assert cli("mapping", "list", path).out.splitlines() == [
        f"{uuid[:8]}  on       10  queue/incoming -> orders",
        "1 mapping",
    ]
    assert cli("run", path, stdin=ndjson(ENTRY)).status == 0
    assert log(cli, path) == ["got 1"]


def test_a_mapping_of_a_stream_begins_where_it_says(cli: Cli) -> None:
    path = config()
    assert cli("run", path, stdin=ndjson(ENTRY)).status == 0
    create(cli, path, "--stream", "clicks", "--start", "TRIM_HORIZON", "--batch-size", "5")
    assert cli("run", path).status == 0
    assert log(cli, path) == ["got 1"]
    (mapping,) = listed(cli, path)
    assert (mapping["BatchSize"], mapping["StartingPosition"]) == (5, "TRIM_HORIZON")
    assert cli("run", path, stdin=ndjson(ENTRY, ENTRY)).status == 0
    assert sum(int(line.split()[1]) for line in log(cli, path)) == 3


def test_a_mapping_rests_while_it_is_disabled(cli: Cli) -> None:
    path = config()
    uuid = create(cli, path, "--queue", "incoming", "--disabled")
    assert cli("run", path, stdin=ndjson(ENTRY)).status == 0
    assert log(cli, path) == []
    outcome = cli("mapping", "enable", path, uuid[:6])
    assert outcome.out == f"{uuid} is enabled: queue/incoming -> orders\n"
    assert cli("run", path).status == 0
    assert log(cli, path) == ["got 1"]
    assert cli("mapping", "disable", path, uuid).out.startswith(f"{uuid} is disabled: ")
    (mapping,) = listed(cli, path)
    assert mapping["State"] == "Disabled"
    assert cli("mapping", "list", path).out.startswith(f"{uuid[:8]}  off  ")


def test_a_filter_passes_over_what_it_does_not_match(cli: Cli) -> None:
    path = config()
    pattern = json.dumps({"body": {"detail": {"total": [13]}}})
    create(cli, path, "--queue", "incoming", "--filter", pattern, "--report-failures")
    other = {**ENTRY, "Detail": {"total": 13}}
    assert cli("run", path, stdin=ndjson(ENTRY, other)).status == 0
    assert log(cli, path) == ["got 1"]
    (mapping,) = listed(cli, path)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_mapping_is_deleted(cli: Cli) -> None:
    path = config()
    uuid = create(cli, path, "--queue", "incoming")
    assert cli("mapping", "delete", path, uuid[:8]).out.startswith(f"{uuid} is deleted: ")
    assert cli("mapping", "list", path).out == "0 mappings\n"


def test_mappings_of_a_configuration_stay_as_somebody_left_them(cli: Cli) -> None:
    path = config(mappings=[{"Function": "orders", "Queue": "incoming", "BatchSize": 3}])
    (mapping,) = listed(cli, path)
    assert mapping["BatchSize"] == 3
    assert cli("mapping", "disable", path, mapping["UUID"]).status == 0
    (again,) = listed(cli, path)
    assert (again["UUID"], again["State"]) == (mapping["UUID"], "Disabled")


def test_mappings_are_listed_on_a_narrow_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "x" * 60
    path = config(queues={"incoming": {}, name: {}})
    uuid = create(cli, path, "--queue", name, "--batch-size", "2")
    monkeypatch.setenv("COLUMNS", "40")
    lines = cli("mapping", "list", path).out.splitlines()
    assert lines == [f"{uuid[:8]}  on, batches of 2", f"  …{'x' * 27} -> orders", "1 mapping"]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("create", "orders"), "one of the arguments --queue --stream --source is required"),
        (("create", "none", "--queue", "incoming"), "Function does not exist"),
        (
            ("create", "orders", "--queue", "none"),
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.",
        ),
        (
            ("create", "orders", "--stream", "none", "--start", "LATEST"),
            "Stream not found: arn:aws:kinesis:us-east-1:123456789012:stream/none",
        ),
        (("create", "orders", "--queue", "incoming", "--batch-size", "11"), "Maximum batch window"),
        (
            ("create", "orders", "--queue", "incoming", "--filter", '{"body": [{"prefi": "a"}]}'),
            "Invalid filter pattern definition. body[0]",
        ),
        (("create", "orders", "--source", "arn:aws:sns:us-east-1:123456789012:t"), "Unrecognized"),
        (("enable", "3f"), 'there is no mapping "3f"'),
        (("delete", "3f"), 'there is no mapping "3f"'),
    ],
)
def test_what_is_wrong_is_told_in_a_line(cli: Cli, argv: tuple[str, ...], expected: str) -> None:
    action, *others = argv
    assert refused(cli, action, config(), *others).startswith(expected)


def test_the_same_mapping_is_made_once(cli: Cli) -> None:
    path = config()
    uuid = create(cli, path, "--queue", "incoming")
    text = refused(cli, "create", path, "orders", "--queue", "incoming")
    assert text.endswith(f"Please update or delete the existing mapping with UUID {uuid}")


def test_a_beginning_that_several_have_is_refused(cli: Cli) -> None:
    path = config(queues={"incoming": {}, "other": {}})
    create(cli, path, "--queue", "incoming")
    create(cli, path, "--queue", "other")
    assert refused(cli, "delete", path, "") == ('"" may be any of 2 mappings: give more of it')


def test_an_empty_uuid_is_not_the_only_mapping(cli: Cli) -> None:
    path = config()
    create(cli, path, "--queue", "incoming")
    for action in ("enable", "disable", "delete"):
        assert refused(cli, action, path, "") == "UUID is empty, and would mean whatever is there"
    (mapping,) = listed(cli, path)
    assert mapping["State"] == "Enabled"


def test_what_changes_needs_a_store(cli: Cli) -> None:
    file("src/app.py", CODE)
    path = file("memory.json", {"queues": {"incoming": {}}, "functions": {"orders": FUNCTION}})
    assert 'it names no "store"' in refused(cli, "create", path, "orders", "--queue", "incoming")
    assert cli("mapping", "list", path).out == "0 mappings\n"
