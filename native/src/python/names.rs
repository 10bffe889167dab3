//! Names as Python strings, made once for as long as they keep coming up.

use std::sync::{Mutex, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use crate::batch::Batch;
use crate::matcher::Matched;

const SLOTS: usize = 4096;

/// The latest strings by key, each at the one place where it may stand; so memory is bounded.
#[derive(Default)]
pub(super) struct NameCache {
    slots: Mutex<Slots>,
}

type Slots = Vec<Option<(u64, Py<PyString>)>>;

/// The names of one event, before a list is made of them.
pub(super) struct Found<'py> {
    strings: Vec<Bound<'py, PyString>>,
    /// Those that are no UTF-8, by their place among the strings.
    odd: Vec<(usize, Vec<u8>)>,
}

impl<'py> Found<'py> {
    /// Returns the names as a list.
    pub(super) fn list(mut self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        for (place, name) in &self.odd {
            self.strings[*place] = string(py, name)?;
        }
        PyList::new(py, self.strings)
    }
}

impl NameCache {
    /// Returns the names of one event. Runs no Python code, not even a garbage collection, which
    /// might call the matcher again: the list is made when the matcher is done.
    pub(super) fn look_up<'py>(&self, py: Python<'py>, matched: &Matched<'_>) -> Found<'py> {
        let (mut slots, mut text, mut odd) = (self.lock(), Vec::new(), Vec::new());
        let one = |n| {
            let made = find(py, slots.as_deref_mut(), matched.key(n), || {
                text.clear();
                matched.name(n, &mut text);
                let name = str::from_utf8(&text).map_err(|_| text.clone())?;
                Ok(PyString::new(py, name))
            });
            made.unwrap_or_else(|name| {
                odd.push((n, name));
                PyString::new(py, "")
            })
        };
        let strings = (0..matched.len()).map(one).collect();
        Found { strings, odd }
    }

    /// Returns the distinct names of a batch.
    pub(super) fn strings<'py>(
        &self,
        py: Python<'py>,
        batch: &Batch,
    ) -> PyResult<Vec<Bound<'py, PyString>>> {
        let names = batch.names();
        let mut strings = Vec::with_capacity(names.len());
        for (key, name) in names {
            // Locked anew for each name, because making one that is no UTF-8 may run Python code.
            strings.push(find(py, self.lock().as_deref_mut(), key, || {
                string(py, name)
            })?);
        }
        Ok(strings)
    }

    /// Whoever finds it taken does without: strings can be made at any time.
    fn lock(&self) -> Option<MutexGuard<'_, Slots>> {
        let mut slots = self.slots.try_lock().ok()?;
        if slots.is_empty() {
            slots.resize_with(SLOTS, || None);
        }
        Some(slots)
    }
}

fn find<'py, E>(
    py: Python<'py>,
    slots: Option<&mut Slots>,
    key: u64,
    make: impl FnOnce() -> Result<Bound<'py, PyString>, E>,
) -> Result<Bound<'py, PyString>, E> {
    let Some(slots) = slots else {
        return make();
    };
    // The high bits of the product depend on all bits of the key.
    let slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize % SLOTS;
    match &slots[slot] {
        Some((same, name)) if *same == key => Ok(name.bind(py).clone()),
        _ => {
            let name = make()?;
            slots[slot] = Some((key, name.clone().unbind()));
            Ok(name)
        }
    }
}

/// Returns a name as a string.
pub(super) fn string<'py>(py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyString>> {
    if let Ok(name) = str::from_utf8(name) {
        return Ok(PyString::new(py, name));
    }
    let bytes = PyBytes::new(py, name);
    PyString::from_encoded_object(&bytes, Some(c"utf-8"), Some(c"surrogatepass"))
}
