//! From text to draft: one pass over the text, with a stack of its own, however deep it is.

use crate::pattern::complexity::Complexity;
use crate::pattern::draft::{Draft, Leaf, Span};
use crate::pattern::expand::{Expansion, Step};
use crate::pattern::limits::Limits;
use crate::pattern::operators;
use crate::pattern::reader::{Raw, Reader};

/// The member that holds alternatives instead of a field.
const OR: &[u8] = b"$or";

/// Names that no field may have anywhere inside a `$or` branch.
const RESERVED_IN_OR: [&[u8]; 24] = [
    b"exactly",
    b"equals-ignore-case",
    b"prefix",
    b"suffix",
    b"anything-but",
    b"exists",
    b"wildcard",
    b"numeric",
    b"cidr",
    b"=",
    b"<",
    b"<=",
    b">",
    b">=",
    b"regex",
    b"not-wildcard",
    b"not-equals-ignore-case",
    b"date-after",
    b"date-on-or-after",
    b"date-before",
    b"date-on-or-before",
    b"in-date-range",
    b"ip-address-in-range",
    b"ip-address-not-in-range",
];

/// Reads patterns; keeps its memory for the next one.
#[derive(Debug, Default)]
pub struct Parser {
    /// The names from the root to the current member, joined by dots.
    path: Vec<u8>,
    /// The open objects and `$or` arrays.
    frames: Vec<Frame>,
    /// The pattern in document order.
    steps: Vec<Step>,
    expansion: Expansion,
    complexity: Complexity,
}

/// An open object, or the open array of a `$or`.
#[derive(Clone, Copy, Debug)]
struct Frame {
    is_or: bool,
    /// Whether a `$or` is around it.
    is_in_or: bool,
    /// The length of its path; `None` at the root, where no dot follows.
    path: Option<usize>,
    /// How many entries have begun.
    entries: usize,
}

impl Parser {
    /// A parser without memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills the draft if the text is certainly a valid pattern of the dialect "eventbridge".
    ///
    /// False says nothing about the pattern but that someone slower has to judge it, in
    /// particular where its wildcards may be too complex; then the draft is of no use.
    pub fn parse(&mut self, text: &[u8], limits: Limits, draft: &mut Draft) -> bool {
        draft.clear();
        self.path.clear();
        self.frames.clear();
        self.steps.clear();
        limits.allow_text(text)
            && self.walk(text, draft).is_some()
            && self.expansion.run(&self.steps, limits, draft).is_some()
            && (limits == Limits::Trusted || self.complexity.is_low(draft, &self.expansion))
    }

    fn walk(&mut self, text: &[u8], draft: &mut Draft) -> Option<()> {
        let mut reader = Reader::new(text);
        reader.open(b'{')?;
        self.push(false, None, false);
        while let Some(frame) = self.frames.last_mut() {
            let bracket = if frame.is_or { b']' } else { b'}' };
            let goes_on = reader.goes_on(bracket, frame.entries == 0)?;
            frame.entries += usize::from(goes_on);
            let frame = *frame;
            match (frame.is_or, goes_on) {
                (_, false) => self.pop(frame)?,
                (true, true) => self.branch(frame, &mut reader)?,
                (false, true) => self.member(frame, &mut reader, draft)?,
            }
        }
        reader.is_at_end().then_some(())
    }

    fn push(&mut self, is_or: bool, path: Option<usize>, is_in_or: bool) {
        let entries = 0;
        self.frames.push(Frame {
            is_or,
            is_in_or,
            path,
            entries,
        });
    }

    /// Ends a container, which must not hold too little.
    fn pop(&mut self, frame: Frame) -> Option<()> {
        self.frames.pop();
        if frame.is_or {
            self.steps.push(Step::End);
        }
        let least = if frame.is_or { 2 } else { 1 };
        (frame.entries >= least).then_some(())
    }

    fn branch(&mut self, frame: Frame, reader: &mut Reader) -> Option<()> {
        reader.open(b'{')?;
        self.steps.push(Step::Branch);
        self.push(false, frame.path, true);
        Some(())
    }

    fn member(&mut self, frame: Frame, reader: &mut Reader, draft: &mut Draft) -> Option<()> {
        let start = self.extend_path(frame.path, reader.name()?);
        let name = &self.path[start..];
        if name == OR {
            reader.open(b'[')?;
            self.steps.push(Step::Begin);
            self.push(true, frame.path, true);
            return Some(());
        }
        if frame.is_in_or && is_reserved(name) {
            return None;
        }
        if reader.peek()? == b'[' {
            return self.leaf(reader, draft);
        }
        reader.open(b'{')?;
        self.push(false, Some(self.path.len()), frame.is_in_or);
        Some(())
    }

    /// Makes the path that of a member; returns where the member's own name begins.
    fn extend_path(&mut self, outer: Option<usize>, name: Raw) -> usize {
        self.path.truncate(outer.unwrap_or(0));
        if outer.is_some() {
            self.path.push(b'.');
        }
        let start = self.path.len();
        name.append(&mut self.path);
        start
    }

    fn leaf(&mut self, reader: &mut Reader, draft: &mut Draft) -> Option<()> {
        let start = u32::try_from(draft.matchers.len()).ok()?;
        reader.open(b'[')?;
        let mut is_first = true;
        while reader.goes_on(b']', is_first)? {
            is_first = false;
            let matcher = operators::read(reader, draft)?;
            draft.matchers.push(matcher);
        }
        let end = u32::try_from(draft.matchers.len()).ok()?;
        let path = store(&self.path, &mut draft.bytes)?;
        self.steps
            .push(Step::Leaf(u32::try_from(draft.leaves.len()).ok()?));
        draft.leaves.push(Leaf { path, start, end });
        (start < end).then_some(())
    }
}

fn is_reserved(name: &[u8]) -> bool {
    RESERVED_IN_OR.contains(&name)
}

fn store(text: &[u8], out: &mut Vec<u8>) -> Option<Span> {
    let start = u32::try_from(out.len()).ok()?;
    out.extend_from_slice(text);
    let end = u32::try_from(out.len()).ok()?;
    Some(Span { start, end })
}
