//! Stage 2: whether the tokens of a text make a JSON object, by operations on masks.
//!
//! Most of the grammar is about neighbours: what may stand behind a comma, and so on. What depends
//! on the kind of the container is reduced to two masks: tokens that can only stand in an object,
//! such as a colon, and tokens that can only stand in an array, such as a value right behind a
//! comma. Between two brackets the kind does not change, so the only loop is over brackets.

use super::fault::MAX_DEPTH;
use super::scan::{SPARE, Vector};
use super::tokens::Tokens;

/// Tells whether indexed tokens make a JSON object with nothing behind it.
pub fn is_valid(tokens: &mut Tokens) -> bool {
    let leads = &tokens.leads[..tokens.len + SPARE];
    tokens
        .kernel
        .check(leads, tokens.len, Brackets::new(&mut tokens.open))
}

/// Checks the first bytes of all tokens, behind which [`SPARE`] bytes of no meaning follow.
#[inline(always)]
pub(super) fn check<V: Vector>(
    vector: V,
    leads: &[u8],
    len: usize,
    mut brackets: Brackets<'_>,
) -> bool {
    // That the first and the last bracket belong together follows: behind the end of the root
    // only a comma could stand, and what must follow it needs a container.
    if len == 0 || leads[0] != b'{' || leads[len - 1] != b'}' {
        return false;
    }
    let mut neighbours = Neighbours::default();
    for base in (0..len).step_by(64) {
        let Some(block) = leads[base..].first_chunk() else {
            return false;
        };
        let tokens = u64::MAX >> (64 - (len - base).min(64));
        let kinds = Kinds::new(vector, vector.load(block), tokens);
        let (needs, bad) = neighbours.check(vector, &kinds);
        if bad & tokens != 0 || !brackets.block(vector, &kinds, needs.among(tokens)) {
            return false;
        }
    }
    brackets.depth == 0
}

/// Which tokens of a block are of which kind.
struct Kinds {
    object: u64,
    object_end: u64,
    array: u64,
    array_end: u64,
    colon: u64,
    comma: u64,
    quote: u64,
    scalar: u64,
}

impl Kinds {
    #[inline(always)]
    fn new<V: Vector>(vector: V, block: V::Block, tokens: u64) -> Self {
        let object = vector.equal(block, b'{') & tokens;
        let object_end = vector.equal(block, b'}') & tokens;
        let array = vector.equal(block, b'[') & tokens;
        let array_end = vector.equal(block, b']') & tokens;
        let colon = vector.equal(block, b':') & tokens;
        let comma = vector.equal(block, b',') & tokens;
        let quote = vector.equal(block, b'"') & tokens;
        let other = object | object_end | array | array_end | colon | comma | quote;
        Kinds {
            object,
            object_end,
            array,
            array_end,
            colon,
            comma,
            quote,
            scalar: tokens & !other,
        }
    }
}

impl Needs {
    #[inline(always)]
    fn among(self, tokens: u64) -> Self {
        Needs {
            object: self.object & tokens,
            array: self.array & tokens,
        }
    }
}

/// Tokens that can only stand in one kind of container; a closing bracket counts as inside.
struct Needs {
    object: u64,
    array: u64,
}

/// What one block must know of the last tokens before it.
#[derive(Default)]
struct Neighbours {
    /// All ones if the last token was an opening quote.
    in_string: u64,
    object: Shifted<1>,
    array: Shifted<1>,
    colon: Shifted<1>,
    comma: Shifted<1>,
    value_end: Shifted<1>,
    /// Behind a string that is the first thing in an object.
    first_name: Shifted<2>,
    /// Behind a string that follows a comma.
    string: Shifted<2>,
}

impl Neighbours {
    /// Checks each token against those before it; returns also a bit for anything that is wrong.
    #[inline(always)]
    fn check<V: Vector>(&mut self, vector: V, kinds: &Kinds) -> (Needs, u64) {
        let Kinds {
            object,
            object_end,
            array,
            array_end,
            colon,
            comma,
            quote,
            scalar,
        } = *kinds;
        let opening = (vector.parity(quote) ^ self.in_string) & quote;
        self.in_string = 0u64.wrapping_sub((opening >> 63) & 1);
        let closing = quote & !opening;
        let value = object | array | opening | scalar;
        let value_end = object_end | array_end | closing | scalar;

        let behind_object = self.object.shift(object);
        let behind_array = self.array.shift(array);
        let behind_colon = self.colon.shift(colon);
        let behind_comma = self.comma.shift(comma);
        let behind_value = self.value_end.shift(value_end);
        let behind_first_name = self.first_name.shift(opening & behind_object);
        let behind_string = self.string.shift(opening & behind_comma);

        let bad = behind_object & !(opening | object_end)
            | behind_array & !(value | array_end)
            | (behind_colon | behind_comma) & !value
            | behind_value & !(comma | object_end | array_end | colon)
            | behind_first_name & !colon
            | colon & !(behind_first_name | behind_string);
        let needs = Needs {
            object: colon | object_end,
            array: behind_comma & !opening | behind_string & !colon | array_end,
        };
        (needs, bad)
    }
}

