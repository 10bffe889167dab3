//! Fields: the tree of the paths that patterns name, and what is asked at each.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::directory::{self, Directory};
use super::intern;
use super::key::{self, Kind};
use super::numbers::{self, Numbers};
use super::sizes;
use super::state::State;
use crate::store::{Ref, View};

/// What values at a field must be looked up as, or kept for: bits of `Field::flags`.
pub mod flag {
    /// As texts.
    pub const TEXT: u32 = 1;
    /// As numbers.
    pub const NUMBER: u32 = 1 << 1;
    /// As the tokens of numbers.
    pub const NUMBER_TOKEN: u32 = 1 << 2;
    /// As literals.
    pub const LITERAL: u32 = 1 << 3;
    /// As addresses.
    pub const ADDRESS: u32 = 1 << 4;
    /// As addresses in networks.
    pub const NETWORK: u32 = 1 << 5;
    /// By their beginnings.
    pub const PREFIX: u32 = 1 << 6;
    /// By their ends.
    pub const SUFFIX: u32 = 1 << 7;
    /// Kept, because predicates are tried on them.
    pub const KEPT: u32 = 1 << 8;
    /// By the fragments of wildcards.
    pub const FRAGMENT: u32 = 1 << 9;
    /// With their case folded.
    pub const FOLDED: u32 = 1 << 10;
    /// By their folded beginnings.
    pub const FOLDED_PREFIX: u32 = 1 << 11;
    /// By their folded ends.
    pub const FOLDED_SUFFIX: u32 = 1 << 12;
    /// As numbers in ranges.
    pub const NUMERIC: u32 = 1 << 13;
    /// Because any value satisfies something.
    pub const PRESENT: u32 = 1 << 14;
    pub(in super::super) const COUNT: usize = 15;
}

const FLAGS: usize = 0;
const PARENT: usize = 1;
const EDGE: usize = 2;
const USES: usize = 3;
const NAMES: usize = 4;
const CHILDREN: usize = 5;
pub(super) const PREFIXES: usize = 6;
pub(super) const SUFFIXES: usize = 7;
pub(super) const FOLDED_PREFIXES: usize = 8;
pub(super) const FOLDED_SUFFIXES: usize = 9;
pub(super) const NETWORKS: usize = 10;
pub(super) const FRAGMENTS: usize = 11;
pub(super) const NUMERIC: usize = 12;
pub(super) const PRESENT: usize = 13;
/// How many children have children themselves.
const DEEP: usize = 14;
/// A bit for the first byte of each of these, or for a dot if its name is empty.
const STEPS: usize = 15;
/// The wildcards that are tried on every text: the first few.
pub(super) const WILDCARDS: usize = 16;
/// The directory of the texts that are asked for, until there are many.
pub(super) const TEXTS: usize = 17;
pub(super) const NUMBERS: usize = 18;
const COUNTS: usize = NUMBERS + numbers::WORDS;
pub(super) const SIZE: usize = COUNTS + flag::COUNT;

/// The field of whole events: always there, and the first record of all.
pub const ROOT: Ref = 1;

/// A field as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    record: &'a [AtomicU32; SIZE],
}

impl<'a> Field<'a> {
    /// The field that begins there.
    #[inline(always)]
    pub fn at(view: &View<'a>, field: Ref) -> Self {
        Self {
            record: view.head(field),
        }
    }

    #[inline(always)]
    fn word(self, word: usize) -> u32 {
        self.record[word].load(Acquire)
    }

    /// What is asked of the values here; zero if nothing is.
    #[inline(always)]
    pub fn flags(self) -> u32 {
        self.word(FLAGS)
    }

    /// Whether patterns name fields inside this one.
    #[inline(always)]
    pub fn has_children(self) -> bool {
        self.word(CHILDREN) != 0
    }

    /// The names that patterns mention inside this field.
    #[inline(always)]
    pub fn children(self, view: &View<'a>) -> Directory<'a> {
        Directory::at(view, self.word(NAMES))
    }

    /// The directory of the texts that are asked for, until there are many.
    #[inline(always)]
    pub fn texts(self) -> Ref {
        self.word(TEXTS)
    }

    /// The first bytes of children that have children: a name with dots may lead on to these.
    #[inline(always)]
    pub fn steps(self) -> u32 {
        self.word(STEPS)
    }

    /// The filter of the numbers that are asked for.
    #[inline(always)]
    pub fn numbers(self) -> Numbers<'a> {
        Numbers::of(&self.record[NUMBERS..])
    }

    /// The lengths of prefixes.
    #[inline]
    pub fn prefixes(self) -> Ref {
        self.word(PREFIXES)
    }

    /// The lengths of suffixes.
    #[inline]
    pub fn suffixes(self) -> Ref {
        self.word(SUFFIXES)
    }

    /// The lengths of folded prefixes.
    #[inline]
    pub fn folded_prefixes(self) -> Ref {
        self.word(FOLDED_PREFIXES)
    }

    /// The lengths of folded suffixes.
    #[inline]
    pub fn folded_suffixes(self) -> Ref {
        self.word(FOLDED_SUFFIXES)
    }

    /// The masks of networks.
    #[inline]
    pub fn networks(self) -> Ref {
        self.word(NETWORKS)
    }

    /// The lengths of fragments.
    #[inline]
    pub fn fragments(self) -> Ref {
        self.word(FRAGMENTS)
    }

