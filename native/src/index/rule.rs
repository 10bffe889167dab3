//! Names, their sub-rules, and the leaves of these.

use std::slice;
use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::intern;
use super::key::{self, Kind};
use super::state::State;
use crate::store::{NONE, REF_BITS, Ref, View};

/// A sub-rule as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    record: &'a [AtomicU32; LEAVES],
    leaves: &'a [AtomicU32],
}

const BIRTH: usize = 0;
const NAME: usize = 1;
const NEXT: usize = 2;
const SHAPE: usize = 3;
const LEAVES: usize = 4;

/// Set in the shape of a sub-rule of which a leaf holds where no value is.
const ABSENCE: u32 = 1 << 31;

/// In place of the number of a leaf: the sub-rule asks for no value.
pub(super) const NO_ANCHOR: u16 = u16::MAX;

/// Set in a leaf that is a list of predicates and not one.
const SEVERAL: u32 = 1 << (REF_BITS + 1);

/// Set beside a predicate that must be tried.
const TRIED: u32 = 1 << REF_BITS;

/// A predicate of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u32);

impl Wanted {
    /// The predicate.
    #[inline(always)]
    pub fn predicate(self) -> Ref {
        self.0 & !TRIED
    }

    /// Whether it must be tried; else it was found by a lookup, or does not hold.
    #[inline(always)]
    pub fn is_tried(self) -> bool {
        self.0 & TRIED != 0
    }
}

/// One leaf: the predicates of which one must hold.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a>(&'a [AtomicU32]);

impl<'a> Leaf<'a> {
    #[inline(always)]
    fn at(view: &View<'a>, word: &'a AtomicU32) -> Self {
        match word.load(Acquire) {
            several if several & SEVERAL != 0 => Self(several_at(view, several)),
            _ => Self(slice::from_ref(word)),
        }
    }

    /// The predicates.
    #[inline(always)]
    pub fn wanted(self) -> impl Iterator<Item = Wanted> + 'a {
        self.0.iter().map(|word| Wanted(word.load(Acquire)))
    }
}

/// The words of a leaf that is a list of predicates.
fn several_at<'a>(view: &View<'a>, leaf: u32) -> &'a [AtomicU32] {
    let record = view.record(leaf & !SEVERAL);
    &record[1..][..record[0].load(Acquire) as usize]
}

impl<'a> Rule<'a> {
    /// The sub-rule that begins there.
    #[inline(always)]
    pub fn at(view: &View<'a>, rule: Ref) -> Self {
        let whole = view.record(rule);
        match whole.split_first_chunk() {
            Some((record, leaves)) => Self { record, leaves },
            None => Self {
                record: view.head(NONE),
                leaves: &[],
            },
        }
    }

    /// Whether a reader of that version sees it.
    #[inline(always)]
    pub fn is_visible(self, version: u64) -> bool {
        let birth = self.record[BIRTH].load(Acquire);
        birth == 0 || (version as u32).wrapping_sub(birth) as i32 >= 0
    }

    /// The name that it belongs to.
    #[inline(always)]
    pub fn name(self) -> Ref {
        self.record[NAME].load(Acquire)
    }

    /// How many leaves it has.
    #[inline(always)]
    pub fn length(self) -> usize {
        (self.record[SHAPE].load(Acquire) >> 16 & 0x7fff) as usize
    }

    /// Whether a leaf holds where no value is.
    #[inline(always)]
    pub fn allows_absence(self) -> bool {
        self.record[SHAPE].load(Acquire) & ABSENCE != 0
    }

    /// The number of the leaf that it is anchored at.
    #[inline(always)]
    pub fn anchor(self) -> usize {
        (self.record[SHAPE].load(Acquire) & 0xffff) as usize
    }

    /// A leaf by its number.
    #[inline(always)]
    pub fn leaf(self, view: &View<'a>, n: usize) -> Leaf<'a> {
        Leaf::at(view, &self.leaves[n])
    }
}

/// A name as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    record: &'a [AtomicU32; TEXT],
}

