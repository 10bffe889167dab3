//! See `src/changes.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| eventmatch_fuzz::changes::check(data));
