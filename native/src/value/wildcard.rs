//! Wildcard texts: a star stands for any run of bytes, a backslash takes a meaning away.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem, memrchr};

/// Whether a valid wildcard accepts a text.
///
/// Taking each literal part at its first place is enough, so the time is linear in the text and
/// the wildcard, whatever they are.
#[must_use]
pub fn wildcard_accepts(pattern: &[u8], text: &[u8]) -> bool {
    if memchr(b'\\', pattern).is_some() {
        return accepts_escaped(pattern, text);
    }
    let Some(star) = memchr(b'*', pattern) else {
        return pattern == text;
    };
    let end = memrchr(b'*', pattern).unwrap_or(star);
    let (first, last) = (&pattern[..star], &pattern[end + 1..]);
    let Some(mut rest) = text.strip_prefix(first).and_then(|t| t.strip_suffix(last)) else {
        return false;
    };
    if star == end {
        return true;
    }
    for part in pattern[star + 1..end].split(|&byte| byte == b'*') {
        let Some(behind) = behind(rest, part) else {
            return false;
        };
        rest = behind;
    }
    true
}

/// Calls `visit` with each literal part between the stars of a valid wildcard, unescaped, and
/// whether the part is the first and the last. A first or last part may be empty.
pub fn parts(pattern: &[u8], visit: &mut dyn FnMut(&[u8], bool, bool)) {
    let mut rest = Some(pattern);
    let mut is_first = true;
    while let Some(text) = rest {
        let (part, behind) = split(text);
        visit(&part, is_first, behind.is_none());
        is_first = false;
        rest = behind;
    }
}

fn accepts_escaped(pattern: &[u8], text: &[u8]) -> bool {
    let (first, mut pattern) = split(pattern);
    let Some(mut rest) = text.strip_prefix(&*first) else {
        return false;
    };
    while let Some(behind_star) = pattern {
        let (part, following) = split(behind_star);
        if following.is_none() {
            return rest.ends_with(&part);
        }
        let Some(behind) = behind(rest, &part) else {
            return false;
        };
        rest = behind;
        pattern = following;
    }
    rest.is_empty()
}

/// What follows the first place where a text holds a part.
fn behind<'a>(text: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    let at = match part {
        [byte] => memchr(*byte, text)?,

        _ => memmem::find(text, part)?,
    };
    Some(&text[at + part.len()..])
}

/// The first literal part, unescaped, and what stands behind its star if there is one.
fn split(pattern: &[u8]) -> (Cow<'_, [u8]>, Option<&[u8]>) {
    let mut part = Cow::Borrowed(&pattern[..0]);
    let mut at = 0;
    loop {
        let Some(next) = memchr2(b'*', b'\\', &pattern[at..]).map(|offset| at + offset) else {
            extend(&mut part, &pattern[at..]);
            return (part, None);
        };
        extend(&mut part, &pattern[at..next]);
        if pattern[next] == b'*' {
            return (part, Some(&pattern[next + 1..]));
        }
        at = (next + 2).min(pattern.len());
        extend(&mut part, &pattern[next + 1..at]);
    }
}

fn extend<'a>(part: &mut Cow<'a, [u8]>, run: &'a [u8]) {
    if part.is_empty() {
        *part = Cow::Borrowed(run);
    } else if !run.is_empty() {
        part.to_mut().extend_from_slice(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(pattern: &str, text: &str) -> bool {
        let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
        let verdict = wildcard_accepts(pattern, text);
        assert_eq!(accepts_escaped(pattern, text), verdict);
        verdict
    }

    #[test]
    fn a_star_is_any_run() {
        assert!(accepts("*", "") && accepts("*", "x\ny") && accepts("a*c", "ac"));
        assert!(accepts("a*b*c", "a-b-b-c") && accepts("*.png", ".png.png"));
        assert!(accepts("*ab*ab*", "xababx") && !accepts("*ab*ab*", "xabax"));
        assert!(!accepts("a*a", "a") && !accepts("ab*bc", "abc") && accepts("", ""));
        assert!(!accepts("", "x") && !accepts("abc", "abcd") && accepts("*é*", "aéb"));
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        assert!(accepts_escaped(br"\*", b"*") && !accepts_escaped(br"\*", b"x"));
        assert!(accepts_escaped(br"a*\**b", b"a12*3b") && !accepts_escaped(br"a*\**b", b"ab"));
        assert!(wildcard_accepts(br"C:\\*\*", br"C:\dir*") && !wildcard_accepts(br"\\*", b"x"));
    }

    #[test]
    fn parts_are_unescaped() {
        let mut seen = Vec::new();
        parts(br"a\*b*\\*", &mut |part, first, last| {
            seen.push((part.to_vec(), first, last))
        });
        let expected = [
            (&b"a*b"[..], true, false),
            (br"\", false, false),
            (b"", false, true),
        ];
        assert_eq!(
            seen,
            expected.map(|(part, first, last)| (part.to_vec(), first, last))
        );
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let pattern = "*".to_owned() + &"a*".repeat(4000) + "b";
        assert!(!wildcard_accepts(pattern.as_bytes(), &[b'a'; 1 << 20]));
        let pattern = "*".to_owned() + &"a".repeat(8000) + "b*" + &"a".repeat(7000) + "*";
        assert!(!wildcard_accepts(pattern.as_bytes(), &[b'a'; 1 << 20]));
    }
}
