//! Letter case: each character of a pattern accepts itself, its lower and its upper case.
//!
//! The mappings are the full ones of Unicode, one character at a time. No spelling that a
//! character accepts begins or ends with another, so at each place there is one way to go on at
//! most, and the time is linear.

use super::character;

/// The longest spelling of one character, in bytes.
const LONGEST: usize = 12;

/// Whether a text is the pattern in any case.
#[must_use]
pub fn equals_any_case(pattern: &[u8], text: &[u8]) -> bool {
    if pattern.is_ascii() {
        return pattern.eq_ignore_ascii_case(text);
    }
    behind(pattern, text).is_some_and(<[u8]>::is_empty)
}

/// Whether a text begins with the pattern in any case.
#[must_use]
pub fn starts_any_case(pattern: &[u8], text: &[u8]) -> bool {
    if pattern.is_ascii() {
        let start = text.get(..pattern.len());
        return start.is_some_and(|start| pattern.eq_ignore_ascii_case(start));
    }
    behind(pattern, text).is_some()
}

/// Whether a text ends with the pattern in any case.
#[must_use]
pub fn ends_any_case(mut pattern: &[u8], mut text: &[u8]) -> bool {
    if pattern.is_ascii() {
        let start = text.len().checked_sub(pattern.len());
        return start.is_some_and(|start| pattern.eq_ignore_ascii_case(&text[start..]));
    }
    while let Some((code, length)) = character::last(pattern) {
        let split = pattern.len() - length;
        let Some(before) = strip(&pattern[split..], code, |s| text.strip_suffix(s)) else {
            return false;
        };
        pattern = &pattern[..split];
        text = before;
    }
    true
}

/// Appends a text such that whatever a pattern accepts in any case has the pattern's own fold.
///
/// It goes character by character, so the fold of a text that starts or ends with a pattern
/// starts or ends with the pattern's fold. The converse does not hold: equal folds are a hint.
pub fn fold(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        return out.extend(text.iter().map(u8::to_ascii_lowercase));
    }
    let mut rest = text;
    while let Some((code, length)) = character::first(rest) {
        match char::from_u32(code) {
            Some(c) if length > 1 || c.is_ascii() => fold_character(c, out),
            _ => out.extend_from_slice(&rest[..length]),
        }
        rest = &rest[length..];
    }
}

/// Appends upper and then lower case, over and over until nothing changes.
fn fold_character(c: char, out: &mut Vec<u8>) {
    if c.is_ascii() {
        return out.push(c.to_ascii_lowercase() as u8);
    }
    for lower in c.to_uppercase().flat_map(char::to_lowercase) {
        if lower == c {
            push(c, out);
        } else {
            fold_character(lower, out);
        }
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// What follows the pattern at the start of a text.
fn behind<'a>(mut pattern: &[u8], mut text: &'a [u8]) -> Option<&'a [u8]> {
    while let Some((code, length)) = character::first(pattern) {
        text = strip(&pattern[..length], code, |s| text.strip_prefix(s))?;
        pattern = &pattern[length..];
    }
    Some(text)
}

/// The result of `strip_spelling` for the first spelling of a character that has one.
fn strip<'a>(
    itself: &[u8],
    code: u32,
    strip_spelling: impl Fn(&[u8]) -> Option<&'a [u8]>,
) -> Option<&'a [u8]> {
    if let Some(rest) = strip_spelling(itself) {
        return Some(rest);
    }
    let c = char::from_u32(code).filter(|c| c.len_utf8() == itself.len())?;
    let mut spelling = Spelling::default();
    strip_spelling(spelling.of(c.to_lowercase()))
        .or_else(|| strip_spelling(spelling.of(c.to_uppercase())))
}

/// Room for one spelling.
#[derive(Default)]
struct Spelling([u8; LONGEST]);

impl Spelling {
    fn of(&mut self, characters: impl Iterator<Item = char>) -> &[u8] {
        let mut length = 0;
        for c in characters {
            length += c.encode_utf8(&mut self.0[length..]).len();
        }
        &self.0[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings(c: char) -> [String; 3] {
        [
            c.to_string(),
            c.to_lowercase().collect(),
            c.to_uppercase().collect(),
        ]
    }

    /// The characters that have more than one spelling, and some others.
    fn cased() -> impl Iterator<Item = char> {
        let has_case = |&c: &char| c < '\u{400}' || !c.to_lowercase().eq(c.to_uppercase());
        ('\0'..=char::MAX).filter(has_case)
    }

    fn folded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        fold(text.as_bytes(), &mut out);
        out
    }

    #[test]
    fn no_spelling_begins_or_ends_with_another() {
        for c in cased() {
            let all = spellings(c);
            for a in &all {
                assert!(a.len() <= LONGEST);
                let other = all.iter().filter(|b| *b != a);
                assert!(
                    !other.clone().any(|b| b.starts_with(a) || b.ends_with(a)),
                    "{a}"
                );
            }
        }
    }

    #[test]
    fn every_character_accepts_its_spellings_which_fold_alike() {
        for c in cased() {
            let pattern = format!("é{c}Z");
            for spelling in spellings(c) {
                let text = format!("É{spelling}z");
                assert!(
                    equals_any_case(pattern.as_bytes(), text.as_bytes()),
                    "{pattern} {text}"
                );
                assert!(starts_any_case(
                    pattern.as_bytes(),
                    format!("{text}!").as_bytes()
                ));
                assert!(ends_any_case(
                    pattern.as_bytes(),
                    format!("!{text}").as_bytes()
                ));
                assert_eq!(folded(&pattern), folded(&text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn it_is_no_unicode_folding() {
        let accepts = |p: &str, t: &str| equals_any_case(p.as_bytes(), t.as_bytes());
        assert!(accepts("\u{212A}", "k") && !accepts("\u{212A}", "K") && !accepts("K", "\u{212A}"));
        assert!(accepts("ß", "SS") && !accepts("ß", "ss") && !accepts("STRASSE", "straße"));
        assert!(accepts("ς", "Σ") && !accepts("σ", "ς") && accepts("ı", "I") && !accepts("i", "ı"));
        assert!(accepts("İ", "i\u{307}") && accepts("ﬁ", "FI") && !accepts("ﬁ", "fi"));
        assert!(accepts("🚀", "🚀") && accepts("\u{10400}", "\u{10428}"));
    }

    #[test]
    fn lone_surrogates_equal_only_themselves() {
        assert!(equals_any_case(b"\xED\xA0\x80x", b"\xED\xA0\x80X"));
        assert!(!equals_any_case(b"\xED\xA0\x80", b"\xED\xA0\x81"));
        assert!(ends_any_case(b"\xED\xA0\x80", b"a\xED\xA0\x80"));
    }
}
