//! Where a container ends, found by operations on masks.

use super::scan::Vector;

/// Returns the index of the closing bracket that belongs to the opening bracket at index `k`.
///
/// The brackets must be balanced; of others no more is sure than that the index is in the slice or
/// its length.
#[inline(always)]
pub(super) fn closing<V: Vector>(vector: V, leads: &[u8], k: usize) -> usize {
    let mut open = 0;
    let mut base = k;
    while let Some(bytes) = leads.get(base..).and_then(|rest| rest.first_chunk()) {
        let block = vector.load(bytes);
        let opening = vector.any_of(block, b"{[");
        let closing = vector.any_of(block, b"}]");
        if closing.count_ones() >= open
            && let Some(bit) = first_balance(opening, closing, open)
        {
            return base + bit as usize;
        }
        open += opening.count_ones();
        open = open.saturating_sub(closing.count_ones());
        base += 64;
    }
    leads.len()
}

/// Returns the first closing bracket up to which as many brackets close as open, given how many
/// are open before.
#[inline(always)]
fn first_balance(opening: u64, mut closing: u64, open: u32) -> Option<u32> {
    let mut closed = 0;
    while closing != 0 {
        let up_to = closing ^ (closing - 1);
        closed += 1;
        if open + (opening & up_to).count_ones() == closed {
            return Some(closing.trailing_zeros());
        }
        closing &= closing - 1;
    }
    None
}
