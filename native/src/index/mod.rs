//! Many patterns, indexed: what they ask for, and which of them a found value makes possible.
//!
//! A pattern is a set of sub-rules, a sub-rule a set of leaves, a leaf a list of predicates at one
//! field. Equal predicates at one field are one record. Each sub-rule is *anchored* at one of its
//! leaves: it stands in the list behind each predicate of that leaf, and is looked at only if such
//! a predicate is satisfied. A list that grows long *bursts*: its sub-rules move to lists behind
//! pairs of predicates, of three, and so on.

mod anchor;
mod burst;
mod directory;
mod discovery;
mod field;
mod intern;
mod key;
mod list;
mod numbers;
mod numeric;
mod rarity;
mod rebuild;
mod room;
mod rule;
mod sizes;
mod state;
mod writer;

pub use directory::{Answer, Directory};
pub use field::{Field, ROOT, child, descend, flag};
pub use key::{
    HEADER, Kind, find, find_number, find_tagged, kind_of, length_of, number_of, owner_of,
    payload_of, signature_of, text_of,
};
pub use list::{List, inline_item, is_inline, items};
pub use numbers::Numbers;
pub use numeric::{all, stab};
pub use rule::{Leaf, Name, Rule, Wanted, name_text};
pub use sizes::Sizes;
pub use state::{ALWAYS, Core, Full, Shared};
pub use writer::{Writer, address_key, fits, number_key};