const LENGTH: usize = 0;
const DEATH: usize = 1;
const ORDER: usize = 2;
const FIRST: usize = 3;
const TEXT: usize = 4;

impl<'a> Name<'a> {
    /// The name that begins there.
    #[inline(always)]
    pub fn at(view: &View<'a>, name: Ref) -> Self {
        Self {
            record: view.head(name),
        }
    }

    /// Whether a reader of that version sees it.
    #[inline(always)]
    pub fn is_visible(self, version: u64) -> bool {
        let death = self.record[DEATH].load(Acquire);
        death == 0 || ((version as u32).wrapping_sub(death) as i32) < 0
    }

    /// Where it stands among all names: they are numbered as they are added.
    #[inline(always)]
    pub fn order(self) -> u32 {
        self.record[ORDER].load(Acquire)
    }

    /// Its bytes.
    #[inline]
    pub fn length(self) -> usize {
        self.record[LENGTH].load(Acquire) as usize
    }
}

/// Appends the text of a name.
pub fn name_text(view: &View, name: Ref, out: &mut Vec<u8>) {
    view.read_bytes(name, TEXT, Name::at(view, name).length(), out);
}

/// Whether a name has that text.
pub(super) fn is_named(view: &View, name: Ref, text: &[u8]) -> bool {
    Name::at(view, name).length() == text.len() && view.has_bytes(name, TEXT, text, 0, text.len())
}

/// A new name without sub-rules.
pub(super) fn make_name(state: &mut State, text: &[u8], order: u32) -> Ref {
    let name = state.allocate(name_size(text.len()));
    state.content += name_size(text.len());
    state.set(name, LENGTH, text.len() as u32);
    state.set(name, ORDER, order);
    state.set_bytes(name, TEXT, text);
    name
}

/// Takes a name away whose sub-rules are gone.
pub(super) fn drop_name(state: &mut State, name: Ref) {
    let size = name_size(Name::at(&state.view(), name).length());
    state.content -= size;
    state.retire(name, size);
}

fn name_size(length: usize) -> usize {
    TEXT + length.div_ceil(4)
}

/// Hides a name from the readers from that version on.
pub(super) fn kill(state: &State, name: Ref, version: u64) {
    state.set(name, DEATH, (version as u32).max(1));
}

/// How many versions a sub-rule that is being added stays hidden: more than come meanwhile.
const UNBORN: u32 = 1 << 30;

/// A new sub-rule of a name, with leaves that are held already. It is not anchored yet, and no
/// reader sees it before its birth is set.
pub(super) fn make(state: &mut State, name: Ref, leaves: &[u32]) -> Ref {
    let rule = state.allocate(LEAVES + leaves.len());
    state.content += LEAVES + leaves.len();
    let unborn = (state.next_version() as u32).wrapping_add(UNBORN);
    state.set(rule, BIRTH, unborn.max(1));
    state.set(rule, NAME, name);
    let absence = leaves.iter().any(|&leaf| allows_absence(state, leaf));
    let shape = (leaves.len() as u32) << 16 | u32::from(NO_ANCHOR);
    state.set(rule, SHAPE, shape | if absence { ABSENCE } else { 0 });
    for (n, &leaf) in leaves.iter().enumerate() {
        state.set(rule, LEAVES + n, leaf);
    }
    state.set(rule, NEXT, state.get(name, FIRST));
    state.set(name, FIRST, rule);
    rule
}

/// Anchors a sub-rule that no reader can find yet.
pub(super) fn set_anchor(state: &State, rule: Ref, anchor: u16) {
    let shape = state.get(rule, SHAPE) & !u32::from(u16::MAX);
    state.set(rule, SHAPE, shape | u32::from(anchor));
}

/// Shows a sub-rule to the readers from that version on.
pub(super) fn set_birth(state: &State, rule: Ref, version: u64) {
    state.set(rule, BIRTH, (version as u32).max(1));
}

