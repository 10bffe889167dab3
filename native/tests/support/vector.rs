//! How a conformance vector gives its texts. The fuzz targets use it too.

use serde_json::Value;

/// The pattern or event of a vector, if it has one: as JSON, as text, or as pieces to repeat.
pub fn text(data: &Value, what: &str) -> Option<String> {
    if let Some(value) = data.get(what) {
        return Some(value.to_string());
    }
    if let Some(text) = data.get(format!("{what}_text")) {
        return Some(text.as_str()?.to_owned());
    }
    let pieces = data.get(format!("{what}_generator"))?["repeat"].as_array()?;
    let repeated = |piece: &Value| {
        let count = usize::try_from(piece[1].as_u64()?).ok()?;
        Some(piece[0].as_str()?.repeat(count))
    };
    pieces.iter().map(repeated).collect()
}
