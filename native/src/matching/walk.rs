//! From the tokens of an event to the values at the fields that patterns name.

use super::bytes::{has_byte, numbers_among};
use super::found::{END, Found, Scalar};
use super::probe::{Value, find_text, probe};
use super::route::{Moment, Route, Visit};
use super::scratch::Scratch;
use crate::index::{Answer, Directory, Field, Numbers, ROOT, child, descend, flag};
use crate::json::{Tokens, is_number};
use crate::store::{NONE, Ref, View, load};
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

/// What follows a value that was looked at.
enum Step {
    /// The container is read, from this token on.
    Into(Frame, usize),
    /// The next member or element is read, from this token on.
    Over(usize),
}

/// Reads an event, whose tokens are in `scratch`, into `scratch.found`; `version` is the one that
/// is pinned.
///
/// The tokens are those of a valid event. If the caller was wrong to trust it, what is found is of
/// no meaning, but it is found in linear time and without a panic.
pub fn read(view: &View, version: u64, event: &[u8], scratch: &mut Scratch) {
    let Scratch {
        tokens,
        shapes,
        found,
        frames,
        route,
        text,
        ..
    } = scratch;
    found.clear();
    frames.clear();
    if !Field::at(view, ROOT).has_children() {
        return;
    }
    let mut walk = Walk {
        view,
        event,
        tokens,
        leads: tokens.leads(),
        positions: tokens.positions(),
        found,
        frames,
        text,
        route,
    };
    let Some(known) = shapes.route() else {
        return walk.root::<false>();
    };
    let moment = (view.core, version);
    if walk.is_led_by(known, moment) {
        if !walk.follow(known) {
            walk.found.clear();
            walk.root::<false>();
        }
        return;
    }
    walk.route.begin(moment);
    walk.root::<true>();
    if !view.is_stale() && route.is_short() {
        shapes.keep(std::mem::take(route));
    }
}

struct Walk<'a, 'v> {
    view: &'a View<'v>,
    event: &'a [u8],
    tokens: &'a Tokens,
    leads: &'a [u8],
    positions: &'a [u32],
    found: &'a mut Found,
    frames: &'a mut Vec<Frame>,
    text: &'a mut Vec<u8>,
    /// What is noted while a route is learned.
    route: &'a mut Route,
}

impl Walk<'_, '_> {
    /// Whether a route leads through this event.
    #[inline(always)]
    fn is_led_by(&self, route: &Route, moment: Moment) -> bool {
        route.is_of(moment) && route.has_names(self.event, self.positions)
    }

