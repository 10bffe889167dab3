//! A strict pull reader of JSON (RFC 8259). Every function gives `None` where the text is no JSON
//! or breaks a limit of the grammar.

use std::borrow::Cow;

use crate::pattern::draft::Span;
use crate::pattern::limits::{MAX_DEPTH, MAX_NUMBER_LENGTH};
use crate::value::unescape;

/// A place in a text.
pub(super) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// How many containers are open.
    depth: u32,
}

/// A string as it is written, without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a> {
    bytes: &'a [u8],
    /// Whether it holds no escape and nothing but ASCII.
    is_plain: bool,
}

impl<'a> Raw<'a> {
    /// The string itself.
    pub(super) fn text(self) -> Cow<'a, [u8]> {
        if self.is_plain {
            return Cow::Borrowed(self.bytes);
        }
        let mut text = Vec::new();
        unescape(self.bytes, &mut text);
        Cow::Owned(text)
    }

    /// Appends the string itself.
    pub(super) fn append(self, out: &mut Vec<u8>) {
        if self.is_plain {
            out.extend_from_slice(self.bytes);
        } else {
            unescape(self.bytes, out);
        }
    }

    /// Appends the string itself, and tells where.
    pub(super) fn store(self, out: &mut Vec<u8>) -> Option<Span> {
        let start = u32::try_from(out.len()).ok()?;
        self.append(out);
        let end = u32::try_from(out.len()).ok()?;
        Some(Span { start, end })
    }
}

impl<'a> Reader<'a> {
    /// The beginning of a text.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The first byte of the next token.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    /// Opens a container by its bracket.
    pub(super) fn open(&mut self, bracket: u8) -> Option<()> {
        self.expect(bracket)?;
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// Closes a container that must end here.
    pub(super) fn close(&mut self, bracket: u8) -> Option<()> {
        self.expect(bracket)?;
        self.depth -= 1;
        Some(())
    }

    /// Whether the open container goes on; closes it if not. `is_first` before its first entry.
    pub(super) fn goes_on(&mut self, bracket: u8, is_first: bool) -> Option<bool> {
        let next = self.peek()?;
        if next == bracket {
            self.close(bracket)?;
            return Some(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Some(true)
    }

    /// Reads the name of a member and its colon.
    pub(super) fn name(&mut self) -> Option<Raw<'a>> {
        let name = self.string()?;
        self.expect(b':')?;
        Some(name)
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> Option<Raw<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        let mut is_plain = true;
        loop {
            match *self.text.get(self.at)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    self.at += 1;
                    self.skip_escape()?;
                }
                0..0x20 => return None,
                0x80.. => {
                    is_plain = false;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        let bytes = &self.text[start..self.at];
        self.at += 1;
        Some(Raw { bytes, is_plain })
    }

    /// Skips the rest of an escape behind its backslash.
    fn skip_escape(&mut self) -> Option<()> {
        let letter = *self.text.get(self.at)?;
        self.at += 1;
        match letter {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Reads a number token.
    pub(super) fn number(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let start = self.at;
        self.skip(b"-");
        if self.skip(b"0") == 0 {
            self.skip_digits()?;
        }
        if self.skip(b".") > 0 {
            self.skip_digits()?;
        }
        if self.skip(b"eE") > 0 {
            self.skip(b"+-");
            self.skip_digits()?;
        }
        let token = &self.text[start..self.at];
        (token.len() <= MAX_NUMBER_LENGTH).then_some(token)
    }

    /// Skips one of some bytes if it is there; returns how many bytes were skipped.
    fn skip(&mut self, any: &[u8]) -> usize {
        let next = self.text.get(self.at);
        let count = usize::from(next.is_some_and(|byte| any.contains(byte)));
        self.at += count;
        count
    }

    fn skip_digits(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// Reads one of the words `true`, `false` and `null`.
    pub(super) fn literal(&mut self) -> Option<&'static [u8]> {
        let word: &[u8] = match self.peek()? {
            b't' => b"true",
            b'f' => b"false",
            _ => b"null",
        };
        if !self.text[self.at..].starts_with(word) {
            return None;
        }
        self.at += word.len();
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_strict() {
        for token in ["0", "-0", "10", "1.5", "1e5", "1E+05", "-1.0e-3"] {
            let mut reader = Reader::new(token.as_bytes());
            assert_eq!(reader.number(), Some(token.as_bytes()));
            assert!(reader.is_at_end());
        }
        for token in ["", "-", "+1", ".5", "1.", "1e", "1e+", "-a", "01", "1x"] {
            let mut reader = Reader::new(token.as_bytes());
            assert!(reader.number().is_none() || !reader.is_at_end(), "{token}");
        }
    }

    #[test]
    fn strings_are_strict() {
        let text = |text: &'static str| Reader::new(text.as_bytes()).string().map(|s| s.text());
        assert_eq!(text(r#" "a\u0041\n" "#).as_deref(), Some(&b"aA\n"[..]));
        for broken in [
            "",
            "\"",
            "\"a",
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            "\"\n\"",
            "\"\\",
        ] {
            assert_eq!(text(broken), None, "{broken}");
        }
    }
}
