//! Number tokens: exact decimal values.

/// The most significant digits that a comparable number has.
const MOST_DIGITS: u32 = 17;
/// The first whole number with more digits than that.
const TOO_LARGE: u64 = 10_u64.pow(MOST_DIGITS);
/// How many digits always fit into 64 bits.
const SAFE_DIGITS: usize = 19;

/// The exact value of a number with at most 17 significant digits.
///
/// In normal form: the mantissa does not end in zero, and zero is `+0e0`. Two tokens are worth
/// the same comparable number exactly if their normal forms are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits as a whole number, with the sign.
    pub mantissa: i64,
    /// The power of ten.
    pub exponent: i32,
}

impl Decimal {
    /// The normal form of `digits` times ten to the power of `exponent`.
    pub(super) fn new(is_negative: bool, mut digits: u64, mut exponent: i64) -> Option<Self> {
        if digits == 0 {
            return Some(Self {
                mantissa: 0,
                exponent: 0,
            });
        }
        while digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        if digits >= TOO_LARGE {
            return None;
        }
        let mantissa = i64::try_from(digits).ok()?;
        Some(Self {
            mantissa: if is_negative { -mantissa } else { mantissa },
            exponent: i32::try_from(exponent).ok()?,
        })
    }
}

/// The exact value of a valid JSON number; `None` if it has more than 17 significant digits or
/// its exponent does not fit, so that no binary64 can stand for it.
#[must_use]
pub fn decimal(token: &[u8]) -> Option<Decimal> {
    if is_long_fraction(token) {
        return None;
    }
    let words = Words::new(token);
    let is_negative = token.first() == Some(&b'-');
    let whole = words.digits(usize::from(is_negative), 0);
    let mut end = whole.end;
    let (mut value, mut count) = (whole.value, whole.count);
    let mut behind_point = 0;
    if token.get(end) == Some(&b'.') {
        let fraction = words.digits(end + 1, value);
        value = fraction.value;
        count += fraction.count;
        behind_point = fraction.count;
        end = fraction.end;
    }
    if count > SAFE_DIGITS {
        return long_decimal(token, is_negative);
    }
    let exponent = token.get(end + 1..).map_or(0, exponent);
    Decimal::new(
        is_negative,
        value,
        exponent - i64::try_from(behind_point).ok()?,
    )
}

/// Whether a token surely has too many digits: coordinates often do, so this pays.
#[inline]
fn is_long_fraction(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    digits.len() > MOST_DIGITS as usize + 1
        && matches!(digits, [b'1'..=b'9', .., b'1'..=b'9'])
        && !digits.iter().any(|byte| byte | 0x20 == b'e')
}

/// A token as words of eight bytes.
struct Words<'a> {
    token: &'a [u8],
    /// The last eight bytes, the first in the lowest; all of a shorter token, and zeros behind it.
    last: u64,
    /// Where these begin.
    last_at: usize,
}

/// A run of digits.
struct Digits {
    /// The number before it with its digits appended, if all that fits.
    value: u64,
    /// How many there are.
    count: usize,
    /// Where it ends in the token.
    end: usize,
}

impl<'a> Words<'a> {
    #[inline]
    fn new(token: &'a [u8]) -> Self {
        let last = match token {
            [.., a, b, c, d, e, f, g, h] => u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
            _ => short_word(token),
        };
        Self {
            token,
            last,
            last_at: token.len().saturating_sub(8),
        }
    }

    /// The eight bytes from `at` on, the first in the lowest; zeros behind the end.
    #[inline]
    fn eight(&self, at: usize) -> u64 {
        if at < self.last_at
            && let Some(bytes) = self.token[at..].first_chunk()
        {
            return u64::from_le_bytes(*bytes);
        }
        self.last.unbounded_shr(8 * (at - self.last_at) as u32)
    }

    /// Reads the run of digits at `at`, eight at a time, and appends it to a number.
    #[inline]
    fn digits(&self, at: usize, mut value: u64) -> Digits {
        let mut end = at;
        loop {
            let word = self.eight(end) ^ 0x3030_3030_3030_3030;
            // The high bit tells what is no digit, up to the first such byte.
            let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
            let count = others.trailing_zeros() / 8;
            if count == 8 {
                value = value.wrapping_mul(100_000_000).wrapping_add(join(word));
                end += 8;
                continue;
            }
            let digits = word.unbounded_shl(64 - 8 * count);
            value = value
                .wrapping_mul(POWERS[count as usize])
                .wrapping_add(join(digits));
            end += count as usize;
            return Digits {
                value,
                count: end - at,
                end,
            };
        }
    }
}

