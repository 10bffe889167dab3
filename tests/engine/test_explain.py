"""Explanations: the reason and the words for each kind of miss."""

import json

import pytest

import eventmatch
from eventmatch.engine.reason import Reason


@pytest.mark.parametrize(
    ("values", "event", "reason", "detail"),
    [
        ('["stopped"]', '"running"', Reason.VALUE_DIFFERS, 'expected "stopped", found "running"'),
        (
            '["stopped"]',
            '"Stopped"',
            Reason.CASE_DIFFERS,
            'expected "stopped", found "Stopped" (only the case differs)',
        ),
        ('["true"]', "true", Reason.WRONG_TYPE, 'expected "true", found true (another type)'),
        ("[5]", "6", Reason.VALUE_DIFFERS, "expected 5, found 6"),
        ("[true]", "false", Reason.VALUE_DIFFERS, "expected true, found false"),
        ('["x"]', '{"y":1}', Reason.NOT_A_VALUE, 'expected "x", found an object'),
        ('["x"]', "[[]]", Reason.NOT_A_VALUE, 'expected "x", found an empty array'),
        (
            '[{"prefix":"Ab"}]',
            '"abc"',
            Reason.CASE_DIFFERS,
            'expected {"prefix":"Ab"}, found "abc" (only the case differs)',
        ),
        (
            '[{"wildcard":"a*c"}]',
            '"abd"',
            Reason.VALUE_DIFFERS,
            'expected {"wildcard":"a*c"}, found "abd"',
        ),
        (
            '[{"numeric":[">",100]}]',
            "80",
            Reason.OUT_OF_RANGE,
            'expected {"numeric":[">",100]}, found 80 (out of range)',
        ),
        (
            '[{"numeric":[">",1]}]',
            "1e400",
            Reason.NOT_COMPARABLE,
            'expected {"numeric":[">",1]}, found 1e400 (more digits than can be compared)',
        ),
        (
            '[{"cidr":"10.0.0.0/8"}]',
            '"11.0.0.1"',
            Reason.NOT_IN_NETWORK,
            'expected {"cidr":"10.0.0.0/8"}, found "11.0.0.1" (outside the network)',
        ),
        (
            '[{"cidr":"10.0.0.0/8"}]',
            '"host"',
            Reason.NOT_AN_ADDRESS,
            'expected {"cidr":"10.0.0.0/8"}, found "host" (not an IP address)',
        ),
        (
            '[{"anything-but":"x"}]',
            '"x"',
            Reason.EXCLUDED,
            'expected {"anything-but":["x"]}, found "x"',
        ),
        ('[{"exists":false}]', "1", Reason.UNEXPECTED_FIELD, "expected no value, found 1"),
        ('["a","b"]', '["c","d"]', Reason.VALUE_DIFFERS, 'expected "a" or "b", found "c", "d"'),
    ],
)
def test_each_miss_has_its_reason(values: str, event: str, reason: Reason, detail: str) -> None:
    explanation = eventmatch.explain(f'{{"d":{{"v":{values}}}}}', f'{{"d":{{"v":{event}}}}}')
    (leaf,) = explanation.branches[0].leaves
    assert not explanation.matched
    assert (leaf.path, leaf.reason, leaf.detail) == ("d.v", reason, detail)
    assert explanation.summary == f"d.v: {detail}"


def test_a_missing_field_is_told() -> None:
    explanation = eventmatch.explain('{"d": {"v": ["x"]}}', '{"d": {"w": "x"}}')
    assert explanation.summary == 'd.v: expected "x", found nothing'
    assert explanation.branches[0].leaves[0].reason is Reason.MISSING_FIELD


def test_elements_that_disagree_are_named() -> None:
    pattern = '{"e": {"first": ["Anna"], "last": ["Jones"]}}'
    event = '{"e": [{"first": "Anna", "last": "Smith"}, {"first": "P", "last": "Jones"}]}'
    explanation = eventmatch.explain(pattern, event)
    first, last = explanation.branches[0].leaves
    assert first.matched
    assert last.reason is Reason.ARRAY_ELEMENTS_DISAGREE
    assert last.detail == 'expected "Jones" in the same array element as e.first'


def test_the_nearest_branch_comes_first() -> None:
    pattern = '{"$or": [{"a": ["x"], "b": ["y"]}, {"a": ["z"], "c": [1]}]}'
    explanation = eventmatch.explain(pattern, '{"a": "x", "b": "Y"}')
    assert explanation.summary == 'b: expected "y", found "Y" (only the case differs)'
    assert [len(branch.leaves) for branch in explanation.branches] == [2, 2]
    assert "1 other $or combination considered" in str(explanation)


def test_an_explanation_is_ready_for_json() -> None:
    explanation = eventmatch.explain('{"a": [1, null]}', '{"a": 1}')
    assert json.loads(json.dumps(explanation.to_dict())) == {
        "matched": True,
        "summary": "matched",
        "branches": [
            {
                "matched": True,
                "leaves": [
                    {
                        "path": "a",
                        "matched": True,
                        "reason": "matched",
                        "expected": ["1", "null"],
                        "found": ["1"],
                        "detail": "found 1",
                    }
                ],
            }
        ],
    }


def test_the_nearest_rules_lead_and_matching_rules_are_left_out() -> None:
    rules = {
        "far": '{"source": ["other"], "x": [1], "y": [2]}',
        "matches": '{"source": ["aws.ec2"]}',
        "near": '{"source": ["aws.ec2"], "state": ["Running"]}',
        "middle": '{"source": ["aws.ec2"], "region": ["eu"]}',
    }
    found = eventmatch.nearest(rules, '{"source": "aws.ec2", "state": "running"}')
    assert [near.name for near in found] == ["near", "middle", "far"]
    assert len(eventmatch.nearest(rules, "{}", limit=1)) == 1


def test_of_many_values_only_some_are_told() -> None:
    explanation = eventmatch.explain('{"a": ["x"]}', {"a": [f"v{n}" for n in range(8)] * 2})
    (leaf,) = explanation.branches[0].leaves
    assert leaf.found == ('"v0"', '"v1"', '"v2"', '"v3"', '"v4"')
    assert leaf.detail == 'expected "x", found "v0", "v1", "v2", "v3", "v4" and 3 more'
