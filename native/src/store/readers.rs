//! Who is reading, and since which version: what the writer must leave alone.

use std::cell::Cell;
use std::iter::successors;
use std::sync::OnceLock;
use std::sync::atomic::{
    AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::Release, Ordering::SeqCst, fence,
};

/// Readers that a block has places for. When all are taken, the next reader adds a block.
const PLACES: usize = 64;

#[derive(Debug, Default)]
#[repr(align(64))]
struct Place(AtomicU64);

/// Places for readers at work, and more of them: blocks are only ever added.
#[derive(Debug)]
struct Block {
    places: [Place; PLACES],
    next: OnceLock<Box<Block>>,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            places: std::array::from_fn(|_| Place::default()),
            next: OnceLock::new(),
        }
    }
}

impl Block {
    /// Takes a free place, tried from `first` on.
    #[inline]
    fn take(&self, first: usize, version: u64) -> Option<&AtomicU64> {
        let numbers = (first..PLACES).chain(0..first);
        let mut places = numbers.map(|number| &self.places[number].0);
        places.find(|place| {
            place.load(Relaxed) == 0 && place.compare_exchange(0, version, SeqCst, Relaxed).is_ok()
        })
    }

    /// The next block, made if there is none.
    #[cold]
    fn next(&self) -> &Self {
        if self.next.get().is_none() {
            // Made before it is put there, so that nobody waits for the memory; another may be first.
            let _ = self.next.set(Box::default());
        }
        let next = self.next.get_or_init(Box::default);
        // Before this reader asks again for the version; see `Readers::oldest`.
        fence(SeqCst);
        next
    }
}

/// The version that readers start with, and the readers.
#[derive(Debug)]
pub struct Readers {
    version: AtomicU64,
    first: Block,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            version: AtomicU64::new(1),
            first: Block::default(),
        }
    }
}

/// A reader at work; it leaves when dropped.
#[derive(Debug)]
pub struct Pin<'a> {
    place: &'a AtomicU64,
    /// What was published up to here is visible, what came later is not.
    pub version: u64,
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        // What was read stays before this; nothing that follows must wait for it.
        self.place.store(0, Release);
    }
}

thread_local! {
    static FIRST_PLACE: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The place where this thread tries first: its own, as long as there are no more than `PLACES`.
fn first_place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    FIRST_PLACE.with(|place| {
        if place.get() == usize::MAX {
            place.set(NEXT.fetch_add(1, Relaxed) % PLACES);
        }
        place.get()
    })
}

impl Readers {
    /// Begins to read. Other readers, however many, are not waited for.
    #[inline]
    pub fn pin(&self) -> Pin<'_> {
        let first = first_place();
        let mut version = self.version.load(SeqCst);
        let mut block = &self.first;
        let place = loop {
            match block.take(first, version) {
                Some(place) => break place,
                None => block = block.next(),
            }
        };
        // A writer that published in between may not have seen this reader: begin with its version.
        loop {
            let now = self.version.load(SeqCst);
            if now == version {
                return Pin { place, version };
            }
            version = now;
            place.store(version, SeqCst);
        }
    }

    /// The current version. Only the writer asks, and only it publishes.
    pub fn version(&self) -> u64 {
        self.version.load(SeqCst)
    }

    /// Makes everything that was written visible to the readers that begin from now on.
    pub fn publish(&self) -> u64 {
        self.version.fetch_add(1, SeqCst) + 1
    }

    /// The version of the oldest reader at work; the current one if there is none.
    pub fn oldest(&self) -> u64 {
        let now = self.version.load(SeqCst);
        // Either a new block is seen here, or who added it sees the version that is current now.
        fence(SeqCst);
        let blocks = successors(Some(&self.first), |block| {
            block.next.get().map(|next| &**next)
        });
        let places = blocks.flat_map(|block| &block.places);
        places
            .map(|place| place.0.load(SeqCst))
            .filter(|&version| version != 0)
            .min()
            .map_or(now, |oldest| oldest.min(now))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn a_reader_holds_its_version_until_it_leaves() {
        let readers = Readers::default();
        let pin = readers.pin();
        readers.publish();
        readers.publish();
        assert_eq!(readers.oldest(), pin.version);
        drop(pin);
        assert_eq!(readers.oldest(), readers.version());
    }

    #[test]
    fn readers_of_one_thread_have_places_of_their_own() {
        let readers = Readers::default();
        let (first, second) = (readers.pin(), readers.pin());
        assert_eq!(first.version, second.version);
        drop(first);
        readers.publish();
        assert_eq!(readers.oldest(), second.version);
    }

    #[test]
    fn there_is_a_place_for_every_reader() {
        let readers = Readers::default();
        let mut pins: Vec<_> = (0..200).map(|_| readers.pin()).collect();
        let last = pins.pop().unwrap();
        let version = last.version;
        readers.publish();
        drop(pins);
        assert_eq!(readers.oldest(), version);
        drop(last);
        assert_eq!(readers.oldest(), readers.version());
    }

    #[test]
    fn readers_that_are_all_at_work_at_once_do_not_wait() {
        const READERS: usize = 200;
        let (readers, all) = (Readers::default(), Barrier::new(READERS + 1));
        thread::scope(|scope| {
            for _ in 0..READERS {
                scope.spawn(|| {
                    let pin = readers.pin();
                    // Nobody leaves before all have begun.
                    all.wait();
                    all.wait();
                    drop(pin);
                });
            }
            all.wait();
            let before = readers.version();
            readers.publish();
            assert_eq!(readers.oldest(), before);
            all.wait();
        });
        assert_eq!(readers.oldest(), readers.version());
    }
}
