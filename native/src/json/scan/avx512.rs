//! The kernel for x86-64 processors with AVX-512 BW and VBMI2.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64,
    _mm_loadu_si128, _mm_prefetch, _mm_set1_epi8, _mm512_add_epi32, _mm512_broadcast_i32x4,
    _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_cvtepu8_epi32,
    _mm512_extracti32x4_epi32, _mm512_loadu_si512, _mm512_mask_loadu_epi8,
    _mm512_maskz_compress_epi8, _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_shuffle_epi8, _mm512_storeu_si512, _mm512_sub_epi8, _pdep_u64, _pext_u64,
};

use super::block::{BEHIND, Vector};
use super::lookup::{CASE, STRUCTURAL, WHITE_SPACE};

/// Operations on one register of 64 bytes.
#[derive(Clone, Copy)]
pub(in crate::json) struct Avx512(());

impl Avx512 {
    /// # Safety
    ///
    /// The processor must have AVX-512 F, BW and VBMI2, PCLMULQDQ and BMI2.
    #[inline(always)]
    pub(in crate::json) unsafe fn new() -> Self {
        Avx512(())
    }
}

/// The numbers from 0 to 63.
static INDEXES: [u8; 64] = {
    let mut indexes = [0; 64];
    let mut i = 0;
    while i < 64 {
        indexes[i] = i as u8;
        i += 1;
    }
    indexes
};

/// Looks the low four bits of each byte up in a table.
///
/// # Safety
///
/// The processor must have AVX-512 BW.
#[inline(always)]
unsafe fn look_up(table: &[u8; 16], bytes: __m512i) -> __m512i {
    // SAFETY: the caller's, and the table has the 16 bytes that are loaded.
    unsafe {
        let table = _mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast()));
        _mm512_shuffle_epi8(table, bytes)
    }
}

impl Vector for Avx512 {
    type Block = __m512i;

    #[inline(always)]
    fn load(self, bytes: &[u8; 64]) -> __m512i {
        // SAFETY: the processor has AVX-512, and the array has the 64 bytes that are loaded.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
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
    fn load_rest(self, bytes: &[u8]) -> __m512i {
        let mask = !(u64::MAX << (bytes.len() & 63));
        // SAFETY: the processor has AVX-512 BW, and bytes that are not in the mask, which are at
        // least those behind the end, are not touched.
        unsafe { _mm512_mask_loadu_epi8(_mm512_set1_epi8(b' ' as i8), mask, bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: the processor has AVX-512.
        unsafe { _mm512_or_si512(a, b) }
    }

    #[inline(always)]
    fn equal(self, block: __m512i, byte: u8) -> u64 {
        // SAFETY: the processor has AVX-512 BW.
        unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8)) }
    }

    #[inline(always)]
    fn between(self, block: __m512i, low: u8, high: u8) -> u64 {
        // SAFETY: the processor has AVX-512 BW.
        unsafe {
            let above = _mm512_sub_epi8(block, _mm512_set1_epi8(low as i8));
            _mm512_cmple_epu8_mask(above, _mm512_set1_epi8((high - low) as i8))
        }
    }

    #[inline(always)]
    fn white_space(self, block: __m512i) -> u64 {
        // SAFETY: the processor has AVX-512 BW.
        unsafe { _mm512_cmpeq_epi8_mask(look_up(&WHITE_SPACE, block), block) }
    }

    #[inline(always)]
    fn structural(self, block: __m512i) -> u64 {
        // SAFETY: the processor has AVX-512 BW.
        unsafe {
            let curly = _mm512_or_si512(block, _mm512_set1_epi8(CASE as i8));
            _mm512_cmpeq_epi8_mask(look_up(&STRUCTURAL, block), curly)
        }
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

    const HAS_PACK: bool = true;

    #[inline(always)]
    fn pack(self, mask: u64, of: u64) -> u64 {
        // SAFETY: the processor has BMI2.
        unsafe { _pext_u64(mask, of) }
    }

    #[inline(always)]
    fn unpack(self, mask: u64, of: u64) -> u64 {
        // SAFETY: the processor has BMI2.
        unsafe { _pdep_u64(mask, of) }
    }

    #[inline(always)]
    fn write(
        self,
        block: __m512i,
        mask: u64,
        base: u32,
        positions: &mut [u32; 64],
        leads: &mut [u8; 64],
    ) {
        let count = mask.count_ones();
        // SAFETY: the processor has AVX-512 BW and VBMI2, and every store is inside of an array.
        unsafe {
            let packed = _mm512_maskz_compress_epi8(mask, block);
            _mm512_storeu_si512(leads.as_mut_ptr().cast(), packed);
            let indexes = _mm512_loadu_si512(INDEXES.as_ptr().cast());
            let indexes = _mm512_maskz_compress_epi8(mask, indexes);
            let base = _mm512_set1_epi32(base as i32);
            let to: *mut __m512i = positions.as_mut_ptr().cast();
            let first = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<0>(indexes));
            _mm512_storeu_si512(to, _mm512_add_epi32(first, base));
            let second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(indexes));
            _mm512_storeu_si512(to.add(1), _mm512_add_epi32(second, base));
            if count > 32 {
                let third = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<2>(indexes));
                _mm512_storeu_si512(to.add(2), _mm512_add_epi32(third, base));
                let fourth = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<3>(indexes));
                _mm512_storeu_si512(to.add(3), _mm512_add_epi32(fourth, base));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan::{Kernel, twin};

    #[test]
    fn does_what_the_scalar_kernel_does() {
        if Kernel::Avx512.is_available() {
            // SAFETY: the processor has all the instructions.
            twin::compare(unsafe { Avx512::new() });
        }
    }
}
