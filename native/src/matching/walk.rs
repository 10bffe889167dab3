//! From the tokens of an event to the values at the fields that patterns name.

use super::found::{END, Found, Scalar};
use super::probe::{Value, probe};
use super::scratch::Scratch;
use crate::index::{Field, Numbers, ROOT, descend, flag};
use crate::json::Tokens;
use crate::store::{Ref, View, load};
use crate::value;

/// An object or array that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    field: Ref,
    context: u32,
    /// The number of the array; `END` for an object.
    array: u32,
    /// The index of the next element.
    index: u32,
}

/// Reads a valid event, whose tokens are in `scratch`, into `scratch.found`.
pub fn read(view: &View, event: &[u8], scratch: &mut Scratch) {
    let Scratch {
        tokens,
        found,
        frames,
        text,
        ..
    } = scratch;
    found.clear();
    frames.clear();
    if Field::at(view, ROOT).has_children() {
        let (leads, positions) = (tokens.leads(), tokens.positions());
        Reader {
            view,
            event,
            tokens,
            leads,
            positions,
            found,
            frames,
            text,
        }
        .root();
    }
}

struct Reader<'a, 'v> {
    view: &'a View<'v>,
    event: &'a [u8],
    tokens: &'a Tokens,
    leads: &'a [u8],
    positions: &'a [u32],
    found: &'a mut Found,
    frames: &'a mut Vec<Frame>,
    text: &'a mut Vec<u8>,
}

impl Reader<'_, '_> {
    fn root(&mut self) {
        let mut frame = Frame {
            field: ROOT,
            context: 0,
            array: END,
            index: 0,
        };
        // The token behind the opening brace.
        let mut at = 1;
        loop {
            let opened = if frame.array == END {
                self.members(&frame, &mut at)
            } else {
                self.elements(&mut frame, &mut at)
            };
            if let Some(inner) = opened {
                self.frames.push(frame);
                frame = inner;
            } else if let Some(outer) = self.frames.pop() {
                frame = outer;
                at += usize::from(self.leads[at] == b',');
            } else {
                return;
            }
        }
    }

    #[inline(always)]
    fn position(&self, at: usize) -> usize {
        self.positions[at] as usize
    }

    /// Reads members up to the end of the object, or to a container that must be read itself.
    #[inline(always)]
    fn members(&mut self, frame: &Frame, at: &mut usize) -> Option<Frame> {
        let field = Field::at(self.view, frame.field);
        let (children, steps) = (field.children(self.view), field.steps());
        while self.leads[*at] == b'"' {
            let (start, end) = (self.position(*at) + 1, self.position(*at + 1));
            // Behind the two quotes of the name and the colon.
            let value = *at + 3;
            let named = if self.tokens.has_escapes() && has_byte(self.event, start, end, b'\\') {
                self.named_with_escapes(frame.field, start, end)
            } else if steps >> (self.event[start] & 31) & 1 == 1
                && has_byte(self.event, start, end, b'.')
            {
                descend(self.view, frame.field, &self.event[start..end])
            } else if children.may_have(self.event, start, end) {
                children.find(self.view, frame.field, self.event, start, end)
            } else {
                None
            };
            if let Some(named) = named
                && let Some(inner) = self.value(named, frame.context, value)
            {
                *at = value + 1;
                return Some(inner);
            }
            *at = self.tokens.behind(value);
            *at += usize::from(self.leads[*at] == b',');
        }
        // Behind the closing brace.
        *at += 1;
        None
    }

    #[cold]
    fn named_with_escapes(&mut self, of: Ref, start: usize, end: usize) -> Option<Ref> {
        self.text.clear();
        value::unescape(&self.event[start..end], self.text);
        // Steps where there are dots, and one where there is none.
        descend(self.view, of, self.text)
    }

    /// Reads elements up to the end of the array, or to a container that must be read itself.
    #[inline(always)]
    fn elements(&mut self, frame: &mut Frame, at: &mut usize) -> Option<Frame> {
        while self.leads[*at] != b']' {
            let value = *at;
            let is_container = matches!(self.leads[value], b'{' | b'[');
            let context = if is_container {
                self.found.element(frame.context, frame.array, frame.index)
            } else {
                frame.context
            };
            frame.index += 1;
            if let Some(inner) = self.value(frame.field, context, value) {
                *at = value + 1;
                return Some(inner);
            }
            *at = self.tokens.behind(value);
            *at += usize::from(self.leads[*at] == b',');
        }
        // Behind the closing bracket.
        *at += 1;
        None
    }

