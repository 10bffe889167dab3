//! Where the tokens of a JSON text are.

use super::fault::MAX_NUMBER_LENGTH;
use super::grammar::PLACES;
use super::number::is_number;
use super::scan::{Available, Kernel, SPARE, Sink};
use super::shape::{Kinds, MAX_SHAPE, Shape};

/// How many positions at the end of the text stand behind those of the tokens.
const SENTINELS: usize = 4;

/// Whether the encoding of a text is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Utf8 {
    /// The text may hold any bytes and is refused unless it is UTF-8.
    Check,
    /// The text comes from a string and is not checked.
    Trusted,
}

/// The tokens of one text; made to be reused, so that texts do not cost an allocation each.
///
/// A token is a structural character, a number or a literal, or a quote: strings have two.
#[derive(Debug)]
pub struct Tokens {
    /// Where each token begins; longer than `len`.
    pub(super) positions: Vec<u32>,
    /// The first byte of each token; longer than `len`.
    pub(super) leads: Vec<u8>,
    /// For each block of 64 bytes those that belong to numbers and literals.
    scalars: Vec<u64>,
    /// How many tokens there are.
    pub(super) len: usize,
    /// Whether a backslash occurs in the text.
    pub(super) has_escapes: bool,
    /// Whether a number has an exponent.
    pub(super) has_exponents: bool,
    /// The kernel to use.
    pub(super) kernel: Available,
    /// Room for the containers that are open while the grammar is checked.
    pub(super) open: Box<[u8; PLACES]>,
    /// Room for the kinds of tokens.
    kinds: [Kinds; MAX_SHAPE / 64],
}

impl Tokens {
    /// Returns the tokens of an empty text.
    pub fn new() -> Self {
        Self::of_kernel(Available::best())
    }

    /// Returns tokens that are found by the given kernel; `None` if the processor lacks it.
    pub fn with_kernel(kernel: Kernel) -> Option<Self> {
        Available::new(kernel).map(Self::of_kernel)
    }

    fn of_kernel(kernel: Available) -> Self {
        Tokens {
            positions: vec![0; SPARE],
            leads: vec![0; SPARE],
            scalars: Vec::new(),
            len: 0,
            has_escapes: false,
            has_exponents: false,
            kernel,
            open: Box::new([0; PLACES]),
            kinds: [[0; 3]; MAX_SHAPE / 64],
        }
    }

    /// Finds the tokens of a text; returns whether all is well inside of each.
    ///
    /// All is well if strings are closed, hold no control characters and only valid escapes,
    /// everything else between structural characters is a number or a literal, no number is too
    /// long, and the text is UTF-8. Texts of 4 GiB are refused. After a refusal the tokens are
    /// of no use.
    pub fn index(&mut self, text: &[u8], utf8: Utf8) -> bool {
        self.len = 0;
        self.has_escapes = false;
        if text.len() > u32::MAX as usize - SPARE {
            return false;
        }
        self.reserve(text.len() + 2 * SPARE);
        let sink = Sink {
            positions: &mut self.positions,
            leads: &mut self.leads,
            scalars: &mut self.scalars,
        };
        let found = self.kernel.scan(text, sink);
        self.len = found.len;
        self.has_escapes = found.has_escapes;
        self.positions[found.len..found.len + SENTINELS].fill(text.len() as u32);
        self.leads[found.len..found.len + SPARE].fill(0);
        found.is_good
            && self.check_numbers(text)
            && (found.is_ascii || utf8 == Utf8::Trusted || simdutf8::basic::from_utf8(text).is_ok())
    }

    #[inline]
    fn check_numbers(&mut self, text: &[u8]) -> bool {
        let masks = &self.scalars[..text.len() / 64 + 1];
        let found = self.kernel.numbers(text, masks);
        self.has_exponents = found.has_exponents;
        found.are_good && (!found.has_long || self.numbers_are_short(text))
    }

    #[cold]
    fn numbers_are_short(&self, text: &[u8]) -> bool {
        (0..self.len).all(|k| {
            let start = self.positions[k] as usize;
            !is_number(self.leads[k]) || self.scalar_end(text, k) - start <= MAX_NUMBER_LENGTH
        })
    }

    /// Makes room for the tokens of a text; there are never more tokens than bytes.
    fn reserve(&mut self, len: usize) {
        if self.positions.len() < len {
            self.positions.resize(len, 0);
            self.leads.resize(len, 0);
            self.scalars.resize(len / 64 + 1, 0);
        }
    }

    /// Where each token begins, followed by four times the length of the text.
    #[inline]
    pub fn positions(&self) -> &[u32] {
        &self.positions[..self.len + SENTINELS]
    }

    /// The first byte of each token, followed by four zeros.
    #[inline]
    pub fn leads(&self) -> &[u8] {
        &self.leads[..self.len + SENTINELS]
    }

    /// The shape, unless there are too many tokens; those of a text that was found good.
    #[inline]
    pub fn shape(&mut self) -> Option<Shape<'_>> {
        if self.len > MAX_SHAPE {
            return None;
        }
        let blocks = self.len.div_ceil(64);
        let (leads, _) = self.leads.as_chunks();
        let hash = self.kernel.kinds(&leads[..blocks], &mut self.kinds);
        Some(Shape {
            len: self.len,
            kinds: &self.kinds[..blocks],
            hash: hash ^ self.len as u64,
        })
    }

    /// How many tokens there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no token.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a backslash occurs in the text.
    #[inline]
    pub fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// Whether a number has an exponent.
    #[inline]
    pub fn has_exponents(&self) -> bool {
        self.has_exponents
    }

    /// Returns the index of the first token behind the value that begins at index `k`, given that
    /// [`is_valid`](super::is_valid) has returned true.
    #[inline]
    pub fn behind(&self, k: usize) -> usize {
        match self.leads[k] {
            b'{' | b'[' => self.kernel.closing(&self.leads[..self.len + SPARE], k) + 1,
            b'"' => k + 2,
            _ => k + 1,
        }
    }

    /// Returns the end of the number or literal at index `k`, given that it is valid.
    #[inline]
    pub fn scalar_end(&self, text: &[u8], k: usize) -> usize {
        let mut end = self.positions[k + 1] as usize;
        while matches!(text[end - 1], b' ' | b'\t' | b'\n' | b'\r') {
            end -= 1;
        }
        end
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new()
    }
}