/// The bytes of a token shorter than eight, the first in the lowest.
#[inline]
fn short_word(token: &[u8]) -> u64 {
    if let (Some(front), Some(back)) = (token.first_chunk(), token.last_chunk()) {
        let back = u64::from(u32::from_le_bytes(*back)) << (8 * (token.len() - 4));
        return u64::from(u32::from_le_bytes(*front)) | back;
    }
    let byte = |at: usize| u64::from(token.get(at).copied().unwrap_or(0)) << (8 * at);
    byte(0) | byte(1) | byte(2)
}

/// The powers of ten that fewer than eight digits reach.
const POWERS: [u64; 8] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The number that eight digits make, one a byte, the first in the lowest.
#[inline]
fn join(word: u64) -> u64 {
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF
}

/// The exponent behind its `e`; what fits into no `i32` may come out as any such number.
fn exponent(text: &[u8]) -> i64 {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let value = digits.iter().fold(0_i64, |value, digit| {
        (value * 10 + i64::from(digit.wrapping_sub(b'0'))).min(1 << 40)
    });
    if is_negative { -value } else { value }
}

/// The exact value of a token with any number of digits.
#[cold]
fn long_decimal(token: &[u8], is_negative: bool) -> Option<Decimal> {
    let end = token.iter().position(|byte| byte | 0x20 == b'e');
    let (mantissa, tail) = token.split_at(end.unwrap_or(token.len()));
    let mut power = tail.get(1..).map_or(0, exponent);
    let mut value = 0_u64;
    let mut zeros = 0_i64;
    let mut is_behind_point = false;
    for &byte in mantissa {
        match byte {
            b'.' => is_behind_point = true,
            b'0' => zeros += 1,
            b'1'..=b'9' => {
                value = append(value, zeros, byte - b'0')?;
                zeros = 0;
            }
            _ => {}
        }
        power -= i64::from(is_behind_point && byte != b'.');
    }
    Decimal::new(is_negative, value, power + zeros)
}

/// A number with some zeros and a digit appended, if it still has few enough digits.
fn append(value: u64, zeros: i64, digit: u8) -> Option<u64> {
    if value == 0 {
        return Some(digit.into());
    }
    let scale = 10_u64.checked_pow(u32::try_from(zeros + 1).ok()?)?;
    let value = value.checked_mul(scale)?.checked_add(digit.into())?;
    (value < TOO_LARGE).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(token: &str) -> Option<(i64, i32)> {
        decimal(token.as_bytes()).map(|d| (d.mantissa, d.exponent))
    }

    #[test]
    fn spellings_of_one_number_have_one_normal_form() {
        for token in [
            "5",
            "5.0",
            "5e0",
            "50e-1",
            "5.000000000000000000",
            "0.5E+1",
            "0.05e2",
        ] {
            assert_eq!(parts(token), Some((5, 0)), "{token}");
        }
        for token in ["0", "-0", "-0.0", "0e10", "0.000e-999999999999999999999"] {
            assert_eq!(parts(token), Some((0, 0)), "{token}");
        }
        assert_eq!(parts("37.80"), Some((378, -1)));
        assert_eq!(
            parts("-122.42200352825247"),
            Some((-12_242_200_352_825_247, -14))
        );
        assert_eq!(parts(&format!("1{}", "0".repeat(900))), Some((1, 900)));
        assert_eq!(parts(&format!("0.{}12", "0".repeat(900))), Some((12, -902)));
    }

    #[test]
    fn too_many_digits_or_too_large_an_exponent_is_none() {
        for token in [
            "-122.422003528252475",
            "0.100000000000000001",
            "100000000000000000000000001",
            "1e99999999999",
            "1e-2147483649",
            "123456789012345678901234567890",
        ] {
            assert_eq!(parts(token), None, "{token}");
        }
        assert_eq!(parts("10e2147483647"), None);
        assert_eq!(parts("10e2147483646"), Some((1, i32::MAX)));
    }
}
