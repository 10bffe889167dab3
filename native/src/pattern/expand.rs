//! From the steps of a pattern to its sub-rules.

use crate::pattern::draft::Draft;
use crate::pattern::limits::{Limits, MAX_COMBINATIONS, MAX_PATHS};
use crate::pattern::order::compare;

/// A pattern in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A leaf, by its number.
    Leaf(u32),
    /// The beginning of a `$or`.
    Begin,
    /// The beginning of one of its branches.
    Branch,
    /// The end of a `$or`.
    End,
}

/// No node.
const NONE: u32 = u32::MAX;

/// Multiplies the branches of `$or`; keeps its memory for the next pattern.
///
/// A sub-rule in the making is a list of leaves, the last first, so that copies share what they
/// have in common.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// The leaves in the order of their paths, those of one path in document order.
    sorted: Vec<u32>,
    /// For each leaf the number of its path in that order.
    ranks: Vec<u32>,
    /// All lists: a leaf, and the node behind it.
    nodes: Vec<(u32, u32)>,
    /// The heads of the lists that are in the making or wait for the end of a `$or`.
    heads: Vec<u32>,
    /// For each open `$or` how many sub-rules there were before, and how many it has made.
    counts: Vec<(u32, u32)>,
    /// For each open `$or` the heads that it begins with.
    open: Vec<(usize, usize)>,
    /// The leaf of each path in the sub-rule that is being finished, by rank.
    chosen: Vec<u32>,
    /// The ranks of that sub-rule.
    found: Vec<u32>,
}

impl Expansion {
    /// Appends the sub-rules to the draft. The last leaf of a path wins in each of them.
    pub(super) fn run(&mut self, steps: &[Step], limits: Limits, draft: &mut Draft) -> Option<()> {
        let count = self.combinations(steps)?;
        if limits == Limits::Strict && count > MAX_COMBINATIONS {
            return None;
        }
        self.sort(draft)?;
        if count == 1 {
            self.single(draft)?;
        } else {
            self.multiply(steps)?;
            self.finish(draft)?;
        }
        (limits == Limits::Trusted || draft.rules().all(|rule| rule.len() <= MAX_PATHS))
            .then_some(())
    }

    /// The leaves of each path.
    pub(super) fn fields(&self) -> impl Iterator<Item = &[u32]> {
        let rank = |leaf: u32| self.ranks[leaf as usize];
        self.sorted.chunk_by(move |&a, &b| rank(a) == rank(b))
    }

    /// How many sub-rules the steps expand to.
    fn combinations(&mut self, steps: &[Step]) -> Option<u32> {
        self.counts.clear();
        let mut count = 1_u32;
        for step in steps {
            match step {
                Step::Leaf(_) => {}
                Step::Begin => {
                    self.counts.push((count, 0));
                    count = 0;
                }
                Step::Branch => {
                    let (before, finished) = self.counts.last_mut()?;
                    *finished = finished.checked_add(count)?;
                    count = *before;
                }
                Step::End => count = count.checked_add(self.counts.pop()?.1)?,
            }
        }
        Some(count)
    }

    /// Sorts the leaves and numbers their paths.
    fn sort(&mut self, draft: &Draft) -> Option<()> {
        self.sorted.clear();
        self.sorted
            .extend(0..u32::try_from(draft.leaves.len()).ok()?);
        let path = |leaf: u32| draft.text(draft.leaves[leaf as usize].path);
        self.sorted
            .sort_unstable_by(|&a, &b| compare(path(a), path(b)).then(a.cmp(&b)));
        self.ranks.clear();
        self.ranks.resize(self.sorted.len(), 0);
        let mut rank = 0;
        let mut before = None;
        for &leaf in &self.sorted {
            rank += u32::from(before.is_some_and(|before| path(before) != path(leaf)));
            self.ranks[leaf as usize] = rank;
            before = Some(leaf);
        }
        Some(())
    }

    /// Appends the one sub-rule of a pattern without `$or`.
    fn single(&self, draft: &mut Draft) -> Option<()> {
        let chosen = self.fields().filter_map(|leaves| leaves.last());
        draft.rule_leaves.extend(chosen);
        end_rule(draft)
    }

