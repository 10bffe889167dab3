//! From satisfied predicates to sub-rules, and from these to names.

use super::arrays;
use super::discover::discover;
use super::evaluate::holds;
use super::found::Found;
use super::scratch::Scratch;
use super::search;
use crate::index::{
    ALWAYS, HEADER, Kind, Leaf, List, Name, Rule, Sizes, find_number, inline_item, is_inline,
    items, kind_of, owner_of, payload_of,
};
use crate::store::{NONE, Ref, View};

/// The event repeats names so that its arrays can be combined in too many ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex;

/// Puts the names that match into `scratch.matched`, in order; `is_enough` ends at the first.
///
/// # Errors
/// `TooComplex`, if deciding the arrays takes too much work.
pub fn collect(
    view: &View,
    version: u64,
    event: &[u8],
    scratch: &mut Scratch,
    is_enough: bool,
) -> Result<(), TooComplex> {
    scratch.matched.clear();
    scratch.pairs.clear();
    discover(view, event, &mut scratch.found);
    let mut collector = Collector {
        view,
        version,
        event,
        scratch,
        is_enough,
    };
    collector.visit(ALWAYS)?;
    for n in 0..collector.scratch.found.satisfied.len() {
        collector.visit(collector.scratch.found.satisfied[n])?;
    }
    let matched = &mut scratch.matched;
    if matched.len() > 1 {
        matched.sort_unstable();
        matched.dedup();
    }
    Ok(())
}

struct Collector<'a, 'v> {
    view: &'a View<'v>,
    version: u64,
    event: &'a [u8],
    scratch: &'a mut Scratch,
    is_enough: bool,
}

impl Collector<'_, '_> {
    /// Looks at everything that stands behind a predicate or a pair.
    fn visit(&mut self, place: Ref) -> Result<(), TooComplex> {
        let payload = payload_of(self.view, place);
        if payload == NONE {
            return Ok(());
        }
        if is_inline(payload) {
            return self.consider(inline_item(payload));
        }
        let list = List::at(self.view, payload);
        for rule in list.items() {
            self.consider(rule)?;
        }
        if list.pairs() == NONE {
            Ok(())
        } else {
            self.visit_pairs(place, list)
        }
    }

    /// Looks behind the pairs whose second predicate is satisfied, too.
    fn visit_pairs(&mut self, place: Ref, list: List) -> Result<(), TooComplex> {
        let fields = Sizes::at(self.view, list.pair_fields());
        let count = self.scratch.found.satisfied.len();
        let pairs = list.pairs();
        if !is_inline(pairs) && List::at(self.view, pairs).length() < count {
            return self.visit_each(pairs);
        }
        let start = self.scratch.pairs.len();
        for n in 0..count {
            let second = self.scratch.found.satisfied[n];
            if !fields.contains(owner_of(self.view, second)) {
                continue;
            }
            let pair = find_number(self.view, (Kind::Pair, place), second, 4);
            self.scratch.pairs.extend(pair);
        }
        // All are looked up before one is visited: so the processor waits for them at once.
        let found = self.scratch.pairs.len();
        for n in start..found {
            self.visit(self.scratch.pairs[n])?;
        }
        self.scratch.pairs.truncate(start);
        Ok(())
    }

