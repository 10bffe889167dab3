//! Every conformance vector of `patterns/` that has events, on the whole engine.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;
use serde_json::Value;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && name != "library" {
            files(&path, found);
        } else if name.ends_with(".json") && name != "schema.json" {
            found.push(path);
        }
    }
}

/// The pattern or event of a vector: as JSON, as text, or as pieces to repeat.
fn text(data: &Value, what: &str) -> String {
    if let Some(value) = data.get(what) {
        return value.to_string();
    }
    if let Some(text) = data.get(format!("{what}_text")) {
        return text.as_str().unwrap().to_owned();
    }
    let pieces = data[format!("{what}_generator")]["repeat"]
        .as_array()
        .unwrap();
    let repeat = |p: &Value| {
        p[0].as_str()
            .unwrap()
            .repeat(p[1].as_u64().unwrap() as usize)
    };
    pieces.iter().map(repeat).collect()
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../patterns");
    let (mut paths, mut cases) = (Vec::new(), 0);
    files(&root, &mut paths);
    for path in paths
        .iter()
        .filter(|path| path.file_name().unwrap() != "lints.json")
    {
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let place = format!("{}: {}", path.display(), vector["name"]);
            check(vector, &place, &mut cases);
        }
    }
    assert!(cases > 1_000, "only {cases} cases were found");
}
