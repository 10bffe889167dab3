"""`eventmatch function`: functions are made, invoked, published, listed and deleted."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.command import Cli, file, module, ndjson

CODE: Final = """
import os
def handler(event, context):
    print("seen", event)
    if event == "bad":
        raise ValueError("no such order")
    return {"got": event, "stage": os.environ.get("STAGE"), "version": context.function_version}
"""
ORDERS: Final[dict[str, Any]] = {"CodeUri": "src", "Handler": "app.handler"}
ROLE: Final = "arn:aws:iam::123456789012:role/orders"


def config(**members: Any) -> str:
    file("src/app.py", CODE)
    return file("router.json", {"store": "router.db", **members})


def configured(**members: Any) -> str:
    return config(functions={"orders": ORDERS | members})


def created(cli: Cli, *options: str) -> str:
    """Make a function that the store has and the configuration has not."""
    path = config()
    outcome = cli(
        "function", "create", path, "orders", "--code", "src", "--handler", "app.handler", *options
    )
    assert outcome.status == 0, outcome.err
    return path


def refused(cli: Cli, *argv: str) -> str:
    outcome = cli("function", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    return line.removeprefix("eventmatch: ")


# invoke


@pytest.mark.parametrize(
    ("payload", "stdin", "got"),
    [
        ('{"total": 12}', "", {"total": 12}),
        ("[1]", "", [1]),
        ('"text"', "", "text"),
        ("42", "", 42),
        ("null", "", None),
        ("-", '{"total": 13}', {"total": 13}),
        ("event.json", "", {"total": 14}),
    ],
)
def test_the_result_is_shown(cli: Cli, payload: str, stdin: str, got: object) -> None:
    file("event.json", {"total": 14})
    outcome = cli("function", "invoke", configured(), "orders", payload, stdin=stdin)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.json == {"got": got, "stage": None, "version": "$LATEST"}


def test_the_payload_is_an_empty_object_if_there_is_none(cli: Cli) -> None:
    assert cli("function", "invoke", configured(), "orders").json["got"] == {}


def test_no_store_is_needed_to_invoke(cli: Cli) -> None:
    name = module(CODE)
    path = file("router.json", {"functions": {"orders": {"Callable": f"{name}:handler"}}})
    assert cli("function", "invoke", path, "orders", "1").json["got"] == 1


def test_the_log_is_shown_beside_the_result(cli: Cli) -> None:
    outcome = cli("function", "invoke", configured(), "orders", "7", "--log")
    lines = outcome.err.splitlines()
    assert lines[0].startswith("START RequestId: ")
    assert lines[1] == "seen 7"
    assert lines[-1].startswith("REPORT RequestId: ")
    assert outcome.json["got"] == 7


def test_a_function_that_fails_is_a_finding(cli: Cli) -> None:
    outcome = cli("function", "invoke", configured(), "orders", '"bad"')
    assert outcome.status == 1
    assert outcome.json["errorMessage"] == "no such order"
    assert outcome.err == "eventmatch: orders failed: ValueError: no such order\n"


def test_an_event_waits_for_the_next_run(cli: Cli) -> None:
    path = configured()
    outcome = cli("function", "invoke", path, "orders", "8", "--type", "Event")
    assert outcome.status == 0
    assert outcome.out.startswith("orders: the next run invokes it, with the request id ")
    assert cli("function", "logs", path, "orders").out == "nothing is logged of orders\n"
    assert cli("run", path).status == 0
    assert "seen 8" in cli("function", "logs", path, "orders").out


def test_a_dry_run_runs_nothing(cli: Cli) -> None:
    path = configured()
    outcome = cli("function", "invoke", path, "orders", "--type", "DryRun")
    assert outcome.out == "orders: it can be invoked; nothing was run\n"
    assert cli("function", "logs", path, "orders").out == "nothing is logged of orders\n"


def test_what_waits_in_the_store_is_left_alone(cli: Cli) -> None:
    path = configured()
    cli("function", "invoke", path, "orders", "1", "--type", "Event")
    cli("function", "invoke", path, "orders", "2")
    out = cli("function", "logs", path, "orders").out
    assert "seen 2" in out
    assert "seen 1" not in out


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_what_cannot_be_invoked_is_refused(cli: Cli, kind: str) -> None:
    path = configured()
    assert refused(cli, "invoke", path, "other", "--type", kind) == (
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other:$LATEST"
    )
    text = refused(cli, "invoke", path, "orders", '{"a": ', "--type", kind)
    assert text.startswith("Could not parse request body into json")
    assert refused(cli, "invoke", path, "orders", "none.json", "--type", kind) == (
        "none.json: no such file or directory"
    )
    assert "orders:9" in refused(cli, "invoke", path, "orders", "--qualifier", "9", "--type", kind)


def test_an_event_needs_a_store(cli: Cli) -> None:
    file("src/app.py", CODE)
    path = file("memory.json", {"functions": {"orders": ORDERS}})
    text = refused(cli, "invoke", path, "orders", "--type", "Event")
    assert text == 'memory.json: it names no "store", so that no run leaves anything'


# create, update, publish, alias, delete


@pytest.mark.parametrize("code", ["gone", "router.json"])
def test_an_update_with_code_that_cannot_be_changes_nothing(cli: Cli, code: str) -> None:
    path = created(cli)
    before = cli("function", "list", path, "--format", "json").out
    assert refused(cli, "update", path, "orders", "--timeout", "9", "--code", code)
    assert cli("function", "list", path, "--format", "json").out == before


def test_a_throttle_is_told_with_its_reason(cli: Cli) -> None:
    path = configured(ReservedConcurrentExecutions=0)
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert refused(cli, "invoke", path, "orders") == f"Rate Exceeded. {reason}"


def test_code_that_has_the_store_in_it_is_refused(cli: Cli) -> None:
    path = config()
    text = ". has the store in it; keep the code in a folder of its own"
    assert refused(cli, "create", path, "orders", "--code", ".", "--handler", "a.b") == text
    path = created(cli)
    assert refused(cli, "update", path, "orders", "--code", ".") == text


def test_an_update_with_a_configuration_that_cannot_be_changes_nothing(cli: Cli) -> None:
    path = created(cli)
    before = cli("function", "list", path, "--format", "json").out
    file("other/app.py", "handler = print")
    assert refused(cli, "update", path, "orders", "--timeout", "0", "--code", "other")
    assert cli("function", "list", path, "--format", "json").out == before


def test_a_function_is_made_of_a_folder_and_stays(cli: Cli) -> None:
    options = ("--env", "STAGE=test", "--timeout", "9", "--memory", "256")
    path = created(cli, *options)
    assert cli("function", "invoke", path, "orders").json["stage"] == "test"
    (facts,) = cli("function", "list", path, "--format", "json").json
    assert (facts["FunctionName"], facts["Timeout"], facts["MemorySize"]) == ("orders", 9, 256)
    assert facts["Role"] == ROLE


def test_a_function_is_made_of_a_zip_file(cli: Cli) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", CODE)
    Path("app.zip").write_bytes(data.getvalue())
    path = config()
    made = cli(
        "function", "create", path, "orders", "--code", "app.zip", "--handler", "app.handler"
    )
    assert made.out.startswith("orders: $LATEST, ")
    assert cli("function", "invoke", path, "orders", "1").json["got"] == 1


def test_code_and_configuration_change(cli: Cli) -> None:
    path = created(cli)
    file("src/app.py", CODE.replace('"got"', '"anew"'))
    assert cli("function", "update", path, "orders", "--code", "src", "--publish").status == 0
    assert cli("function", "invoke", path, "orders:1", "1").json["anew"] == 1
    assert cli("function", "update", path, "orders", "--timeout", "9").status == 0
    (facts,) = cli("function", "list", path, "--format", "json").json
    assert facts["Timeout"] == 9
    assert refused(cli, "update", path, "orders").startswith("there is nothing to change")


def test_versions_and_aliases(cli: Cli) -> None:
    path = created(cli)
    assert cli("function", "publish", path, "orders").out.startswith("orders: 1, ")
    assert cli("function", "update", path, "orders", "--timeout", "9", "--publish").status == 0
    assert cli("function", "alias", path, "orders", "live", "1").out == "live -> 1\n"
    moved = cli("function", "alias", path, "orders", "live", "2", "--weight", "1=0.25")
    assert moved.out == "live -> 2, 25% 1\n"
    assert cli("function", "alias", path, "orders", "live").out == "live -> 2, 25% 1\n"
    assert cli("function", "alias", path, "orders").out == "live -> 2, 25% 1\n"
    assert cli("function", "list", path).out.splitlines() == [
        "orders  python3.12     128 MB    9 s  live -> 2, 25% 1",
        "1 function",
    ]
    assert cli("function", "list", path, "--versions").out.splitlines() == [
        "orders    python3.12     128 MB    9 s  live -> 2, 25% 1",
        "orders:1  python3.12     128 MB    3 s  live",
        "orders:2  python3.12     128 MB    9 s  live",
        "3 versions",
    ]
    assert cli("function", "invoke", path, "orders", "--qualifier", "2").json["version"] == "2"
    assert cli("function", "alias", path, "orders", "live", "--delete").out == "live is deleted\n"
    assert cli("function", "alias", path, "orders").out == ""
    text = refused(cli, "alias", path, "orders", "live", "--delete")
    assert text.startswith("Cannot find alias arn: ")


def test_a_version_or_all_is_deleted(cli: Cli) -> None:
    path = created(cli, "--publish")
    gone = cli("function", "delete", path, "orders", "--qualifier", "1")
    assert gone.out == "orders:1 is deleted\n"
    assert cli("function", "list", path, "--versions").out.endswith("\n1 version\n")
    assert cli("function", "delete", path, "orders").out == "orders is deleted\n"
    assert cli("function", "list", path).out == "0 functions\n"
    assert refused(cli, "delete", path, "orders").startswith("Function not found: ")


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("create", "orders", "--code", "none", "--handler", "a.b"), "none: no such file"),
        (("create", "orders", "--code", "src"), "the following arguments are required: --handler"),
        (
            ("create", "a b", "--code", "src", "--handler", "app.handler"),
            "2 validation errors detected: Value 'a b'",
        ),
        (
            ("create", "orders", "--code", "src/app.py", "--handler", "app.handler"),
            "src/app.py is neither a folder nor a zip file",
        ),
        (("publish", "orders"), "Function not found: "),
        (("alias", "orders", "live", "1"), "Function not found: "),
        (("update", "orders", "--env", "STAGE"), "argument --env: must be NAME=VALUE"),
        (("alias", "orders", "--delete"), "ALIAS is needed: which one is to be deleted?"),
        (("alias", "orders", "--weight", "1=0.5"), "ALIAS and VERSION are needed with --weight"),
        (("alias", "orders", "live", "--weight", "1=1"), "ALIAS and VERSION are needed with"),
        (("alias", "orders", "live", "1", "--delete"), "--delete takes no VERSION"),
        (("alias", "orders", "a", "1", "--weight", "2"), "argument --weight: must be VERSION="),
        (("logs", "orders", "--lines", "0"), "argument --lines: must be a number from 1"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(cli: Cli, argv: tuple[str, ...], expected: str) -> None:
    action, *others = argv
    assert refused(cli, action, config(), *others).startswith(expected)


@pytest.mark.parametrize("action", ["publish", "delete", "alias"])
def test_what_changes_needs_a_store(cli: Cli, action: str) -> None:
    file("src/app.py", CODE)
    path = file("memory.json", {"functions": {"orders": ORDERS}})
    assert 'it names no "store"' in refused(cli, action, path, "orders")


# list


def test_more_functions_than_a_page_are_listed_also_narrow(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = f"{module(CODE)}:handler"
    functions = {f"f{number:03}-{'x' * 50}": {"Callable": name} for number in range(60)}
    path = file("router.json", {"functions": functions})
    lines = cli("function", "list", path).out.splitlines()
    assert lines[-1] == "60 functions"
    assert len(lines) == 61
    assert max(map(len, lines)) == 40
    assert len(cli("function", "list", path, "--format", "json").json) == 60


def test_plain_functions_are_no_lambda_functions(cli: Cli) -> None:
    path = file("router.json", {"functions": {"plain": f"{module(CODE)}:handler"}})
    assert cli("function", "list", path).out == "0 functions\n"


# logs


def test_logs_are_shown_for_people_and_programs(cli: Cli) -> None:
    path = configured()
    for number in range(3):
        cli("function", "invoke", path, "orders", str(number))
    lines = cli("function", "logs", path, "orders").out.splitlines()
    assert [line[26:] for line in lines if "seen" in line] == ["seen 0", "seen 1", "seen 2"]
    (last,) = cli("function", "logs", path, "orders", "--lines", "1", "--format", "json").json
    assert last["text"].startswith("REPORT RequestId: ")
    assert "[$LATEST]" in last["stream"]
    arn = "arn:aws:lambda:us-east-1:123456789012:function:orders:live"
    assert "seen 2" in cli("function", "logs", path, arn).out


def test_logs_are_shown_while_a_router_runs(cli: Cli) -> None:
    from eventmatch.store.sqlite.lock import FileLock

    path = configured()
    cli("function", "invoke", path, "orders", "1")
    lock = FileLock(Path("router.db").resolve())
    lock.acquire()
    try:
        assert "seen 1" in cli("function", "logs", path, "orders").out
        assert "router.db" in refused(cli, "list", path)
    finally:
        lock.release()


def test_a_log_does_not_move_the_cursor(cli: Cli) -> None:
    path = config()
    log = "2026-01-02T03:04:05.000Z\ts\t\x1b[2Jred\ttab\n"
    file("router.db.logs/orders.log", log)
    out = cli("function", "logs", path, "orders").out
    assert out == "2026-01-02T03:04:05.000Z  \ufffd[2Jred\ttab\n"


def test_a_memory_store_has_no_logs_to_show(cli: Cli) -> None:
    path = file("memory.json", {})
    assert refused(cli, "logs", path, "orders") == (
        'memory.json: it names no "store", so that no run leaves a log'
    )


# rules that invoke


def test_a_run_invokes_the_functions_that_rules_name(cli: Cli) -> None:
    rule = {
        "Name": "orders",
        "EventPattern": {"source": ["shop"]},
        "Targets": [{"Id": "f", "Function": "orders", "InputPath": "$.detail"}],
    }
    path = config(functions={"orders": ORDERS}, rules=[rule])
    entry = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}
    assert cli("run", path, stdin=ndjson(entry)).status == 0
    assert "seen {'total': 12}" in cli("function", "logs", path, "orders").out
    assert json.loads(Path("router.json").read_text())["rules"] == [rule]


def test_a_run_tells_what_came_of_functions(cli: Cli) -> None:
    path = configured(EventInvokeConfig={"MaximumRetryAttempts": 0})
    for payload in ("1", "2", '"bad"'):
        cli("function", "invoke", path, "orders", payload, "--type", "Event")
    outcome = cli("run", path)
    assert outcome.out.splitlines()[-2:] == [
        "delivered  dead  waiting  schedule or function",
        "        3     0        0  orders:$LATEST",
    ]
    cli("function", "invoke", path, "orders", "--type", "Event")
    summary = cli("run", path, "--format", "json").json
    assert summary["others"] == [
        {"name": "orders:$LATEST", "delivered": 1, "dead": 0, "waiting": 0}
    ]
    assert summary["targets"] == []