    fn visit_each(&mut self, pairs: u32) -> Result<(), TooComplex> {
        for pair in items(self.view, pairs) {
            if self.scratch.found.has(self.view.get(pair, HEADER)) {
                self.visit(pair)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn consider(&mut self, rule: Ref) -> Result<(), TooComplex> {
        let seen = Rule::at(self.view, rule);
        if self.is_enough && !self.scratch.matched.is_empty() || !seen.is_visible(self.version) {
            return Ok(());
        }
        if !self.is_satisfied(seen)? {
            return Ok(());
        }
        let name = Name::at(self.view, seen.name());
        if name.is_visible(self.version) {
            self.scratch
                .matched
                .push(u64::from(name.order()) << 32 | u64::from(seen.name()));
        }
        Ok(())
    }

    #[inline]
    fn is_satisfied(&mut self, rule: Rule) -> Result<bool, TooComplex> {
        if rule.allows_absence() {
            return self.is_satisfied_with_absence(rule);
        }
        let anchor = rule.anchor();
        for n in (0..rule.length()).filter(|&n| n != anchor) {
            if !self.leaf_holds(rule.leaf(self.view, n)) {
                return Ok(false);
            }
        }
        if rule.length() == 1 || self.scratch.found.contexts.len() == 1 {
            return Ok(true);
        }
        self.agrees(rule)
    }

    /// Whether the leaves of a sub-rule, each of which holds, hold together.
    #[inline(never)]
    fn agrees(&mut self, rule: Rule) -> Result<bool, TooComplex> {
        // Every predicate must have been tried before their places are compared.
        self.leaf_holds_anywhere(rule.leaf(self.view, rule.anchor()));
        let leaves = (0..rule.length()).map(|n| rule.leaf(self.view, n));
        let Scratch { arrays, found, .. } = &mut *self.scratch;
        arrays::agree(self.view, found, arrays, leaves)
    }

    #[inline]
    fn leaf_holds(&mut self, leaf: Leaf) -> bool {
        if self.scratch.found.contexts.len() > 1 {
            return self.leaf_holds_anywhere(leaf);
        }
        leaf.wanted().any(|wanted| self.wanted_holds(wanted))
    }

    /// As `leaf_holds`, but tries every predicate, so that all places are known.
    #[inline(always)]
    fn leaf_holds_anywhere(&mut self, leaf: Leaf) -> bool {
        let mut any = false;
        for wanted in leaf.wanted() {
            any |= self.wanted_holds(wanted);
        }
        any
    }

    #[inline]
    fn wanted_holds(&mut self, wanted: crate::index::Wanted) -> bool {
        if wanted.is_tried() {
            holds(
                self.view,
                self.event,
                &mut self.scratch.found,
                wanted.predicate(),
            )
        } else {
            self.scratch.found.has(wanted.predicate())
        }
    }

    /// As `is_satisfied`, where a leaf also holds if no value is there.
    #[inline(never)]
    fn is_satisfied_with_absence(&mut self, rule: Rule) -> Result<bool, TooComplex> {
        let (mut needs_search, mut needed) = (false, Vec::new());
        for n in 0..rule.length() {
            let leaf = rule.leaf(self.view, n);
            let holds = self.leaf_holds_anywhere(leaf);
            let Some(field) = self.absence_at(leaf) else {
                if !holds {
                    return Ok(false);
                }
                needed.push(leaf);
                continue;
            };
            match self.where_it_stands(field, leaf) {
                Stands::Settled(true) => {}
                Stands::Settled(false) => return Ok(false),
                Stands::InArrays => needs_search = true,
            }
        }
        let Scratch { arrays, found, .. } = &mut *self.scratch;
        if needs_search {
            let leaves: Vec<Leaf> = (0..rule.length())
                .map(|n| rule.leaf(self.view, n))
                .collect();
            return search::satisfied(self.view, found, &leaves);
        }
        arrays::agree(self.view, found, arrays, needed.into_iter())
    }

    /// The field of a leaf that also holds if no value is there.
    fn absence_at(&self, leaf: Leaf) -> Option<Ref> {
        let mut tried = leaf.wanted().filter(|wanted| wanted.is_tried());
        let absent = tried.find(|wanted| kind_of(self.view, wanted.predicate()) == Kind::Absent)?;
        Some(owner_of(self.view, absent.predicate()))
    }

    fn where_it_stands(&self, field: Ref, leaf: Leaf) -> Stands {
        let found: &Found = &self.scratch.found;
        let mut entries = leaf
            .wanted()
            .filter_map(|wanted| found.entry(wanted.predicate()));
        if found.entry(field).is_none() || entries.any(|entry| entry.is_at_root) {
            return Stands::Settled(true);
        }
        let mut values = found
            .occurrences_of(field)
            .map(|n| found.occurrences[n].context);
        if values.any(|context| context != super::found::ROOT_CONTEXT) {
            return Stands::InArrays;
        }
        Stands::Settled(false)
    }
}

/// What is known of a leaf that also holds if no value is there.
enum Stands {
    /// It holds, or does not, whatever elements the others choose.
    Settled(bool),
    /// It depends on the elements that the others choose.
    InArrays,
}
