//! Stage 1: one pass over the bytes, 64 at a time, by the widest instructions there are.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod dispatch;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod lookup;
#[cfg(target_arch = "aarch64")]
mod neon;
mod numbers;
mod pass;
mod scalar;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

pub(super) use block::Vector;
pub(super) use dispatch::Available;
pub use dispatch::Kernel;
pub(super) use pass::{SPARE, Sink};
