//! The shape of a text: the kinds of its tokens in a row, without where they stand.
//!
//! Whether tokens make a JSON object depends on their shape alone, and so does which token is the
//! name of which member. Numbers and literals are of one kind.

use super::scan::Vector;

/// The most tokens of a text whose shape is told.
pub const MAX_SHAPE: usize = 1024;

/// Three masks, which together name the kind of each of 64 tokens; zeros behind the last one.
pub type Kinds = [u64; 3];

/// A shape, with a number that hardly any other shape has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape<'a> {
    /// How many tokens there are.
    pub len: usize,
    /// The kinds of the tokens.
    pub kinds: &'a [Kinds],
    /// A hash of all that.
    pub hash: u64,
}

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Writes down the kinds of tokens, whose first bytes are given, and zeros behind them; returns a
/// hash.
#[inline(always)]
pub(super) fn kinds<V: Vector>(vector: V, leads: &[[u8; 64]], kinds: &mut [Kinds]) -> u64 {
    let mut hash = 0;
    for (lead, kinds) in leads.iter().zip(kinds) {
        let block = vector.load(lead);
        *kinds = [
            vector.any_of(block, b"\":}]"),
            vector.any_of(block, b",:[]"),
            vector.any_of(block, b"{}[]"),
        ];
        let mixed = kinds[0] ^ kinds[1].rotate_left(21) ^ kinds[2].rotate_left(42);
        hash = (hash ^ mixed).wrapping_mul(SPREAD);
        hash ^= hash >> 32;
    }
    hash
}