    /// The wildcards that are tried on every text.
    #[inline]
    pub fn wildcards(self) -> Ref {
        self.word(WILDCARDS)
    }

    /// The directory of ranges.
    #[inline]
    pub fn numeric(self) -> Ref {
        self.word(NUMERIC)
    }

    /// The predicates that any value may satisfy.
    #[inline]
    pub fn present(self) -> Ref {
        self.word(PRESENT)
    }
}

/// The field that a name without dots leads to, where the directory is not sure.
#[inline(never)]
pub fn child(view: &View, of: Ref, text: &[u8], start: usize, end: usize) -> Option<Ref> {
    let edge = key::find(view, Kind::Edge, of, text, start, end)?;
    Some(key::payload_of(view, edge))
}

/// The field that a name with dots in an event leads to: each dot is a step.
#[cold]
pub fn descend(view: &View, field: Ref, name: &[u8]) -> Option<Ref> {
    let mut names = name.split(|&byte| byte == b'.');
    names.try_fold(field, |field, name| {
        let edge = key::find(view, Kind::Edge, field, name, 0, name.len())?;
        Some(key::payload_of(view, edge))
    })
}

/// Makes the root; the very first record.
pub(super) fn make_root(state: &mut State) {
    let root = state.allocate(SIZE);
    debug_assert_eq!(root, ROOT);
    state.set(root, USES, 1);
}

/// The field of a path, made where it is missing. What refers to it must `hold` it.
pub(super) fn at_path(state: &mut State, path: &[u8]) -> Ref {
    path.split(|&byte| byte == b'.')
        .fold(ROOT, |field, name| child_or_new(state, field, name))
}

/// The field that a name inside a field leads to, made if it is missing.
pub(super) fn child_or_new(state: &mut State, parent: Ref, name: &[u8]) -> Ref {
    if let Some(edge) = state.find(Kind::Edge, parent, name) {
        return state.get(edge, key::PAYLOAD);
    }
    let field = state.allocate(SIZE);
    let edge = state.add_key(Kind::Edge, parent, name, field);
    state.content += SIZE + key::size(Kind::Edge, name.len());
    state.set(field, PARENT, parent);
    state.set(field, EDGE, edge);
    directory::add(state, parent, NAMES, name, field);
    count_child(state, parent, true);
    hold(state, parent);
    field
}

/// The field that holds a field; not for the root.
pub(super) fn parent_of(state: &State, field: Ref) -> Ref {
    state.get(field, PARENT)
}

fn count_child(state: &mut State, parent: Ref, is_more: bool) {
    let count = |of: Ref, word| {
        let count = state.get(of, word);
        let count = if is_more { count + 1 } else { count - 1 };
        state.set(of, word, count);
        count
    };
    let children = count(parent, CHILDREN);
    if children == u32::from(is_more) && parent != ROOT {
        let above = parent_of(state, parent);
        let is_any = count(above, DEEP) > 0;
        // A dotted name that leads into a field without a name begins with the dot.
        let first = name_of(state, parent).first().copied().unwrap_or(b'.');
        let step = u32::from(is_more) << (first & 31);
        let steps = if is_any {
            state.get(above, STEPS) | step
        } else {
            0
        };
        state.set(above, STEPS, steps);
    }
    if children == 0 {
        directory::clear(state, parent, NAMES);
    }
}

/// The name of a field inside its parent.
pub(super) fn name_of(state: &State, field: Ref) -> Vec<u8> {
    intern::parts(state, state.get(field, EDGE)).2
}

/// Notes that something refers to the field.
pub(super) fn hold(state: &State, field: Ref) {
    state.set(field, USES, state.get(field, USES) + 1);
}

/// Notes that something no longer does; the last takes the field away.
pub(super) fn release(state: &mut State, mut field: Ref) {
    loop {
        let uses = state.get(field, USES) - 1;
        state.set(field, USES, uses);
        if uses > 0 {
            return;
        }
        let (parent, edge) = (parent_of(state, field), state.get(field, EDGE));
        let name = name_of(state, field);
        directory::remove(state, parent, NAMES, &name);
        state.content -= SIZE + key::size(Kind::Edge, name.len());
        state.remove_key(edge);
        state.retire(field, SIZE);
        count_child(state, parent, false);
        field = parent;
    }
}

/// Counts one more, or one less, that needs a flag.
pub(super) fn count_flag(state: &State, field: Ref, flag: u32, is_more: bool) {
    let word = COUNTS + flag.trailing_zeros() as usize;
    let count = state.get(field, word);
    let count = if is_more { count + 1 } else { count - 1 };
    state.set(field, word, count);
    let flags = state.get(field, FLAGS);
    state.set(
        field,
        FLAGS,
        if count > 0 {
            flags | flag
        } else {
            flags & !flag
        },
    );
}

/// How many need a flag.
pub(super) fn counted(state: &State, field: Ref, flag: u32) -> u32 {
    state.get(field, COUNTS + flag.trailing_zeros() as usize)
}

/// Counts one more, or one less, of a flag that has sizes.
pub(super) fn count_size(
    state: &mut State,
    field: Ref,
    (flag, word): (u32, usize),
    size: usize,
    is_more: bool,
) {
    if is_more {
        sizes::add(state, field, word, size as u32);
    } else {
        sizes::remove(state, field, word, size as u32);
    }
    count_flag(state, field, flag, is_more);
}
