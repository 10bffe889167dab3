//! The kernel without special instructions: the twin that the others are compared with.

use super::block::{Vector, write_bitwise};

/// Plain operations, one byte after the other.
#[derive(Clone, Copy)]
pub(in crate::json) struct Scalar;

impl Vector for Scalar {
    type Block = [u8; 64];

    #[inline(always)]
    fn load(self, bytes: &[u8; 64]) -> [u8; 64] {
        *bytes
    }

    #[inline(always)]
    fn or(self, a: [u8; 64], b: [u8; 64]) -> [u8; 64] {
        std::array::from_fn(|i| a[i] | b[i])
    }

    #[inline(always)]
    fn equal(self, block: [u8; 64], byte: u8) -> u64 {
        gather(block.map(|other| u8::from(other == byte)))
    }

    #[inline(always)]
    fn between(self, block: [u8; 64], low: u8, high: u8) -> u64 {
        gather(block.map(|byte| u8::from(byte.wrapping_sub(low) <= high - low)))
    }

    #[inline(always)]
    fn write(
        self,
        block: [u8; 64],
        mask: u64,
        base: u32,
        positions: &mut [u32; 64],
        leads: &mut [u8; 64],
    ) {
        write_bitwise(&block, mask, base, positions, leads);
    }
}

/// Gathers bytes that are zero or one; the product moves the ones of eight bytes to its last.
#[inline(always)]
fn gather(flags: [u8; 64]) -> u64 {
    let (words, _) = flags.as_chunks::<8>();
    let mut mask = 0;
    for word in words.iter().rev() {
        let word = u64::from_le_bytes(*word);
        mask = mask << 8 | word.wrapping_mul(0x0102_0408_1020_4080) >> 56;
    }
    mask
}
