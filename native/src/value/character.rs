//! Characters of UTF-8 that may hold lone surrogates, each in three bytes.

/// The code point that a text begins with, and its length in bytes; a broken sequence counts as
/// single bytes.
pub(crate) fn first(text: &[u8]) -> Option<(u32, usize)> {
    let &lead = text.first()?;
    let (bits, length) = match lead {
        0xC0..=0xDF => (lead & 0x1F, 2),
        0xE0..=0xEF => (lead & 0x0F, 3),
        0xF0..=0xF7 => (lead & 0x07, 4),
        _ => return Some((lead.into(), 1)),
    };
    let Some(rest) = text.get(1..length) else {
        return Some((lead.into(), 1));
    };
    let code = rest
        .iter()
        .fold(bits.into(), |code, byte| code << 6 | u32::from(byte & 0x3F));
    Some((code, length))
}

/// The same from the end: the code point that a text ends with.
pub(crate) fn last(text: &[u8]) -> Option<(u32, usize)> {
    let continued = text.iter().rev().take_while(|&byte| byte & 0xC0 == 0x80);
    let length = continued.take(3).count() + 1;
    let start = text.len().checked_sub(length)?;
    match first(&text[start..])? {
        (code, whole) if whole == length => Some((code, whole)),
        _ => text.last().map(|&byte| (byte.into(), 1)),
    }
}
