//! The one who changes the index: adds a draft under a name, and removes a name.

use std::collections::VecDeque;
use std::sync::Arc;

use super::anchor;
use super::field;
use super::intern;
use super::key::{Kind, LONGEST};
use super::rebuild;
use super::room;
use super::rule;
use super::state::{Full, Job, Shared, State};
use crate::pattern::{Draft, Matcher, Span};
use crate::store::{Hash, NONE, Ref, Table};
use crate::value::{Address, Decimal, Network};

/// Jobs, or sub-rules not yet settled, that may wait: they are done together.
const PATIENCE: usize = 64;

/// One part in so many of what is held is worth a rebuild.
const PART: usize = 14;

/// When so many times as much was removed as is there, rules are anchored by what is long gone.
const TURNOVER: usize = 4;

/// Bytes that are not worth a rebuild.
const FLOOR: usize = 2048;

/// The names, and the state that only the writer sees.
#[derive(Debug)]
pub struct Writer {
    state: State,
    names: Table,
    next_order: u32,
    /// Bytes of the texts of names.
    name_bytes: usize,
    /// Sub-rules that older readers must not see yet, with their births.
    young: VecDeque<(u64, Ref)>,
    /// Bytes of content that were removed since the last rebuild.
    removed: usize,
    /// Bytes that were held after the last rebuild for each KiB of content.
    density: usize,
    /// The state before the last rebuild, until the readers have left that began before a version.
    before: Option<(u64, State)>,
}

