//! Where sub-rules are anchored: which leaf, and the lists behind its predicates.

use super::burst;
use super::discovery;
use super::key::{self, Kind};
use super::list;
use super::rule;
use super::state::{ALWAYS, State};
use crate::store::{NONE, Ref};

/// The leaf to anchor a sub-rule at: the one behind which fewest others are looked at.
fn choose(state: &State, leaves: &[u32]) -> u16 {
    let anchorable = leaves
        .iter()
        .enumerate()
        .filter(|&(_, &leaf)| !rule::allows_absence(state, leaf));
    anchorable
        .min_by_key(|&(_, &leaf)| cost(state, leaf, leaves))
        .map_or(rule::NO_ANCHOR, |(n, _)| n as u16)
}

/// What stands behind a leaf where the sub-rule would; between equals, how much its predicates are
/// used.
fn cost(state: &State, leaf: u32, leaves: &[u32]) -> (usize, usize) {
    let (mut cost, mut uses) = (0, 0);
    for wanted in rule::wanted(state, leaf) {
        let predicate = wanted.predicate();
        cost += burst::beside(state, predicate, leaves);
        if wanted.is_tried() {
            cost += discovery::cost(state, predicate);
        }
        uses += state.get(predicate, key::USES) as usize;
    }
    (cost, uses)
}

/// Anchors a sub-rule: puts it behind every predicate of the leaf that is chosen.
pub(super) fn post(state: &mut State, rule: Ref) {
    let anchor = choose(state, &rule::leaves(state, rule));
    rule::set_anchor(state, rule, anchor);
    for place in places(state, rule) {
        post_at(state, place, rule);
    }
}

/// Takes a sub-rule away from where `post` put it.
pub(super) fn withdraw(state: &mut State, rule: Ref) {
    for place in places(state, rule) {
        let was_there = withdraw_from(state, place, rule);
        debug_assert!(
            was_there,
            "a sub-rule stands behind each predicate of its anchor"
        );
    }
}

fn places(state: &State, rule: Ref) -> Vec<Ref> {
    match rule::anchor(state, rule) {
        rule::NO_ANCHOR => vec![ALWAYS],
        anchor => rule::predicates(state, rule::leaves(state, rule)[anchor as usize]),
    }
}

/// Puts a sub-rule behind a predicate or a pair.
pub(super) fn post_at(state: &mut State, place: Ref, rule: Ref) {
    if burst::post_in_pair(state, place, rule) {
        return;
    }
    let was_empty = state.get(place, key::PAYLOAD) == NONE;
    list::add(state, place, key::PAYLOAD, rule);
    if was_empty {
        discovery::begin(state, place);
    }
    burst::burst_if_long(state, place);
}

/// Takes a sub-rule away from behind a predicate or a pair; false if it is not there.
pub(super) fn withdraw_from(state: &mut State, place: Ref, rule: Ref) -> bool {
    let was_there = list::remove(state, place, key::PAYLOAD, rule)
        || burst::withdraw_from_pair(state, place, rule);
    if was_there && state.get(place, key::PAYLOAD) == NONE {
        emptied(state, place);
    }
    was_there
}

/// Nothing stands behind the place any more.
fn emptied(state: &mut State, place: Ref) {
    if key::kind_of(&state.view(), place) == Kind::Pair {
        burst::drop_pair(state, place);
    } else {
        discovery::end(state, place);
    }
}
