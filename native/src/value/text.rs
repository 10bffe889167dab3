//! Strings without their JSON escapes.

use memchr::memchr;

/// Appends the inside of a valid JSON string, without escapes.
///
/// A lone surrogate becomes its three bytes; a high and a low one, however each is written, become
/// the one character that they stand for.
pub fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = escape(&rest[at + 1..], out);
    }
    out.extend_from_slice(rest);
    join_surrogates(out, start);
}

/// Appends what an escape stands for; takes the text behind its backslash, returns what follows.
fn escape<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some((&letter, rest)) = text.split_first() else {
        return text;
    };
    out.push(match letter {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode_escape(rest, out),
        other => other,
    });
    rest
}

fn unicode_escape<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (digits, rest) = text.split_at(text.len().min(4));
    let unit = digits
        .iter()
        .fold(0, |unit: u16, &digit| unit << 4 | hex(digit));
    push_unit(unit, out);
    rest
}

fn hex(digit: u8) -> u16 {
    let value = if digit <= b'9' {
        digit.wrapping_sub(b'0')
    } else {
        (digit | 0x20).wrapping_sub(b'a') + 10
    };
    u16::from(value & 0xF)
}

/// Appends a UTF-16 code unit, a surrogate as if it were a character.
fn push_unit(unit: u16, out: &mut Vec<u8>) {
    let [high, low] = unit.to_be_bytes();
    let middle = (high & 0x0F) << 2 | low >> 6;
    let tail = 0x80 | low & 0x3F;
    match unit {
        0..0x80 => out.push(low),
        0x80..0x800 => out.extend_from_slice(&[0xC0 | middle, tail]),
        _ => out.extend_from_slice(&[0xE0 | high >> 4, 0x80 | middle, tail]),
    }
}

/// The first byte of every surrogate; of some other characters too.
const SURROGATE_LEAD: u8 = 0xED;
/// The bytes of a high and a low surrogate.
const PAIR: usize = 6;

/// Where the next pair of surrogates stands, from `at` on.
fn first_pair(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(SURROGATE_LEAD, &text[at..])?;
        if is_pair(&text[at..]) {
            return Some(at);
        }
        at += 1;
    }
}

fn is_pair(text: &[u8]) -> bool {
    matches!(
        text,
        [
            SURROGATE_LEAD,
            0xA0..=0xAF,
            _,
            SURROGATE_LEAD,
            0xB0..=0xBF,
            _,
            ..
        ]
    )
}

/// The four bytes of the character that a pair of surrogates stands for.
fn character(pair: &[u8]) -> [u8; 4] {
    let bits = |at: usize, mask: u8| u32::from(pair[at] & mask);
    let high = bits(1, 0x0F) << 6 | bits(2, 0x3F);
    let low = bits(4, 0x0F) << 6 | bits(5, 0x3F);
    let code = 0x1_0000 + (high << 10 | low);
    let byte = |shift: u32, mark: u8| mark | (code >> shift & 0x3F).to_le_bytes()[0];
    [byte(18, 0xF0), byte(12, 0x80), byte(6, 0x80), byte(0, 0x80)]
}

/// Joins the pairs of surrogates behind `start`, in place.
pub fn join_surrogates(text: &mut Vec<u8>, start: usize) {
    let Some(mut read) = first_pair(text, start) else {
        return;
    };
    let mut written = read;
    while read < text.len() {
        if is_pair(&text[read..]) {
            let joined = character(&text[read..read + PAIR]);
            text[written..written + joined.len()].copy_from_slice(&joined);
            written += joined.len();
            read += PAIR;
        } else {
            text[written] = text[read];
            written += 1;
            read += 1;
        }
    }
    text.truncate(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        unescape(raw, &mut whole);
        whole
    }

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(of(br#"a\"\\\/\b\f\n\r\tz"#), b"a\"\\/\x08\x0c\n\r\tz");
        assert_eq!(of(br"\u0041\u00e9\u20AC\u0000"), "Aé€\0".as_bytes());
        assert_eq!(of("Aé€🚀한".as_bytes()), "Aé€🚀한".as_bytes());
    }

    #[test]
    fn surrogates_are_joined_however_they_are_written() {
        let rocket = "x🚀y".as_bytes();
        assert_eq!(of(br"x\ud83d\ude80y"), rocket);
        assert_eq!(of(b"x\xED\xA0\xBD\\uDE80y"), rocket);
        assert_eq!(of(b"x\\ud83d\xED\xBA\x80y"), rocket);
        assert_eq!(of(b"x\xED\xA0\xBD\xED\xBA\x80y"), rocket);
        assert_eq!(of(br"\udbff\udfff"), "\u{10FFFF}".as_bytes());
    }

    #[test]
    fn lone_surrogates_stay() {
        assert_eq!(of(br"\ud83dx\ude80"), b"\xED\xA0\xBDx\xED\xBA\x80");
        assert_eq!(
            of(br"\ud83d\ud83d\ude80\ude80"),
            b"\xED\xA0\xBD\xF0\x9F\x9A\x80\xED\xBA\x80"
        );
        let mut out = b"\xED\xA0\xBD".to_vec();
        unescape(br"\ude80", &mut out);
        assert_eq!(
            out, b"\xED\xA0\xBD\xED\xBA\x80",
            "another text is left alone"
        );
    }
}
