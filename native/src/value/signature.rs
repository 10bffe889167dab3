//! A few bits of a text and of a wildcard: most wildcards that do not fit a text need one it lacks.
//!
//! There is a bit for each three bytes that follow each other, for the first byte, and for the last.

use super::wildcard::parts;
/// Which bits a text has.
#[must_use]
pub fn text_signature(text: &[u8]) -> u64 {
    inner(text) | first(text) | last(text)
}

/// Which bits a text must have for a valid wildcard to accept it.
#[must_use]
pub fn wildcard_signature(pattern: &[u8]) -> u64 {
    let mut signature = 0;
    parts(pattern, &mut |part, is_first, is_last| {
        signature |= inner(part);
        signature |= if is_first { first(part) } else { 0 };
        signature |= if is_last { last(part) } else { 0 };
    });
    signature
}

const SIZE: usize = 3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a bit stands for.
const INNER: u64 = 0;
const FIRST: u64 = 1;
const LAST: u64 = 2;

#[inline(always)]
fn inner(text: &[u8]) -> u64 {
    let bits = text.windows(SIZE).map(|three| bit(three, INNER));
    bits.fold(0, |all, bit| all | bit)
}

fn first(text: &[u8]) -> u64 {
    text.first_chunk::<1>().map_or(0, |byte| bit(byte, FIRST))
}

fn last(text: &[u8]) -> u64 {
    text.last_chunk::<1>().map_or(0, |byte| bit(byte, LAST))
}

#[inline(always)]
fn bit(bytes: &[u8], what: u64) -> u64 {
    let number = bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte));
    1 << ((number << 2 | what).wrapping_mul(SPREAD) >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_fit(wildcard: &str, text: &str) -> bool {
        wildcard_signature(wildcard.as_bytes()) & !text_signature(text.as_bytes()) == 0
    }

    #[test]
    fn what_fits_is_let_through() {
        for wildcard in [
            "abc*",
            "*xyz",
            "abcdefghijkl*",
            "*b",
            "abc*xyz",
            "a*z",
            "abcxyz",
            "*",
            "",
        ] {
            assert!(may_fit(wildcard, &wildcard.replace('*', "")), "{wildcard}");
            assert!(
                may_fit(wildcard, &wildcard.replace('*', "--------")),
                "{wildcard}"
            );
        }
        assert!(may_fit(r"a\*b", "a*b") && may_fit(r"*\\", "x\\") && may_fit(r"\**", "*a"));
    }

    #[test]
    fn most_others_are_told() {
        let texts: Vec<String> = (0..1000).map(|n| format!("/2026/{n}")).collect();
        let let_through = |wildcard| texts.iter().filter(|text| may_fit(wildcard, text)).count();
        for wildcard in ["*/2025/*", "2026*", "*/", "q*"] {
            assert!(let_through(wildcard) < 300, "{wildcard}");
        }
        assert_eq!(let_through("*/2026/*"), 1000);
    }
}
