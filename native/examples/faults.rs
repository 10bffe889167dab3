//! Reads one hexadecimal text a line and prints the code and position of its first fault.

use std::io::{BufRead, Write, stdin, stdout};

use eventmatch_native::json::{Tokens, Utf8, fault, is_valid};

fn main() -> std::io::Result<()> {
    let mut out = stdout().lock();
    let mut tokens = Tokens::new();
    for line in stdin().lock().lines() {
        let text = decode(&line?);
        let is_good = tokens.index(&text, Utf8::Check) && is_valid(&mut tokens);
        let found = fault(&text, Utf8::Check);
        assert_eq!(is_good, found.is_none());
        match found {
            Some(fault) => writeln!(out, "{:?} {}", fault.code, fault.position)?,
            None => writeln!(out, "ok")?,
        }
    }
    Ok(())
}

fn decode(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .bytes()
        .map(|c| (c as char).to_digit(16).unwrap_or(0) as u8)
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
