//! What a scalar is worth: exact numbers, strings without escapes, IP addresses, letter case.

mod address;
mod case;
pub(crate) mod character;
mod float;
mod number;
mod signature;
mod text;
mod wildcard;

pub use address::{Address, Network, address};
pub use case::{ends_any_case, equals_any_case, fold, starts_any_case};
pub use float::{comparable, ordered};
pub use number::{Decimal, decimal};
pub use signature::{text_signature, wildcard_signature};
pub use text::{join_surrogates, unescape};
pub use wildcard::{parts, wildcard_accepts};
