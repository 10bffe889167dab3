//! See `src/parser.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| eventmatch_fuzz::parser::check(data));
