//! The kernel for 64-bit ARM processors.
#![allow(unsafe_code)]

use std::arch::aarch64::{
    uint8x16_t, uint8x16x4_t, vandq_u8, vceqq_u8, vcleq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8,
    vld1q_u8_x4, vorrq_u8, vpaddq_u8, vqtbl1q_u8, vreinterpretq_u64_u8, vst1q_u8_x4, vsubq_u8,
};

use super::block::{Vector, write_bitwise};
use super::lookup::{CASE, STRUCTURAL, WHITE_SPACE};

/// Operations on four registers of 16 bytes, which every 64-bit ARM processor has.
#[derive(Clone, Copy)]
pub(in crate::json) struct Neon;

/// The bit of each byte of eight.
static BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

/// Gathers for each byte whether all its bits are ones in `of` of its quarter.
#[inline(always)]
fn mask(block: uint8x16x4_t, of: impl Fn(uint8x16_t) -> uint8x16_t) -> u64 {
    // SAFETY: NEON is part of the architecture, and `BITS` has the 16 bytes that are loaded.
    unsafe {
        let bits = vld1q_u8(BITS.as_ptr());
        let keep = |quarter| vandq_u8(of(quarter), bits);
        let low = vpaddq_u8(keep(block.0), keep(block.1));
        let high = vpaddq_u8(keep(block.2), keep(block.3));
        let sums = vpaddq_u8(low, high);
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
    }
}

/// Looks the low four bits of each byte up in a table; gives zero for bytes that are not ASCII.
#[inline(always)]
fn look_up(table: &[u8; 16], bytes: uint8x16_t) -> uint8x16_t {
    // SAFETY: NEON is part of the architecture, and the table has the 16 bytes that are loaded.
    unsafe { vqtbl1q_u8(vld1q_u8(table.as_ptr()), vandq_u8(bytes, vdupq_n_u8(0x8f))) }
}

impl Vector for Neon {
    type Block = uint8x16x4_t;

    #[inline(always)]
    fn load(self, bytes: &[u8; 64]) -> uint8x16x4_t {
        // SAFETY: NEON is part of the architecture, and the array has the 64 bytes.
        unsafe { vld1q_u8_x4(bytes.as_ptr()) }
    }

    #[inline(always)]
    fn or(self, a: uint8x16x4_t, b: uint8x16x4_t) -> uint8x16x4_t {
        // SAFETY: NEON is part of the architecture.
        unsafe {
            let (low, high) = (vorrq_u8(a.0, b.0), vorrq_u8(a.1, b.1));
            uint8x16x4_t(low, high, vorrq_u8(a.2, b.2), vorrq_u8(a.3, b.3))
        }
    }

    #[inline(always)]
    fn equal(self, block: uint8x16x4_t, byte: u8) -> u64 {
        // SAFETY: NEON is part of the architecture.
        mask(block, |quarter| unsafe {
            vceqq_u8(quarter, vdupq_n_u8(byte))
        })
    }

    #[inline(always)]
    fn between(self, block: uint8x16x4_t, low: u8, high: u8) -> u64 {
        // SAFETY: NEON is part of the architecture.
        mask(block, |quarter| unsafe {
            vcleq_u8(vsubq_u8(quarter, vdupq_n_u8(low)), vdupq_n_u8(high - low))
        })
    }

    #[inline(always)]
    fn white_space(self, block: uint8x16x4_t) -> u64 {
        // SAFETY: NEON is part of the architecture.
        mask(block, |quarter| unsafe {
            vceqq_u8(look_up(&WHITE_SPACE, quarter), quarter)
        })
    }

    #[inline(always)]
    fn structural(self, block: uint8x16x4_t) -> u64 {
        // SAFETY: NEON is part of the architecture.
        mask(block, |quarter| unsafe {
            let curly = vorrq_u8(quarter, vdupq_n_u8(CASE));
            vceqq_u8(look_up(&STRUCTURAL, quarter), curly)
        })
    }

    #[inline(always)]
    fn write(
        self,
        block: uint8x16x4_t,
        mask: u64,
        base: u32,
        positions: &mut [u32; 64],
        leads: &mut [u8; 64],
    ) {
        let mut bytes = [0; 64];
        // SAFETY: NEON is part of the architecture, and the array has the 64 bytes.
        unsafe { vst1q_u8_x4(bytes.as_mut_ptr(), block) };
        write_bitwise(&bytes, mask, base, positions, leads);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan::twin;

    #[test]
    fn does_what_the_scalar_kernel_does() {
        twin::compare(Neon);
    }
}
