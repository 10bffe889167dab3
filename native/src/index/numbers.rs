//! A filter of the exact numbers that a field asks for, on the first bytes of their tokens.
//!
//! Every token without an exponent that is worth a number begins like the shortest such token;
//! only zeros, and a point before them, may follow. So the first eight bytes, or all if there are
//! fewer, tell most other numbers apart before their value is worked out.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::state::State;
use crate::store::{Ref, load, low_bytes, spread};
use crate::value::Decimal;

/// The bits of the filter, and before them a word with a bit for each length in use.
pub(super) const WORDS: usize = 9;

#[inline(always)]
fn bit(first: u64, length: usize) -> usize {
    (spread(first, length) >> 56) as usize
}

/// The filter of a field as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// One of the lengths in use, and the others.
    size: u32,
    sizes: u32,
    bits: &'a [AtomicU32; WORDS - 1],
}

impl<'a> Numbers<'a> {
    /// The filter that begins there.
    #[inline(always)]
    pub(super) fn of(words: &'a [AtomicU32]) -> Self {
        static CLOSED: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];
        let [sizes, bits @ ..] = words.first_chunk().unwrap_or(&CLOSED);
        let sizes = sizes.load(Acquire);
        // A filter that is closed has no bits, whatever the length.
        let size = sizes.trailing_zeros().clamp(1, 8);
        Self {
            size,
            sizes: sizes & !(1 << size),
            bits,
        }
    }

    /// Whether a token without an exponent may be worth one of the numbers. It begins at `start`,
    /// and what follows in the text does not go on with it.
    #[inline(always)]
    pub fn may_be(self, text: &[u8], start: usize) -> bool {
        let first = load(text, start, (text.len() - start).min(8));
        let mut any = self.has(first, self.size);
        let mut sizes = self.sizes;
        while sizes != 0 {
            any |= self.has(first, sizes.trailing_zeros());
            sizes &= sizes - 1;
        }
        any & 1 == 1
    }

    #[inline(always)]
    fn has(self, first: u64, size: u32) -> u32 {
        let size = size as usize;
        let bit = bit(first & low_bytes(size), size);
        self.bits[bit >> 5].load(Acquire) >> (bit & 31)
    }
}

/// Lets the tokens of a number pass the filter that begins at `word`.
pub(super) fn admit(state: &State, owner: Ref, word: usize, number: Decimal) {
    let token = shortest_token(number);
    admit_token(state, owner, word, &token);
    if number.mantissa == 0 {
        admit_token(state, owner, word, b"-0");
    }
}

fn admit_token(state: &State, owner: Ref, word: usize, token: &[u8]) {
    let size = token.len().min(8);
    let bit = bit(load(token, 0, size), size);
    let add = |word, bit: usize| state.set(owner, word, state.get(owner, word) | 1 << bit);
    add(word + 1 + (bit >> 5), bit & 31);
    add(word, size);
}

/// Closes the filter to all.
pub(super) fn clear(state: &State, owner: Ref, word: usize) {
    (word..word + WORDS).for_each(|word| state.set(owner, word, 0));
}

/// The shortest token without an exponent; of a large number, its beginning.
fn shortest_token(number: Decimal) -> Vec<u8> {
    let digits = number.mantissa.unsigned_abs().to_string();
    let mut token = String::from(if number.mantissa < 0 { "-" } else { "" });
    let whole = digits.len() as i64 + i64::from(number.exponent);
    if number.exponent >= 0 {
        token.push_str(&digits);
        token.extend(std::iter::repeat_n('0', number.exponent.min(8) as usize));
    } else if whole > 0 {
        let (whole, fraction) = digits.split_at(whole as usize);
        token.extend([whole, ".", fraction]);
    } else {
        token.push_str("0.");
        token.extend(std::iter::repeat_n('0', (-whole).min(8) as usize));
        token.push_str(&digits);
    }
    token.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(mantissa: i64, exponent: i32) -> String {
        String::from_utf8(shortest_token(Decimal { mantissa, exponent })).unwrap()
    }

    #[test]
    fn tokens_are_the_shortest() {
        assert_eq!(token(5, 0), "5");
        assert_eq!(token(-375, -1), "-37.5");
        assert_eq!(token(3, 2), "300");
        assert_eq!(token(25, -3), "0.025");
        assert_eq!(token(25, -2), "0.25");
        assert_eq!(token(0, 0), "0");
    }
}
