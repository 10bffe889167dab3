//! Which words are in use: only the writer knows.
//!
//! Free records are kept by size, linked through their own words, chunk by chunk; so a chunk whose
//! last record goes is given back as a whole, and what is freed costs no memory beside itself.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::words::{CHUNK, CHUNK_BITS, CHUNKS, NONE, Ref, Words};

/// Sizes up to this many words have a list each; larger records are rounded up and share `LARGE`.
const EXACT: usize = 64;

/// Lists: one for each exact size, then one for each size class above.
const LISTS: usize = EXACT + 1 + 40;

#[derive(Debug)]
struct Chunk {
    /// Words handed out.
    live: usize,
    /// The first free record of each size, as a place inside the chunk plus one.
    free: Box<[u16; LISTS]>,
    /// A record of its own size: not cut up.
    is_whole: bool,
}

/// Hands out records, and takes them back.
#[derive(Debug, Default)]
pub struct Arena {
    /// What readers look at; publish it after `allocate` has returned true for growth.
    pub words: Words,
    chunks: Vec<Chunk>,
    /// Chunks that had a free record of that size when they were noted.
    candidates: Vec<Vec<u32>>,
    /// Numbers of chunks that were given back and that no reader can mistake for new ones.
    vacant: Vec<u32>,
    /// Numbers of chunks that were given back since `take_given_back`.
    given_back: Vec<u32>,
    current: Option<u32>,
    used: usize,
    has_grown: bool,
    bytes: usize,
}

/// The list of a size, and the size that records of the list have.
fn class(size: usize) -> (usize, usize) {
    if size <= EXACT {
        return (size, size);
    }
    // Four classes for each power of two.
    let shift = size.ilog2() - 2;
    let rounded = size.div_ceil(1 << shift) << shift;
    let (power, quarter) = (rounded.ilog2(), (rounded >> (rounded.ilog2() - 2)) & 3);
    (EXACT + 1 + (power as usize - 6) * 4 + quarter, rounded)
}

/// Words of the next chunk where so many are held: the first are small, so that a few rules take
/// little memory, but there are few of them, because readers are faster where they see few chunks.
fn fair_length(held: usize) -> usize {
    match held {
        0..1024 => CHUNK >> 4,
        1024..5120 => CHUNK >> 2,
        _ => CHUNK,
    }
}

impl Arena {
    /// A new record of that many zero words.
    pub fn allocate(&mut self, size: usize) -> Ref {
        let (list, size) = class(size.max(1));
        if size > CHUNK / 2 {
            return self.whole_chunk(size);
        }
        let at = self.reuse(list).unwrap_or_else(|| self.cut(size));
        self.chunks[(at >> CHUNK_BITS) as usize].live += size;
        at
    }

    /// Takes back a record that was allocated with that size and that no reader can reach.
    pub fn free(&mut self, at: Ref, size: usize) {
        let (list, size) = class(size.max(1));
        let number = at >> CHUNK_BITS;
        let chunk = &mut self.chunks[number as usize];
        chunk.live -= size;
        if chunk.is_whole || (chunk.live == 0 && self.current != Some(number)) {
            return self.give_back(number);
        }
        for word in 0..size {
            self.words.set(at, word, 0);
        }
        self.link(at, list);
    }

    /// Whether readers need the new `words` to find what was allocated since the last call.
    pub fn take_growth(&mut self) -> bool {
        std::mem::take(&mut self.has_grown)
    }

    /// How many of the `CHUNKS` that references can tell apart are in use.
    pub fn chunks(&self) -> usize {
        self.chunks.len() - self.vacant.len()
    }

    /// The bytes of all chunks.
    pub fn bytes(&self) -> usize {
        self.bytes + self.chunks.len() * (size_of::<Chunk>() + 2 * LISTS)
    }

    /// Words that are held, apart from those of the current chunk that were never handed out; but
    /// not if the chunk is larger than it would be made now.
    pub fn held(&self) -> usize {
        let current = self.current.map_or(0, |current| self.length(current));
        let (words, rest) = (self.bytes / 4, current - self.used.min(current));
        words - rest.min(fair_length(words - rest))
    }

    fn link(&mut self, at: Ref, list: usize) {
        let number = at >> CHUNK_BITS;
        let head = &mut self.chunks[number as usize].free[list];
        if *head == 0 {
            self.candidates(list).push(number);
        }
        let head = &mut self.chunks[number as usize].free[list];
        self.words.set(at, 0, u32::from(*head));
        *head = (at & (CHUNK as u32 - 1)) as u16 + 1;
    }

    fn candidates(&mut self, list: usize) -> &mut Vec<u32> {
        if self.candidates.is_empty() {
            self.candidates.resize_with(LISTS, Vec::new);
        }
        &mut self.candidates[list]
    }

