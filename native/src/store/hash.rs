//! The hash of a text, taken in blocks of eight bytes so that all prefixes can share the work.

use std::hash::{BuildHasher, RandomState};

/// What makes the hashes of one table its own.
#[derive(Clone, Copy, Debug)]
pub struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl Seed {
    /// An odd number that goes with the seed.
    pub(super) fn odd(self) -> u64 {
        fold(self.0, FIRST) | 1
    }
}

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd6e8_feb8_6659_fd93;

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// Spreads the first bytes of a text and its length over the high bits of a number: for filters that
/// need not withstand texts made to collide.
#[inline(always)]
pub fn spread(first: u64, length: usize) -> u64 {
    (first ^ length as u64).wrapping_mul(FIRST)
}

/// Up to eight bytes as one number, the missing ones zero.
#[inline(always)]
pub fn load(text: &[u8], at: usize, length: usize) -> u64 {
    debug_assert!(length <= 8);
    let Some(&block) = text.get(at..at + 8).and_then(<[u8]>::first_chunk) else {
        return load_last(text, at, length);
    };
    u64::from_le_bytes(block) & low_bytes(length)
}

/// All bits of the lowest bytes, of which there are up to eight.
#[inline(always)]
pub fn low_bytes(count: usize) -> u64 {
    // In two steps, since nothing can be moved by 64 bits at once.
    !(u64::MAX << (4 * count) << (4 * count))
}

/// The same close to the end of the text.
#[cold]
#[inline(never)]
fn load_last(text: &[u8], at: usize, length: usize) -> u64 {
    let bytes = text[at..at + length].iter().rev();
    bytes.fold(0, |block, &byte| block << 8 | u64::from(byte))
}

/// The hash of what was taken in so far; always whole blocks.
#[derive(Clone, Copy, Debug)]
pub struct Hash(u64);

impl Hash {
    /// The beginning, for texts of one kind that belong to one owner.
    #[inline(always)]
    pub fn new(seed: Seed, kind: u8, owner: u32) -> Self {
        Self(seed.0 ^ (u64::from(owner) << 8 | u64::from(kind)).wrapping_mul(FIRST))
    }

    /// Takes in a block.
    #[inline(always)]
    pub fn block(&mut self, block: u64) {
        self.0 = fold(self.0 ^ block, SECOND);
    }

    /// The tag of the text: the blocks, and a last one that may be short.
    #[inline(always)]
    pub fn tag(self, last: u64, length: usize) -> u32 {
        (fold(self.0 ^ last, FIRST ^ length as u64) >> 32) as u32
    }

    /// The tag of `text[start..end]`.
    #[inline(always)]
    pub fn of(mut self, text: &[u8], start: usize, end: usize) -> u32 {
        let mut at = start;
        while end - at > 8 {
            self.block(load(text, at, 8));
            at += 8;
        }
        self.tag(load(text, at, end - at), end - start)
    }
}
