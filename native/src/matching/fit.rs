//! Whether a wildcard can fit a text at all, told by its ends before it is taken apart.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::bytes::places_of;
use crate::index::{HEADER, length_of};
use crate::store::{Ref, View, load, low_bytes};

/// Whether a wildcard can accept a text, going by what stands before its first star, and by its
/// last eight bytes as far as they stand behind its last star. What an escape hides does not count.
#[inline]
pub(super) fn may_fit(view: &View, wildcard: Ref, text: &[u8]) -> bool {
    let length = length_of(view, wildcard);
    let words = &view.record(wildcard)[HEADER..][..length.div_ceil(4)];
    begins_alike(words, length, text) && ends_alike(words, length, text)
}

#[inline]
fn begins_alike(words: &[AtomicU32], length: usize, text: &[u8]) -> bool {
    let mut at = 0;
    while at < length {
        let block = block(words, at) as u64;
        let literal = specials(block).trailing_zeros() as usize / 8;
        let size = literal.min(length - at);
        if text.len() < at + size || (block ^ load(text, at, size)) & low_bytes(size) != 0 {
            return false;
        }
        if size < 8 {
            return true;
        }
        at += size;
    }
    true
}

#[inline]
fn ends_alike(words: &[AtomicU32], length: usize, text: &[u8]) -> bool {
    let start = length.saturating_sub(8);
    let missing = 8 - (length - start) as u32;
    // The last byte goes to the top.
    let block = ((block(words, start) >> (8 * (start % 4))) as u64) << (8 * missing).min(63);
    let literal = specials(block).leading_zeros() as usize / 8;
    let size = literal.min(length - start);
    if text.len() < size {
        return false;
    }
    let tail = load(text, text.len() - size, size);
    size == 0 || block >> (64 - 8 * size) == tail
}

/// Twelve bytes from the word on in which a byte stands, zeros where there are fewer.
#[inline(always)]
fn block(words: &[AtomicU32], at: usize) -> u128 {
    let word = |n: usize| words.get(at / 4 + n).map_or(0, |word| word.load(Acquire));
    u128::from(word(0)) | u128::from(word(1)) << 32 | u128::from(word(2)) << 64
}

/// The high bits of stars and backslashes.
#[inline(always)]
fn specials(block: u64) -> u64 {
    places_of(block, b'*') | places_of(block, b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(wildcard: &str, text: &str) -> bool {
        let bytes = wildcard.as_bytes();
        let word = |piece: &[u8]| {
            let mut padded = [0; 4];
            padded[..piece.len()].copy_from_slice(piece);
            AtomicU32::new(u32::from_le_bytes(padded))
        };
        let words: Vec<AtomicU32> = bytes.chunks(4).map(word).collect();
        let (length, text) = (bytes.len(), text.as_bytes());
        begins_alike(&words, length, text) && ends_alike(&words, length, text)
    }

    #[test]
    fn ends_that_differ_are_told() {
        for wildcard in [
            "abc*",
            "*xyz",
            "abcdefghijkl*",
            "*uvwxyz",
            "abc*xyz",
            "a*z",
            "abcxyz",
        ] {
            assert!(fits(wildcard, &wildcard.replace('*', "")), "{wildcard}");
            assert!(
                fits(wildcard, &wildcard.replace('*', "--------")),
                "{wildcard}"
            );
            assert!(!fits(wildcard, "q"), "{wildcard}");
            assert!(!fits(wildcard, ""), "{wildcard}");
        }
        assert!(!fits("abcdefghijkl*", "abcdefghijkm"));
        assert!(!fits("*12345678", "12345679") && fits("*12345678", "x12345678"));
        assert!(fits("*", "") && fits("*", "any") && fits("", ""));
    }

    #[test]
    fn what_an_escape_hides_does_not_count() {
        assert!(fits(r"a\*b", "a*b") && fits(r"*\\", "x\\") && fits(r"\*a*", "*a"));
        assert!(!fits(r"a\*b", "c*b"));
    }
}
