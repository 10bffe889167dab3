//! A plain reader that goes over a JSON text once, byte by byte, up to the first fault.

use super::fault::{Code, Fault, MAX_DEPTH, MAX_NUMBER_LENGTH};

type Read = Result<(), Fault>;

/// The state of one reading.
pub(super) struct Reader<'a> {
    text: &'a [u8],
    /// How far the text has been read.
    at: usize,
    /// The opening bracket of each open container, outermost first.
    open: Vec<u8>,
    /// Whether the innermost container has neither member nor element yet.
    is_fresh: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Reader {
            text,
            at: 0,
            open: Vec::new(),
            is_fresh: false,
        }
    }

    /// Reads one value and nothing behind it; returns its first byte.
    pub(super) fn read(&mut self) -> Result<u8, Fault> {
        self.skip_white_space();
        let root = self.peek().ok_or(syntax(self.at))?;
        self.value()?;
        while let Some(&bracket) = self.open.last() {
            self.step(bracket)?;
        }
        self.skip_white_space();
        match self.peek() {
            Some(_) => Err(Fault {
                code: Code::TrailingContent,
                position: self.at,
            }),
            None => Ok(root),
        }
    }

    /// Reads the end of the innermost container, or its next member or element.
    fn step(&mut self, bracket: u8) -> Read {
        let closing = if bracket == b'{' { b'}' } else { b']' };
        self.skip_white_space();
        if self.peek() == Some(closing) {
            self.at += 1;
            self.open.pop();
            self.is_fresh = false;
            return Ok(());
        }
        if !self.is_fresh {
            self.expect(b',')?;
        }
        self.is_fresh = false;
        if bracket == b'{' {
            self.name()?;
        }
        self.value()
    }

    /// Reads the name of a member and the colon behind it.
    fn name(&mut self) -> Read {
        if self.peek() != Some(b'"') {
            return Err(syntax(self.at));
        }
        self.string()?;
        self.skip_white_space();
        self.expect(b':')
    }

    /// Reads a scalar, or the opening bracket of a container.
    fn value(&mut self) -> Read {
        match self.peek() {
            Some(bracket @ (b'{' | b'[')) => self.container(bracket),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.literal(),
        }
    }

    fn container(&mut self, bracket: u8) -> Read {
        if self.open.len() == MAX_DEPTH {
            return Err(Fault {
                code: Code::Depth,
                position: self.at,
            });
        }
        self.open.push(bracket);
        self.is_fresh = true;
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Read {
        self.at += 1;
        loop {
            match self.peek() {
                None | Some(0..0x20) => return Err(syntax(self.at)),
                Some(b'\\') => self.escape()?,
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Read {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(syntax(self.at));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(syntax(self.at)),
        }
        Ok(())
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.sign(start)?;
        }
        if self.peek() == Some(b'0') && self.is_digit(self.at + 1) {
            return Err(syntax(start));
        }
        self.digits();
        self.fraction(start)?;
        self.exponent(start)?;
        if self.at - start > MAX_NUMBER_LENGTH {
            return Err(Fault {
                code: Code::NumberLength,
                position: start,
            });
        }
        Ok(())
    }

    /// Reads the minus before the digits of a number.
    fn sign(&mut self, start: usize) -> Read {
        self.at += 1;
        match self.peek() {
            Some(b'0'..=b'9') => Ok(()),
            None | Some(b'.') => Err(syntax(self.at)),
            Some(_) => Err(syntax(start)),
        }
    }

    fn fraction(&mut self, start: usize) -> Read {
        if self.is_lone_point() {
            return Err(syntax(start));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits();
            if self.is_lone_point() {
                return Err(syntax(start));
            }
        }
        Ok(())
    }

    fn exponent(&mut self, start: usize) -> Read {
        if !matches!(self.peek(), Some(b'e' | b'E')) {
            return Ok(());
        }
        self.at += 1;
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.at += 1;
        }
        match self.peek() {
            None => return Err(syntax(self.at)),
            Some(b'0'..=b'9') => self.digits(),
            Some(_) => return Err(syntax(start)),
        }
        Ok(())
    }

    /// Tells whether the next byte is a decimal point that no digit follows.
    fn is_lone_point(&self) -> bool {
        self.peek() == Some(b'.') && !self.is_digit(self.at + 1)
    }

    fn digits(&mut self) {
        while self.is_digit(self.at) {
            self.at += 1;
        }
    }

    fn is_digit(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(u8::is_ascii_digit)
    }

    fn literal(&mut self) -> Read {
        let rest = &self.text[self.at..];
        let literals: [&[u8]; 3] = [b"true", b"false", b"null"];
        match literals.iter().find(|literal| rest.starts_with(literal)) {
            Some(literal) if !begins_with_word(&rest[literal.len()..]) => {
                self.at += literal.len();
                Ok(())
            }
            _ => Err(syntax(self.at)),
        }
    }

    fn expect(&mut self, byte: u8) -> Read {
        if self.peek() != Some(byte) {
            return Err(syntax(self.at));
        }
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

fn syntax(position: usize) -> Fault {
    Fault {
        code: Code::Syntax,
        position,
    }
}

/// Tells whether a text begins with a character that belongs to a word: such a character behind
/// a literal makes the whole word the fault, any other is the fault itself.
fn begins_with_word(text: &[u8]) -> bool {
    let Some(&byte) = text.first() else {
        return false;
    };
    if byte < 0x80 {
        return byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    }
    // A trusted text may hold surrogates, which are no characters and belong to no word.
    let encoded = &text[..text.len().min(4)];
    let character = encoded
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    character.is_some_and(char::is_alphanumeric)
}
