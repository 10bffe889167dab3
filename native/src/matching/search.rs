//! The definition of matching for leaves in arrays, where no shortcut decides.
//!
//! Leaves are taken in the order of their paths. Each takes one of its values that goes with the
//! elements chosen before, or, if it allows absence, none where no value goes with them. Leaves
//! that share no array are decided apart; once an element is chosen, only what lies in it, or
//! outside of its array, remains; and questions are answered once. With repeated names the question
//! is NP-hard, so the work is bounded.

use std::collections::{BTreeMap, HashMap};

use super::candidates::TooComplex;
use super::found::{END, Found};
use crate::index::{Kind, Leaf, kind_of, owner_of};
use crate::store::View;

/// How many trails one question may look at, and how many more for each occurrence.
const WORK: usize = 100_000;
const WORK_PER_OCCURRENCE: usize = 64;

/// The array elements around a value, outermost first: the number of the array, and the index.
type Trail = Vec<(u32, u32)>;

/// What is left of one leaf: the trails of its values, as far as they are undecided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Path {
    allows_absence: bool,
    /// Of values that the leaf accepts.
    accepted: Vec<Trail>,
    /// Of other values, where the leaf allows absence.
    others: Vec<Trail>,
}

type Paths = Vec<Path>;

/// Whether the values found satisfy all leaves together; they are in the order of their paths, and
/// every predicate has been tried.
pub(super) fn satisfied(view: &View, found: &Found, leaves: &[Leaf]) -> Result<bool, TooComplex> {
    let paths = leaves.iter().map(|&leaf| path(view, found, leaf)).collect();
    let paths = without_agreement(paths);
    let occurrences: usize = paths.iter().map(Path::len).sum();
    let work_left = WORK + WORK_PER_OCCURRENCE * occurrences;
    Search {
        work_left,
        known: HashMap::new(),
    }
    .run(paths)
}

fn path(view: &View, found: &Found, leaf: Leaf) -> Path {
    let trails = leaf
        .wanted()
        .flat_map(|wanted| found.contexts_of(wanted.predicate()));
    let mut path = Path {
        accepted: trails.map(|c| trail(found, c)).collect(),
        ..Path::default()
    };
    let mut absent = leaf.wanted().filter(|wanted| wanted.is_tried());
    if let Some(absent) = absent.find(|w| kind_of(view, w.predicate()) == Kind::Absent) {
        path.allows_absence = true;
        let values = found.occurrences_of(owner_of(view, absent.predicate()));
        path.others = values
            .map(|n| trail(found, found.occurrences[n].context))
            .collect();
    }
    path.tidy();
    // A trail with an accepted value counts as accepted, whatever else stands there.
    let Path {
        accepted, others, ..
    } = &mut path;
    others.retain(|trail| accepted.binary_search(trail).is_err());
    path
}

fn trail(found: &Found, mut context: u32) -> Trail {
    let mut trail = Trail::new();
    while found.contexts[context as usize].parent != END {
        let element = found.contexts[context as usize];
        trail.push((element.array, element.index));
        context = element.parent;
    }
    trail.reverse();
    trail
}

/// Drops the arrays of which all values lie in one element: nobody can disagree there.
fn without_agreement(mut paths: Paths) -> Paths {
    let mut first: HashMap<u32, u32> = HashMap::new();
    let mut disputed: HashMap<u32, bool> = HashMap::new();
    for &(array, index) in paths.iter().flat_map(Path::trails).flatten() {
        let is_disputed = *first.entry(array).or_insert(index) != index;
        *disputed.entry(array).or_default() |= is_disputed;
    }
    for path in &mut paths {
        path.map(|trail| trail.retain(|(array, _)| disputed[array]));
    }
    paths
}

impl Path {
    fn len(&self) -> usize {
        self.accepted.len() + self.others.len()
    }

    fn trails(&self) -> impl Iterator<Item = &Trail> {
        self.accepted.iter().chain(&self.others)
    }

    fn tidy(&mut self) {
        for trails in [&mut self.accepted, &mut self.others] {
            trails.sort_unstable();
            trails.dedup();
        }
    }

    fn map(&mut self, mut change: impl FnMut(&mut Trail)) {
        self.accepted
            .iter_mut()
            .chain(&mut self.others)
            .for_each(&mut change);
        self.tidy();
    }

    fn is_hopeless(&self) -> bool {
        self.accepted.is_empty() && !self.allows_absence
    }

