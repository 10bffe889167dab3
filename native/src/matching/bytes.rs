//! What is asked of eight bytes at a time.

use crate::store::load;

/// Whether the first byte of a valid token is that of a number.
#[inline(always)]
pub(super) fn is_number(lead: u8) -> bool {
    matches!(lead, b'-'..=b'9')
}

/// For each first byte that is that of a number, the high bit.
#[inline(always)]
pub(super) fn numbers_among(leads: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    // The first bytes of tokens are ASCII, so that nothing is carried over.
    let leads = u64::from_le_bytes(leads);
    let from_minus = leads + EACH * u64::from(0x80 - b'-');
    let behind_nine = leads + EACH * u64::from(0x80 - b'9' - 1);
    from_minus & !behind_nine & (EACH << 7)
}

/// Whether a byte stands in `text[start..end]`.
#[inline(always)]
pub(super) fn has_byte(text: &[u8], start: usize, end: usize, byte: u8) -> bool {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let (mut at, mut found) = (start, 0);
    while at < end {
        // A byte that is the one is zero after the exclusive or, and then its high bit is set; the
        // bytes above may be set by the borrow, but then the byte was there all the same. Zeros
        // stand for what is missing in the last block.
        let block = load(text, at, (end - at).min(8)) ^ (EACH * u64::from(byte));
        found |= block.wrapping_sub(EACH) & !block & (EACH << 7);
        at += 8;
    }
    found != 0
}
