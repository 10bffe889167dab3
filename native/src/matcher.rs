//! `Matcher`: the facade. Rules under names, and the names that match an event.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use crate::index::Full;
use crate::index::{Shared, Writer, fits, name_text};
use crate::json::{self, Code, Utf8};
use crate::matching::{self, Scratch, Sight};
use crate::pattern::{Draft, Limits, Parser};
use crate::store::{Ref, View};

/// How far an event can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Bytes from anywhere: the whole text is validated, UTF-8 included.
    Strict,
    /// Text that is known to be UTF-8 (lone surrogates allowed): the rest is validated.
    Text,
    /// A JSON object that was validated before: how its tokens follow each other is not checked
    /// again. The answer for anything else is of no meaning.
    Trusted,
}

/// Why an event was refused, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The same word as `EventError.code`: "syntax", "depth", "too-complex", ...
    pub code: &'static str,
    /// The byte offset; `None` for "too-complex".
    pub position: Option<usize>,
}

/// Figures of a matcher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Names.
    pub rules: usize,
    /// Distinct predicates in the index.
    pub predicates: usize,
    /// Bytes held, names and values included.
    pub bytes: usize,
    /// Bytes of the texts of names and values among them.
    pub text_bytes: usize,
    /// The most sub-rules that stand behind one predicate without a further index.
    pub longest_list: usize,
}

/// Rules by name. Any thread may call any method at any time; readers never wait.
#[derive(Debug)]
pub struct Matcher {
    shared: Arc<Shared>,
    /// The only lock: for those who change rules, or ask which there are.
    writer: Mutex<Editor>,
}

#[derive(Debug)]
struct Editor {
    writer: Writer,
    parser: Parser,
    draft: Draft,
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new()
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The names that match one event, in the order in which they were first added.
#[derive(Debug)]
pub struct Matched<'a> {
    view: &'a View<'a>,
    names: &'a [u64],
}

impl Matched<'_> {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What identifies the n-th name for the life of the matcher: never used for another name.
    #[must_use]
    pub fn key(&self, n: usize) -> u64 {
        // The order alone identifies a name, as long as the names are not numbered anew.
        u64::from(self.view.era) << 32 | self.names[n] >> 32
    }

    /// Appends the n-th name (UTF-8 that may hold lone surrogates).
    pub fn name(&self, n: usize, out: &mut Vec<u8>) {
        name_text(self.view, self.names[n] as Ref, out);
    }
}

impl Matcher {
    /// A matcher without rules.
    #[must_use]
    pub fn new() -> Self {
        let shared = Arc::new(Shared::default());
        let writer = Writer::new(Arc::clone(&shared));
        let editor = Editor {
            writer,
            parser: Parser::default(),
            draft: Draft::default(),
        };
        Self {
            shared,
            writer: Mutex::new(editor),
        }
    }

    /// What the writer leaves is whole after each step, so a panic elsewhere does not matter.
    fn editor(&self) -> MutexGuard<'_, Editor> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a pattern under a name; false if it is not certainly valid, or if there is no room, and
    /// then nothing changed.
    pub fn add(&self, name: &[u8], pattern: &[u8], limits: Limits) -> bool {
        let is_added = self.try_add(name, pattern, limits) == Ok(true);
        self.rebuild();
        is_added
    }

    /// As `add`, but leaves `rebuild` to the caller.
    ///
    /// # Errors
    /// There is no room, and nothing changed.
    pub fn try_add(&self, name: &[u8], pattern: &[u8], limits: Limits) -> Result<bool, Full> {
        let mut editor = self.editor();
        let Editor {
            writer,
            parser,
            draft,
        } = &mut *editor;
        if !parser.parse(pattern, limits, draft) || !fits(draft) {
            return Ok(false);
        }
        writer.add(name, draft).map(|()| true)
    }

    /// Whether the index holds so much that is gone that it is to be written anew.
    #[must_use]
    pub fn is_rebuild_due(&self) -> bool {
        self.editor().writer.is_rebuild_due()
    }

    /// Writes the index anew if that is due, which takes time for all rules. Readers do not wait.
    pub fn rebuild(&self) {
        self.editor().writer.rebuild();
    }

    /// Removes all patterns of a name; false if there are none.
    pub fn remove(&self, name: &[u8]) -> bool {
        let is_removed = self.remove_only(name);
        self.rebuild();
        is_removed
    }

    /// As `remove`, but leaves `rebuild` to the caller.
    pub fn remove_only(&self, name: &[u8]) -> bool {
        self.editor().writer.remove(name)
    }

