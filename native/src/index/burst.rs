//! Long lists split by a second predicate: behind pairs, whose lists may split again.

use std::collections::HashMap;

use super::anchor;
use super::intern;
use super::key::{self, Kind};
use super::list::{self, List};
use super::rule::{self, Wanted};
use super::sizes;
use super::state::State;
use crate::store::{CHUNK, NONE, Ref};

/// A list of so many sub-rules is split if it can be, and again each time it has doubled.
const LONG: usize = 4;

/// The leaves by which a sub-rule behind `place` could be told apart further: not yet used on the
/// way there, and of predicates that are looked up.
fn further_leaves(state: &State, place: Ref, leaves: &[u32]) -> Vec<u32> {
    let used = way(state, place);
    // A leaf that holds a used predicate is the one used; its others are not further predicates.
    let is_further = |&leaf: &u32| {
        rule::wanted(state, leaf).all(|p| !p.is_tried() && !used.contains(&p.predicate()))
    };
    leaves.iter().copied().filter(is_further).collect()
}

/// The predicates that lead to a place.
fn way(state: &State, mut place: Ref) -> Vec<Ref> {
    let (view, mut way) = (state.view(), Vec::new());
    while key::kind_of(&view, place) == Kind::Pair {
        way.push(state.get(place, key::HEADER));
        place = key::owner_of(&view, place);
    }
    way.push(place);
    way
}

fn pair(state: &State, place: Ref, second: Ref) -> Option<Ref> {
    state.find(Kind::Pair, place, &second.to_le_bytes())
}

/// How many stand behind a pair already.
fn cost(state: &State, place: Ref, leaf: u32) -> usize {
    let behind = |second: Wanted| match pair(state, place, second.predicate()) {
        Some(pair) => list::count(state, state.get(pair, key::PAYLOAD)),
        None => 0,
    };
    rule::wanted(state, leaf).map(behind).sum()
}

/// The leaf by whose pairs a sub-rule stands among the fewest.
fn rarest(state: &State, place: Ref, leaves: &[u32]) -> Option<u32> {
    let leaves = further_leaves(state, place, leaves).into_iter();
    leaves.min_by_key(|&leaf| cost(state, place, leaf))
}

/// Among how many a sub-rule with these leaves comes to stand behind a place. Behind pairs, none are
/// counted up to a number at which the list can still be split.
pub(super) fn beside(state: &State, place: Ref, leaves: &[u32]) -> usize {
    let among = || list::count(state, state.get(place, key::PAYLOAD));
    if !has_burst(state, place) {
        return among();
    }
    let in_pair = |second: Wanted| {
        let pair = pair(state, place, second.predicate());
        pair.map_or(0, |pair| beside(state, pair, leaves))
    };
    match rarest(state, place, leaves) {
        Some(leaf) => {
            let count = rule::wanted(state, leaf).map(in_pair).sum();
            if count < LONG { 0 } else { count }
        }
        None => among(),
    }
}

/// Puts a sub-rule into the pairs of a list that has burst; false if it belongs into the list.
pub(super) fn post_in_pair(state: &mut State, place: Ref, rule: Ref) -> bool {
    if !has_burst(state, place) {
        return false;
    }
    let Some(leaf) = rarest(state, place, &rule::leaves(state, rule)) else {
        return false;
    };
    for second in rule::predicates(state, leaf) {
        let pair = pair(state, place, second).unwrap_or_else(|| add_pair(state, place, second));
        anchor::post_at(state, pair, rule);
    }
    true
}

fn has_burst(state: &State, place: Ref) -> bool {
    let payload = state.get(place, key::PAYLOAD);
    payload != NONE && !list::is_inline(payload) && state.get(payload, list::PAIRS) != NONE
}

fn add_pair(state: &mut State, place: Ref, second: Ref) -> Ref {
    let pair = state.add_key(Kind::Pair, place, &second.to_le_bytes(), NONE);
    let list = state.get(place, key::PAYLOAD);
    let field = key::owner_of(&state.view(), second);
    sizes::add(state, list, list::PAIR_FIELDS, field);
    list::add(state, list, list::PAIRS, pair);
    pair
}