    /// Looks a scalar up; returns the frame of a container that must be read.
    #[inline(always)]
    fn value(&mut self, field: Ref, context: u32, at: usize) -> Option<Frame> {
        let asked = Field::at(self.view, field);
        match self.leads[at] {
            b'{' => asked.has_children().then_some(Frame {
                field,
                context,
                array: END,
                index: 0,
            }),
            b'[' => self.must_be_read(asked, at).then(|| {
                let array = self.found.arrays;
                self.found.arrays += 1;
                Frame {
                    field,
                    context,
                    array,
                    index: 0,
                }
            }),
            lead => {
                if asked.flags() != 0 {
                    self.scalar(asked, field, context, at, lead);
                }
                None
            }
        }
    }

    /// Whether an array can hold anything that its field asks for.
    #[inline(always)]
    fn must_be_read(&self, asked: Field, at: usize) -> bool {
        if asked.has_children() {
            return true;
        }
        match asked.flags() {
            0 => false,
            flag::NUMBER => self.may_hold_number(asked, at),
            _ => true,
        }
    }

    /// Whether any number in an array, however deep, may be one that is asked for.
    fn may_hold_number(&self, asked: Field, at: usize) -> bool {
        let numbers = asked.numbers();
        let (from, to) = (at, self.tokens.behind(at));
        let (groups, rest) = self.leads[from..to].as_chunks::<8>();
        let in_groups = groups.iter().enumerate().any(|(n, group)| {
            let mut leads = numbers_among(*group);
            let mut any = false;
            while leads != 0 {
                let at = from + 8 * n + leads.trailing_zeros() as usize / 8;
                any |= self.may_be(numbers, at);
                leads &= leads - 1;
            }
            any
        });
        let from = to - rest.len();
        in_groups || (from..to).any(|at| is_number(self.leads[at]) && self.may_be(numbers, at))
    }

    /// Whether the number at a token may be one that is asked for.
    #[inline(always)]
    fn may_be(&self, numbers: Numbers, at: usize) -> bool {
        let (start, next) = (self.position(at), self.position(at + 1));
        // Behind a number stands no `e` but its own: only white space.
        numbers.may_be(self.event, start, next)
            || self.tokens.has_exponents()
                && self.event[start..next]
                    .iter()
                    .any(|byte| byte | 0x20 == b'e')
    }

    fn scalar(&mut self, asked: Field, field: Ref, context: u32, at: usize, lead: u8) {
        let (scalar, start, end) = match lead {
            b'"' => (Scalar::Text, self.position(at) + 1, self.position(at + 1)),
            b't' | b'f' | b'n' => (Scalar::Literal, self.position(at), self.position(at) + 1),
            _ => {
                if asked.flags() == flag::NUMBER && !self.may_be(asked.numbers(), at) {
                    return;
                }
                let end = self.tokens.scalar_end(self.event, at);
                (Scalar::Number, self.position(at), end)
            }
        };
        let value = Value {
            scalar,
            field,
            context,
            start,
            end,
        };
        if scalar == Scalar::Text
            && self.tokens.has_escapes()
            && has_byte(self.event, start, end, b'\\')
        {
            return self.text_with_escapes(asked, value);
        }
        probe(self.view, asked, self.event, None, value, self.found);
    }

    #[cold]
    fn text_with_escapes(&mut self, asked: Field, mut value: Value) {
        self.text.clear();
        value::unescape(&self.event[value.start..value.end], self.text);
        (value.start, value.end) = (0, self.text.len());
        let place = self.found.texts.len();
        self.found.texts.extend_from_slice(self.text);
        probe(self.view, asked, self.text, Some(place), value, self.found);
    }
}

/// Whether the first byte of a valid token is that of a number.
#[inline(always)]
fn is_number(lead: u8) -> bool {
    matches!(lead, b'-'..=b'9')
}

/// For each first byte that is that of a number, the high bit.
#[inline(always)]
fn numbers_among(leads: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    // The first bytes of tokens are ASCII, so that nothing is carried over.
    let leads = u64::from_le_bytes(leads);
    let from_minus = leads + EACH * u64::from(0x80 - b'-');
    let behind_nine = leads + EACH * u64::from(0x80 - b'9' - 1);
    from_minus & !behind_nine & (EACH << 7)
}

/// Whether a byte stands in `text[start..end]`.
#[inline(always)]
fn has_byte(text: &[u8], start: usize, end: usize, byte: u8) -> bool {
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
