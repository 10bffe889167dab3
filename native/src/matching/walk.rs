//! From the tokens of an event to the values at the fields that patterns name.

use super::found::{END, Found, Scalar};
use super::probe::{Value, probe};
use super::scratch::Scratch;
use crate::index::{Field, ROOT, child, flag};
use crate::json::Tokens;
use crate::store::{Ref, View};
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
        while self.leads[*at] == b'"' {
            let (start, end) = (self.position(*at) + 1, self.position(*at + 1));
            // Behind the two quotes of the name and the colon.
            let value = *at + 3;
            let named = if self.tokens.has_escapes() {
                self.named_with_escapes(field, frame.field, start, end)
            } else {
                child(self.view, field, frame.field, self.event, start, end)
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
    fn named_with_escapes(&self, field: Field, of: Ref, start: usize, end: usize) -> Option<Ref> {
        let mut buffer = Vec::new();
        let name = value::unescaped(&self.event[start..end], &mut buffer);
        child(self.view, field, of, name, 0, name.len())
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
        let end = self.tokens.behind(at) - 1;
        let tokens = self.leads[at..end].iter().zip(&self.positions[at..end]);
        tokens
            .zip(&self.positions[at + 1..])
            .any(|((&lead, &start), &next)| {
                is_number(lead) && self.may_be(asked, start as usize, next as usize)
            })
    }

    /// Whether the number that begins at `start`, before `next`, may be one that is asked for.
    #[inline(always)]
    fn may_be(&self, asked: Field, start: usize, next: usize) -> bool {
        asked.may_be(self.event, start, next) || has_exponent(self.event, start, next)
    }

    fn scalar(&mut self, asked: Field, field: Ref, context: u32, at: usize, lead: u8) {
        let (scalar, start, end) = match lead {
            b'"' => (Scalar::Text, self.position(at) + 1, self.position(at + 1)),
            b't' | b'f' | b'n' => (Scalar::Literal, self.position(at), self.position(at) + 1),
            _ => {
                let (start, next) = (self.position(at), self.position(at + 1));
                if asked.flags() == flag::NUMBER && !self.may_be(asked, start, next) {
                    return;
                }
                (
                    Scalar::Number,
                    start,
                    self.tokens.scalar_end(self.event, at),
                )
            }
        };
        let value = Value {
            scalar,
            field,
            context,
            start,
            end,
        };
        if scalar == Scalar::Text && self.tokens.has_escapes() {
            return self.text_with_escapes(asked, value);
        }
        probe(self.view, asked, self.event, None, value, self.found);
    }

    #[cold]
    fn text_with_escapes(&mut self, asked: Field, mut value: Value) {
        let raw = &self.event[value.start..value.end];
        if memchr::memchr(b'\\', raw).is_none() {
            return probe(self.view, asked, self.event, None, value, self.found);
        }
        let mut text = Vec::new();
        value::unescape(raw, &mut text);
        let place = self.found.texts.len();
        self.found.texts.extend_from_slice(&text);
        (value.start, value.end) = (0, text.len());
        probe(self.view, asked, &text, Some(place), value, self.found);
    }
}

/// Whether the first byte of a valid token is that of a number.
#[inline(always)]
fn is_number(lead: u8) -> bool {
    matches!(lead, b'-'..=b'9')
}

/// Whether an `e` stands in the token, or in the white space behind it, where none can be.
#[inline(always)]
fn has_exponent(event: &[u8], start: usize, next: usize) -> bool {
    event[start..next].iter().any(|byte| byte | 0x20 == b'e')
}
