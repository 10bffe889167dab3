//! Whether numbers and literals are valid, by operations on masks.

use super::block::Vector;
use crate::json::MAX_NUMBER_LENGTH;
use crate::json::number::literal_end;

/// What was found out about the numbers and literals of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::json) struct Numbers {
    /// Whether all are valid.
    pub(in crate::json) are_good: bool,
    /// Whether a number might be too long.
    pub(in crate::json) has_long: bool,
    /// Whether a number has an exponent.
    pub(in crate::json) has_exponents: bool,
}

/// Checks all numbers and literals; `masks` has their bytes, block by block.
///
/// This is a pass of its own, as few blocks have any: so the other pass keeps all in registers.
#[inline(always)]
pub(in crate::json) fn numbers<V: Vector>(vector: V, text: &[u8], masks: &[u64]) -> Numbers {
    let (mut scalars, mut bad) = (Scalars::default(), 0);
    for (n, &scalar) in masks.iter().enumerate() {
        if scalar | scalars.behind_scalar.0 != 0 {
            let rest = &text[64 * n..];
            let block = match rest.first_chunk() {
                Some(block) => vector.load(block),
                None => vector.load_rest(rest),
            };
            bad |= scalars.block(vector, block, scalar, rest);
        }
    }
    Numbers {
        are_good: bad == 0,
        has_long: scalars.has_long,
        has_exponents: scalars.has_exponents(),
    }
}

/// A number that is too long fills at least this many blocks in a row.
const LONG: usize = (MAX_NUMBER_LENGTH + 1 - 63) / 64;

/// A mask moved to the next byte, across blocks.
#[derive(Clone, Copy, Default)]
struct Shifted(u64);

impl Shifted {
    /// Returns the bytes behind those of a mask.
    #[inline(always)]
    fn shift(&mut self, mask: u64) -> u64 {
        let shifted = mask << 1 | self.0;
        self.0 = mask >> 63;
        shifted
    }
}

/// Runs of bytes that go on across blocks.
#[derive(Clone, Copy, Default)]
struct Runs(u64);

impl Runs {
    /// Returns the bytes behind those runs of `mask` that begin at a byte of `starts`.
    #[inline(always)]
    fn ends(&mut self, mask: u64, starts: u64) -> u64 {
        let (sum, first) = mask.overflowing_add(starts);
        let (sum, second) = sum.overflowing_add(self.0);
        self.0 = u64::from(first | second);
        sum & !mask
    }
}

/// What one block must know of the numbers and literals before it.
#[derive(Default)]
struct Scalars {
    behind_scalar: Shifted,
    behind_digit: Shifted,
    behind_minus: Shifted,
    behind_point: Shifted,
    behind_zero: Shifted,
    fraction: Runs,
    rare: Rare,
    /// How many blocks in a row consist of a single token.
    filled: usize,
    /// Whether a number might be too long.
    has_long: bool,
}

/// What is hardly ever there: exponents, and literals, which also take the slow way.
#[derive(Default)]
struct Rare {
    /// The bytes of the next block that belong to a literal.
    literal: u64,
    behind_literal: Shifted,
    behind_exponent: Shifted,
    behind_sign: Shifted,
    power: Runs,
    /// A bit for any exponent.
    any_exponent: u64,
}

/// The bytes of a block that belong to numbers, by kind.
struct Kinds {
    /// The first byte of each number.
    start: u64,
    digit: u64,
    minus: u64,
    point: u64,
}

