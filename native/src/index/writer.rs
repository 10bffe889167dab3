//! The one who changes the index: adds a draft under a name, and removes a name.

use std::collections::VecDeque;
use std::sync::Arc;

use super::anchor;
use super::field;
use super::intern;
use super::key::{Kind, LONGEST};
use super::rule;
use super::state::{Job, Shared, State};
use crate::pattern::{Draft, Matcher, Span};
use crate::store::{Hash, NONE, Ref, Table};
use crate::value::{Address, Decimal, Network};

/// Jobs, or sub-rules not yet settled, that may wait: they are done together.
const PATIENCE: usize = 64;

/// The names, and the state that only the writer sees.
#[derive(Debug)]
pub struct Writer {
    state: State,
    names: Table,
    always: Ref,
    next_order: u32,
    /// Bytes of the texts of names.
    name_bytes: usize,
    /// Sub-rules that older readers must not see yet, with their births.
    young: VecDeque<(u64, Ref)>,
}

impl Writer {
    /// An index without rules, shared with readers through `shared`.
    #[must_use]
    pub fn new(shared: Arc<Shared>) -> Self {
        let mut state = State::new(shared);
        field::make_root(&mut state);
        let always = state.add_key(Kind::Always, field::ROOT, b"", NONE);
        debug_assert_eq!(always, ALWAYS);
        state.publish();
        let (names, young) = (Table::default(), VecDeque::new());
        Self {
            state,
            names,
            always,
            next_order: 1,
            name_bytes: 0,
            young,
        }
    }

