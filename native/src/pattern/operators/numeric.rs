//! `{"numeric": [">", 0, "<=", 5]}`: comparable numbers in a range.

use crate::pattern::draft::{Interval, Matcher};
use crate::pattern::reader::Reader;
use crate::value::{comparable, decimal, ordered};

/// Reads one comparison, or a lower and then an upper bound.
pub(super) fn read(reader: &mut Reader) -> Option<Matcher> {
    reader.open(b'[')?;
    let name = reader.string()?.text();
    let token = operand(reader)?;
    let limit = ordered(comparable(token)?);
    if *name == *b"=" {
        reader.close(b']')?;
        return decimal(token).map(Matcher::Number);
    }
    let mut interval = Interval {
        low: 0,
        high: u64::MAX,
    };
    if !bound(&mut interval, &name, limit) {
        return None;
    }
    if reader.goes_on(b']', false)? {
        upper(reader, &mut interval, limit)?;
    }
    Some(Matcher::Numeric(interval))
}

/// Reads the second comparison, whose number must be greater.
fn upper(reader: &mut Reader, interval: &mut Interval, low: u64) -> Option<()> {
    let name = reader.string()?.text();
    let high = ordered(comparable(operand(reader)?)?);
    let is_range = interval.high == u64::MAX && matches!(&*name, b"<" | b"<=") && low < high;
    bound(interval, &name, high);
    reader.close(b']')?;
    is_range.then_some(())
}

/// Reads the number of a comparison.
fn operand<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    reader.goes_on(b']', false)?.then_some(())?;
    reader.number()
}

/// Narrows an interval by one inequality; false for any other comparison.
///
/// The bounds are at most those of finite numbers, so one more or less stays in range.
fn bound(interval: &mut Interval, comparison: &[u8], limit: u64) -> bool {
    match comparison {
        b"<" => interval.high = limit - 1,
        b"<=" => interval.high = limit,
        b">" => interval.low = limit + 1,
        b">=" => interval.low = limit,
        _ => return false,
    }
    true
}
