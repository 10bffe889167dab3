//! Everything written anew into a state of its own: densely, and anchored by what is known by then.

use std::collections::HashMap;

use super::anchor;
use super::field::{self, ROOT};
use super::intern;
use super::key::Kind;
use super::rule;
use super::state::State;
use crate::store::Ref;

/// Copies names with their sub-rules into a state that nobody reads, each with its number among
/// all names; returns where they are then.
pub(super) fn copy(from: &State, to: &mut State, names: &[(Ref, u32)]) -> Vec<Ref> {
    let fields = HashMap::from([(ROOT, ROOT)]);
    let mut copier = Copier { from, to, fields };
    let copied: Vec<Ref> = names
        .iter()
        .map(|&(name, order)| copier.name(name, order))
        .collect();
    // Only now is it known how much each predicate is used.
    for &name in &copied {
        for rule in rule::of_name(to, name) {
            anchor::post(to, rule);
        }
        to.sweep();
    }
    while to.sweep() {}
    copied
}

struct Copier<'a> {
    from: &'a State,
    to: &'a mut State,
    /// Where the fields are that were copied.
    fields: HashMap<Ref, Ref>,
}

impl Copier<'_> {
    fn name(&mut self, name: Ref, order: u32) -> Ref {
        let mut text = Vec::new();
        rule::name_text(&self.from.view(), name, &mut text);
        let copied = rule::make_name(self.to, &text, order);
        // The latest comes first.
        for rule in rule::of_name(self.from, name).into_iter().rev() {
            let leaves = rule::leaves(self.from, rule);
            let leaves: Vec<u32> = leaves.into_iter().map(|leaf| self.leaf(leaf)).collect();
            let rule = rule::make(self.to, copied, &leaves, 0);
            rule::settle(self.to, rule);
        }
        copied
    }

    fn leaf(&mut self, leaf: u32) -> u32 {
        let predicates = rule::predicates(self.from, leaf);
        let mut copied: Vec<Ref> = predicates.into_iter().map(|p| self.predicate(p)).collect();
        copied.sort_unstable();
        rule::make_leaf(self.to, &copied)
    }

    /// The predicate, held once more.
    fn predicate(&mut self, predicate: Ref) -> Ref {
        let (kind, owner, text) = intern::parts(self.from, predicate);
        let owner = self.field(owner);
        if kind != Kind::AnythingBut {
            return intern::hold(self.to, kind, owner, &text);
        }
        let excluded: Vec<Ref> = intern::references(&text)
            .map(|excluded| self.predicate(excluded))
            .collect();
        intern::hold_anything_but(self.to, owner, &excluded)
    }

    fn field(&mut self, mut field: Ref) -> Ref {
        let mut way = Vec::new();
        let mut copied = loop {
            if let Some(&copied) = self.fields.get(&field) {
                break copied;
            }
            way.push(field);
            field = field::origin(self.from, field).0;
        };
        for field in way.into_iter().rev() {
            let (_, edge) = field::origin(self.from, field);
            let (_, _, name) = intern::parts(self.from, edge);
            copied = field::child_or_new(self.to, copied, &name);
            self.fields.insert(field, copied);
        }
        copied
    }
}
