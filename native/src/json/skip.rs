//! Checks the grammar token by token: the plain twin of stage 2.

use super::fault::MAX_DEPTH;
use super::tokens::Tokens;

/// Checks the value that begins at index `k` and moves `k` behind it; `depth` containers are open.
///
/// The tokens must be those of a text that was found good inside of each token.
pub fn skip_value(tokens: &Tokens, k: &mut usize, depth: usize) -> bool {
    let leads = tokens.leads();
    let mut open = Kinds::default();
    loop {
        // Here a value must begin.
        match leads.get(*k) {
            Some(b'{' | b'[') if depth + open.len == MAX_DEPTH => return false,
            Some(b'{') => {
                open.push(true);
                *k += 1;
                if leads[*k] != b'}' {
                    if !skip_name(leads, k) {
                        return false;
                    }
                    continue;
                }
            }
            Some(b'[') => {
                open.push(false);
                *k += 1;
                if leads[*k] != b']' {
                    continue;
                }
            }
            Some(b'"') => *k += 2,
            Some(0 | b'}' | b']' | b':' | b',') | None => return false,
            Some(_) => *k += 1,
        }
        // Here a value has ended, or a container is empty.
        loop {
            let Some(is_object) = open.top() else {
                return true;
            };
            match (leads[*k], is_object) {
                (b'}', true) | (b']', false) => open.len -= 1,
                (b',', false) => {
                    *k += 1;
                    break;
                }
                (b',', true) => {
                    *k += 1;
                    if !skip_name(leads, k) {
                        return false;
                    }
                    break;
                }
                _ => return false,
            }
            *k += 1;
        }
    }
}

/// Moves `k` behind the name of a member and its colon.
fn skip_name(leads: &[u8], k: &mut usize) -> bool {
    let is_name = leads[*k..].starts_with(b"\"\":");
    *k += 3;
    is_name
}

/// Tells token by token whether indexed tokens make a JSON object with nothing behind it.
pub fn is_valid_stepwise(tokens: &Tokens) -> bool {
    let mut k = 0;
    tokens.leads()[0] == b'{' && skip_value(tokens, &mut k, 0) && k == tokens.len()
}

/// The kinds of the open containers: whether each is an object.
#[derive(Default)]
struct Kinds {
    bits: [u64; MAX_DEPTH.div_ceil(64)],
    len: usize,
}

impl Kinds {
    fn push(&mut self, is_object: bool) {
        let bit = 1 << (self.len % 64);
        let word = &mut self.bits[self.len / 64];
        *word = if is_object { *word | bit } else { *word & !bit };
        self.len += 1;
    }

    fn top(&self) -> Option<bool> {
        let last = self.len.checked_sub(1)?;
        Some(self.bits[last / 64] >> (last % 64) & 1 == 1)
    }
}
