//! The store as the one writer works on it, and what it shares with the readers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arc_swap::ArcSwap;

use super::field;
use super::intern;
use super::key::{self, Kind};
use super::list;
use super::rarity::Rarity;
use crate::store::{
    Arena, CHUNKS, NONE, Readers, Ref, Seed, Sieve, Siever, Slots, Table, View, Words,
};
use crate::value;

/// What readers look at.
#[derive(Debug)]
pub struct Core {
    words: Words,
    slots: Slots,
    sieve: Sieve,
    seed: Seed,
    era: u32,
    number: u64,
}

/// Returns a number that no other core has.
fn core_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Relaxed) + 1
}

impl Default for Core {
    fn default() -> Self {
        let seed = Seed::default();
        Self {
            words: Words::default(),
            slots: Slots::default(),
            sieve: Siever::new(seed).sieve,
            seed,
            era: 0,
            number: core_number(),
        }
    }
}

impl Core {
    /// A view for one reader.
    #[inline]
    pub fn view(&self) -> View<'_> {
        View::new(&self.words, &self.slots, &self.sieve, self.seed, self.era).of_core(self.number)
    }
}

/// What the writer and the readers share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The newest core.
    pub core: ArcSwap<Core>,
    /// Who is reading.
    pub readers: Readers,
}

/// Something to be done once no reader is left that began before a version.
#[derive(Debug)]
pub(super) enum Job {
    /// A record that nothing leads to any more.
    Free(Ref, usize),
    /// Numbers of chunks that were given back.
    Numbers(Vec<u32>),
    /// A removed name, whose sub-rules older readers still see.
    Bury(Ref),
}

/// The index cannot take more: its references are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Chunks that are left for removals, which write some records anew before they free others.
const SPARE: usize = CHUNKS / 16;

/// Where the sub-rules are that need no value: the second record of all.
pub const ALWAYS: Ref = field::ROOT + field::SIZE as Ref;

/// The writer's hold on the store.
#[derive(Debug)]
pub struct State {
    arena: Arena,
    table: Table,
    siever: Siever,
    rarity: Rarity,
    seed: Seed,
    /// How often the names were numbered anew.
    pub(super) era: u32,
    shared: Arc<Shared>,
    /// Nobody can read it.
    is_apart: bool,
    /// Chunks that an addition may still need, in addition to what it asks for.
    pub(super) claimed: usize,
    /// Chunks that are treated as used, so that tests reach the end.
    #[cfg(test)]
    pub(super) withheld: usize,
    jobs: VecDeque<(u64, Job)>,
    /// The version since which all readers know the present slots.
    slots_since: u64,
    /// Bytes of texts of values that are kept.
    pub(super) text_bytes: usize,
    /// Predicates that are kept.
    pub(super) predicates: usize,
    /// Words of what was asked for: names, sub-rules, leaves, predicates, fields. The rest is index.
    pub(super) content: usize,
}

