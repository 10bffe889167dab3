"""The command line as a user meets it: what it prints, and the exit code."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

import eventmatch
from eventmatch.cli import main as entry
from eventmatch.cli.main import COMMANDS
from tests.cli.command import Cli, Outcome, file, ndjson

HELP: Final = Path(__file__).with_name("help")
ROOT: Final = Path(__file__).parents[2]

STOPPED: Final = {"source": ["aws.ec2"], "detail": {"state": ["stopped"]}}
EVENT: Final = {"source": "aws.ec2", "detail": {"state": "stopped"}}
OTHER: Final = {"source": "aws.ec2", "detail": {"state": "running"}}

RULE_SET: Final = """\
{"rules": [
  {"name": "good", "pattern": {"source": ["aws.ec2"]}},
  {"name": "bad",
   "pattern": {"detail": {
     "state": "stopped"}}}
]}
"""


# The whole


def squeezed(text: str) -> str:
    """Without line breaks: where help wraps differs between Python releases."""
    return " ".join(text.split())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(cli: Cli, command: str) -> None:
    outcome = cli(*filter(None, [command]), "--help")
    expected = (HELP / f"{command or 'eventmatch'}.txt").read_text("utf-8")
    assert (outcome.status, squeezed(outcome.out)) == (0, squeezed(expected))
    assert "json Schema" not in outcome.out
    assert "example:" in outcome.out


def test_version(cli: Cli) -> None:
    outcome = cli("--version")
    expected = f"eventmatch {eventmatch.__version__} ({eventmatch.engine_name()} engine)\n"
    assert (outcome.status, outcome.out) == (0, expected)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["check", "--format", "xml"], "xml"),
        (["check", "absent.json"], "absent.json: no such file"),
        (["match"], "--rules"),
        (["match", "--rules", "absent.json"], "absent.json: no such file"),
        (["explain", "{}"], "--pattern"),
        (["explain", "--pattern", '{"a":[1]}', "absent.json"], "absent.json: no such file"),
        (["test", "absent.test.json"], "absent.test.json: no such file"),
        (["schema", "--dialect", "none"], "none"),
        (["library", "show", "absent"], "absent"),
    ],
)
def test_usage_errors_are_one_line(cli: Cli, argv: list[str], words: str) -> None:
    outcome = cli(*argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("eventmatch: ")
    assert outcome.err.count("\n") == 1
    assert words in outcome.err


def failing(error: BaseException) -> Callable[[object], int]:
    def run(_: object) -> int:
        raise error

    return run


def test_internal_errors_are_one_line_and_a_hint(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry.schema, "run", failing(RuntimeError("broken")))
    outcome = cli("schema")
    assert outcome.status == 3
    first, second = outcome.err.splitlines()
    assert first == "eventmatch: internal error: RuntimeError: broken"
    assert "EVENTMATCH_TRACEBACK=1" in second
    monkeypatch.setenv("EVENTMATCH_TRACEBACK", "1")
    assert "Traceback" in cli("schema").err


def test_an_interrupt_is_quiet(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry.schema, "run", failing(KeyboardInterrupt()))
    assert cli("schema") == Outcome(130, "", "")


def test_a_closed_pipe_is_quiet() -> None:
    command = [sys.executable, "-m", "eventmatch", "schema"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# check


def test_check_of_a_clean_pattern(cli: Cli) -> None:
    outcome = cli("check", file("stopped.json", STOPPED))
    assert (outcome.status, outcome.out) == (0, "1 pattern in 1 file: no problems\n")


def test_check_shows_place_caret_aws_and_hint(cli: Cli) -> None:
    outcome = cli("check", file("rules.json", RULE_SET))
    place, line, caret, aws, hint, *_ = outcome.out.splitlines()
    assert outcome.status == 1
    assert place.startswith("rules.json:5:16: error[not-object-or-array]: detail.state: expected")
    assert line == '  5 |      "state": "stopped"}}}'
    assert caret == "    |               ^^^^^^^^^"
    assert aws == '  aws: "state" must be an object or an array'
    assert hint.startswith("  hint: ")
    assert outcome.out.endswith("2 patterns in 1 file: 1 error\n")


def test_check_finds_its_way_through_escapes(cli: Cli) -> None:
    text = r'{"Rules": [{"Name": "x", "EventPattern": "{\"é\": [\"\u00e9\"], \"a\": true}"}]}'
    found = cli("check", file("rules.json", text), "--format", "json").json["findings"][0]
    start, end = found["span"]
    assert text[start:end] == "true"
    assert (found["line"], found["rule"]) == (1, "x")


def test_check_counts_columns_as_the_whole_file_has_them(cli: Cli) -> None:
    text = '{"rules":[{"name":"😀","pattern":{"a":"b"}}]}'
    found = cli("check", file("rules.json", text), "--format", "json").json["findings"][0]
    alone = eventmatch.check('{"a":"b"}')[0].column
    before = text[: text.index('{"a"')]
    assert found["column"] == len(before.encode("utf-16-le")) // 2 + alone


def test_check_of_a_text_that_is_not_json(cli: Cli) -> None:
    outcome = cli("check", "-", stdin='{"a":')
    assert outcome.status == 1
    assert outcome.out.startswith("<stdin>:1:6: error[json-syntax]: ")


def test_check_of_bytes_that_are_not_text(cli: Cli) -> None:
    outcome = cli("check", stdin=b'{"a": ["\xff"]}')
    assert outcome.status == 1
    assert outcome.out.startswith("<stdin>:1:1: error[unreadable]: not UTF-8 (byte 8)\n")


def test_check_cuts_a_long_line_around_the_caret(cli: Cli) -> None:
    text = json.dumps({"a": ["x" * 500], "b": "wrong", "c": ["y" * 500]})
    _, line, caret, *_ = cli("check", stdin=text).out.splitlines()
    assert len(line) <= 80
    assert line[caret.index("^") : caret.rindex("^") + 1] == '"wrong"'


def test_warnings_count_only_when_strict(cli: Cli) -> None:
    path = file("lint.json", {"detailType": ["x"]})
    outcome = cli("check", path)
    assert outcome.status == 0
    assert "warning[detail-type-spelling]" in outcome.out
    assert cli("check", path, "--strict").status == 1


def test_check_of_a_folder_leaves_tests_out(cli: Cli) -> None:
    file("rules/a.json", STOPPED)
    file("rules/deep/b.json", STOPPED)
    file("rules/a.test.json", {"tests": []})
    assert cli("check", "rules").out == "2 patterns in 2 files: no problems\n"


def test_check_by_dialect(cli: Cli) -> None:
    path = file("wild.json", {"a": [{"wildcard": "x*"}]})
    assert cli("check", path).status == 0
    assert cli("check", path, "--dialect", "pipes").status == 1


def test_check_for_github(cli: Cli) -> None:
    outcome = cli("check", file("rules.json", RULE_SET), "--format", "github")
    place, _, message = outcome.out.partition("::detail.state: ")
    expected = "::error file=rules.json,line=5,col=16,title=event pattern%3A not-object-or-array"
    assert place == expected
    assert "%0Aaws: " in message
    assert message.count("\n") == 1


def test_check_as_json_lines(cli: Cli) -> None:
    outcome = cli("check", file("rules.json", RULE_SET), "--format", "jsonl")
    (finding,) = outcome.lines
    assert finding["rule"] == "bad"
    assert finding["code"] == "not-object-or-array"
    assert finding["path"] == "detail.state"


def test_check_as_junit(cli: Cli) -> None:
    outcome = cli("check", file("rules.json", RULE_SET), "--format", "junit")
    suite = ElementTree.fromstring(outcome.out)[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["bad"]


def test_a_field_called_rules_is_a_field(cli: Cli) -> None:
    pattern = {"rules": ["x", {"prefix": "y"}], "source": ["z"]}
    outcome = cli("check", file("pattern.json", pattern))
    assert outcome.out == "1 pattern in 1 file: no problems\n"


@pytest.mark.parametrize("item", [{"name": "x", "patern": {"a": [1]}}, {"patern": {"a": [1]}}, "x"])
def test_a_rule_without_a_pattern_is_a_finding(cli: Cli, item: object) -> None:
    rules = [item, {"name": "bad", "pattern": {"a": 1}}, {"name": "number", "pattern": 5}]
    outcome = cli("check", file("rules.json", {"rules": rules}), "--format", "json")
    findings = outcome.json["findings"]
    assert outcome.status == 1
    assert [each["code"] for each in findings] == [
        "no-pattern",
        "not-object-or-array",
        "not-an-object",
    ]
    assert findings[0]["path"] == "rules[0]"
    assert findings[0]["column"] == 12


def test_a_list_of_nothing_but_mistakes_is_a_rule_file(cli: Cli) -> None:
    outcome = cli("check", file("rules.json", {"Rules": [{"patern": {"a": [1]}}]}))
    message = 'Rules[0]: expected "pattern" or "EventPattern"'
    assert outcome.out.startswith(f"rules.json:1:12: error[no-pattern]: {message}\n")


def test_no_rules_at_all(cli: Cli) -> None:
    Path("empty").mkdir()
    for argv in (["check", "empty"], ["match", "--rules", "empty"], ["test", "empty"]):
        outcome = cli(*argv)
        assert (outcome.status, outcome.out) == (2, "")
        assert " in empty\n" in outcome.err


def test_a_bad_file_does_not_hide_the_others(cli: Cli) -> None:
    Path("bad.json").write_bytes(b"\xff")
    path = file("rules.json", RULE_SET)
    outcome = cli("check", "absent.json", "bad.json", path)
    assert outcome.status == 2
    assert "bad.json:1:1: error[unreadable]: not UTF-8 (byte 0)" in outcome.out
    assert "error[not-object-or-array]" in outcome.out
    assert outcome.err == "eventmatch: absent.json: no such file or directory\n"
    assert cli("check", "bad.json", path).status == 1
    report = cli("check", "absent.json", path, "--format", "junit")
    assert ElementTree.fromstring(report.out).get("failures") == "2"


def test_a_report_is_written_even_of_nothing(cli: Cli) -> None:
    Path("empty").mkdir()
    for command in ("check", "test"):
        outcome = cli(command, "empty", "--format", "junit")
        assert outcome.status == 2
        assert ElementTree.fromstring(outcome.out).get("tests") == "0"
        assert cli(command, "empty", "--format", "json").json["summary"]


def test_missing_events_do_not_hide_the_others(cli: Cli) -> None:
    rules, events = file("stopped.json", STOPPED), file("e.ndjson", ndjson(EVENT))
    outcome = cli("match", "--rules", rules, "absent.ndjson", events, "--format", "json")
    assert outcome.status == 2
    assert outcome.json["events"] == [{"file": "e.ndjson", "line": 1, "rules": ["stopped"]}]
    assert outcome.err == "eventmatch: absent.ndjson: no such file or directory\n"
    assert cli("match", "--rules", rules, "absent.ndjson").out == ""


def test_white_space_of_a_rule_does_not_count(cli: Cli) -> None:
    pattern = {"a": [f"a b {n}" for n in range(300)]}
    rules = json.dumps({"rules": [{"name": "long", "pattern": pattern}]}, indent=16)
    assert len(rules) > 4096
    assert cli("check", file("rules.json", rules)).status == 0
    assert cli("match", "--rules", "rules.json", stdin='{"a": "a b 7"}').out.startswith(
        "<stdin>:1: long\n"
    )
    wrong = rules.replace('"a b 299"', "{}")
    (found,) = cli("check", "--format", "json", stdin=wrong).json["findings"]
    assert found["line"] == wrong.count("\n", 0, wrong.index("{}")) + 1


@pytest.mark.parametrize("command", ["match", "explain", "test", "gen"])
def test_each_command_knows_dialects(cli: Cli, command: str) -> None:
    pattern = {"a": [{"wildcard": "x*"}]}
    rules = [{"name": "wild", "pattern": pattern, "matching": [{"a": "xy"}]}]
    path = file("wild.json", {"rules": rules})
    argv = [command, path] if command == "test" else [command, "--rules", path]
    event = ndjson({"a": "xy"})
    assert cli(*argv, stdin=event).status == 0
    outcome = cli(*argv, "--dialect", "pipes", stdin=event)
    assert outcome.status == 1
    assert "wildcard" in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["match", "--rules", "-", "-"], "stdin (-) can be read only once"),
        (["match", "--rules", "-"], "stdin (-) can be read only once"),
        (["explain", "--pattern", "-"], "stdin (-) can be read only once"),
        (["check", "-", "-"], "stdin (-) can be read only once"),
        (["test", "-"], "not stdin"),
        (["gen", "--pattern", "{}", "--count", "0"], "at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused(cli: Cli, argv: list[str], words: str) -> None:
    outcome = cli(*argv, stdin="{}")
    assert (outcome.status, outcome.out) == (2, "")
    assert words in outcome.err


# match


def test_match_prints_the_rules_of_each_event(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    outcome = cli("match", "--rules", rules, file("e.ndjson", ndjson(EVENT, OTHER)))
    first, second, _, summary, tally = outcome.out.splitlines()
    assert outcome.status == 0
    assert (first, second) == ("e.ndjson:1: stopped", "e.ndjson:2: (no rule)")
    assert summary.startswith("2 events, 1 matched; 1 rule; ")
    assert tally == "  1 stopped"


def test_a_bad_line_is_reported_and_the_run_goes_on(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    stream = f"{ndjson(EVENT)}\n{{bad\n[1]\n{ndjson(EVENT)}"
    outcome = cli("match", "--rules", rules, "--format", "jsonl", stdin=stream)
    assert outcome.status == 1
    assert outcome.err == ""
    pretty = cli("match", "--rules", rules, stdin=stream)
    first, second = pretty.err.splitlines()
    assert first.startswith("<stdin>:3:2: error[syntax]: ")
    assert second.startswith("<stdin>:4:1: error[not-an-object]: ")
    *results, last = outcome.lines
    assert [result.get("rules") for result in results] == [["stopped"], None, None, ["stopped"]]
    assert [result["line"] for result in results] == [1, 3, 4, 5]
    assert (last["summary"]["events"], last["summary"]["bad"]) == (2, 2)


def test_strict_ends_at_the_first_bad_line(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    stream = f"{ndjson(EVENT)}{{bad\n{ndjson(EVENT)}"
    outcome = cli("match", "--rules", rules, "--format", "json", "--strict", stdin=stream)
    assert outcome.status == 1
    assert outcome.json["summary"]["events"] == 1
    assert outcome.err == "eventmatch: stopped at the first bad event (--strict)\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps(EVENT), [1]),
        (json.dumps(EVENT, indent=2), [1]),
        (f"\n\n{json.dumps([EVENT, EVENT])}", [3, 3]),
        (json.dumps([EVENT, EVENT], indent=1), [2, 8]),
        (ndjson(EVENT, EVENT).replace("\n", "\r\n"), [1, 2]),
        (f"\n{ndjson(EVENT)}\n{ndjson(EVENT)}", [2, 4]),
    ],
)
def test_events_come_in_many_forms(cli: Cli, text: str, lines: list[int]) -> None:
    rules = file("stopped.json", STOPPED)
    events = cli("match", "--rules", rules, "--format", "json", stdin=text).json["events"]
    assert [event["line"] for event in events] == lines
    assert all(event["rules"] == ["stopped"] for event in events)


def test_a_cut_off_first_line_is_a_bad_line(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    outcome = cli("match", "--rules", rules, stdin='{"source": "a\n' + ndjson(EVENT))
    assert outcome.err.startswith("<stdin>:1:")
    assert "<stdin>:2: stopped" in outcome.out


def test_numbers_of_an_array_keep_their_text(cli: Cli) -> None:
    rules = file("n.json", '{"a": [300.0]}')
    text = '[{"a": 300.0}, {"a": 3e2}, {"a": 301}]'
    events = cli("match", "--rules", rules, "--format", "json", stdin=text).json["events"]
    alone = [eventmatch.matches('{"a": [300.0]}', f'{{"a": {n}}}') for n in ("300.0", "3e2", "301")]
    assert [bool(event["rules"]) for event in events] == alone


def test_no_event_at_all(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    outcome = cli("match", "--rules", rules, "--format", "json")
    assert (outcome.status, outcome.json["events"]) == (0, [])


def test_why_names_the_nearest_rule(cli: Cli) -> None:
    rules = file("stopped.json", STOPPED)
    outcome = cli("match", "--rules", rules, "--why", "1", stdin=ndjson(OTHER))
    assert '  stopped: detail.state: expected "stopped", found "running"' in outcome.out


def test_match_with_a_rule_of_an_invalid_pattern(cli: Cli) -> None:
    outcome = cli("match", "--rules", file("rules.json", RULE_SET), stdin=ndjson(EVENT))
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("rules.json:5:16: error[not-object-or-array]")
    assert outcome.err.endswith("\nno events were matched: 1 invalid pattern\n")


def test_rules_as_aws_lists_them(cli: Cli) -> None:
    listed = {
        "Rules": [
            {"Name": "text", "Arn": "arn:x", "EventPattern": json.dumps(STOPPED)},
            {"Name": "nightly", "ScheduleExpression": "rate(1 day)"},
        ]
    }
    outcome = cli(
        "match", "--rules", file("aws.json", listed), "--format", "jsonl", stdin=ndjson(EVENT)
    )
    assert outcome.lines[0]["rules"] == ["text"]
    assert outcome.lines[-1]["summary"]["rules"] == {"text": 1}


def test_disabled_rules_do_not_match(cli: Cli) -> None:
    rules = [
        {"Name": name, "State": state, "EventPattern": json.dumps(STOPPED)}
        for name, state in (("on", "ENABLED"), ("off", "DISABLED"))
    ]
    path = file("aws.json", {"Rules": rules})
    outcome = cli("match", "--rules", path, "--format", "jsonl", stdin=ndjson(EVENT))
    assert outcome.lines[0]["rules"] == ["on"]
    assert outcome.err == "eventmatch: skipped 1 disabled rule\n"
    assert cli("check", path).out == "2 patterns in 1 file: no problems\n"


# explain


def test_explain_one_pattern(cli: Cli) -> None:
    outcome = cli("explain", "--pattern", json.dumps(STOPPED), json.dumps(OTHER))
    assert outcome.status == 0
    assert outcome.out.startswith('detail.state: expected "stopped", found "running"\n')
    assert '  + source: found "aws.ec2"\n' in outcome.out


def test_explain_is_the_library_function(cli: Cli) -> None:
    path = file("stopped.json", STOPPED)
    outcome = cli("explain", "--pattern", path, "--format", "json", stdin=json.dumps(OTHER))
    expected = eventmatch.explain(STOPPED, OTHER).to_dict()
    assert outcome.json == {"rule": "pattern"} | expected


def test_explain_many_rules_nearest_first(cli: Cli) -> None:
    rules = [
        {"name": "far", "pattern": {"source": ["x"], "detail": {"state": ["y"]}}},
        {"name": "near", "pattern": STOPPED},
        {"name": "hit", "pattern": {"source": ["aws.ec2"]}},
    ]
    path = file("rules.json", {"rules": rules})
    outcome = cli("explain", "--rules", path, "--format", "json", json.dumps(OTHER))
    assert outcome.json["matched"] == ["hit"]
    assert [each["rule"] for each in outcome.json["nearest"]] == ["near", "far"]
    text = cli("explain", "--rules", path, "--limit", "1", json.dumps(OTHER)).out
    assert text.startswith("matched: hit\n\nnear: detail.state: ")
    assert "far" not in text
    assert cli("explain", "--rules", path, "--rule", "hit", json.dumps(OTHER)).out.startswith(
        "matched\n"
    )
    assert cli("explain", "--rules", path, "--rule", "none", json.dumps(OTHER)).status == 2


def test_explain_of_a_bad_event(cli: Cli) -> None:
    outcome = cli("explain", "--pattern", json.dumps(STOPPED), stdin='{"a":\n}')
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("<stdin>:2:1: error[syntax]: ")


# test


def suite(*tests: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"tests": tests}


GOOD: Final = {"name": "stops", "event": EVENT, "matches": True}
BAD: Final = {"name": "runs", "event": OTHER, "matches": True}


def test_tests_that_pass(cli: Cli) -> None:
    file("stopped.json", STOPPED)
    file("stopped.test.json", suite(GOOD, {"event": OTHER, "matches": False}))
    outcome = cli("test")
    assert (outcome.status, outcome.out) == (0, "2 tests: 2 passed, 0 failed\n")


def test_a_failure_is_explained(cli: Cli) -> None:
    file("stopped.json", STOPPED)
    outcome = cli("test", file("stopped.test.json", suite(GOOD, BAD)))
    assert outcome.status == 1
    assert outcome.out.startswith("stopped.test.json:1: FAILED runs\n  expected stopped to match\n")
    assert 'detail.state: expected "stopped", found "running"' in outcome.out
    assert outcome.out.endswith("2 tests: 1 passed, 1 failed\n")


def test_test_formats(cli: Cli) -> None:
    file("stopped.json", STOPPED)
    path = file("stopped.test.json", suite(GOOD, BAD))
    summary = cli("test", path, "--format", "json").json["summary"]
    assert summary == {"tests": 2, "passed": 1, "failed": 1}
    assert [each["passed"] for each in cli("test", path, "--format", "jsonl").lines] == [
        True,
        False,
    ]
    report = ElementTree.fromstring(cli("test", path, "--format", "junit").out)
    assert (report.get("tests"), report.get("failures")) == ("2", "1")
    annotation = cli("test", path, "--format", "github").out
    assert annotation.startswith("::error file=stopped.test.json,line=1,title=runs::expected")


def test_rules_with_samples_are_tests(cli: Cli) -> None:
    rule = {
        "name": "stopped",
        "pattern": STOPPED,
        "matching": [EVENT],
        "near_misses": [{"why": "in truth it matches", "event": EVENT}],
    }
    outcome = cli("test", file("rules.json", {"rules": [rule]}))
    assert outcome.status == 1
    assert "FAILED stopped: near miss [2]: in truth it matches" in outcome.out
    assert "1 passed, 1 failed" in outcome.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"tests": [{"event": {}}]}, '"matches"'),
        ({"tests": [{**GOOD, "rule": "none"}]}, 'no rule is named "none"'),
        ({"tests": [GOOD], "rules": "none.json"}, "none.json"),
        ({"tests": 5}, "expected"),
        ("{", "the text ends"),
    ],
)
def test_a_malformed_test_file(cli: Cli, content: object, words: str) -> None:
    file("s.json", STOPPED)
    outcome = cli("test", file("s.test.json", content))
    assert outcome.status == 1
    assert outcome.out.startswith("s.test.json:1: FAILED ")
    assert words in outcome.out


def test_a_bad_test_does_not_hide_the_others(cli: Cli) -> None:
    file("s.json", STOPPED)
    mixed = file("s.test.json", suite({"name": "half", "event": {}}, GOOD))
    Path("bad.test.json").write_bytes(b"\xff")
    outcome = cli("test")
    assert outcome.status == 1
    assert "bad.test.json:1: FAILED bad.test.json\n  not UTF-8" in outcome.out
    assert "s.test.json:1: FAILED half\n" in outcome.out
    assert outcome.out.endswith("3 tests: 1 passed, 2 failed\n")
    report = cli("test", mixed, "absent.json", "--format", "junit")
    assert report.status == 2
    assert "absent.json: no such file" in report.err
    assert ElementTree.fromstring(report.out).get("failures") == "2"


def test_a_bad_event_of_a_test_is_a_failure(cli: Cli) -> None:
    file("stopped.json", STOPPED)
    outcome = cli("test", file("stopped.test.json", suite({"event": 5, "matches": False})))
    assert outcome.status == 1
    assert "the event is bad" in outcome.out


# gen


def test_generated_events_match(cli: Cli) -> None:
    path = file("stopped.json", STOPPED)
    outcome = cli("gen", "--pattern", path, "--count", "20")
    assert outcome.status == 0
    assert len({json.dumps(event) for event in outcome.lines}) == 20
    assert all(eventmatch.matches(STOPPED, event) for event in outcome.lines)


def test_generated_near_misses_do_not(cli: Cli) -> None:
    path = file("stopped.json", STOPPED)
    outcome = cli("gen", "--rules", path, "--rule", "stopped", "--near-misses")
    assert len(outcome.lines) == 10
    assert not any(eventmatch.matches(STOPPED, event) for event in outcome.lines)


def test_a_seed_decides_what_is_generated(cli: Cli) -> None:
    argv = ("gen", "--pattern", json.dumps(STOPPED), "--seed")
    assert cli(*argv, "7").out == cli(*argv, "7").out
    assert cli(*argv, "7").out != cli(*argv, "8").out


def test_gen_where_no_event_matches(cli: Cli) -> None:
    outcome = cli("gen", "--pattern", '{"a": [1e999]}')
    assert outcome.status == 2
    assert "no event matches" in outcome.err


def test_gen_without_hypothesis(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("eventmatch.testing.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("drawing", "matching"):
        monkeypatch.delattr(f"eventmatch.testing.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    outcome = cli("gen", "--pattern", json.dumps(STOPPED))
    assert outcome.status == 2
    assert "pip install 'eventmatch[hypothesis]'" in outcome.err


# schema


def test_schema(cli: Cli) -> None:
    assert cli("schema").json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "wildcard" in cli("schema").json["$defs"]
    assert "wildcard" not in cli("schema", "--dialect", "pipes").json["$defs"]


# library


def test_library_list(cli: Cli) -> None:
    listed = cli("library", "list", "--format", "json").json
    assert len(listed) >= 60
    outcome = cli("library", "list")
    assert all(rule["name"] in outcome.out for rule in listed)
    assert f"{len(listed)} rules of " in outcome.out


def test_library_show(cli: Cli) -> None:
    (rule,) = cli("library", "show", "shop-large-order", "--format", "json").json
    assert all(eventmatch.matches(rule["pattern"], event) for event in rule["matching"])
    text = cli("library", "show", "shop").out
    assert text.startswith("shop-large-order (")
    assert "does not match: " in text


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_library_run_fits_the_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = cli("library", "run")
    assert (outcome.status, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= columns
    for words in ("service", "  -> ", "A near miss, and why", "events/s"):
        assert words in outcome.out


def test_library_run_ends_with_known_services_and_figures_that_agree(cli: Cli) -> None:
    table, examples, near_miss, totals = cli("library", "run").out.split("\n\n")
    assert "  ec2-instance-stopped-or-terminated x2, " in table
    sources = [line.split(":")[0] for line in examples.splitlines() if line.startswith("aws.")]
    assert sources[:2] == ["aws.ec2", "aws.s3"]
    assert len(sources) == 3
    assert near_miss.startswith("A near miss, and why\n")
    rows = [line.split()[-2:] for line in table.splitlines()[1:] if not line.startswith(" ")]
    events, matched = (sum(int(row[at]) for row in rows) for at in (0, 1))
    assert f"\n{events:,} events: {matched:,} match at least one rule\n" in totals
    assert " events are deliberate near misses\n" in totals


# Terminals


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_colour_is_for_terminals_that_want_it(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, no_colour: str, coloured: bool
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setenv("TERM", "xterm")
    cli("explain", "--pattern", json.dumps(STOPPED), json.dumps(OTHER))
    assert ("\x1b[" in screen.getvalue()) is coloured


def test_without_rich_everything_is_plain(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("rich", "rich.color", "rich.style", "rich.console", "rich.progress"):
        monkeypatch.setitem(sys.modules, name, None)
    assert cli("explain", "--pattern", json.dumps(STOPPED), json.dumps(OTHER)).status == 0
    assert "\x1b[" not in screen.getvalue()


def test_a_progress_bar_does_not_disturb_the_results(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Screen())
    rules = file("stopped.json", STOPPED)
    outcome = cli("match", "--rules", rules, "--format", "jsonl", stdin=ndjson(EVENT))
    assert outcome.lines[0]["rules"] == ["stopped"]
