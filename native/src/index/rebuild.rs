//! Everything written anew into a state of its own, just as if only what is left had been added.

use std::collections::HashMap;

use super::anchor;
use super::field::{self, ROOT};
use super::intern;
use super::key::{self, Kind};
use super::rule;
use super::state::State;
use crate::store::Ref;

/// Copies names, each with its number among all, and their sub-rules into a state that nobody reads;
/// returns where the names are then.
pub(super) fn copy(from: &State, to: &mut State, names: &[(u32, Ref)]) -> Vec<Ref> {
    let mut copier = Copier {
        from,
        to,
        fields: HashMap::from([(ROOT, ROOT)]),
        text: Vec::new(),
    };
    let mut copied = Vec::with_capacity(names.len());
    for &(order, name) in names {
        copied.push(copier.name(name, order));
        copier.to.sweep();
    }
    while to.sweep() {}
    copied
}

struct Copier<'a> {
    from: &'a State,
    to: &'a mut State,
    /// Where the fields are that were copied.
    fields: HashMap<Ref, Ref>,
    /// Memory for one text after the other.
    text: Vec<u8>,
}

impl Copier<'_> {
    fn name(&mut self, name: Ref, order: u32) -> Ref {
        self.text.clear();
        rule::name_text(&self.from.view(), name, &mut self.text);
        let copied = rule::make_name(self.to, &self.text, order);
        // The latest comes first.
        for rule in rule::of_name(self.from, name).into_iter().rev() {
            let leaves = rule::leaves(self.from, rule);
            let leaves: Vec<u32> = leaves.into_iter().map(|leaf| self.leaf(leaf)).collect();
            let rule = rule::make(self.to, copied, &leaves);
            rule::settle(self.to, rule);
            anchor::post(self.to, rule);
        }
        copied
    }

    fn leaf(&mut self, leaf: u32) -> u32 {
        let from = self.from;
        let mut copied: Vec<Ref> = rule::wanted(from, leaf)
            .map(|wanted| self.predicate(wanted.predicate()))
            .collect();
        copied.sort_unstable();
        rule::make_leaf(self.to, &copied)
    }

    /// The predicate, held once more.
    fn predicate(&mut self, predicate: Ref) -> Ref {
        let view = self.from.view();
        let (kind, owner) = (
            key::kind_of(&view, predicate),
            key::owner_of(&view, predicate),
        );
        let owner = self.field(owner);
        self.text.clear();
        key::text_of(&view, predicate, &mut self.text);
        if kind != Kind::AnythingBut {
            return intern::hold(self.to, kind, owner, &self.text);
        }
        let excluded: Vec<Ref> = intern::references(&self.text).collect();
        let excluded: Vec<Ref> = excluded.into_iter().map(|p| self.predicate(p)).collect();
        intern::hold_anything_but(self.to, owner, &excluded)
    }

    fn field(&mut self, mut field: Ref) -> Ref {
        let mut way = Vec::new();
        let mut copied = loop {
            if let Some(&copied) = self.fields.get(&field) {
                break copied;
            }
            way.push(field);
            field = field::parent_of(self.from, field);
        };
        for field in way.into_iter().rev() {
            let name = field::name_of(self.from, field);
            copied = field::child_or_new(self.to, copied, &name);
            self.fields.insert(field, copied);
        }
        copied
    }
}
