//! `{"wildcard": "arn:aws:*:role/*"}`: a text with stars.

use memchr::memchr2;

use crate::pattern::draft::{Draft, Matcher};
use crate::pattern::reader::Reader;

pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    let text = reader.string()?.store(&mut draft.bytes)?;
    is_valid(draft.text(text)).then_some(Matcher::Wildcard(text))
}

/// Whether no star follows a star, and each backslash stands before a star or a backslash.
fn is_valid(mut text: &[u8]) -> bool {
    while let Some(at) = memchr2(b'*', b'\\', text) {
        text = match &text[at..] {
            [b'*', b'*', ..] => return false,
            [b'*', rest @ ..] | [b'\\', b'*' | b'\\', rest @ ..] => rest,
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_alone_and_backslashes_escape() {
        for text in ["", "*", "a*b*", r"\*", r"\\*", r"*\**", r"\\\*", r"*\\*"] {
            assert!(is_valid(text.as_bytes()), "{text}");
        }
        for text in ["**", "a**", r"\", r"\a", r"a*\", r"\\**", r"\\\"] {
            assert!(!is_valid(text.as_bytes()), "{text}");
        }
    }
}
