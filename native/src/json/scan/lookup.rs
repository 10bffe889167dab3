//! Tables for instructions that look up the low four bits of each byte.

/// For each of four characters the character itself, at the place that its low four bits name.
const fn table(bytes: &[u8; 4]) -> [u8; 16] {
    let mut table = [0; 16];
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize & 15] = bytes[i];
        i += 1;
    }
    table
}

/// White space.
pub(super) const WHITE_SPACE: [u8; 16] = table(b" \t\n\r");

/// Structural characters with [`CASE`] set, which makes square brackets curly.
pub(super) const STRUCTURAL: [u8; 16] = table(b"{}:,");

/// The bit in which square and curly brackets differ.
pub(super) const CASE: u8 = 0x20;