    /// How many names there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.names.count()
    }

    /// Whether a name is there.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.find(name).is_some()
    }

    /// The names in the order in which they were first added.
    #[must_use]
    pub fn names(&self) -> Vec<Vec<u8>> {
        let view = self.state.view();
        let text = |name| {
            let mut text = Vec::new();
            rule::name_text(&view, name, &mut text);
            text
        };
        self.in_order().into_iter().map(text).collect()
    }

    fn in_order(&self) -> Vec<Ref> {
        let view = self.state.view();
        let mut names: Vec<Ref> = self.names.records().collect();
        names.sort_unstable_by_key(|&name| rule::Name::at(&view, name).order());
        names
    }

    fn tag(&self, name: &[u8]) -> u32 {
        Hash::new(self.state.view().seed, 0, NONE).of(name, 0, name.len())
    }

    fn find(&self, name: &[u8]) -> Option<Ref> {
        let view = self.state.view();
        self.names
            .slots
            .find(self.tag(name), |found| rule::is_named(&view, found, name))
    }

    /// Adds a pattern under a name. Readers that begin from now on see all of it.
    pub fn add(&mut self, name: &[u8], draft: &Draft) {
        let name = self.find(name).unwrap_or_else(|| self.add_name(name));
        let birth = self.state.next_version();
        let mut leaves = Vec::new();
        for numbers in draft.rules() {
            leaves.clear();
            leaves.extend(numbers.iter().map(|&n| self.leaf(draft, n as usize)));
            let anchor = anchor::choose(&self.state, &leaves);
            let rule = rule::make(&mut self.state, name, &leaves, anchor, birth);
            anchor::post(&mut self.state, self.always, rule);
            self.young.push_back((birth, rule));
        }
        self.finish();
    }

    fn add_name(&mut self, text: &[u8]) -> Ref {
        if self.next_order == u32::MAX {
            self.renumber();
        }
        let name = rule::make_name(&mut self.state, text, self.next_order);
        self.next_order += 1;
        self.name_bytes += text.len();
        self.names.reserve(1);
        self.names.insert(self.tag(text), name);
        name
    }

    /// Numbers all names anew, once in four thousand million additions.
    fn renumber(&mut self) {
        self.next_order = 1;
        for name in self.in_order() {
            rule::renumber(&self.state, name, self.next_order);
            self.next_order += 1;
        }
    }

    /// Removes a name; false if it is not there. Readers that begin from now on see none of it.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let Some(found) = self.find(name) else {
            return false;
        };
        self.names.remove(self.tag(name), found);
        self.names.shrink();
        self.name_bytes -= name.len();
        rule::kill(&self.state, found, self.state.next_version());
        self.state.later(Job::Bury(found));
        self.finish();
        true
    }

    fn finish(&mut self) {
        self.state.publish();
        if self.state.waiting() >= PATIENCE || self.young.len() >= PATIENCE {
            self.tidy();
        }
    }

    /// Does what had to wait for readers that have left by now; false if there was nothing to do.
    pub fn tidy(&mut self) -> bool {
        let oldest = self.state.oldest();
        while let Some(&(birth, rule)) = self.young.front()
            && birth <= oldest
        {
            rule::settle(&self.state, rule);
            self.young.pop_front();
        }
        let mut is_busy = false;
        while let Some(job) = self.state.due(oldest) {
            is_busy = true;
            match job {
                Job::Free(at, size) => self.state.free(at, size),
                Job::Numbers(numbers) => self.state.reuse_numbers(&numbers),
                Job::Bury(name) => self.bury(name),
            }
        }
        if is_busy {
            self.state.publish();
        }
        is_busy
    }

    fn bury(&mut self, name: Ref) {
        for rule in rule::of_name(&self.state, name) {
            anchor::withdraw(&mut self.state, self.always, rule);
            rule::drop_rule(&mut self.state, rule);
        }
        let length = rule::Name::at(&self.state.view(), name).length();
        self.state.retire(name, rule::name_size(length));
    }

    fn leaf(&mut self, draft: &Draft, n: usize) -> u32 {
        let leaf = draft.leaves[n];
        let owner = field::at_path(&mut self.state, draft.text(leaf.path));
        let matchers = &draft.matchers[leaf.start as usize..leaf.end as usize];
        if let [only] = matchers {
            let predicate = self.predicate(draft, owner, only);
            return rule::make_leaf(&mut self.state, &[predicate]);
        }
        let mut predicates: Vec<Ref> = Vec::with_capacity(matchers.len());
        for matcher in matchers {
            predicates.push(self.predicate(draft, owner, matcher));
        }
        predicates.sort_unstable();
        for twins in predicates.windows(2).filter(|pair| pair[0] == pair[1]) {
            intern::release(&mut self.state, twins[0]);
        }
        predicates.dedup();
        rule::make_leaf(&mut self.state, &predicates)
    }

    /// The predicate of a matcher, held once more.
    fn predicate(&mut self, draft: &Draft, owner: Ref, matcher: &Matcher) -> Ref {
        let mut hold = |kind, text: &[u8]| intern::hold(&mut self.state, kind, owner, text);
        let text = |span: &Span| draft.text(*span);
        match matcher {
            Matcher::Null => hold(Kind::Literal, b"n"),
            Matcher::True => hold(Kind::Literal, b"t"),
            Matcher::False => hold(Kind::Literal, b"f"),
            Matcher::Text(span) => hold(Kind::Text, text(span)),
            Matcher::Number(number) => hold(Kind::Number, &number_key(*number)),
            Matcher::NumberToken(span) => hold(Kind::NumberToken, text(span)),
            Matcher::Address(address) => address_key(*address, |key| hold(Kind::Address, key)),
            Matcher::Cidr(network) => hold(Kind::Network, &network_key(network)),
            Matcher::Prefix(span) => hold(Kind::Prefix, text(span)),
            Matcher::Suffix(span) => {
                // Backwards, so that suffixes are found as prefixes are.
                let reversed: Vec<u8> = text(span).iter().rev().copied().collect();
                hold(Kind::Suffix, &reversed)
            }
            Matcher::Wildcard(span) => hold(Kind::Wildcard, text(span)),
            Matcher::AnyCase(span) => hold(Kind::AnyCase, text(span)),
            Matcher::PrefixAnyCase(span) => hold(Kind::PrefixAnyCase, text(span)),
            Matcher::SuffixAnyCase(span) => hold(Kind::SuffixAnyCase, text(span)),
            Matcher::Numeric(range) => {
                let mut key = [0; 16];
                key[..8].copy_from_slice(&range.low.to_le_bytes());
                key[8..].copy_from_slice(&range.high.to_le_bytes());
                hold(Kind::Numeric, &key)
            }
            Matcher::Exists => hold(Kind::Exists, b""),
            Matcher::Absent => hold(Kind::Absent, b""),
            &Matcher::AnythingBut { start, end } => {
                let excluded = &draft.excluded[start as usize..end as usize];
                self.anything_but(draft, owner, excluded)
            }
        }
    }

    fn anything_but(&mut self, draft: &Draft, owner: Ref, excluded: &[Matcher]) -> Ref {
        let held: Vec<Ref> = excluded
            .iter()
            .map(|m| self.predicate(draft, owner, m))
            .collect();
        let mut distinct = held.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let key: Vec<u8> = distinct
            .iter()
            .flat_map(|excluded| excluded.to_le_bytes())
            .collect();
        let predicate = intern::hold(&mut self.state, Kind::AnythingBut, owner, &key);
        // The predicate itself holds what it excludes.
        held.into_iter()
            .for_each(|excluded| intern::release(&mut self.state, excluded));
        predicate
    }

    /// Distinct predicates in the index.
    #[must_use]
    pub fn predicates(&self) -> usize {
        self.state.predicates
    }

    /// Bytes held by the index and the names; and how many of them are texts of names and values.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        let bytes = self.state.bytes() + self.names.bytes();
        (bytes, self.name_bytes + self.state.text_bytes)
    }

    /// The most sub-rules that stand in one list.
    #[must_use]
    pub fn longest_list(&self) -> usize {
        self.state.longest_list()
    }
}

/// Where `Writer::new` puts the sub-rules that need no value.
pub const ALWAYS: Ref = field::ROOT + field::SIZE as Ref;

/// Whether every text of a draft is short enough for a key.
#[must_use]
pub fn fits(draft: &Draft) -> bool {
    draft.bytes.len() <= LONGEST
}

/// The text of a comparable number.
#[inline]
pub fn number_key(number: Decimal) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&number.mantissa.to_le_bytes());
    key[8..].copy_from_slice(&number.exponent.to_le_bytes());
    key
}

/// Calls with the text of an address.
#[inline]
pub fn address_key<R>(address: Address, with: impl FnOnce(&[u8]) -> R) -> R {
    match address {
        Address::V4(bits) => with(&bits.to_be_bytes()),
        Address::V6(bits) => with(&bits.to_be_bytes()),
    }
}

/// The text of a network.
pub fn network_key(network: &Network) -> Vec<u8> {
    address_key(network.address, |address| {
        [&[network.bits], address].concat()
    })
}
