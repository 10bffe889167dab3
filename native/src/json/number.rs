//! The scalar tokens of JSON that are no strings: where each ends.

/// Tells whether the first byte of a valid token is that of a number.
#[inline(always)]
pub fn is_number(lead: u8) -> bool {
    matches!(lead, b'-' | b'0'..=b'9')
}

/// Returns the end of the number that begins at `at`, or `None` if none does.
///
/// What stands behind the number is not looked at.
pub fn number_end(text: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(text.get(at) == Some(&b'-'));
    let mut end = digits_end(text, at)?;
    if text[at] == b'0' {
        end = at + 1;
    }
    if text.get(end) == Some(&b'.') {
        end = digits_end(text, end + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let is_signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = digits_end(text, end + 1 + usize::from(is_signed))?;
    }
    Some(end)
}

/// Returns the end of the digits at `at`, or `None` if there is not a single one.
fn digits_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let count = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(rest.len());
    (count > 0).then_some(at + count)
}

/// The literals, each at the place that three bits of its first letter name: its first letter, the
/// place of its last four, and these.
const LITERALS: [(u8, usize, [u8; 4]); 8] = {
    let mut literals = [(0, 0, *b"    "); 8];
    literals[literal_place(b't')] = (b't', 0, *b"true");
    literals[literal_place(b'f')] = (b'f', 1, *b"alse");
    literals[literal_place(b'n')] = (b'n', 0, *b"null");
    literals
};

const fn literal_place(letter: u8) -> usize {
    (letter >> 1) as usize & 7
}

/// Returns the end of the `true`, `false` or `null` that begins at `at`, or `None`.
///
/// What stands behind the literal is not looked at. Which literal it is makes no branch.
#[inline]
pub fn literal_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let (first, skipped, letters) = LITERALS[literal_place(*rest.first()?)];
    let last = rest.get(skipped..)?.first_chunk::<4>()?;
    ((rest[0] == first) & (*last == letters)).then_some(at + 4 + skipped)
}

/// Returns the end of the number at `at` if only white space stands between it and the next
/// token, which begins at `next`.
#[inline]
pub fn number(text: &[u8], at: usize, next: usize) -> Option<usize> {
    number_end(text, at).filter(|&end| is_white_space(text, end, next))
}

/// Returns the end of the literal at `at` if only white space stands between it and the next
/// token, which begins at `next`.
#[inline]
pub fn literal(text: &[u8], at: usize, next: usize) -> Option<usize> {
    literal_end(text, at).filter(|&end| is_white_space(text, end, next))
}

fn is_white_space(text: &[u8], start: usize, end: usize) -> bool {
    let between = text.get(start..end);
    between.is_some_and(|bytes| bytes.iter().all(|byte| b" \t\n\r".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_numbers() {
        let cases: [(&[u8], Option<usize>); 14] = [
            (b"0", Some(1)),
            (b"-0", Some(2)),
            (b"01", Some(1)),
            (b"37.80]", Some(5)),
            (b"-122.422003528252475,", Some(20)),
            (b"1e5 ", Some(3)),
            (b"1E-05", Some(5)),
            (b"1.5.2", Some(3)),
            (b"1.", None),
            (b"1e+", None),
            (b"-", None),
            (b".5", None),
            (b"+1", None),
            (b"", None),
        ];
        for (text, end) in cases {
            assert_eq!(number_end(text, 0), end, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn only_white_space_behind() {
        assert_eq!(number(b"[12 \n]", 1, 5), Some(3));
        assert_eq!(number(b"[12x ]", 1, 5), None);
        assert_eq!(literal(b"[true\t]", 1, 6), Some(5));
        assert_eq!(literal(b"[truex]", 1, 6), None);
        assert_eq!(literal(b"[nul]", 1, 4), None);
        assert_eq!(literal_end(b"false", 0), Some(5));
        assert_eq!(literal_end(b"null", 0), Some(4));
        assert_eq!(literal_end(b"gals", 0), None);
        assert_eq!(literal_end(b"galse", 0), None);
        assert_eq!(literal_end(b"fals", 0), None);
    }
}
