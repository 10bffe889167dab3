//! Every conformance vector of `patterns/` that has events, on the whole engine.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;
use serde_json::Value;

mod support;
#[path = "support/vector.rs"]
mod vector;

use support::{files, patterns};

fn text(data: &Value, what: &str) -> String {
    vector::text(data, what).unwrap()
}

/// Whether a file of `patterns/` has vectors with events.
fn has_cases(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    let is_vectors = name.ends_with(".json") && !["schema.json", "lints.json"].contains(&name);
    let is_other = |folder| path.starts_with(patterns().join(folder));
    is_vectors
        && !["functions", "library", "schedules", "service", "transforms"]
            .into_iter()
            .any(is_other)
}

fn check(vector: &Value, place: &str, cases: &mut usize) {
    let pattern = text(vector, "pattern");
    let matcher = Matcher::new();
    if vector.get("error").is_some() {
        let is_whole_language = vector.get("dialect").is_none_or(|d| d == "eventbridge");
        if is_whole_language {
            assert!(
                !matcher.add(b"rule", pattern.as_bytes(), Limits::Strict),
                "{place}"
            );
        }
        return;
    }
    assert!(
        matcher.add(b"rule", pattern.as_bytes(), Limits::Trusted),
        "{place}: refused"
    );
    for case in vector["cases"].as_array().into_iter().flatten() {
        let event = text(case, "event");
        let found = matcher.has_match(event.as_bytes(), Form::Strict);
        let names = matcher.matching(event.as_bytes(), Form::Strict, |matched| matched.len());
        match (case.get("event_error"), case.get("matches")) {
            (Some(code), _) => {
                assert_eq!(
                    found.map_err(|r| r.code),
                    Err(code.as_str().unwrap()),
                    "{place}"
                );
            }
            (_, matches) => {
                let expected = matches.unwrap().as_bool().unwrap();
                assert_eq!(found, Ok(expected), "{place}: {event:.300}");
                assert_eq!(names, Ok(usize::from(expected)), "{place}: {event:.300}");
            }
        }
        *cases += 1;
    }
    assert!(matcher.remove(b"rule"), "{place}");
    assert_eq!(matcher.has_match(b"{}", Form::Strict), Ok(false), "{place}");
    assert_eq!(
        matcher.stats().predicates,
        0,
        "{place}: predicates are left"
    );
}

#[test]
fn every_vector_holds() {
    let mut cases = 0;
    for path in files(&patterns()).iter().filter(|path| has_cases(path)) {
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let place = format!("{}: {}", path.display(), vector["name"]);
            check(vector, &place, &mut cases);
        }
    }
    assert!(cases > 1_000, "only {cases} cases were found");
}