    /// Looks at what stands on a route; false if this event needs a look at more.
    #[inline(always)]
    fn follow(&mut self, route: &Route) -> bool {
        self.found.arrays = route.arrays;
        self.found.contexts.clone_from(&route.contexts);
        for visit in &route.visits {
            match *visit {
                Visit::Scalar { at, field, context } => {
                    let (at, asked) = (at as usize, Field::at(self.view, field));
                    self.scalar(asked, field, context, at, self.lead(at));
                }
                Visit::Numbers { at, end, field } => {
                    let asked = Field::at(self.view, field);
                    if self.may_hold_number(asked, at as usize, end as usize) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Walks through the whole event; one that `LEARNS` writes the route down.
    fn root<const LEARNS: bool>(&mut self) {
        let mut frame = Frame {
            field: ROOT,
            context: 0,
            array: END,
            index: 0,
        };
        // The token behind the opening brace.
        let mut at = 1;
        loop {
            let step = if frame.array == END {
                self.members::<LEARNS>(&frame, at)
            } else {
                self.elements::<LEARNS>(&mut frame, at)
            };
            if let Step::Into(inner, next) = step {
                self.frames.push(frame);
                (frame, at) = (inner, next);
            } else if let (Step::Over(next), Some(outer)) = (step, self.frames.pop()) {
                frame = outer;
                at = next + usize::from(self.lead(next) == b',');
            } else {
                break;
            }
        }
        if LEARNS {
            self.route.arrays = self.found.arrays;
            self.route.contexts.clone_from(&self.found.contexts);
        }
    }

    /// The first byte of a token; zero behind the last.
    #[inline(always)]
    fn lead(&self, at: usize) -> u8 {
        self.leads.get(at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn position(&self, at: usize) -> usize {
        self.positions[at] as usize
    }

    /// The token behind a value and the comma that may follow.
    #[inline(always)]
    fn behind(&self, at: usize, lead: u8) -> usize {
        let next = match lead {
            b'{' | b'[' => self.tokens.behind(at),
            // A string has two tokens.
            _ => at + 1 + usize::from(lead == b'"'),
        };
        next + usize::from(self.lead(next) == b',')
    }

    /// Reads members up to a container that must be read itself, or past the end of the object.
    #[inline(always)]
    fn members<const LEARNS: bool>(&mut self, frame: &Frame, mut at: usize) -> Step {
        let field = Field::at(self.view, frame.field);
        let (children, steps) = (field.children(self.view), field.steps());
        let (event, leads, positions) = (self.event, self.leads, self.positions);
        let has_escapes = self.tokens.has_escapes();
        // A name has two tokens and its colon a third.
        while let Some(&[b'"', _, _, lead]) = leads.get(at..).and_then(<[_]>::first_chunk) {
            let Some(&[open, close]) = positions[at..].first_chunk() else {
                break;
            };
            let (start, end) = (open as usize + 1, close as usize);
            if LEARNS {
                self.route.name(event, at, start, end);
            }
            let first = load(event, start, (end - start).min(8));
            // Nearly all names end here: the rest is kept out of this loop.
            let is_known = children.may_have(first, end - start);
            let is_odd = has_step(steps, first) | has_escapes;
            let value = at + 3;
            at = if is_known | is_odd
                && let Some(named) = self.named(frame.field, children, (first, start, end), is_odd)
            {
                match self.value::<LEARNS>(named, frame.context, value, lead) {
                    Step::Over(next) => next,
                    into => return into,
                }
            } else {
                self.behind(value, lead)
            };
        }
        // Behind the closing brace.
        Step::Over(at + 1)
    }

    /// The field that a name leads to; one that is odd may have dots or escapes.
    #[inline(always)]
    fn named(
        &mut self,
        of: Ref,
        children: Directory,
        (first, start, end): (u64, usize, usize),
        is_odd: bool,
    ) -> Option<Ref> {
        if is_odd {
            let (view, event) = (self.view, self.event);
            if self.tokens.has_escapes() && has_byte(event, start, end, b'\\') {
                return self.named_with_escapes(of, start, end);
            }
            if Field::at(view, of).steps() != 0 && has_byte(event, start, end, b'.') {
                return descend(view, of, &event[start..end]);
            }
        }
        // One that is odd may also be one that is not possible; then nothing is found either.
        match children.find_possible(first, self.event, start, end) {
            Answer::Missing => None,
            Answer::Known(field) => Some(field),
            Answer::Unsure => child(self.view, of, self.event, start, end),
        }
    }

    #[cold]
    fn named_with_escapes(&mut self, of: Ref, start: usize, end: usize) -> Option<Ref> {
        self.text.clear();
        value::unescape(&self.event[start..end], self.text);
        // Steps where there are dots, and one where there is none.
        descend(self.view, of, self.text)
    }

    /// Reads elements up to a container that must be read itself, or past the end of the array.
    #[inline(always)]
    fn elements<const LEARNS: bool>(&mut self, frame: &mut Frame, mut at: usize) -> Step {
        while !matches!(self.lead(at), b']' | 0) {
            let lead = self.lead(at);
            let context = if matches!(lead, b'{' | b'[') {
                self.found.element(frame.context, frame.array, frame.index)
            } else {
                frame.context
            };
            frame.index += 1;
            match self.value::<LEARNS>(frame.field, context, at, lead) {
                Step::Over(next) => at = next,
                into => return into,
            }
        }
        // Behind the closing bracket.
        Step::Over(at + 1)
    }

    /// Looks a scalar up, or begins with a container if it must be read.
    #[inline(always)]
    fn value<const LEARNS: bool>(&mut self, field: Ref, context: u32, at: usize, lead: u8) -> Step {
        let asked = Field::at(self.view, field);
        match lead {
            b'{' if asked.has_children() => {
                let frame = Frame {
                    field,
                    context,
                    array: END,
                    index: 0,
                };
                return Step::Into(frame, at + 1);
            }
            b'[' if asked.has_children() || asked.flags() != 0 => {
                return self.array::<LEARNS>(asked, field, context, at);
            }
            b'{' | b'[' => {}
            _ if asked.flags() != 0 => {
                if LEARNS {
                    let at = at as u32;
                    self.route.visits.push(Visit::Scalar { at, field, context });
                }
                self.scalar(asked, field, context, at, lead);
            }
            _ => {}
        }
        Step::Over(self.behind(at, lead))
    }

    /// Begins with an array, unless it can hold nothing that its field asks for.
    #[inline(always)]
    fn array<const LEARNS: bool>(
        &mut self,
        asked: Field,
        field: Ref,
        context: u32,
        at: usize,
    ) -> Step {
        if !asked.has_children() && asked.flags() == flag::NUMBER {
            let end = self.tokens.behind(at).min(self.leads.len());
            if !self.may_hold_number(asked, at, end) {
                if LEARNS {
                    let (at, end) = (at as u32, end as u32);
                    self.route.visits.push(Visit::Numbers { at, end, field });
                }
                return Step::Over(end + usize::from(self.lead(end) == b','));
            }
        }
        let array = self.found.arrays;
        self.found.arrays += 1;
        let frame = Frame {
            field,
            context,
            array,
            index: 0,
        };
        Step::Into(frame, at + 1)
    }

    /// Whether any number in an array, however deep, may be one that is asked for.
    fn may_hold_number(&self, asked: Field, from: usize, to: usize) -> bool {
        let numbers = asked.numbers();
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
        let start = self.position(at);
        numbers.may_be(self.event, start)
            || self.tokens.has_exponents() && self.has_exponent(start, self.position(at + 1))
    }

    /// Whether an `e` stands in a number, or in the white space behind it, where none can be.
    #[cold]
    fn has_exponent(&self, start: usize, next: usize) -> bool {
        let bytes = &self.event[start..next];
        bytes.iter().any(|byte| byte | 0x20 == b'e')
    }

    /// As `scalar`, for a text without escapes that is only asked for as a whole.
    #[inline(always)]
    fn plain_text(&mut self, asked: Field, field: Ref, context: u32, at: usize) {
        let (start, end) = (self.position(at) + 1, self.position(at + 1));
        let predicate = find_text(self.view, asked, field, self.event, (start, end));
        if predicate != NONE {
            self.found.satisfy(predicate, context);
        }
    }

    /// Looks a scalar up at a field that asks for something.
    #[inline(always)]
    fn scalar(&mut self, asked: Field, field: Ref, context: u32, at: usize, lead: u8) {
        if lead == b'"' && asked.flags() == flag::TEXT && !self.tokens.has_escapes() {
            self.plain_text(asked, field, context, at);
        } else {
            self.any_scalar(asked, field, context, at, lead);
        }
    }

    fn any_scalar(&mut self, asked: Field, field: Ref, context: u32, at: usize, lead: u8) {
        let (scalar, start, end) = match lead {
            b'"' => (Scalar::Text, self.position(at) + 1, self.position(at + 1)),
            b't' | b'f' | b'n' => (Scalar::Literal, self.position(at), self.position(at) + 1),
            _ if !is_number(lead) => return,
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
        probe(self.view, asked, self.event, None, &value, self.found);
    }

    #[cold]
    fn text_with_escapes(&mut self, asked: Field, mut value: Value) {
        self.text.clear();
        value::unescape(&self.event[value.start..value.end], self.text);
        (value.start, value.end) = (0, self.text.len());
        let place = self.found.texts.len();
        self.found.texts.extend_from_slice(self.text);
        probe(self.view, asked, self.text, Some(place), &value, self.found);
    }
}

/// Whether a name may lead on through several fields, going by its first byte.
#[inline(always)]
fn has_step(steps: u32, first: u64) -> bool {
    steps >> (first & 31) & 1 == 1
}
