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

impl NameCache {
    /// Appends the names of one event to a list, with an empty string in the place of those that are
    /// no UTF-8, and returns these and their places.
    ///
    /// Runs no Python code, not even a garbage collection, which might call the matcher again: that
    /// needs a new list, or bytes to decode.
    pub(super) fn look_up<'py>(
        &self,
        list: &Bound<'py, PyList>,
        matched: &Matched<'_>,
    ) -> PyResult<Vec<(usize, Vec<u8>)>> {
        let py = list.py();
        let (mut slots, mut text, mut odd) = (self.lock(), Vec::new(), Vec::new());
        for n in 0..matched.len() {
            let made = find(py, slots.as_deref_mut(), matched.key(n), || {
                text.clear();
                matched.name(n, &mut text);
                let name = str::from_utf8(&text).map_err(|_| text.clone())?;
                Ok(PyString::new(py, name))
            });
            list.append(made.unwrap_or_else(|name| {
                odd.push((n, name));
                PyString::new(py, "")
            }))?;
        }
        Ok(odd)
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