    /// What is left of the path for each element of an array; under `None` what lies outside.
    fn split(&self, array: u32) -> BTreeMap<Option<u32>, Path> {
        let mut parts: BTreeMap<Option<u32>, Path> = BTreeMap::new();
        for (is_accepted, trails) in [(true, &self.accepted), (false, &self.others)] {
            for trail in trails {
                let (index, rest) = cut(trail, array);
                let part = parts.entry(index).or_default();
                part.allows_absence = self.allows_absence;
                let side = if is_accepted {
                    &mut part.accepted
                } else {
                    &mut part.others
                };
                side.push(rest);
            }
        }
        parts.values_mut().for_each(Self::tidy);
        parts
    }
}

/// The index in an array, and the trail without it.
fn cut(trail: &Trail, array: u32) -> (Option<u32>, Trail) {
    let index = trail
        .iter()
        .find(|&&(of, _)| of == array)
        .map(|&(_, index)| index);
    (
        index,
        trail
            .iter()
            .copied()
            .filter(|&(of, _)| of != array)
            .collect(),
    )
}

struct Search {
    work_left: usize,
    known: HashMap<Paths, bool>,
}

/// A question on its way, and the smaller questions that it still asks.
struct Open {
    question: Paths,
    /// All of the smaller questions must hold; else one of them.
    needs_all: bool,
    smaller: Vec<Smaller>,
}

/// One or more smaller questions.
enum Smaller {
    Is(Paths),
    /// The first leaf is taken from an element of an array: one of these.
    Elements(Elements),
}

struct Elements {
    /// What the first leaf keeps in each element that is still to be tried.
    chosen: Vec<(Option<u32>, Vec<Trail>)>,
    /// The other leaves, in parts.
    parts: Vec<(bool, BTreeMap<Option<u32>, Path>)>,
}

impl Search {
    /// Answers with a stack of its own, however deep the arrays.
    fn run(&mut self, paths: Paths) -> Result<bool, TooComplex> {
        let mut stack = vec![self.open(paths)?];
        let mut answer = None;
        while let Some(open) = stack.last_mut() {
            let decided = match answer.take() {
                Some(given) if given != open.needs_all => Some(given),
                _ => None,
            };
            if decided.is_none()
                && let Some(question) = self.next(open)?
            {
                answer = self.known.get(&question).copied();
                if answer.is_none() {
                    let opened = self.open(question)?;
                    stack.push(opened);
                }
                continue;
            }
            let settled = decided.unwrap_or(open.needs_all);
            if let Some(done) = stack.pop() {
                self.known.insert(done.question, settled);
            }
            answer = Some(settled);
        }
        Ok(answer.unwrap_or(false))
    }

    fn spend(&mut self, work: usize) -> Result<(), TooComplex> {
        self.work_left = self.work_left.checked_sub(work).ok_or(TooComplex)?;
        Ok(())
    }

    /// The next of the smaller questions, which are kept last first.
    fn next(&mut self, open: &mut Open) -> Result<Option<Paths>, TooComplex> {
        loop {
            match open.smaller.pop() {
                None => return Ok(None),
                Some(Smaller::Is(paths)) => return Ok(Some(paths)),
                Some(Smaller::Elements(mut elements)) => {
                    if let Some(paths) = elements.next() {
                        self.spend(paths.len())?;
                        open.smaller.push(Smaller::Elements(elements));
                        return Ok(Some(paths));
                    }
                }
            }
        }
    }

    /// Turns a question into smaller ones.
    fn open(&mut self, question: Paths) -> Result<Open, TooComplex> {
        let hopeless = Open {
            question: Vec::new(),
            needs_all: false,
            smaller: Vec::new(),
        };
        if question.iter().any(Path::is_hopeless) {
            return Ok(Open {
                question,
                ..hopeless
            });
        }
        let groups = components(&question);
        if groups.len() != 1 {
            let smaller = groups.into_iter().rev().map(Smaller::Is).collect();
            return Ok(Open {
                question,
                needs_all: true,
                smaller,
            });
        }
        let smaller = self.choices(&question)?;
        Ok(Open {
            question,
            needs_all: false,
            smaller,
        })
    }

