//! What a kernel must be able to do with 64 bytes.

/// So many blocks are asked for behind a text.
pub(super) const BEHIND: usize = 8;

/// The operations of one instruction set on blocks of 64 bytes.
///
/// A mask has a bit for each byte, the lowest for the first. A value of the type is the proof that
/// the processor has the instructions.
pub(in crate::json) trait Vector: Copy {
    /// Sixty-four bytes, in registers.
    type Block: Copy;

    /// Loads a whole block.
    fn load(self, bytes: &[u8; 64]) -> Self::Block;

    /// Tells the processor that a block will be loaded soon, where there is a way to tell it.
    #[inline(always)]
    fn prefetch(self, _bytes: &[u8; 64]) {}

    /// Tells the processor that what stands behind a text may be loaded soon: texts that are read
    /// one after the other often lie one behind the other.
    #[inline(always)]
    fn prefetch_behind(self, _text: &[u8]) {}

    /// Loads fewer than 64 bytes and fills the block up with spaces.
    #[inline(always)]
    fn load_rest(self, bytes: &[u8]) -> Self::Block {
        let mut padded = [b' '; 64];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.load(&padded)
    }

    /// The bits that are set in either block.
    fn or(self, a: Self::Block, b: Self::Block) -> Self::Block;

    /// The bytes that equal `byte`.
    fn equal(self, block: Self::Block, byte: u8) -> u64;

    /// The bytes from `low` to `high`.
    fn between(self, block: Self::Block, low: u8, high: u8) -> u64;

    /// The bytes that are white space.
    #[inline(always)]
    fn white_space(self, block: Self::Block) -> u64 {
        self.any_of(block, b" \t\n\r")
    }

    /// The bytes that are structural characters; some control characters may be among them.
    #[inline(always)]
    fn structural(self, block: Self::Block) -> u64 {
        self.any_of(block, b"{}[]:,")
    }

    /// The bytes that equal any of `bytes`.
    #[inline(always)]
    fn any_of<const N: usize>(self, block: Self::Block, bytes: &[u8; N]) -> u64 {
        // A closure would not be compiled for the instruction set of the kernel.
        let mut mask = 0;
        for byte in bytes {
            mask |= self.equal(block, *byte);
        }
        mask
    }

    /// For each bit whether the count of bits up to it, itself included, is odd.
    #[inline(always)]
    fn parity(self, mask: u64) -> u64 {
        let mut parity = mask;
        for by in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << by;
        }
        parity
    }

    /// Whether there are instructions for [`pack`](Self::pack) and [`unpack`](Self::unpack).
    const HAS_PACK: bool = false;

    /// Moves those bits of `mask` that `of` has together, at the low end.
    #[inline(always)]
    fn pack(self, _mask: u64, _of: u64) -> u64 {
        0
    }

    /// Moves the low bits of `mask` apart, to those that `of` has.
    #[inline(always)]
    fn unpack(self, _mask: u64, _of: u64) -> u64 {
        0
    }

    /// Writes `base` plus the index of each byte in `mask` to `positions`, and the byte to
    /// `leads`; what is behind these may be overwritten.
    fn write(
        self,
        block: Self::Block,
        mask: u64,
        base: u32,
        positions: &mut [u32; 64],
        leads: &mut [u8; 64],
    );
}

/// Writes out a mask bit by bit, eight at a time so that few branches go wrong.
#[inline(always)]
pub(super) fn write_bitwise(
    bytes: &[u8; 64],
    mut mask: u64,
    base: u32,
    positions: &mut [u32; 64],
    leads: &mut [u8; 64],
) {
    let places = positions.chunks_exact_mut(8).zip(leads.chunks_exact_mut(8));
    for (positions, leads) in places {
        for (position, lead) in positions.iter_mut().zip(leads) {
            let index = mask.trailing_zeros();
            *position = base.wrapping_add(index);
            *lead = bytes[index as usize & 63];
            mask &= mask.wrapping_sub(1);
        }
        if mask == 0 {
            break;
        }
    }
}
