//! What to begin with: the files of `seeds/`, and the patterns and events of the vectors.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../../tests/support/vector.rs"]
mod vector;

use support::{files, patterns, repository};
use vector::text;

/// Inputs above this size make a fuzzer slow and find nothing more.
const LARGEST: usize = 8 * 1024;

/// The seeds that were written for a target, among them what was once found.
pub fn written(target: &str) -> Vec<Vec<u8>> {
    files(&repository().join("native/fuzz/seeds").join(target))
        .iter()
        .map(|path| fs::read(path).expect("a seed"))
        .collect()
}

/// The events of all vectors.
pub fn events() -> Vec<Vec<u8>> {
    let cases = |vector: &Value| vector["cases"].as_array().cloned().unwrap_or_default();
    small(
        vectors()
            .iter()
            .flat_map(cases)
            .filter_map(|case| text(&case, "event").map(String::into_bytes)),
    )
}

/// The patterns of all vectors, each with the event of one of its cases behind a byte 0xFF.
pub fn pairs() -> Vec<Vec<u8>> {
    small(vectors().iter().filter_map(|vector| {
        let mut pair = text(vector, "pattern")?.into_bytes();
        if let Some(event) = vector["cases"].get(0).and_then(|case| text(case, "event")) {
            pair.push(0xFF);
            pair.extend(event.into_bytes());
        }
        Some(pair)
    }))
}

fn small(texts: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    texts.filter(|text| text.len() <= LARGEST).collect()
}

fn vectors() -> Vec<Value> {
    let vectors = |path: &PathBuf| {
        let mut file: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        match file.get_mut("vectors")?.take() {
            Value::Array(vectors) => Some(vectors),
            _ => None,
        }
    };
    files(&patterns())
        .iter()
        .filter_map(vectors)
        .flatten()
        .collect()
}
