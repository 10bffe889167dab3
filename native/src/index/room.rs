//! How much room a pattern may take, told before it is added: an index that is full must say so.

use crate::pattern::Draft;
use crate::store::CHUNK;

/// Words for each byte of text: a byte may be a name, and thus a field with its edge,
/// for which a directory is written anew.
const A_BYTE: usize = 480;

/// Words for each value: its record, a block of ranges, an entry in some set.
const A_VALUE: usize = 700;

/// Records for each value that may be written anew, however large they are: its list, the bucket
/// where it is found, sets of lengths, the directory of ranges, and the same for pairs.
const ANEW: usize = 8;

/// The most chunks that can be needed to add a pattern under a name to an index of so many chunks;
/// bursts ask for themselves.
pub(super) fn chunks_for(name: &[u8], draft: &Draft, used: usize) -> usize {
    let rules = draft.rule_ends.len();
    let values = draft.matchers.len() + draft.excluded.len();
    let leaves = draft.rule_leaves.iter().map(|&leaf| {
        let leaf = draft.leaves[leaf as usize];
        2 + (leaf.end - leaf.start) as usize
    });
    // Lists that grow, and directories, are written several times before the first is free.
    let lists = values * (A_VALUE + values / 8 + 8 * rules);
    let words = name.len() + A_BYTE * draft.bytes.len() + 8 * rules + leaves.sum::<usize>() + lists;
    let growths = 2 * (rules.max(1).ilog2() as usize + 1);
    let anew = (values * (ANEW + growths)).min(8 * used);
    // Half of a chunk may be left over before a record that does not fit.
    2 + 2 * words / CHUNK + anew
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Limits, Parser};

    fn chunks(pattern: &str) -> usize {
        let mut draft = Draft::default();
        assert!(Parser::default().parse(pattern.as_bytes(), Limits::Strict, &mut draft));
        chunks_for(b"name", &draft, 1_000)
    }

    #[test]
    fn room_grows_with_what_is_asked_for() {
        let one = chunks(r#"{"a": ["b"]}"#);
        let two = chunks(r#"{"a": ["b", {"anything-but": ["c"]}]}"#);
        let many = chunks(r#"{"$or": [{"a": ["b"]}, {"c": ["d"]}, {"e": ["f"]}]}"#);
        assert!(one < two && two < many && many < 60, "{one} {two} {many}");
    }

    #[test]
    fn a_large_pattern_fits_into_a_small_index() {
        let values: Vec<String> = (0..900).map(|n| n.to_string()).collect();
        let pattern = format!(r#"{{"a": [{}]}}"#, values.join(","));
        assert!(chunks(&pattern) > 1_000);
        let mut draft = Draft::default();
        assert!(Parser::default().parse(pattern.as_bytes(), Limits::Strict, &mut draft));
        assert!(chunks_for(b"", &draft, 1) < 200);
    }
}
