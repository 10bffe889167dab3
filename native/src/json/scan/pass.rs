//! The pass over a text, the same for all kernels.

use super::block::Vector;

/// How many more places than bytes the buffers must have.
pub(in crate::json) const SPARE: usize = 64;

/// So many blocks are asked for before the first is looked at: a text may have left the caches, and
/// the processor begins to fetch what comes next only after a few blocks.
const AHEAD: usize = 32;

/// Where the tokens are written to; the first two have at least [`SPARE`] more places than the text bytes.
pub(in crate::json) struct Sink<'a> {
    /// Where each token begins.
    pub(in crate::json) positions: &'a mut [u32],
    /// The first byte of each token.
    pub(in crate::json) leads: &'a mut [u8],
    /// The bytes of each block that belong to numbers and literals.
    pub(in crate::json) scalars: &'a mut [u64],
}

/// What the pass found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::json) struct Found {
    /// How many tokens there are.
    pub(in crate::json) len: usize,
    /// Whether all is well inside of each string, the encoding left aside, and between the tokens.
    pub(in crate::json) is_good: bool,
    /// Whether all bytes are ASCII.
    pub(in crate::json) is_ascii: bool,
    /// Whether a backslash occurs.
    pub(in crate::json) has_escapes: bool,
}

/// Finds all tokens.
#[inline(always)]
pub(super) fn scan<V: Vector>(vector: V, text: &[u8], sink: Sink<'_>) -> Found {
    let mut pass = Pass {
        vector,
        text,
        sink,
        state: State::default(),
        bytes: vector.load(&[0; 64]),
    };
    let (blocks, rest) = text.as_chunks::<64>();
    for block in blocks.iter().take(AHEAD) {
        vector.prefetch(block);
    }
    for (i, block) in blocks.iter().enumerate() {
        pass.block(vector.load(block), i * 64);
    }
    // Even where no byte is left, so that a token which ends with the text meets its end.
    pass.block(vector.load_rest(rest), blocks.len() * 64);
    vector.prefetch_behind(text);
    pass.found()
}

struct Pass<'a, V: Vector> {
    vector: V,
    text: &'a [u8],
    sink: Sink<'a>,
    state: State,
    /// The bits that are set in any block so far.
    bytes: V::Block,
}

/// What one block must know of those before it.
#[derive(Default)]
struct State {
    /// How many tokens there are so far.
    len: usize,
    /// All ones if the last byte was in a string.
    in_string: u64,
    /// Whether the next byte is escaped.
    escaped: u64,
    /// Whether the last byte belongs to a number or literal.
    scalar: u64,
    /// A bit for anything that is wrong.
    bad: u64,
    /// A bit for any backslash.
    backslash: u64,
}

impl<V: Vector> Pass<'_, V> {
    #[inline(always)]
    fn block(&mut self, block: V::Block, base: usize) {
        let v = self.vector;
        let quote = v.equal(block, b'"') & !self.escaped(block, base);
        let in_string = v.parity(quote) ^ self.state.in_string;
        self.state.in_string = ((in_string as i64) >> 63) as u64;
        let space = v.white_space(block);
        let structural = v.structural(block) & !in_string;
        // Of the control characters only white space is allowed, and none in strings.
        self.state.bad |= v.between(block, 0, 0x1f) & (in_string | !space);
        self.bytes = v.or(self.bytes, block);
        let scalar = !(in_string | quote | structural | space);
        let start = scalar & !(scalar << 1 | self.state.scalar);
        self.state.scalar = scalar >> 63;
        self.sink.scalars[base / 64] = scalar;
        self.write(block, quote | structural | start, base);
    }

    #[inline(always)]
    fn write(&mut self, block: V::Block, tokens: u64, base: usize) {
        let len = self.state.len;
        let positions = self.sink.positions[len..].first_chunk_mut();
        let leads = self.sink.leads[len..].first_chunk_mut();
        let (Some(positions), Some(leads)) = (positions, leads) else {
            return;
        };
        self.vector
            .write(block, tokens, base as u32, positions, leads);
        self.state.len += tokens.count_ones() as usize;
    }

    /// Returns which bytes are escaped, and checks that they may be.
    #[inline(always)]
    fn escaped(&mut self, block: V::Block, base: usize) -> u64 {
        let backslash = self.vector.equal(block, b'\\');
        if backslash | self.state.escaped == 0 {
            return 0;
        }
        self.state.backslash |= backslash;
        let mut escaped = self.state.escaped;
        let mut pending = backslash & !escaped;
        self.state.escaped = 0;
        while pending != 0 {
            let lowest = pending & pending.wrapping_neg();
            escaped |= lowest << 1;
            self.state.escaped = lowest >> 63;
            pending &= !(lowest | lowest << 1);
        }
        let unicode = self.vector.equal(block, b'u');
        let allowed = self.vector.any_of(block, b"\"\\/bfnrt") | unicode;
        self.state.bad |= escaped & !allowed;
        if escaped & unicode != 0 {
            self.state.bad |= self.check_unicode(escaped & unicode, base);
        }
        escaped
    }

    /// Checks that four hexadecimal digits stand behind each `u` of a mask.
    fn check_unicode(&self, mut unicode: u64, base: usize) -> u64 {
        let mut bad = 0;
        while unicode != 0 {
            let at = base + unicode.trailing_zeros() as usize;
            let digits = self.text.get(at + 1..at + 5);
            bad |= u64::from(!digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)));
            unicode &= unicode - 1;
        }
        bad
    }

    #[inline(always)]
    fn found(&self) -> Found {
        let state = &self.state;
        let pending = state.in_string | state.escaped;
        Found {
            len: state.len,
            is_good: state.bad | pending == 0,
            is_ascii: self.vector.between(self.bytes, 0x80, 0xff) == 0,
            has_escapes: state.backslash != 0,
        }
    }
}