    /// Whether the name has patterns.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.editor().writer.contains(name)
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.editor().writer.count()
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All names, in the order in which they were first added.
    #[must_use]
    pub fn names(&self) -> Vec<Vec<u8>> {
        self.editor().writer.names()
    }

    /// Hands the names that match to `read`.
    ///
    /// # Errors
    /// The event is no JSON object, or repeats names in too many combinations.
    pub fn matching<R>(
        &self,
        event: &[u8],
        form: Form,
        read: impl FnOnce(Matched<'_>) -> R,
    ) -> Result<R, Refusal> {
        self.run(event, form, false, read)
    }

    /// Whether any name matches; may stop at the first.
    ///
    /// # Errors
    /// As `matching`.
    pub fn has_match(&self, event: &[u8], form: Form) -> Result<bool, Refusal> {
        self.run(event, form, true, |matched| !matched.is_empty())
    }

    fn run<R>(
        &self,
        event: &[u8],
        form: Form,
        is_enough: bool,
        read: impl FnOnce(Matched<'_>) -> R,
    ) -> Result<R, Refusal> {
        SCRATCH.with_borrow_mut(|scratch| {
            tokenize(scratch, event, form)?;
            let result = self.run_tokens(event, is_enough, scratch, read);
            scratch.trim(event.len());
            result
        })
    }

    fn run_tokens<R>(
        &self,
        event: &[u8],
        is_enough: bool,
        scratch: &mut Scratch,
        read: impl FnOnce(Matched<'_>) -> R,
    ) -> Result<R, Refusal> {
        loop {
            let pin = self.shared.readers.pin();
            let core = self.shared.core.load();
            let view = core.view();
            matching::read(&view, pin.version, event, scratch);
            let outcome = matching::collect(&view, pin.version, event, scratch, is_enough);
            // The writer went further than this view can follow: begin again with a newer one.
            if view.is_stale() {
                continue;
            }
            return match outcome {
                Ok(()) => Ok(read(Matched {
                    view: &view,
                    names: &scratch.matched,
                })),
                Err(matching::TooComplex) => Err(Refusal {
                    code: "too-complex",
                    position: None,
                }),
            };
        }
    }

    /// Figures.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut editor = self.editor();
        // What is done now may leave more to do.
        while editor.writer.tidy() || editor.writer.is_rebuild_due() {
            editor.writer.rebuild();
        }
        let (bytes, text_bytes) = editor.writer.bytes();
        Stats {
            rules: editor.writer.count(),
            predicates: editor.writer.predicates(),
            bytes,
            text_bytes,
            longest_list: editor.writer.longest_list(),
        }
    }
}

/// Finds the tokens of an event; refuses what is no JSON object.
#[inline]
fn tokenize(scratch: &mut Scratch, event: &[u8], form: Form) -> Result<(), Refusal> {
    let utf8 = if form == Form::Strict {
        Utf8::Check
    } else {
        Utf8::Trusted
    };
    if scratch.tokens.index(event, utf8) && is_object(scratch, form) {
        return Ok(());
    }
    Err(refuse(event, utf8))
}

/// Whether tokens make a JSON object: their shape is known, or they are checked.
#[inline]
fn is_object(scratch: &mut Scratch, form: Form) -> bool {
    let Scratch { tokens, shapes, .. } = scratch;
    let mut sight = Sight::New;
    if shapes.is_awake()
        && let Some(shape) = tokens.shape()
    {
        sight = shapes.look_up(shape);
    }
    if sight == Sight::Known {
        return true;
    }
    if form == Form::Trusted && sight == Sight::New {
        return tokens.leads()[0] == b'{';
    }
    let is_valid = json::is_valid(tokens);
    if is_valid
        && sight == Sight::Again
        && let Some(shape) = tokens.shape()
    {
        shapes.learn(shape);
    }
    is_valid
}

#[cold]
fn refuse(event: &[u8], utf8: Utf8) -> Refusal {
    let Some(fault) = json::fault(event, utf8) else {
        // The two readers disagree: that is a mistake of ours, and the event is not matched.
        return Refusal {
            code: "syntax",
            position: Some(0),
        };
    };
    let code = match fault.code {
        Code::Encoding => "encoding",
        Code::Syntax => "syntax",
        Code::NotAnObject => "not-an-object",
        Code::TrailingContent => "trailing-content",
        Code::Depth => "depth",
        Code::NumberLength => "number-length",
    };
    Refusal {
        code,
        position: Some(fault.position),
    }
}
