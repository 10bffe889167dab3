//! The order of paths: by UTF-16 code units, as a Java host compares strings.

use std::cmp::Ordering;

use crate::value::character;

/// Where UTF-8 and UTF-16 may differ: surrogates, and what comes after them.
const FIRST_DOUBTFUL: u8 = 0xED;

/// Compares two texts by their UTF-16 code units.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (a.get(at), b.get(at)) {
        // Both can only begin a character here: no byte inside one is so large.
        (Some(&x), Some(&y)) if x.min(y) >= FIRST_DOUBTFUL => units(&a[at..]).cmp(units(&b[at..])),
        (x, y) => x.cmp(&y),
    }
}

fn units(mut text: &[u8]) -> impl Iterator<Item = u16> {
    let mut low = None;
    std::iter::from_fn(move || {
        if low.is_some() {
            return low.take();
        }
        let (code, length) = character::first(text)?;
        text = &text[length..];
        let [.., third, fourth] = code.to_be_bytes();
        let Some(above) = code.checked_sub(0x1_0000) else {
            return Some(u16::from_be_bytes([third, fourth]));
        };
        low = Some(0xDC00 | u16::from_be_bytes([third & 0x03, fourth]));
        u16::try_from(0xD800 + (above >> 10)).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn astral_characters_come_before_the_end_of_the_first_plane() {
        let ascending: [&[u8]; 10] = [
            b"",
            b"a",
            b"a.b",
            "aé".as_bytes(),
            "a\u{D7FF}".as_bytes(),
            b"a\xED\xA0\xBD",
            "a🚀".as_bytes(),
            b"a\xED\xA0\xBE",
            "a\u{E000}".as_bytes(),
            "a\u{FFFF}".as_bytes(),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{i} {j}");
            }
        }
    }
}