    /// The ways to take the first path, or to have it absent: one must hold.
    fn choices(&mut self, paths: &[Path]) -> Result<Vec<Smaller>, TooComplex> {
        let Some((first, rest)) = paths.split_first() else {
            return Ok(Vec::new());
        };
        if first.accepted.is_empty() {
            let is_absent = first.allows_absence && first.others.is_empty();
            return Ok(is_absent
                .then(|| Smaller::Is(rest.to_vec()))
                .into_iter()
                .collect());
        }
        let live = |array: u32| {
            rest.iter()
                .flat_map(Path::trails)
                .flatten()
                .any(|s| s.0 == array)
        };
        let mut is_live: HashMap<u32, bool> = HashMap::new();
        let mut trails = first.accepted.clone();
        for trail in &mut trails {
            trail.retain(|&(array, _)| *is_live.entry(array).or_insert_with(|| live(array)));
        }
        trails.sort_unstable();
        trails.dedup();
        let mut smaller = Vec::new();
        if trails.first().is_some_and(Vec::is_empty) {
            // A value outside of all arrays leaves the rest as it is; where nothing can be absent,
            // choosing an element can only be worse.
            smaller.push(Smaller::Is(rest.to_vec()));
            if !rest.iter().any(|path| path.allows_absence) {
                return Ok(smaller);
            }
        }
        let mut arrays: Vec<u32> = trails
            .iter()
            .filter_map(|t| t.first())
            .map(|s| s.0)
            .collect();
        arrays.dedup();
        for array in arrays {
            let elements = self.elements(array, &trails, rest)?;
            smaller.insert(0, Smaller::Elements(elements));
        }
        Ok(smaller)
    }

    fn elements(
        &mut self,
        array: u32,
        trails: &[Trail],
        rest: &[Path],
    ) -> Result<Elements, TooComplex> {
        self.spend(rest.iter().map(Path::len).sum())?;
        let parts: Vec<_> = rest
            .iter()
            .map(|p| (p.allows_absence, p.split(array)))
            .collect();
        let mut chosen: BTreeMap<Option<u32>, Vec<Trail>> = BTreeMap::new();
        for trail in trails
            .iter()
            .filter(|t| t.first().is_some_and(|step| step.0 == array))
        {
            let (index, rest) = cut(trail, array);
            chosen.entry(index).or_default().push(rest);
        }
        chosen.retain(|index, _| parts.iter().all(|part| is_viable(part, *index)));
        Ok(Elements {
            chosen: chosen.into_iter().rev().collect(),
            parts,
        })
    }
}

/// Whether a path is left with a value that it needs, once an element is chosen.
fn is_viable(
    (allows_absence, parts): &(bool, BTreeMap<Option<u32>, Path>),
    index: Option<u32>,
) -> bool {
    let has_values = |index| {
        parts
            .get(&index)
            .is_some_and(|part| !part.accepted.is_empty())
    };
    *allows_absence || has_values(None) || has_values(index)
}

impl Elements {
    fn next(&mut self) -> Option<Paths> {
        let (index, accepted) = self.chosen.pop()?;
        let mut first = Path {
            allows_absence: false,
            accepted,
            others: Vec::new(),
        };
        first.tidy();
        let rest = self.parts.iter().map(|(allows_absence, parts)| {
            let mut path = Path {
                allows_absence: *allows_absence,
                ..Path::default()
            };
            for part in [parts.get(&None), parts.get(&index)].into_iter().flatten() {
                path.accepted.extend_from_slice(&part.accepted);
                path.others.extend_from_slice(&part.others);
            }
            path.tidy();
            path
        });
        Some(std::iter::once(first).chain(rest).collect())
    }
}

/// Groups the paths that share arrays, directly or through others, keeping their order.
fn components(paths: &[Path]) -> Vec<Paths> {
    let mut group_of: Vec<usize> = (0..paths.len()).collect();
    let mut first_with: HashMap<u32, usize> = HashMap::new();
    for (number, path) in paths.iter().enumerate() {
        for &(array, _) in path.trails().flatten() {
            let other = *first_with.entry(array).or_insert(number);
            let (from, to) = (root(&mut group_of, number), root(&mut group_of, other));
            group_of[from.max(to)] = from.min(to);
        }
    }
    let mut groups: BTreeMap<usize, Paths> = BTreeMap::new();
    for (number, path) in paths.iter().enumerate() {
        let group = root(&mut group_of, number);
        groups.entry(group).or_default().push(path.clone());
    }
    groups.into_values().collect()
}

fn root(group_of: &mut [usize], mut number: usize) -> usize {
    while group_of[number] != number {
        group_of[number] = group_of[group_of[number]];
        number = group_of[number];
    }
    number
}