    /// Makes the lists of all sub-rules: the heads from 0 on.
    fn multiply(&mut self, steps: &[Step]) -> Option<()> {
        self.nodes.clear();
        self.heads.clear();
        self.heads.push(NONE);
        self.open.clear();
        let mut current = 0;
        for step in steps {
            match *step {
                Step::Leaf(leaf) => self.prepend(leaf, current)?,
                Step::Begin => {
                    self.open.push((current, self.heads.len()));
                    current = self.heads.len();
                }
                Step::Branch => {
                    let &(start, end) = self.open.last()?;
                    current = self.heads.len();
                    self.heads.extend_from_within(start..end);
                }
                Step::End => {
                    let (start, end) = self.open.pop()?;
                    self.heads.drain(start..end);
                    current = start;
                }
            }
        }
        Some(())
    }

    /// Adds a leaf to the sub-rules in the making.
    fn prepend(&mut self, leaf: u32, current: usize) -> Option<()> {
        for head in &mut self.heads[current..] {
            let node = u32::try_from(self.nodes.len()).ok()?;
            self.nodes.push((leaf, *head));
            *head = node;
        }
        Some(())
    }

    fn finish(&mut self, draft: &mut Draft) -> Option<()> {
        self.chosen.clear();
        self.chosen.resize(self.ranks.len(), NONE);
        for &head in &self.heads {
            let mut node = head;
            while let Some(&(leaf, behind)) = self.nodes.get(node as usize) {
                let rank = self.ranks[leaf as usize];
                let chosen = &mut self.chosen[rank as usize];
                if *chosen == NONE {
                    *chosen = leaf;
                    self.found.push(rank);
                }
                node = behind;
            }
            self.found.sort_unstable();
            for rank in self.found.drain(..) {
                let chosen = &mut self.chosen[rank as usize];
                draft.rule_leaves.push(std::mem::replace(chosen, NONE));
            }
            end_rule(draft)?;
        }
        Some(())
    }
}

fn end_rule(draft: &mut Draft) -> Option<()> {
    draft
        .rule_ends
        .push(u32::try_from(draft.rule_leaves.len()).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{Begin, Branch, End, Leaf};

    fn expand(paths: &[&str], steps: &[Step]) -> Vec<Vec<u32>> {
        let mut draft = Draft::default();
        for path in paths {
            let start = draft.bytes.len() as u32;
            draft.bytes.extend_from_slice(path.as_bytes());
            let path = crate::pattern::Span {
                start,
                end: draft.bytes.len() as u32,
            };
            draft.leaves.push(crate::pattern::Leaf {
                path,
                start: 0,
                end: 0,
            });
        }
        let mut expansion = Expansion::default();
        assert!(expansion.run(steps, Limits::Strict, &mut draft).is_some());
        draft.rules().map(<[u32]>::to_vec).collect()
    }

    #[test]
    fn the_last_leaf_of_a_path_wins_in_each_sub_rule() {
        assert_eq!(
            expand(&["b", "a", "b"], &[Leaf(0), Leaf(1), Leaf(2)]),
            [[1, 2]]
        );
        let steps = [Leaf(0), Begin, Branch, Leaf(1), Branch, Leaf(2), End];
        assert_eq!(expand(&["a", "a", "b"], &steps), [vec![1], vec![0, 2]]);
        let steps = [Begin, Branch, Leaf(0), Branch, Leaf(1), End, Leaf(2)];
        assert_eq!(expand(&["a", "b", "a"], &steps), [vec![2], vec![2, 1]]);
    }

    #[test]
    fn alternatives_multiply_the_last_varying_slowest() {
        let steps = [
            Begin,
            Branch,
            Leaf(0),
            Branch,
            Leaf(1),
            End,
            Begin,
            Branch,
            Leaf(2),
            Branch,
            Leaf(3),
            End,
        ];
        let expected = [[0, 2], [1, 2], [0, 3], [1, 3]];
        assert_eq!(expand(&["a", "b", "c", "d"], &steps), expected);
    }
}