    fn reuse(&mut self, list: usize) -> Option<Ref> {
        while let Some(&number) = self.candidates.get(list).and_then(|known| known.last()) {
            let head = self.chunks[number as usize].free[list];
            if head != 0 {
                let at = number << CHUNK_BITS | u32::from(head - 1);
                self.chunks[number as usize].free[list] = self.words.get(at, 0) as u16;
                self.words.set(at, 0, 0);
                return Some(at);
            }
            self.candidates[list].pop();
        }
        None
    }

    /// Cuts a record from the current chunk, or from a new one.
    fn cut(&mut self, size: usize) -> Ref {
        let current = match self.current {
            Some(current) if self.used + size <= self.length(current) => current,
            _ => self.next_chunk(size),
        };
        let at = current << CHUNK_BITS | self.used as u32;
        self.used += size;
        at
    }

    fn length(&self, number: u32) -> usize {
        self.words.chunks[number as usize].len()
    }

    /// Makes a chunk the current one; what was left of the last becomes free records.
    fn next_chunk(&mut self, size: usize) -> u32 {
        if let Some(last) = self.current.take() {
            let (mut at, end) = (self.used, self.length(last));
            while at < end {
                let piece = (end - at).min(EXACT);
                self.link(last << CHUNK_BITS | at as u32, piece);
                at += piece;
            }
            if self.chunks[last as usize].live == 0 {
                self.give_back(last);
            }
        }
        let length = fair_length(self.bytes / 4).max(size.next_power_of_two());
        let number = self.add_chunk(length.min(CHUNK), false);
        // Place 0 of chunk 0 is NONE.
        self.used = usize::from(number == 0);
        self.current = Some(number);
        number
    }

    fn whole_chunk(&mut self, size: usize) -> Ref {
        if self.chunks.is_empty() {
            self.next_chunk(1);
        }
        let number = self.add_chunk(size, true);
        self.chunks[number as usize].live = size;
        number << CHUNK_BITS
    }

    fn add_chunk(&mut self, length: usize, is_whole: bool) -> u32 {
        let words: Arc<[AtomicU32]> = (0..length).map(|_| AtomicU32::new(0)).collect();
        let chunk = Chunk {
            live: 0,
            free: Box::new([0; LISTS]),
            is_whole,
        };
        self.bytes += 4 * length;
        self.has_grown = true;
        if let Some(number) = self.vacant.pop() {
            self.words.chunks[number as usize] = words;
            self.chunks[number as usize] = chunk;
            return number;
        }
        // Whoever lets the index grow asks first; a wrong reference would be a wrong answer.
        assert!(self.chunks.len() < CHUNKS, "references are used up");
        self.words.chunks.push(words);
        self.chunks.push(chunk);
        self.chunks.len() as u32 - 1
    }

    fn give_back(&mut self, number: u32) {
        debug_assert_ne!(
            number << CHUNK_BITS,
            NONE,
            "the first chunk holds what always is"
        );
        self.bytes -= 4 * self.length(number);
        self.words.chunks[number as usize] = Arc::new([]);
        let chunk = &mut self.chunks[number as usize];
        chunk.free.fill(0);
        chunk.is_whole = false;
        self.given_back.push(number);
        self.has_grown = true;
    }

    /// The numbers of chunks given back since the last call: hand them to `reuse_numbers` when no
    /// reader is left that could know the old chunks.
    pub fn take_given_back(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.given_back)
    }

    /// Lets new chunks have these numbers.
    pub fn reuse_numbers(&mut self, numbers: &[u32]) {
        self.vacant.extend_from_slice(numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_freed_is_used_again() {
        let mut arena = Arena::default();
        let first = arena.allocate(7);
        arena.free(first, 7);
        assert_eq!(arena.allocate(7), first);
    }

    #[test]
    fn records_do_not_overlap_and_chunks_go_back() {
        let mut arena = Arena::default();
        let keep = arena.allocate(3);
        arena.words.set(keep, 2, 77);
        let before = arena.bytes();
        let sizes = [1, 5, 64, 65, 100, 777, 9_000, 20_000, 3];
        let refs: Vec<_> = sizes
            .iter()
            .cycle()
            .take(5_000)
            .map(|&s| (arena.allocate(s), s))
            .collect();
        for (n, &(at, size)) in refs.iter().enumerate() {
            arena.words.set(at, 0, n as u32);
            arena.words.set(at, size - 1, n as u32);
        }
        for (n, &(at, size)) in refs.iter().enumerate() {
            assert_eq!(arena.words.get(at, 0), n as u32);
            assert_eq!(arena.words.get(at, size - 1), n as u32);
        }
        for (at, size) in refs {
            arena.free(at, size);
        }
        assert_eq!(arena.words.get(keep, 2), 77);
        assert!(
            arena.bytes() < before + (1 << 20),
            "{} after {before}",
            arena.bytes()
        );
    }
}