/// A mask moved by some tokens, across blocks.
#[derive(Clone, Copy, Default)]
struct Shifted<const BY: u32>(u64);

impl<const BY: u32> Shifted<BY> {
    #[inline(always)]
    fn shift(&mut self, mask: u64) -> u64 {
        let shifted = mask << BY | self.0;
        self.0 = mask >> (64 - BY);
        shifted
    }
}

/// How many places for open containers there are: a power of two, so that no index can be wrong.
pub(super) const PLACES: usize = (MAX_DEPTH + 2).next_power_of_two();

/// How many brackets are gone over at once.
const BATCH: usize = 2;

/// No container, an object and an array, as the places of [`Brackets`] have them.
const OBJECT: u8 = 1;
const ARRAY: u8 = 2;

/// The open containers.
pub(super) struct Brackets<'a> {
    /// The kind of each open container; the first place is that of no container and is zero, and
    /// those above `depth` are of no meaning.
    open: &'a mut [u8; PLACES],
    depth: usize,
}

impl<'a> Brackets<'a> {
    pub(super) fn new(open: &'a mut [u8; PLACES]) -> Self {
        // A text that closed more than it had opened may have written here.
        open[0] = 0;
        Brackets { open, depth: 0 }
    }

    /// Goes over the brackets of a block; tells whether all is well.
    #[inline(always)]
    fn block<V: Vector>(&mut self, vector: V, kinds: &Kinds, mut needs: Needs) -> bool {
        let opening = kinds.object | kinds.array;
        let closing = kinds.object_end | kinds.array_end;
        let mut brackets = opening | closing;
        let mut bad = 0;
        if V::HAS_PACK && self.depth + opening.count_ones() as usize <= MAX_DEPTH {
            let leaves = Leaves::new(vector, kinds, opening, brackets);
            bad = needs.take_leaves(kinds, &leaves);
            brackets &= !(leaves.opening | leaves.closing);
        }
        let before = self.open[self.depth % PLACES];
        let (mut inner, mut to_object, mut to_array) = (before, 0, 0);
        while brackets != 0 {
            // Several at once, so that few branches go wrong; one that is not there does nothing.
            for _ in 0..BATCH {
                let bracket = brackets & brackets.wrapping_neg();
                let outer = inner;
                let is_object = kinds.object & bracket != 0;
                self.open[self.depth.wrapping_add(1) % PLACES] = ARRAY - u8::from(is_object);
                let step = usize::from(opening & bracket != 0);
                self.depth = self.depth.wrapping_add(step);
                let step = usize::from(closing & bracket != 0);
                self.depth = self.depth.wrapping_sub(step);
                inner = self.open[self.depth % PLACES];
                to_object |= bracket & 0u64.wrapping_sub(u64::from((outer ^ inner) & OBJECT));
                to_array |= bracket & 0u64.wrapping_sub(u64::from((outer ^ inner) / ARRAY));
                bad |= u64::from(self.depth > MAX_DEPTH);
                brackets ^= bracket;
            }
        }
        // The kind changes behind the bracket; a kind that is zero meets no need.
        let in_object =
            vector.parity(to_object << 1) ^ 0u64.wrapping_sub(u64::from(before & OBJECT));
        let in_array = vector.parity(to_array << 1) ^ 0u64.wrapping_sub(u64::from(before / ARRAY));
        bad | needs.object & !in_object | needs.array & !in_array == 0
    }
}

/// The brackets of the containers in a block that hold no other container.
struct Leaves {
    opening: u64,
    closing: u64,
    /// A bit for anything that is opened by one kind of bracket and closed by the other.
    bad: u64,
}

impl Leaves {
    #[inline(always)]
    fn new<V: Vector>(vector: V, kinds: &Kinds, opening: u64, brackets: u64) -> Self {
        let opens = vector.pack(opening, brackets);
        let closes = vector.pack(brackets & !opening, brackets);
        let is_object = vector.pack(kinds.object | kinds.object_end, brackets);
        let leaves = opens & (closes >> 1);
        Leaves {
            opening: vector.unpack(leaves, brackets),
            closing: vector.unpack(leaves << 1, brackets),
            bad: (is_object ^ (is_object >> 1)) & leaves,
        }
    }
}

impl Needs {
    /// Checks and takes away the needs inside of leaves; returns a bit for anything that is wrong.
    #[inline(always)]
    fn take_leaves(&mut self, kinds: &Kinds, leaves: &Leaves) -> u64 {
        let inside = behind_up_to(leaves.opening, leaves.closing);
        let [first, last] = [
            leaves.opening & kinds.object,
            leaves.closing & kinds.object_end,
        ];
        let in_object = behind_up_to(first, last);
        let bad = self.array & in_object | self.object & inside & !in_object;
        self.object &= !inside;
        self.array &= !inside;
        bad | leaves.bad
    }
}

/// Returns the bits behind each of `from` up to the next of `to`, which take turns.
#[inline(always)]
fn behind_up_to(from: u64, to: u64) -> u64 {
    (to << 1).wrapping_sub(from << 1)
}