impl State {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self::of_seed(Seed::default(), shared).founded()
    }

    /// A state without rules, apart from all readers, whose tags are made as those of this one.
    pub(super) fn apart(&self) -> Self {
        Self {
            era: self.era,
            is_apart: true,
            table: Table::with_room(self.table.count()),
            ..Self::of_seed(self.seed, Arc::default())
        }
        .founded()
    }

    fn of_seed(seed: Seed, shared: Arc<Shared>) -> Self {
        Self {
            arena: Arena::default(),
            table: Table::default(),
            siever: Siever::new(seed),
            rarity: Rarity::default(),
            seed,
            era: 0,
            shared,
            is_apart: false,
            claimed: 0,
            #[cfg(test)]
            withheld: 0,
            jobs: VecDeque::new(),
            slots_since: 0,
            text_bytes: 0,
            predicates: 0,
            content: 0,
        }
    }

    /// With the records whose places are fixed.
    fn founded(mut self) -> Self {
        field::make_root(&mut self);
        let always = self.add_key(Kind::Always, field::ROOT, b"", NONE);
        debug_assert_eq!(always, ALWAYS);
        self.publish();
        self
    }

    /// Puts a state that was made apart in the place of this one, and returns this one: it must be
    /// kept until the readers have left that began before the version that comes with it.
    pub(super) fn replace(&mut self, apart: Self) -> (u64, Self) {
        let before = std::mem::replace(self, apart);
        debug_assert!(self.jobs.is_empty(), "nobody reads a state that is apart");
        self.shared = Arc::clone(&before.shared);
        self.is_apart = false;
        // Who finds the records also has the slots: both come with the same core.
        self.slots_since = 0;
        self.share();
        (self.shared.readers.publish(), before)
    }

    /// A view of the present.
    #[inline]
    pub fn view(&self) -> View<'_> {
        View::new(
            &self.arena.words,
            &self.table.slots,
            &self.siever.sieve,
            self.seed,
            self.era,
        )
    }

    pub(super) fn get(&self, at: Ref, word: usize) -> u32 {
        self.arena.words.get(at, word)
    }

    pub(super) fn set(&self, at: Ref, word: usize, value: u32) {
        self.arena.words.set(at, word, value);
    }

    /// Sets two words to the halves of a number, the lower one first.
    pub(super) fn set_pair(&self, at: Ref, word: usize, value: u64) {
        self.set(at, word, value as u32);
        self.set(at, word + 1, (value >> 32) as u32);
    }

    pub(super) fn set_bytes(&self, at: Ref, word: usize, bytes: &[u8]) {
        self.arena.words.set_bytes(at, word, bytes);
    }

    /// A new record of zeros, which every reader that begins from now on can reach.
    pub(super) fn allocate(&mut self, size: usize) -> Ref {
        let at = self.arena.allocate(size);
        if self.arena.take_growth() {
            self.share();
        }
        at
    }

    /// Whether so many more chunks can be told apart, beside those that are claimed.
    pub(super) fn has_room(&self, chunks: usize) -> bool {
        let used = self.chunks();
        #[cfg(test)]
        let used = used + self.withheld;
        chunks.saturating_add(used + self.claimed + SPARE) <= CHUNKS
    }

    /// How many chunks are in use.
    pub(super) fn chunks(&self) -> usize {
        self.arena.chunks()
    }

    /// Gives a record back as soon as no reader can be in it. Nothing leads to it any more.
    pub(super) fn retire(&mut self, at: Ref, size: usize) {
        self.later(Job::Free(at, size));
    }

    /// Does a job once no reader is left that began before the next version.
    pub(super) fn later(&mut self, job: Job) {
        self.jobs
            .push_back((self.shared.readers.version() + 1, job));
    }

    /// How many jobs wait.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// The next job whose time has come.
    pub(super) fn due(&mut self, oldest: u64) -> Option<Job> {
        let is_due = self
            .jobs
            .front()
            .is_some_and(|(version, _)| *version <= oldest);
        if is_due {
            self.jobs.pop_front().map(|(_, job)| job)
        } else {
            None
        }
    }

    /// Frees what waits, where nobody reads; false if there was nothing to do.
    pub(super) fn sweep(&mut self) -> bool {
        if self.jobs.is_empty() {
            return false;
        }
        let version = self.publish();
        while let Some(job) = self.due(version) {
            let name = self.carry_out(job);
            debug_assert!(name.is_none(), "names are removed where they can be read");
        }
        true
    }

    /// Does a job whose time has come, but leaves a name to the caller to bury.
    pub(super) fn carry_out(&mut self, job: Job) -> Option<Ref> {
        match job {
            Job::Free(at, size) => self.free(at, size),
            Job::Numbers(numbers) => self.arena.reuse_numbers(&numbers),
            Job::Bury(name) => return Some(name),
        }
        None
    }

    /// Gives a record back that no reader can be in.
    pub(super) fn free(&mut self, at: Ref, size: usize) {
        self.arena.free(at, size);
        let numbers = self.arena.take_given_back();
        if !numbers.is_empty() {
            self.later(Job::Numbers(numbers));
        }
    }

    /// Makes what was done visible to the readers that begin from now on.
    pub(super) fn publish(&mut self) -> u64 {
        if !self.is_apart && self.table.shrink() {
            self.share_slots();
        } else if self.arena.take_growth() {
            self.share();
        }
        self.shared.readers.publish()
    }

    /// The version that the next `publish` makes.
    pub(super) fn next_version(&self) -> u64 {
        self.shared.readers.version() + 1
    }

    /// The version of the oldest reader at work.
    pub(super) fn oldest(&self) -> u64 {
        self.shared.readers.oldest()
    }

    fn share(&self) {
        if self.is_apart {
            return;
        }
        self.shared.core.store(Arc::new(Core {
            words: self.arena.words.clone(),
            slots: self.table.slots.clone(),
            sieve: self.siever.sieve.clone(),
            seed: self.seed,
            era: self.era,
            number: core_number(),
        }));
    }

    fn share_slots(&mut self) {
        self.share();
        self.slots_since = self.shared.readers.version() + 1;
    }

    /// Makes room for so many keys, and tells whether every reader at work finds them.
    pub(super) fn prepare_keys(&mut self, count: usize) -> bool {
        if self.table.reserve(count) {
            self.share_slots();
            // Those who begin from now on have the new slots.
            self.shared.readers.publish();
        }
        self.oldest() >= self.slots_since
    }

    /// A new key; the caller knows that there is none such.
    pub(super) fn add_key(&mut self, kind: Kind, owner: Ref, text: &[u8], payload: Ref) -> Ref {
        let key = self.allocate(key::size(kind, text.len()));
        self.set(key, 0, key::first_word(kind, text.len()));
        self.set(key, 1, owner);
        self.set(key, key::PAYLOAD, payload);
        self.set_bytes(key, key::HEADER, text);
        if kind == Kind::Wildcard {
            self.set_pair(
                key,
                key::signature_at(text.len()),
                value::wildcard_signature(text),
            );
        }
        if self.table.reserve(1) {
            self.share_slots();
        }
        self.table
            .insert(key::tag(self.seed, kind, owner, text, 0, text.len()), key);
        if kind == Kind::Fragment {
            self.sieve_in(owner, text);
        }
        key
    }

    fn sieve_in(&mut self, owner: Ref, text: &[u8]) {
        if !self.siever.is_full() {
            return self.siever.insert(owner, key::number_of(text));
        }
        let entry = |key| {
            let (_, owner, text) = intern::parts(self, key);
            (owner, key::number_of(&text))
        };
        // The new one is in the table already.
        let texts: Vec<_> = self.fragments().map(entry).collect();
        let others = self.table.count();
        self.siever.renew(self.seed, &texts, others);
        self.share();
    }

    /// The keys of all fragments that wildcards are found by.
    fn fragments(&self) -> impl Iterator<Item = Ref> + '_ {
        let view = self.view();
        let is_fragment = move |&key: &Ref| key::kind_of(&view, key) == Kind::Fragment;
        self.table.records().filter(is_fragment)
    }

    /// Whether `recount` must give the counters of fragments more room.
    pub(super) fn is_recount_due(&self) -> bool {
        self.rarity.is_full()
    }

    /// Counts the fragments of all wildcards that are found by one, which `of` tells, with more room.
    pub(super) fn recount(&mut self, of: impl Fn(&[u8]) -> Vec<Vec<u8>>) {
        let view = self.view();
        let payloads = self.fragments().map(|key| self.get(key, key::PAYLOAD));
        let wildcards: Vec<Ref> = payloads.flat_map(|list| list::items(&view, list)).collect();
        let mut rarity = Rarity::with_room(wildcards.len());
        for wildcard in wildcards {
            let (_, owner, text) = intern::parts(self, wildcard);
            rarity.add(self.seed, owner, &of(&text));
        }
        self.rarity = rarity;
    }

    /// Of the fragments of a wildcard the rarest so far, of equally rare ones the last: texts of
    /// one field tend to begin alike. All of them count from now on.
    pub(super) fn take_rarest(&mut self, owner: Ref, fragments: &[Vec<u8>]) -> Vec<u8> {
        let count = |fragment: &&Vec<u8>| self.rarity.count(self.seed, owner, fragment);
        let rarest = fragments.iter().rev().min_by_key(count).cloned();
        self.rarity.add(self.seed, owner, fragments);
        rarest.unwrap_or_default()
    }

    /// The fragments of a wildcard count no longer.
    pub(super) fn forget_fragments(&mut self, owner: Ref, fragments: &[Vec<u8>]) {
        self.rarity.remove(self.seed, owner, fragments);
    }

    /// Forgets a key.
    pub(super) fn remove_key(&mut self, key: Ref) {
        let (kind, owner, text) = intern::parts(self, key);
        self.table
            .remove(key::tag(self.seed, kind, owner, &text, 0, text.len()), key);
        self.retire(key, key::size(kind, text.len()));
    }

    pub(super) fn find(&self, kind: Kind, owner: Ref, text: &[u8]) -> Option<Ref> {
        key::find(&self.view(), kind, owner, text, 0, text.len())
    }

    /// The key of that kind and text, made if there is none.
    pub(super) fn find_or_add(&mut self, kind: Kind, owner: Ref, text: &[u8]) -> Ref {
        match self.find(kind, owner, text) {
            Some(key) => key,
            None => self.add_key(kind, owner, text, NONE),
        }
    }

    /// The bytes of records and slots.
    pub(super) fn bytes(&self) -> usize {
        self.arena.bytes() + self.table.bytes() + self.siever.bytes() + self.rarity.bytes()
    }

    /// The bytes held, apart from room for what comes next.
    pub(super) fn held(&self) -> usize {
        4 * self.arena.held() + self.table.excess()
    }

    /// The most items behind one key that stand for sub-rules.
    pub(super) fn longest_list(&self) -> usize {
        let view = self.view();
        let has_rules = |&key: &Ref| {
            let kind = key::kind_of(&view, key);
            kind.is_predicate() || matches!(kind, Kind::Pair | Kind::Always)
        };
        let count = |key| list::count(self, self.get(key, key::PAYLOAD));
        self.table
            .records()
            .filter(has_rules)
            .map(count)
            .max()
            .unwrap_or(0)
    }
}