impl Scalars {
    /// Checks one block: `scalar` has the bytes of numbers and literals, or what should be such, and
    /// `rest` is the text from this block on. Returns a bit for anything that is wrong.
    ///
    /// A block without such bytes may be left out if there are none just before it either.
    #[inline(always)]
    fn block<V: Vector>(&mut self, vector: V, block: V::Block, scalar: u64, rest: &[u8]) -> u64 {
        let start = scalar & !self.behind_scalar.shift(scalar);
        self.filled = if scalar == u64::MAX {
            self.filled + 1
        } else {
            0
        };
        self.has_long |= self.filled >= LONG;
        let digit = scalar & vector.between(block, b'0', b'9');
        let minus = scalar & vector.equal(block, b'-');
        let point = scalar & vector.equal(block, b'.');
        let zero = vector.equal(block, b'0');
        let kinds = Kinds {
            start,
            digit,
            minus,
            point,
        };
        let rare = scalar & !(digit | minus | point);
        if rare | self.rare.pending() == 0 {
            return self.decimals(&kinds, zero) | minus & !start;
        }
        let (kinds, number, bad) = self.rare.literals(kinds, scalar, rest);
        let exponent = number & vector.any_of(block, b"eE");
        self.rare.any_exponent |= exponent;
        let plus = number & vector.equal(block, b'+');
        let behind_digit = self.behind_digit;
        bad | self.decimals(&kinds, zero)
            | self
                .rare
                .exponents(&kinds, number, exponent, plus, behind_digit)
    }

    /// Whether there was an exponent.
    #[inline(always)]
    fn has_exponents(&self) -> bool {
        self.rare.any_exponent != 0
    }

    /// Checks signs, points and leading zeros: each byte against the one before it, and what ends
    /// the digits behind a point.
    #[inline(always)]
    fn decimals(&mut self, kinds: &Kinds, zero: u64) -> u64 {
        let Kinds {
            start,
            digit,
            minus,
            point,
        } = *kinds;
        let first_minus = minus & start;
        let behind_digit = self.behind_digit.shift(digit);
        let behind_minus = self.behind_minus.shift(first_minus);
        let behind_point = self.behind_point.shift(point);
        let first_zero = digit & zero & (start | behind_minus);
        let behind_zero = self.behind_zero.shift(first_zero);
        let behind_fraction = self.fraction.ends(digit, digit & behind_point);
        point & (!behind_digit | behind_fraction)
            | (behind_minus | behind_point) & !digit
            | behind_zero & digit
    }
}

impl Rare {
    /// Tells whether a literal or an exponent goes on in the next block.
    #[inline(always)]
    fn pending(&self) -> u64 {
        self.literal
            | self.behind_literal.0
            | self.behind_exponent.0
            | self.behind_sign.0
            | self.power.0
    }

    /// Takes the literals away; returns the kinds without them, the bytes of numbers, and a bit
    /// for anything that is wrong. `rest` is the text from this block on.
    #[inline(always)]
    fn literals(&mut self, kinds: Kinds, scalar: u64, rest: &[u8]) -> (Kinds, u64, u64) {
        let mut literal = u128::from(self.literal);
        let mut bad = 0;
        let mut letter = kinds.start & !(kinds.digit | kinds.minus);
        while letter != 0 {
            let at = letter.trailing_zeros() as usize;
            match literal_end(rest, at) {
                Some(end) => literal |= ((1 << (end - at)) - 1) << at,
                None => bad = 1,
            }
            letter &= letter - 1;
        }
        self.literal = (literal >> 64) as u64;
        let literal = literal as u64;
        let number = scalar & !literal;
        bad |= number & self.behind_literal.shift(literal);
        (
            Kinds {
                start: kinds.start & number,
                ..kinds
            },
            number,
            bad,
        )
    }

    /// Checks exponents and their signs, and that nothing else is in a number; `before` tells
    /// whether the byte before the block is a digit.
    #[inline(always)]
    fn exponents(
        &mut self,
        kinds: &Kinds,
        number: u64,
        exponent: u64,
        plus: u64,
        mut before: Shifted,
    ) -> u64 {
        let Kinds {
            start,
            digit,
            minus,
            point,
        } = *kinds;
        let behind_digit = before.shift(digit);
        let behind_exponent = self.behind_exponent.shift(exponent);
        let sign = (minus | plus) & behind_exponent;
        let behind_sign = self.behind_sign.shift(sign);
        let behind_power = self
            .power
            .ends(digit, digit & (behind_exponent | behind_sign));
        number & !(digit | minus | plus | point | exponent)
            | (minus & !start | plus) & !behind_exponent
            | exponent & !behind_digit
            | behind_exponent & !(digit | minus | plus)
            | behind_sign & !digit
            | behind_power & (point | exponent)
    }
}
