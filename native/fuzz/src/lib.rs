//! What must hold for any bytes. Each module is one fuzz target, whose `check` panics on a finding.
//!
//! libFuzzer runs the checks through `fuzz_targets/`; `native/tests/fuzz_slice.rs` includes this
//! file and runs them on all seeds and on a few thousand mutants, on any toolchain.

pub mod changes;
pub mod parser;
pub mod scanner;
pub mod seeds;
