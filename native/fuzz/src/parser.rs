//! The parser and the index, given a pattern and, behind a byte 0xFF, which no text holds, an event.

use eventmatch_native::index::fits;
use eventmatch_native::json::{Utf8, fault};
use eventmatch_native::matcher::{Form, Matcher, Refusal};
use eventmatch_native::pattern::{Draft, Limits, Parser};

/// A rule that is there before and stays.
const OTHER: &[u8] = br#"{"a":["x"],"b":[{"anything-but":"y"}]}"#;

/// The combinations that `$or` may have.
const MOST_RULES: usize = 1_000;

/// Checks one pattern with one event.
pub fn check(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == 0xFF);
    let pattern = parts.next().unwrap_or_default();
    // A pattern is an event as well, and one that touches the fields of the pattern.
    let event = parts.next().unwrap_or(pattern);
    let Some(draft) = check_parser(pattern) else {
        return;
    };
    // A trusted pattern with more sub-rules than anybody can have validated only takes long.
    if fits(&draft) && draft.rule_ends.len() <= MOST_RULES {
        check_rule(pattern, event);
    }
}

/// Returns the draft of a pattern that is accepted at least when trusted.
fn check_parser(pattern: &[u8]) -> Option<Draft> {
    let (mut parser, mut strict, mut trusted) = (Parser::new(), Draft::default(), Draft::default());
    let is_strict = parser.parse(pattern, Limits::Strict, &mut strict);
    let is_trusted = parser.parse(pattern, Limits::Trusted, &mut trusted);
    if is_strict {
        assert!(is_trusted, "accepted from anybody, but not when trusted");
        assert_eq!(strict, trusted);
        assert_eq!(
            fault(pattern, Utf8::Check),
            None,
            "a pattern that is no JSON"
        );
    }
    if is_trusted {
        assert_eq!(
            fault(pattern, Utf8::Trusted),
            None,
            "a pattern that is no JSON"
        );
    }
    is_trusted.then_some(trusted)
}

/// Adds the pattern beside another rule, matches, and removes it without a trace.
fn check_rule(pattern: &[u8], event: &[u8]) {
    let (alone, beside) = (Matcher::new(), Matcher::new());
    assert!(beside.add(b"other", OTHER, Limits::Strict));
    let before = (
        names(&beside, event, Form::Strict),
        beside.stats().predicates,
    );
    for matcher in [&alone, &beside] {
        assert!(matcher.add(b"rule", pattern, Limits::Trusted));
        assert!(matcher.contains(b"rule"));
    }
    check_events(&alone, &beside, event);
    for matcher in [&alone, &beside] {
        assert!(matcher.remove(b"rule") && !matcher.remove(b"rule"));
    }
    let after = (
        names(&beside, event, Form::Strict),
        beside.stats().predicates,
    );
    assert_eq!(after, before, "a removed rule left a trace");
    assert!(alone.is_empty());
    assert_eq!(alone.stats().predicates, 0);
}

fn check_events(alone: &Matcher, beside: &Matcher, event: &[u8]) {
    let found = names(alone, event, Form::Strict);
    assert_eq!(
        alone.has_match(event, Form::Strict),
        found.clone().map(|names| !names.is_empty())
    );
    if let Ok(expected) = found {
        assert_eq!(names(alone, event, Form::Text), Ok(expected.clone()));
        assert_eq!(names(alone, event, Form::Trusted), Ok(expected.clone()));
        // Another rule may make the event too complex, but changes no verdict.
        if let Ok(mut together) = names(beside, event, Form::Strict) {
            together.retain(|name| name != b"other");
            assert_eq!(together, expected);
        }
    }
}

/// The names that match.
pub(super) fn names(matcher: &Matcher, event: &[u8], form: Form) -> Result<Vec<Vec<u8>>, Refusal> {
    matcher.matching(event, form, |matched| {
        let name = |n| {
            let mut name = Vec::new();
            matched.name(n, &mut name);
            name
        };
        (0..matched.len()).map(name).collect()
    })
}
