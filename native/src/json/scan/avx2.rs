//! The kernel for x86-64 processors with AVX2 and carry-less multiplication.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64,
    _mm_loadu_si128, _mm_prefetch, _mm_set1_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_shuffle_epi8, _mm256_storeu_si256, _mm256_sub_epi8,
};

use super::block::{BEHIND, Vector, write_bitwise};
use super::lookup::{CASE, STRUCTURAL, WHITE_SPACE};

/// Operations on two registers of 32 bytes.
#[derive(Clone, Copy)]
pub(in crate::json) struct Avx2(());

type Block = [__m256i; 2];

impl Avx2 {
    /// # Safety
    ///
    /// The processor must have AVX2 and PCLMULQDQ.
    #[inline(always)]
    pub(in crate::json) unsafe fn new() -> Self {
        Avx2(())
    }
}

/// Gathers the highest bit of each byte.
///
/// # Safety
///
/// The processor must have AVX2.
#[inline(always)]
unsafe fn gather(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: the caller's.
    let (low, high) = unsafe { (_mm256_movemask_epi8(low), _mm256_movemask_epi8(high)) };
    u64::from(high as u32) << 32 | u64::from(low as u32)
}

/// Looks the low four bits of each byte up in a table.
///
/// # Safety
///
/// The processor must have AVX2.
#[inline(always)]
unsafe fn look_up(table: &[u8; 16], bytes: __m256i) -> __m256i {
    // SAFETY: the caller's, and the table has the 16 bytes that are loaded.
    unsafe {
        let table = _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()));
        _mm256_shuffle_epi8(table, bytes)
    }
}

/// # Safety
///
/// The processor must have AVX2.
#[inline(always)]
unsafe fn between(bytes: __m256i, low: u8, high: u8) -> __m256i {
    // SAFETY: the caller's.
    unsafe {
        let above = _mm256_sub_epi8(bytes, _mm256_set1_epi8(low as i8));
        let span = _mm256_set1_epi8((high - low) as i8);
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above)
    }
}

/// # Safety
///
/// The processor must have AVX2.
#[inline(always)]
unsafe fn structural(bytes: __m256i) -> __m256i {
    // SAFETY: the caller's.
    unsafe {
        let curly = _mm256_or_si256(bytes, _mm256_set1_epi8(CASE as i8));
        _mm256_cmpeq_epi8(look_up(&STRUCTURAL, bytes), curly)
    }
}

impl Vector for Avx2 {
    type Block = Block;

    #[inline(always)]
    fn load(self, bytes: &[u8; 64]) -> Block {
        // SAFETY: the processor has AVX2, and both loads are inside of the 64 bytes.
        unsafe {
            [
                _mm256_loadu_si256(bytes.as_ptr().cast()),
                _mm256_loadu_si256(bytes[32..].as_ptr().cast()),
            ]
        }
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8; 64]) {
        // SAFETY: every x86-64 processor has the instruction, which accesses nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn prefetch_behind(self, text: &[u8]) {
        let end = text.as_ptr_range().end;
        for n in 0..BEHIND {
            // SAFETY: every x86-64 processor has the instruction, which accesses nothing, so that
            // it may be given any address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(end.wrapping_add(64 * n).cast()) }
        }
    }

    #[inline(always)]
    fn or(self, a: Block, b: Block) -> Block {
        // SAFETY: the processor has AVX2.
        unsafe { [_mm256_or_si256(a[0], b[0]), _mm256_or_si256(a[1], b[1])] }
    }

    #[inline(always)]
    fn equal(self, [low, high]: Block, byte: u8) -> u64 {
        // SAFETY: the processor has AVX2.
        unsafe {
            let byte = _mm256_set1_epi8(byte as i8);
            gather(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
        }
    }

    #[inline(always)]
    fn between(self, block: Block, low: u8, high: u8) -> u64 {
        // SAFETY: the processor has AVX2.
        unsafe { gather(between(block[0], low, high), between(block[1], low, high)) }
    }

    #[inline(always)]
    fn white_space(self, [low, high]: Block) -> u64 {
        // SAFETY: the processor has AVX2.
        unsafe {
            let (space_low, space_high) = (look_up(&WHITE_SPACE, low), look_up(&WHITE_SPACE, high));
            gather(
                _mm256_cmpeq_epi8(space_low, low),
                _mm256_cmpeq_epi8(space_high, high),
            )
        }
    }

    #[inline(always)]
    fn structural(self, [low, high]: Block) -> u64 {
        // SAFETY: the processor has AVX2.
        unsafe { gather(structural(low), structural(high)) }
    }

    #[inline(always)]
    fn parity(self, mask: u64) -> u64 {
        // SAFETY: the processor has PCLMULQDQ, and SSE2 as every x86-64 processor.
        unsafe {
            let product =
                _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(mask as i64), _mm_set1_epi8(-1));
            _mm_cvtsi128_si64(product) as u64
        }
    }

    #[inline(always)]
    fn write(
        self,
        block: Block,
        mask: u64,
        base: u32,
        positions: &mut [u32; 64],
        leads: &mut [u8; 64],
    ) {
        let mut bytes = [0; 64];
        // SAFETY: the processor has AVX2, and both stores are inside of the 64 bytes.
        unsafe {
            _mm256_storeu_si256(bytes.as_mut_ptr().cast(), block[0]);
            _mm256_storeu_si256(bytes[32..].as_mut_ptr().cast(), block[1]);
        }
        write_bitwise(&bytes, mask, base, positions, leads);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan::{Kernel, twin};

    #[test]
    fn does_what_the_scalar_kernel_does() {
        if Kernel::Avx2.is_available() {
            // SAFETY: the processor has all the instructions.
            twin::compare(unsafe { Avx2::new() });
        }
    }
}
