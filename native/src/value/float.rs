//! Which numbers binary64 can carry, and their order.

use std::fmt::{self, Write};

use super::number::{Decimal, decimal};

/// Every whole number up to here is a binary64.
const EXACT_INTEGERS: u64 = 1 << 53;
/// Below this, every decimal comes back from binary64 as it was, where that is normal.
const ALWAYS_EXACT: u64 = 10_u64.pow(15);

/// The nearest binary64 of a valid JSON number if it is finite and its shortest decimal has the
/// very value of the token; zero has no sign.
#[must_use]
pub fn comparable(token: &[u8]) -> Option<f64> {
    let exact = decimal(token)?;
    let size = exact.mantissa.unsigned_abs();
    let last = i64::from(exact.exponent);
    if size == 0 {
        return Some(0.0);
    }
    if size < EXACT_INTEGERS && last.abs() <= 22 {
        let value = scaled(exact.mantissa, exact.exponent);
        return (size < ALWAYS_EXACT || shortest(value)? == exact).then_some(value);
    }
    let first = last + i64::from(size.ilog10());
    if !(-330..=310).contains(&first) {
        return None;
    }
    let value: f64 = std::str::from_utf8(token).ok()?.parse().ok()?;
    let is_sure = size < ALWAYS_EXACT && (-307..=307).contains(&first);
    (is_sure || shortest(value)? == exact).then_some(value)
}

/// The number of a mantissa below 2^53 and an exponent of at most 22 either way: both are exact,
/// so the one operation rounds correctly.
fn scaled(mantissa: i64, exponent: i32) -> f64 {
    let power = 10_u64.pow(exponent.unsigned_abs().min(15)) as f64
        * 10_u64.pow(exponent.unsigned_abs().saturating_sub(15)) as f64;
    if exponent < 0 {
        mantissa as f64 / power
    } else {
        mantissa as f64 * power
    }
}

/// The shortest decimal that reads back as the number, the nearest of them, the even one of two.
fn shortest(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    let mut text = Text::default();
    write!(text, "{value:e}").ok()?;
    let found = decimal(&text.bytes[..text.length])?;
    Some(halfway(value, found).unwrap_or(found))
}

/// The even one of two shortest decimals if the number lies halfway between them and the odd one
/// was found. Where the spacing of numbers changes, at a power of two, only one may read back.
///
/// A number that does so has an odd digit 5 behind them, and nothing after it: it is `odd / 2^k`,
/// which is `odd * 5^k / 10^k`. With at most 18 digits, `k` is at most 25. Whole numbers never
/// do: those with more than 17 digits are too far apart.
fn halfway(value: f64, found: Decimal) -> Option<Decimal> {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1) | 1 << 52;
    let power = i64::try_from(bits >> 52 & 0x7FF).ok()? + i64::from(fraction.trailing_zeros());
    let k = u32::try_from(1075 - power)
        .ok()
        .filter(|k| (1..=25).contains(k))?;
    let digits = u128::from(fraction >> fraction.trailing_zeros()) * 5_u128.pow(k);
    let below = u64::try_from(digits / 10).ok()?;
    let even = Decimal::new(value < 0.0, below + below % 2, 1 - i64::from(k))?;
    let odd = Decimal::new(value < 0.0, below + 1 - below % 2, 1 - i64::from(k))?;
    (found == odd && read(even)? == value).then_some(even)
}

/// The nearest binary64 of a decimal.
fn read(number: Decimal) -> Option<f64> {
    let mut text = Text::default();
    write!(text, "{}e{}", number.mantissa, number.exponent).ok()?;
    std::str::from_utf8(&text.bytes[..text.length])
        .ok()?
        .parse()
        .ok()
}

/// Room for the text of one binary64.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A whole number for every binary64 but NaN, in the same order; both zeros have the same.
#[must_use]
pub fn ordered(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparable_numbers_are_those_that_come_back() {
        for token in [
            "0.1",
            "123456789012",
            "9007199254740991",
            "9007199254740992",
            "1e23",
            "5e-324",
            "1.7976931348623157e308",
            "12345678901234567000",
            "2.2250738585072014e-308",
        ] {
            assert_eq!(comparable(token.as_bytes()), token.parse().ok(), "{token}");
        }
        for token in [
            "9007199254740993",
            "12345678901234567890",
            "12345678901234567168",
            "1e400",
            "1e-400",
            "0.10000000000000001",
            "5.0000000000000000001",
            "4e-324",
            "1.79769313486232e308",
        ] {
            assert_eq!(comparable(token.as_bytes()), None, "{token}");
        }
        assert!(comparable(b"-0.0").is_some_and(f64::is_sign_positive));
    }

    #[test]
    fn of_two_shortest_decimals_the_even_one_counts() {
        assert!(comparable(b"2.9802322387695312e-8").is_some());
        assert!(comparable(b"2.9802322387695313e-8").is_none());
    }

    #[test]
    fn ordered_keeps_the_order() {
        let values = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.0,
            -5e-324,
            0.0,
            5e-324,
            1.0,
            f64::MAX,
        ];
        assert!(
            values
                .windows(2)
                .all(|pair| ordered(pair[0]) < ordered(pair[1]))
        );
        assert_eq!(ordered(-0.0), ordered(0.0));
        assert!(ordered(f64::MAX) < ordered(f64::INFINITY));
    }
}