impl Writer {
    /// An index without rules, shared with readers through `shared`.
    #[must_use]
    pub fn new(shared: Arc<Shared>) -> Self {
        Self {
            state: State::new(shared),
            names: Table::default(),
            next_order: 1,
            name_bytes: 0,
            young: VecDeque::new(),
            removed: 0,
            density: 1024,
            before: None,
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
        let names = self.in_order().into_iter();
        names.map(|(_, name)| text(name)).collect()
    }

    /// The names by their numbers.
    fn in_order(&self) -> Vec<(u32, Ref)> {
        let view = self.state.view();
        let numbered = |name| (rule::Name::at(&view, name).order(), name);
        let mut names: Vec<_> = self.names.records().map(numbered).collect();
        names.sort_unstable();
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
    ///
    /// # Errors
    /// There may be no room; then nothing changed.
    pub fn add(&mut self, name: &[u8], draft: &Draft) -> Result<(), Full> {
        let chunks = room::chunks_for(name, draft, self.state.chunks());
        if !self.state.has_room(chunks) {
            return Err(Full);
        }
        self.state.claimed = chunks;
        self.add_all(name, draft);
        self.state.claimed = 0;
        self.finish();
        Ok(())
    }

    fn add_all(&mut self, name: &[u8], draft: &Draft) {
        let name = self.find(name).unwrap_or_else(|| self.add_name(name));
        let (first, mut leaves) = (self.young.len(), Vec::new());
        for numbers in draft.rules() {
            leaves.clear();
            leaves.extend(numbers.iter().map(|&n| self.leaf(draft, n as usize)));
            let rule = rule::make(&mut self.state, name, &leaves);
            anchor::post(&mut self.state, rule);
            self.young.push_back((0, rule));
        }
        // All at once: a burst meanwhile may have made a version of its own.
        let version = self.state.next_version();
        for (birth, rule) in self.young.range_mut(first..) {
            *birth = version;
            rule::set_birth(&self.state, *rule, version);
        }
    }

    fn add_name(&mut self, text: &[u8]) -> Ref {
        if self.next_order == u32::MAX {
            self.renumber();
        }
        let name = rule::make_name(&mut self.state, text, self.next_order);
        self.next_order += 1;
        self.name_bytes += text.len();
        self.enter(text, name);
        name
    }

    fn enter(&mut self, text: &[u8], name: Ref) {
        self.names.reserve(1);
        self.names.insert(self.tag(text), name);
    }

    /// Numbers all names anew, once in four thousand million additions.
    fn renumber(&mut self) {
        let names = self.in_order().into_iter();
        let names: Vec<_> = (1..).zip(names.map(|(_, name)| name)).collect();
        self.next_order = names.len() as u32 + 1;
        self.write_anew(&names, self.state.era + 1);
    }

    /// If it is due, leaves behind what rules that are gone have left, and anchors the others by what
    /// is there now. Takes time for all that is there.
    pub fn rebuild(&mut self) {
        if self.is_rebuild_due() {
            self.write_anew(&self.in_order(), self.state.era);
        }
    }

    /// Writes all names into a new state. Readers see the one or the other.
    fn write_anew(&mut self, names: &[(u32, Ref)], era: u32) {
        let mut state = self.state.apart();
        state.era = era;
        let copied = rebuild::copy(&self.state, &mut state, names);
        self.before = Some(self.state.replace(state));
        self.young.clear();
        self.removed = 0;
        self.names = Table::with_room(copied.len());
        let mut text = Vec::new();
        for name in copied {
            text.clear();
            rule::name_text(&self.state.view(), name, &mut text);
            self.enter(&text, name);
        }
        self.density = (self.held() * 1024 / self.content().max(FLOOR)).max(1024);
    }

    /// Whether a rebuild pays. As it takes time for all that is there, it must be due to removals of a
    /// fixed part of that; so it takes a bounded time for each.
    #[must_use]
    pub fn is_rebuild_due(&self) -> bool {
        let content = self.content();
        if self.removed * PART < content || self.before.is_some() {
            return false;
        }
        let dense = content * self.density / 1024;
        let is_sparse = self.held() > dense + dense / PART + FLOOR;
        is_sparse || self.removed > TURNOVER * (content + FLOOR)
    }

    fn held(&self) -> usize {
        self.state.held() + self.names.excess()
    }

    fn content(&self) -> usize {
        4 * self.state.content
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
        self.state.publish();
        // At once if nobody reads, so that whatever is added next finds its place free.
        self.tidy();
        true
    }

    fn finish(&mut self) {
        self.state.publish();
        let waiting = self.state.waiting().max(self.young.len());
        if waiting >= PATIENCE || self.before.is_some() {
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
            if let Some(name) = self.state.carry_out(job) {
                self.bury(name);
            }
        }
        if is_busy {
            self.state.publish();
        }
        is_busy | self.forget()
    }

    /// Drops the state before the last rebuild if nobody reads it; false if there is none to drop.
    fn forget(&mut self) -> bool {
        let Some((version, _)) = self.before else {
            return false;
        };
        let is_over = version <= self.state.oldest();
        if is_over {
            self.before = None;
        }
        is_over
    }

    fn bury(&mut self, name: Ref) {
        let before = self.content();
        for rule in rule::of_name(&self.state, name) {
            anchor::withdraw(&mut self.state, rule);
            rule::drop_rule(&mut self.state, rule);
        }
        rule::drop_name(&mut self.state, name);
        self.removed += before - self.content();
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
        intern::hold_anything_but(&mut self.state, owner, &held)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Limits, Parser};
    use crate::store::CHUNKS;

    fn draft(pattern: &str) -> Draft {
        let mut draft = Draft::default();
        assert!(Parser::default().parse(pattern.as_bytes(), Limits::Strict, &mut draft));
        draft
    }

    #[test]
    fn a_full_index_refuses_and_loses_nothing() {
        let mut writer = Writer::new(Arc::default());
        let draft = |n: usize| draft(&format!(r#"{{"a": ["{n}"], "b": [{{"prefix": "{n}"}}]}}"#));
        writer.state.withheld = CHUNKS * 15 / 16 - 120;
        let added = (0..).take_while(|n| writer.add(n.to_string().as_bytes(), &draft(*n)).is_ok());
        let added = added.count();
        assert!(added > 5_000, "{added}");
        assert_eq!(writer.count(), added);
        assert_eq!(writer.add(b"more", &draft(0)), Err(Full));
        assert!(!writer.contains(b"more"));
        // What is removed makes room.
        for n in 0..added / 2 {
            assert!(writer.remove(n.to_string().as_bytes()));
        }
        assert_eq!(writer.add(b"more", &draft(0)), Ok(()));
        assert_eq!(writer.count(), added - added / 2 + 1);
    }

    #[test]
    fn when_the_numbers_of_names_are_used_up_a_new_era_begins() {
        let mut writer = Writer::new(Arc::default());
        let draft = draft(r#"{"a": ["b"]}"#);
        writer.add(b"gone", &draft).unwrap();
        writer.add(b"first", &draft).unwrap();
        writer.remove(b"gone");
        writer.next_order = u32::MAX - 1;
        writer.add(b"second", &draft).unwrap();
        let before = writer.state.view().era;
        writer.add(b"third", &draft).unwrap();
        assert_eq!(writer.names(), [&b"first"[..], b"second", b"third"]);
        assert_eq!(writer.next_order, 4);
        assert_eq!(writer.state.view().era, before + 1);
    }
}
