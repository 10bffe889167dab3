//! Whether the wildcards of a pattern are certainly simple enough.
//!
//! The complexity of a field is measured on an automaton over bytes. A wildcard with the parts
//! `p0 * p1 * ... * pn` is a chain of literal edges, quotes included, with a loop where each star
//! stands. The measure is the largest number of edges that one input can take with one byte, plus
//! one for each literal edge taken to the place of a loop that was not itself taken.
//!
//! The bound here: take one input, its last byte `b`, and one wildcard.
//!
//! - Without a star there is one edge at most, and no loop.
//! - Before the first star one place is active. So the only edge may be that of `p0`, and if it is
//!   the last one, it leads to the loop that was not taken: 2 if `b` is that last byte, else 1.
//! - Behind it, no edge of `p0` is ever taken again. Each loop is taken, or entered by the one
//!   edge that leads to it, or neither: `n` in all. Of each part, the edges taken have the byte
//!   `b`, and the input before it ends with what the part holds before each of them. So of two
//!   such beginnings, the shorter is a border of the longer: all are in one chain of borders.
//!
//! So a wildcard with stars counts at most `n`, plus for each part the longest chain of borders
//! that go on with `b`, or plus 1 if there are none and `b` is the last byte of `p0` (the opening
//! quote where `p0` is empty, which the closing one covers). All wildcards of a field read the
//! same byte, so for each byte the bounds add up, and the largest sum is a bound for the field.
//!
//! Different wildcards may share edges, which are counted for each of them: never too little. A
//! leaf counts once for each of its sub-rules. Its copies share all edges up to the first
//! character with case behind a star, and the closing quote; so these count once, and what is
//! behind that character counts for each copy.

use crate::pattern::draft::{Draft, Leaf, Matcher, Span};
use crate::pattern::expand::Expansion;
use crate::pattern::limits::MAX_COMPLEXITY;
use crate::value::{character, parts};

/// The last character of the one kind that always shares its edges.
const LAST_WITH_CASE: u32 = 0xFFFF;
/// What is around every text.
const QUOTE: u8 = b'"';

/// Judges patterns; keeps its memory for the next one.
#[derive(Debug, Default)]
pub(super) struct Complexity {
    /// In how many sub-rules each leaf is.
    uses: Vec<u32>,
    sums: Sums,
    part: Part,
}

/// The bound of one field.
#[derive(Debug)]
struct Sums {
    /// What counts with every byte.
    always: u32,
    /// What counts in addition, for each byte.
    by_byte: [u32; 256],
    /// The largest of these.
    highest: u32,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            always: 0,
            by_byte: [0; 256],
            highest: 0,
        }
    }
}

impl Sums {
    fn add(&mut self, byte: u8, count: u32) {
        let sum = &mut self.by_byte[usize::from(byte)];
        *sum = sum.saturating_add(count);
        self.highest = self.highest.max(*sum);
    }

    fn add_always(&mut self, count: u32) {
        self.always = self.always.saturating_add(count);
    }

    fn total(&self) -> u32 {
        self.always.saturating_add(self.highest)
    }
}

impl Complexity {
    /// Whether no field is too complex; false may be wrong, true is not.
    pub(super) fn is_low(&mut self, draft: &Draft, expansion: &Expansion) -> bool {
        let mut matchers = draft.matchers.iter().chain(&draft.excluded);
        if !matchers.any(|matcher| matches!(matcher, Matcher::Wildcard(_))) {
            return true;
        }
        self.count_uses(draft);
        let mut fields = expansion.fields();
        fields.all(|leaves| self.bound(draft, leaves) <= MAX_COMPLEXITY)
    }

    fn count_uses(&mut self, draft: &Draft) {
        self.uses.clear();
        self.uses.resize(draft.leaves.len(), 0);
        for &leaf in &draft.rule_leaves {
            self.uses[leaf as usize] += 1;
        }
    }

    /// The bound of the field that some leaves have in common.
    fn bound(&mut self, draft: &Draft, leaves: &[u32]) -> u32 {
        let mut is_new = true;
        for &leaf in leaves {
            let uses = self.uses[leaf as usize];
            for text in wildcards(draft, draft.leaves[leaf as usize]) {
                if std::mem::take(&mut is_new) {
                    self.sums = Sums::default();
                }
                self.add(draft.text(text), uses);
            }
        }
        if is_new { 0 } else { self.sums.total() }
    }

    /// Adds a wildcard that is there so many times.
    fn add(&mut self, wildcard: &[u8], times: u32) {
        if times == 0 {
            return;
        }
        self.part.weight = 1;
        let mut is_starless = false;
        let mut last_of_first = QUOTE;
        let mut has_it_behind = false;
        parts(wildcard, &mut |part, is_first, is_last| {
            if is_first {
                last_of_first = part.last().copied().unwrap_or(QUOTE);
                is_starless = is_last;
                return;
            }
            self.sums.add_always(self.part.weight);
            has_it_behind |= part.contains(&last_of_first) || is_last && last_of_first == QUOTE;
            self.part.add(part, is_last, times, &mut self.sums);
        });
        if is_starless {
            self.sums.add_always(1);
        } else if !has_it_behind {
            self.sums.add(last_of_first, 1);
        }
    }
}