/// Takes a sub-rule away from the pairs behind a place; false if it is in none.
pub(super) fn withdraw_from_pair(state: &mut State, place: Ref, rule: Ref) -> bool {
    if !has_burst(state, place) {
        return false;
    }
    for leaf in further_leaves(state, place, &rule::leaves(state, rule)) {
        let mut was_there = false;
        for second in rule::predicates(state, leaf) {
            let pair = pair(state, place, second);
            was_there |= pair.is_some_and(|pair| anchor::withdraw_from(state, pair, rule));
        }
        if was_there {
            return true;
        }
    }
    false
}

/// Takes away a pair that nothing stands behind.
pub(super) fn drop_pair(state: &mut State, pair: Ref) {
    let (_, place, text) = intern::parts(state, pair);
    let list = state.get(place, key::PAYLOAD);
    for second in intern::references(&text) {
        let field = key::owner_of(&state.view(), second);
        sizes::remove(state, list, list::PAIR_FIELDS, field);
    }
    list::remove(state, list, list::PAIRS, pair);
    state.remove_key(pair);
    list::tidy(state, place, key::PAYLOAD, list);
}

/// Splits a list that has become long, if its sub-rules can be told apart.
pub(super) fn burst_if_long(state: &mut State, place: Ref) {
    let payload = state.get(place, key::PAYLOAD);
    let count = list::count(state, payload);
    if count < LONG || !count.is_power_of_two() || has_burst(state, place) {
        return;
    }
    let rules: Vec<Ref> = List::at(&state.view(), payload).items().collect();
    let (moved, stay) = divide(state, place, &rules);
    let pairs = moved
        .iter()
        .map(|&(_, leaf)| rule::wanted(state, leaf).count())
        .sum();
    // Readers that do not know the present slots would not find the pairs.
    if moved.len() < count / 2 || !has_room(state, pairs) || !state.prepare_keys(pairs) {
        return;
    }
    split(state, place, &moved, &stay);
}

/// Whether so many pairs could be made, each with a list.
fn has_room(state: &State, pairs: usize) -> bool {
    const WORDS: usize = 32;
    // The lists of all pairs and of their fields may need chunks of their own.
    state.has_room(4 + pairs * WORDS / CHUNK)
}

/// A sub-rule, and the leaf by which it is told apart.
type Moved = (Ref, u32);

fn divide(state: &State, place: Ref, rules: &[Ref]) -> (Vec<Moved>, Vec<Ref>) {
    let leaves: Vec<_> = rules
        .iter()
        .map(|&rule| further_leaves(state, place, &rule::leaves(state, rule)))
        .collect();
    let mut uses: HashMap<Ref, usize> = HashMap::new();
    for &leaf in leaves.iter().flatten() {
        for second in rule::wanted(state, leaf) {
            *uses.entry(second.predicate()).or_default() += 1;
        }
    }
    let (mut moved, mut stay) = (Vec::new(), Vec::new());
    for (&rule, leaves) in rules.iter().zip(leaves) {
        let uses = |second: Wanted| uses[&second.predicate()];
        let cost = |leaf: &u32| rule::wanted(state, *leaf).map(uses).sum::<usize>();
        match leaves.into_iter().min_by_key(cost) {
            Some(leaf) if cost(&leaf) <= rules.len() / 2 => moved.push((rule, leaf)),
            _ => stay.push(rule),
        }
    }
    (moved, stay)
}

/// Moves sub-rules behind pairs. A reader sees the long list, or the short one and the pairs.
fn split(state: &mut State, place: Ref, moved: &[Moved], stay: &[Ref]) {
    let before = state.get(place, key::PAYLOAD);
    let (fields, pairs) = (state.allocate(2), state.allocate(2));
    // The words of a list that does not exist yet: the sets are built here, then handed over.
    let mut made: HashMap<Ref, Ref> = HashMap::new();
    for &(rule, leaf) in moved {
        for second in rule::predicates(state, leaf) {
            let pair = *made.entry(second).or_insert_with(|| {
                let pair = state.add_key(Kind::Pair, place, &second.to_le_bytes(), NONE);
                let field = key::owner_of(&state.view(), second);
                sizes::add(state, fields, 0, field);
                list::add(state, pairs, 0, pair);
                pair
            });
            list::add(state, pair, key::PAYLOAD, rule);
        }
    }
    list::split(
        state,
        place,
        before,
        stay,
        (state.get(fields, 0), state.get(pairs, 0)),
    );
    state.free(fields, 2);
    state.free(pairs, 2);
    for pair in made.into_values() {
        burst_if_long(state, pair);
    }
}