/// Shows a sub-rule to every reader, however old: all began after its birth.
pub(super) fn settle(state: &State, rule: Ref) {
    state.set(rule, BIRTH, 0);
}

/// A leaf of these predicates, which are held already.
pub(super) fn make_leaf(state: &mut State, predicates: &[Ref]) -> u32 {
    if let [only] = predicates {
        return marked(state, *only);
    }
    let record = state.allocate(1 + predicates.len());
    state.content += 1 + predicates.len();
    for (n, &predicate) in predicates.iter().enumerate() {
        state.set(record, 1 + n, marked(state, predicate));
    }
    state.set(record, 0, predicates.len() as u32);
    record | SEVERAL
}

fn marked(state: &State, predicate: Ref) -> u32 {
    let is_tried = !key::kind_of(&state.view(), predicate).is_looked_up();
    predicate | if is_tried { TRIED } else { 0 }
}

/// The predicates of a leaf, as it holds them.
pub(super) fn wanted(state: &State, leaf: u32) -> impl Iterator<Item = Wanted> {
    let several = leaf & SEVERAL != 0;
    let one = (!several).then_some(Wanted(leaf));
    let words = if several {
        several_at(&state.view(), leaf)
    } else {
        &[]
    };
    one.into_iter()
        .chain(words.iter().map(|word| Wanted(word.load(Acquire))))
}

/// The predicates of a leaf.
pub(super) fn predicates(state: &State, leaf: u32) -> Vec<Ref> {
    wanted(state, leaf).map(Wanted::predicate).collect()
}

/// The leaves of a sub-rule, as the words that `make` was given.
pub(super) fn leaves(state: &State, rule: Ref) -> Vec<u32> {
    let length = Rule::at(&state.view(), rule).length();
    (0..length).map(|n| state.get(rule, LEAVES + n)).collect()
}

/// The number of the leaf that a sub-rule is anchored at.
pub(super) fn anchor(state: &State, rule: Ref) -> u16 {
    state.get(rule, SHAPE) as u16
}

/// The sub-rules of a name.
pub(super) fn of_name(state: &State, name: Ref) -> Vec<Ref> {
    let mut rules = Vec::new();
    let mut rule = state.get(name, FIRST);
    while rule != NONE {
        rules.push(rule);
        rule = state.get(rule, NEXT);
    }
    rules
}

/// Takes a sub-rule away that nothing leads to any more.
pub(super) fn drop_rule(state: &mut State, rule: Ref) {
    let leaves = leaves(state, rule);
    for &leaf in &leaves {
        let predicates = predicates(state, leaf);
        if leaf & SEVERAL != 0 {
            state.content -= 1 + predicates.len();
            state.retire(leaf & !SEVERAL, 1 + predicates.len());
        }
        predicates
            .into_iter()
            .for_each(|predicate| intern::release(state, predicate));
    }
    state.content -= LEAVES + leaves.len();
    state.retire(rule, LEAVES + leaves.len());
}

/// Whether a leaf holds where no value is.
pub(super) fn allows_absence(state: &State, leaf: u32) -> bool {
    let view = state.view();
    let mut wanted = wanted(state, leaf).filter(|wanted| wanted.is_tried());
    wanted.any(|wanted| key::kind_of(&view, wanted.predicate()) == Kind::Absent)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_sub_rule_is_hidden_until_its_birth() {
        let mut state = State::new(Arc::default());
        let name = make_name(&mut state, b"name", 1);
        let rule = make(&mut state, name, &[]);
        let is_visible = |state: &State, version| Rule::at(&state.view(), rule).is_visible(version);
        let during = state.publish();
        assert!(!is_visible(&state, during));
        set_birth(&state, rule, state.next_version());
        assert!(!is_visible(&state, during));
        let after = state.publish();
        assert!(is_visible(&state, after));
    }
}
