//! Which kernel runs.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use super::avx512::Avx512;
#[cfg(target_arch = "aarch64")]
use super::neon::Neon;
use super::numbers::{Numbers, numbers};
use super::pass::{Found, Sink, scan};
use super::scalar::Scalar;
use crate::json::ends::closing;
use crate::json::grammar::{Brackets, check};
use crate::json::shape::{self, kinds};

/// An instruction set that the reading can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// No special instructions; runs everywhere.
    Scalar,
    /// NEON, which every 64-bit ARM processor has.
    Neon,
    /// AVX2 with PCLMULQDQ, BMI1, BMI2, LZCNT and POPCNT.
    Avx2,
    /// What [`Kernel::Avx2`] has, and AVX-512 F, BW, VL, VBMI and VBMI2.
    Avx512,
}

impl Kernel {
    /// All kernels, the slowest first.
    pub const ALL: [Kernel; 4] = [Kernel::Scalar, Kernel::Neon, Kernel::Avx2, Kernel::Avx512];

    /// Tells whether the processor has the instructions.
    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            Kernel::Scalar => true,
            Kernel::Neon => cfg!(target_arch = "aarch64"),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => has_avx2(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => has_avx512(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

/// A kernel whose instructions the processor has.
#[derive(Clone, Copy, Debug)]
pub(in crate::json) struct Available(Kernel);

impl Available {
    /// Returns the kernel, unless the processor lacks its instructions.
    pub(in crate::json) fn new(kernel: Kernel) -> Option<Self> {
        kernel.is_available().then_some(Available(kernel))
    }

    /// Returns the fastest kernel that the processor has.
    pub(in crate::json) fn best() -> Self {
        let fastest_first = Kernel::ALL.into_iter().rev();
        fastest_first
            .filter_map(Self::new)
            .next()
            .unwrap_or(Available(Kernel::Scalar))
    }

    /// Runs stage 1.
    #[inline]
    pub(in crate::json) fn scan(self, text: &[u8], sink: Sink<'_>) -> Found {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the kernel is available, so the processor has all its instructions.
            Kernel::Avx512 => unsafe { scan_avx512(text, sink) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx2 => unsafe { scan_avx2(text, sink) },
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => scan(Neon, text, sink),
            _ => scan(Scalar, text, sink),
        }
    }

    /// Checks the numbers and literals, given their bytes.
    #[inline]
    pub(in crate::json) fn numbers(self, text: &[u8], masks: &[u64]) -> Numbers {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the kernel is available, so the processor has all its instructions.
            Kernel::Avx512 => unsafe { numbers_avx512(text, masks) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx2 => unsafe { numbers_avx2(text, masks) },
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => numbers(Neon, text, masks),
            _ => numbers(Scalar, text, masks),
        }
    }

    /// Runs stage 2.
    #[inline]
    pub(in crate::json) fn check(self, leads: &[u8], len: usize, brackets: Brackets<'_>) -> bool {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the kernel is available, so the processor has all its instructions.
            Kernel::Avx512 => unsafe { check_avx512(leads, len, brackets) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx2 => unsafe { check_avx2(leads, len, brackets) },
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => check(Neon, leads, len, brackets),
            _ => check(Scalar, leads, len, brackets),
        }
    }

    /// Writes down the kinds of tokens, and returns their hash.
    #[inline]
    pub(in crate::json) fn kinds(self, leads: &[[u8; 64]], to: &mut [shape::Kinds]) -> u64 {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the kernel is available, so the processor has all its instructions.
            Kernel::Avx512 => unsafe { kinds_avx512(leads, to) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx2 => unsafe { kinds_avx2(leads, to) },
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => kinds(Neon, leads, to),
            _ => kinds(Scalar, leads, to),
        }
    }

    /// Finds the end of a container.
    #[inline]
    pub(in crate::json) fn closing(self, leads: &[u8], k: usize) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the kernel is available, so the processor has all its instructions.
            Kernel::Avx512 => unsafe { closing_avx512(leads, k) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx2 => unsafe { closing_avx2(leads, k) },
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => closing(Neon, leads, k),
            _ => closing(Scalar, leads, k),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn has_avx512() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn scan_avx2(text: &[u8], sink: Sink<'_>) -> Found {
    // SAFETY: the caller of this function made sure of it.
    scan(unsafe { Avx2::new() }, text, sink)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn check_avx2(leads: &[u8], len: usize, brackets: Brackets<'_>) -> bool {
    // SAFETY: the caller of this function made sure of it.
    check(unsafe { Avx2::new() }, leads, len, brackets)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn scan_avx512(text: &[u8], sink: Sink<'_>) -> Found {
    // SAFETY: the caller of this function made sure of it.
    scan(unsafe { Avx512::new() }, text, sink)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn check_avx512(leads: &[u8], len: usize, brackets: Brackets<'_>) -> bool {
    // SAFETY: the caller of this function made sure of it.
    check(unsafe { Avx512::new() }, leads, len, brackets)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn closing_avx2(leads: &[u8], k: usize) -> usize {
    // SAFETY: the caller of this function made sure of it.
    closing(unsafe { Avx2::new() }, leads, k)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn closing_avx512(leads: &[u8], k: usize) -> usize {
    // SAFETY: the caller of this function made sure of it.
    closing(unsafe { Avx512::new() }, leads, k)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn kinds_avx2(leads: &[[u8; 64]], to: &mut [shape::Kinds]) -> u64 {
    // SAFETY: the caller of this function made sure of it.
    kinds(unsafe { Avx2::new() }, leads, to)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn kinds_avx512(leads: &[[u8; 64]], to: &mut [shape::Kinds]) -> u64 {
    // SAFETY: the caller of this function made sure of it.
    kinds(unsafe { Avx512::new() }, leads, to)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn numbers_avx2(text: &[u8], masks: &[u64]) -> Numbers {
    // SAFETY: the caller of this function made sure of it.
    numbers(unsafe { Avx2::new() }, text, masks)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn numbers_avx512(text: &[u8], masks: &[u64]) -> Numbers {
    // SAFETY: the caller of this function made sure of it.
    numbers(unsafe { Avx512::new() }, text, masks)
}