/// A part behind a star, byte by byte.
#[derive(Debug)]
struct Part {
    bytes: Vec<u8>,
    /// How often what comes next counts.
    weight: u32,
    /// For each beginning the length of its longest border; none for the empty one.
    borders: Vec<Option<usize>>,
    /// For each beginning what it counts together with those of its borders that go on with the
    /// same byte.
    sums: Vec<u32>,
    /// For each byte the most of these so far.
    most: [u32; 256],
}

impl Default for Part {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            weight: 1,
            borders: Vec::new(),
            sums: Vec::new(),
            most: [0; 256],
        }
    }
}

impl Part {
    /// Adds for each byte the most that the edges with that byte can count at once.
    fn add(&mut self, part: &[u8], is_last: bool, times: u32, sums: &mut Sums) {
        self.bytes.clear();
        self.bytes.extend_from_slice(part);
        self.borders.clear();
        self.borders.push(None);
        self.sums.clear();
        let mut rest = part;
        while let Some((code, length)) = character::first(rest) {
            if times > self.weight && has_case(code) {
                self.weight = times;
            }
            for _ in 0..length {
                self.next(self.weight);
            }
            rest = &rest[length..];
        }
        if is_last {
            self.bytes.push(QUOTE);
            self.next(1);
        }
        self.add_most(sums);
    }

    /// Counts the next byte.
    fn next(&mut self, weight: u32) {
        let at = self.sums.len();
        let mut border = self.borders[at];
        while let Some(length) = border.filter(|&length| self.bytes[length] != self.bytes[at]) {
            border = self.borders[length];
        }
        let sum = border.map_or(0, |length| self.sums[length]);
        self.sums.push(sum.saturating_add(weight));
        self.borders
            .push(Some(border.map_or(0, |length| length + 1)));
    }

    fn add_most(&mut self, sums: &mut Sums) {
        for (&byte, &sum) in self.bytes.iter().zip(&self.sums) {
            let most = &mut self.most[usize::from(byte)];
            if sum > *most {
                sums.add(byte, sum - *most);
                *most = sum;
            }
        }
        for &byte in &self.bytes {
            self.most[usize::from(byte)] = 0;
        }
    }
}

/// Whether a character never shares an edge behind a star.
fn has_case(code: u32) -> bool {
    let character = char::from_u32(code).filter(|_| code <= LAST_WITH_CASE);
    character.is_some_and(|c| !c.to_lowercase().eq([c]) || !c.to_uppercase().eq([c]))
}

/// The wildcards of a leaf, those inside `anything-but` included.
fn wildcards(draft: &Draft, leaf: Leaf) -> impl Iterator<Item = Span> {
    let matchers = &draft.matchers[leaf.start as usize..leaf.end as usize];
    let inner = |matcher: &Matcher| match *matcher {
        Matcher::AnythingBut { start, end } => start as usize..end as usize,
        _ => 0..0,
    };
    let excluded = matchers.iter().flat_map(move |m| &draft.excluded[inner(m)]);
    matchers.iter().chain(excluded).filter_map(|m| match *m {
        Matcher::Wildcard(text) => Some(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound_of(wildcards: &[&str], times: u32) -> u32 {
        let mut complexity = Complexity::default();
        for wildcard in wildcards {
            complexity.add(wildcard.as_bytes(), times);
        }
        complexity.sums.total()
    }

    fn bound(wildcards: &[&str]) -> u32 {
        bound_of(wildcards, 1)
    }

    #[test]
    fn single_wildcards_are_bounded_closely() {
        for (wildcard, complexity) in [
            ("abc", 1),
            ("*", 2),
            ("a*", 2),
            ("*a", 2),
            ("*a*", 3),
            ("*/lib/*", 4),
            ("*:*:*", 5),
            ("*:*:*:*:*", 9),
            ("*:*:*:*:*:event-bus/*", 11),
            ("*aaaaaaaaaa", 11),
            ("/Users/*/dir/dir/dir/dir/dir/doc.txt", 7),
            ("*a*b*c*d*e*f*g*h*", 10),
        ] {
            assert_eq!(bound(&[wildcard]), complexity, "{wildcard}");
        }
    }

    #[test]
    fn the_wildcards_of_a_field_read_the_same_byte() {
        assert_eq!(bound(&["*a", "*b"]), 4);
        assert_eq!(bound(&["*.png", "*.jpg", "*.gif", "*.bmp"]), 8);
    }
    #[test]
    fn only_overlapping_beginnings_count_together() {
        assert_eq!(bound(&["*production-replication*"]), 4);
        assert_eq!(bound(&["*abcab*"]), 4);
        assert_eq!(bound(&["*aab*"]), 4);
    }

    #[test]
    fn copies_share_what_has_no_case() {
        assert_eq!(bound_of(&["*1*"], 50), 3);
        assert_eq!(bound_of(&["abc"], 50), 1);
        assert_eq!(bound_of(&["*foo*"], 3), 1 + 3 + 3);
        assert_eq!(bound_of(&["*1-a"], 3), 1 + 3);
    }
}
