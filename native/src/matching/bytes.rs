//! What is asked of eight bytes at a time.

use crate::store::load;

const EACH: u64 = u64::from_le_bytes([1; 8]);

/// For each first byte that is that of a number, the high bit.
#[inline(always)]
pub(super) fn numbers_among(leads: [u8; 8]) -> u64 {
    // The first bytes of tokens are ASCII, so that nothing is carried over.
    let leads = u64::from_le_bytes(leads);
    let from_minus = leads + EACH * u64::from(0x80 - b'-');
    let behind_nine = leads + EACH * u64::from(0x80 - b'9' - 1);
    from_minus & !behind_nine & (EACH << 7)
}

/// Whether a byte stands in `text[start..end]`.
#[inline(always)]
pub(super) fn has_byte(text: &[u8], start: usize, end: usize, byte: u8) -> bool {
    let (mut at, mut found) = (start, 0);
    while at < end {
        // Zeros stand for what is missing in the last block.
        found |= places_of(load(text, at, (end - at).min(8)), byte);
        at += 8;
    }
    found != 0
}

/// The high bits of the bytes that are `byte`; of those above the first perhaps some more.
#[inline(always)]
pub(super) fn places_of(block: u64, byte: u8) -> u64 {
    // A byte that is the one is zero after the exclusive or, and then its high bit is set; the
    // borrow from it may set those of the bytes above.
    let block = block ^ (EACH * u64::from(byte));
    block.wrapping_sub(EACH) & !block & (EACH << 7)
}
