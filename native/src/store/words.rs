//! Records of 32-bit words, by the place where they begin.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Release};

/// Where a record begins: the number of its chunk, and the word inside.
pub type Ref = u32;

/// No record.
pub const NONE: Ref = 0;

/// Words of an ordinary chunk, as a power of two. A record longer than that has a chunk of its own.
pub(super) const CHUNK_BITS: u32 = 14;

/// Bits of a reference. Those above are free for marks.
pub const REF_BITS: u32 = 30;

/// How many chunks references can tell apart: together 4 GiB, where none is longer than others.
pub const CHUNKS: usize = 1 << (REF_BITS - CHUNK_BITS);

/// Words of an ordinary chunk.
pub const CHUNK: usize = 1 << CHUNK_BITS;

const INSIDE: u32 = (1 << CHUNK_BITS) - 1;

/// Two words as one number, the lower half first.
#[inline(always)]
pub fn pair(low: &AtomicU32, high: &AtomicU32) -> u64 {
    u64::from(low.load(Acquire)) | u64::from(high.load(Acquire)) << 32
}

/// All chunks as of one moment. Cheap to copy: the chunks themselves are shared.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub(super) chunks: Vec<Arc<[AtomicU32]>>,
}

impl Words {
    /// The words from the beginning of a record to the end of its chunk, if the chunk is there.
    #[inline(always)]
    pub fn record(&self, at: Ref) -> Option<&[AtomicU32]> {
        self.chunks
            .get((at >> CHUNK_BITS) as usize)?
            .get((at & INSIDE) as usize..)
    }

    /// One word of a record that is there.
    #[inline]
    pub fn get(&self, at: Ref, word: usize) -> u32 {
        self.here(at)[word].load(Acquire)
    }

    /// Changes one word of a record, after everything that was written before.
    #[inline]
    pub fn set(&self, at: Ref, word: usize, value: u32) {
        self.here(at)[word].store(value, Release);
    }

    /// Writes bytes from a word on, the rest of the last word zero.
    pub fn set_bytes(&self, at: Ref, word: usize, bytes: &[u8]) {
        let record = &self.here(at)[word..];
        let pieces = bytes.chunks_exact(4);
        let rest = pieces.remainder();
        if !rest.is_empty() {
            let mut padded = [0; 4];
            padded[..rest.len()].copy_from_slice(rest);
            record[bytes.len() / 4].store(u32::from_le_bytes(padded), Release);
        }
        for (piece, word) in pieces.zip(record) {
            word.store(
                u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]),
                Release,
            );
        }
    }

    /// The writer's own chunks are all there.
    #[inline]
    fn here(&self, at: Ref) -> &[AtomicU32] {
        &self.chunks[(at >> CHUNK_BITS) as usize][(at & INSIDE) as usize..]
    }
}
