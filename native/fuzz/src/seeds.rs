//! What to begin with: the files of `seeds/`, and the patterns and events of the vectors.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Inputs above this size make a fuzzer slow and find nothing more.
const LARGEST: usize = 8 * 1024;

/// The seeds that were written for a target, among them what was once found.
pub fn written(target: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    files(&root().join("native/fuzz/seeds").join(target), &mut paths);
    paths
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
            .filter_map(|case| text(&case, "event")),
    )
}

/// The patterns of all vectors, each with the event of one of its cases behind a byte 0xFF.
pub fn pairs() -> Vec<Vec<u8>> {
    small(vectors().iter().filter_map(|vector| {
        let mut pair = text(vector, "pattern")?;
        if let Some(event) = vector["cases"].get(0).and_then(|case| text(case, "event")) {
            pair.push(0xFF);
            pair.extend(event);
        }
        Some(pair)
    }))
}

fn small(texts: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    texts.filter(|text| text.len() <= LARGEST).collect()
}

fn vectors() -> Vec<Value> {
    let mut paths = Vec::new();
    files(&root().join("patterns"), &mut paths);
    let vectors = |path: &PathBuf| {
        let mut file: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        match file.get_mut("vectors")?.take() {
            Value::Array(vectors) => Some(vectors),
            _ => None,
        }
    };
    paths.iter().filter_map(vectors).flatten().collect()
}

/// The pattern or event of a vector: given as JSON, as text, or as pieces to repeat.
fn text(data: &Value, what: &str) -> Option<Vec<u8>> {
    if let Some(value) = data.get(what) {
        return Some(value.to_string().into_bytes());
    }
    if let Some(text) = data.get(format!("{what}_text")) {
        return Some(text.as_str()?.as_bytes().to_vec());
    }
    let pieces = data.get(format!("{what}_generator"))?["repeat"].as_array()?;
    let repeated = |piece: &Value| {
        let count = usize::try_from(piece[1].as_u64()?).ok()?;
        Some(piece[0].as_str()?.repeat(count).into_bytes())
    };
    pieces
        .iter()
        .map(repeated)
        .collect::<Option<Vec<_>>>()
        .map(|pieces| pieces.concat())
}

/// The repository, which is one or two folders up, depending on the crate that this is part of.
fn root() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = folders.find(|folder| folder.join("patterns").is_dir());
    found.expect("the repository")
}

/// Collects the files below a folder, in the order of their names.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}
