//! The pattern parser against the conformance vectors: what they call valid and invalid.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use eventmatch_native::pattern::{Draft, Limits, Parser};
use eventmatch_native::value::unescape;
use serde_json::value::RawValue;

mod support;

type Object = BTreeMap<String, Box<RawValue>>;

/// A pattern of a vector, and whether it is valid.
struct Case {
    name: String,
    text: Vec<u8>,
    is_valid: bool,
}

fn cases() -> Vec<Case> {
    let files = support::files(&support::patterns()).into_iter();
    let others = ["functions", "schedules", "service", "transforms"]
        .map(|folder| support::patterns().join(folder));
    let of_patterns = files.filter(|path| !others.iter().any(|other| path.starts_with(other)));
    let of_json = of_patterns.filter(|path| path.extension().is_some_and(|end| end == "json"));
    of_json.flat_map(|file| cases_of(&file)).collect()
}

fn cases_of(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).expect("UTF-8");
    let document: Object = serde_json::from_str(&text).unwrap_or_default();
    let Some(vectors) = document.get("vectors") else {
        return Vec::new();
    };
    let vectors: Vec<Object> = serde_json::from_str(vectors.get()).expect("vectors");
    let is_other = |vector: &Object| {
        let dialect = vector.get("dialect");
        dialect.is_some_and(|dialect| dialect.get() != "\"eventbridge\"")
    };
    let ours = vectors.iter().filter(|vector| !is_other(vector));
    ours.map(|vector| Case {
        name: format!("{}: {}", file.display(), vector["name"].get()),
        text: pattern(vector),
        is_valid: !vector.contains_key("error"),
    })
    .collect()
}

fn pattern(vector: &Object) -> Vec<u8> {
    if let Some(value) = vector.get("pattern") {
        return value.get().as_bytes().to_vec();
    }
    if let Some(text) = vector.get("pattern_text") {
        return string(text.get());
    }
    let generator: BTreeMap<String, Vec<(Box<RawValue>, usize)>> =
        serde_json::from_str(vector["pattern_generator"].get()).expect("a generator");
    let repeated = generator["repeat"].iter();
    repeated
        .flat_map(|(text, count)| string(text.get()).repeat(*count))
        .collect()
}

/// What a JSON string stands for.
fn string(quoted: &str) -> Vec<u8> {
    let mut text = Vec::new();
    unescape(&quoted.as_bytes()[1..quoted.len() - 1], &mut text);
    text
}

#[test]
fn there_are_vectors() {
    let (valid, invalid): (Vec<_>, Vec<_>) = cases().into_iter().partition(|case| case.is_valid);
    assert!(
        valid.len() > 300 && invalid.len() > 200,
        "{} {}",
        valid.len(),
        invalid.len()
    );
}

#[test]
fn valid_patterns_are_accepted_when_trusted() {
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    for case in cases().iter().filter(|case| case.is_valid) {
        assert!(
            parser.parse(&case.text, Limits::Trusted, &mut draft),
            "{}",
            case.name
        );
    }
}

#[test]
fn valid_patterns_are_accepted_at_once_but_for_wildcards() {
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    for case in cases().iter().filter(|case| case.is_valid) {
        let has_wildcard = memchr::memmem::find(&case.text, b"wildcard").is_some();
        let is_accepted = parser.parse(&case.text, Limits::Strict, &mut draft);
        assert!(is_accepted || has_wildcard, "{}", case.name);
    }
}

#[test]
fn invalid_patterns_are_never_accepted_at_once() {
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    for case in cases().iter().filter(|case| !case.is_valid) {
        assert!(
            !parser.parse(&case.text, Limits::Strict, &mut draft),
            "{}",
            case.name
        );
    }
}

#[test]
fn any_depth_fits_a_small_stack() {
    let deep = |levels: usize| "{\"a\":".repeat(levels) + "[1]" + &"}".repeat(levels);
    let run = move || {
        let (mut parser, mut draft) = (Parser::new(), Draft::default());
        let mut accepts =
            |levels| parser.parse(deep(levels).as_bytes(), Limits::Trusted, &mut draft);
        assert!(accepts(999) && !accepts(1000) && !accepts(100_000));
    };
    let thread = std::thread::Builder::new().stack_size(64 * 1024).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}
