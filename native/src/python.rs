//! The Python module `eventmatch._native`: the one place that knows Python.
//!
//! Names and events cross the border as they are; all policy and every sentence stay in Python
//! (`eventmatch/engine/native.py`), the contract of each method in `eventmatch/_native.pyi`.

mod given;
mod names;

use std::num::NonZero;

use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::batch::{self, BadLine, Batch, Event};
use crate::matcher::{Form, Full, Matcher, Refusal};
use crate::pattern::Limits;
use given::{Given, bytes_of};
use names::NameCache;

/// From this size on, other threads may run while an event is matched.
const LARGE: usize = 16 * 1024;

/// The native engine of eventmatch.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::Engine;
}

/// Many event patterns under names against one event at a time.
#[pyclass(module = "eventmatch._native", frozen)]
struct Engine {
    matcher: Matcher,
    names: NameCache,
    text_of: Py<PyAny>,
    refuse: Py<PyAny>,
    refuse_line: Py<PyAny>,
}

/// What `match_many` returns: offsets, rules, names.
type Compact<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyTuple>,
);

#[pymethods]
impl Engine {
    #[new]
    fn new(text_of: Py<PyAny>, refuse: Py<PyAny>, refuse_line: Py<PyAny>) -> Self {
        Self {
            matcher: Matcher::new(),
            names: NameCache::default(),
            text_of,
            refuse,
            refuse_line,
        }
    }

    #[pyo3(signature = (name, pattern, validated, /))]
    fn add(
        &self,
        name: &Bound<'_, PyString>,
        pattern: &Bound<'_, PyAny>,
        validated: bool,
    ) -> PyResult<bool> {
        let limits = if validated {
            Limits::Trusted
        } else {
            Limits::Strict
        };
        let (py, name) = (name.py(), bytes_of(name)?);
        let add = |text: &[u8]| {
            let is_added = self.matcher.try_add(&name, text, limits).map_err(full);
            self.rebuild(py);
            is_added
        };
        if let Ok(text) = pattern.cast::<PyString>() {
            return add(&bytes_of(text)?);
        }
        let Ok(bytes) = pattern.cast::<PyBytes>() else {
            return Err(PyTypeError::new_err("a pattern must be str or bytes"));
        };
        match simdutf8::basic::from_utf8(bytes.as_bytes()) {
            Ok(text) => add(text.as_bytes()),
            Err(_) => Ok(false),
        }
    }

    #[pyo3(signature = (name, /))]
    fn remove(&self, name: &Bound<'_, PyString>) -> PyResult<bool> {
        let is_removed = self.matcher.remove_only(&bytes_of(name)?);
        self.rebuild(name.py());
        Ok(is_removed)
    }

    #[pyo3(name = "match", signature = (event, /))]
    fn matching<'py>(&self, event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let given = Given::of(event, &self.text_of)?;
        self.names_matching(event.py(), &given, given.form())
    }

    #[pyo3(signature = (event, /))]
    fn match_trusted<'py>(&self, event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let given = Given::of(event, &self.text_of)?;
        self.names_matching(event.py(), &given, Form::Trusted)
    }

    #[pyo3(signature = (event, /))]
    fn has_match(&self, event: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (py, given) = (event.py(), Given::of(event, &self.text_of)?);
        let (text, form) = (given.text()?, given.form());
        let found = if text.len() < LARGE {
            self.matcher.has_match(text, form)
        } else {
            py.detach(|| self.matcher.has_match(text, form))
        };
        found.map_err(|refusal| self.refused(py, &given, refusal))
    }

    #[pyo3(signature = (lines, /, threads = None))]
    fn match_lines<'py>(
        &self,
        lines: &Bound<'py, PyBytes>,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let batch = self.batch_of_lines(lines, threads)?;
        let py = lines.py();
        let names = self.names.strings(py, &batch)?;
        let of_line = |bounds: &[u64]| {
            let rules = &batch.rules()[bounds[0] as usize..bounds[1] as usize];
            PyList::new(py, rules.iter().map(|&rule| &names[rule as usize]))
        };
        let lists = batch.offsets().windows(2).map(of_line);
        PyList::new(py, lists.collect::<PyResult<Vec<_>>>()?)
    }

    #[pyo3(signature = (events, /, threads = None))]
    fn match_many<'py>(
        &self,
        events: &Bound<'py, PyAny>,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Compact<'py>> {
        let py = events.py();
        let (given, stopped) = self.gather(events)?;
        let mut texts = Vec::with_capacity(given.len());
        for one in &given {
            texts.push(Event {
                text: one.text()?,
                form: one.form(),
            });
        }
        let batch = py.detach(|| batch::match_events(&self.matcher, &texts, threads));
        let batch = batch.map_err(|bad| {
            let error = self.refused(py, &given[bad.index], bad.refusal);
            at_index(py, error, bad.index)
        })?;
        match stopped {
            Some(error) => Err(at_index(py, error, given.len())),
            None => self.compact(py, &batch),
        }
    }

    #[pyo3(signature = (lines, /, threads = None))]
    fn match_many_lines<'py>(
        &self,
        lines: &Bound<'py, PyBytes>,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Compact<'py>> {
        self.compact(lines.py(), &self.batch_of_lines(lines, threads)?)
    }

    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = self.matcher.names();
        let strings = names.iter().map(|name| names::string(py, name));
        PyList::new(py, strings.collect::<PyResult<Vec<_>>>()?)
    }

    fn __len__(&self) -> usize {
        self.matcher.len()
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name.cast::<PyString>() {
            Ok(name) => Ok(self.matcher.contains(&bytes_of(name)?)),
            Err(_) => Ok(false),
        }
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (stats, figures) = (py.detach(|| self.matcher.stats()), PyDict::new(py));
        figures.set_item("rules", stats.rules)?;
        figures.set_item("predicates", stats.predicates)?;
        figures.set_item("bytes", stats.bytes)?;
        figures.set_item("text_bytes", stats.text_bytes)?;
        figures.set_item("longest_list", stats.longest_list)?;
        Ok(figures)
    }

    #[pyo3(signature = (event, /))]
    fn find_fault(&self, event: &Bound<'_, PyBytes>) -> Option<(&'static str, Option<usize>)> {
        let found = self
            .matcher
            .matching(event.as_bytes(), Form::Strict, |_| ());
        found.err().map(|refusal| (refusal.code, refusal.position))
    }
}

impl Engine {
    fn names_matching<'py>(
        &self,
        py: Python<'py>,
        given: &Given<'py>,
        form: Form,
    ) -> PyResult<Bound<'py, PyList>> {
        let text = given.text()?;
        if text.len() >= LARGE {
            let event = [Event { text, form }];
            let batch = py.detach(|| batch::match_events(&self.matcher, &event, None));
            let batch = batch.map_err(|bad| self.refused(py, given, bad.refusal))?;
            return PyList::new(py, self.names.strings(py, &batch)?);
        }
        let names = PyList::empty(py);
        let found = self.matcher.matching(text, form, |matched| {
            if matched.is_empty() {
                Ok(Vec::new())
            } else {
                self.names.look_up(&names, &matched)
            }
        });
        let odd = found.map_err(|refusal| self.refused(py, given, refusal))??;
        for (place, name) in odd {
            names.set_item(place, names::string(py, &name)?)?;
        }
        Ok(names)
    }

    fn batch_of_lines(
        &self,
        lines: &Bound<'_, PyBytes>,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Batch> {
        let (py, text) = (lines.py(), lines.as_bytes());
        let batch = py.detach(|| batch::match_lines(&self.matcher, text, Form::Strict, threads));
        batch.map_err(|bad| self.refused_line(py, text, bad))
    }

    /// Takes in events up to the first that is none, with the error that tells so.
    fn gather<'py>(
        &self,
        events: &Bound<'py, PyAny>,
    ) -> PyResult<(Vec<Given<'py>>, Option<PyErr>)> {
        let mut gathered = Vec::new();
        for event in events.try_iter()? {
            match Given::of(&event?, &self.text_of) {
                Ok(given) => gathered.push(given),
                Err(error) => return Ok((gathered, Some(error))),
            }
        }
        Ok((gathered, None))
    }

    fn compact<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Compact<'py>> {
        let offsets = batch.offsets().iter().map(|offset| offset.to_ne_bytes());
        let rules = batch.rules().iter().map(|rule| rule.to_ne_bytes());
        let names = PyTuple::new(py, self.names.strings(py, batch)?)?;
        Ok((packed(py, offsets)?, packed(py, rules)?, names))
    }

    /// Writes the index anew if that is due; threads that only match do not wait for it.
    fn rebuild(&self, py: Python<'_>) {
        if self.matcher.is_rebuild_due() {
            py.detach(|| self.matcher.rebuild());
        }
    }

    /// Lets Python word why an event is refused.
    fn refused(&self, py: Python<'_>, given: &Given<'_>, refusal: Refusal) -> PyErr {
        let arguments = (given.object(), refusal.code, refusal.position);
        worded(self.refuse.call1(py, arguments), refusal)
    }

    fn refused_line(&self, py: Python<'_>, text: &[u8], bad: BadLine) -> PyErr {
        let line = PyBytes::new(py, &text[bad.start..bad.end]);
        let BadLine {
            index,
            start,
            refusal,
            ..
        } = bad;
        let arguments = (line, index + 1, start, refusal.code, refusal.position);
        worded(self.refuse_line.call1(py, arguments), refusal)
    }
}

fn full(_: Full) -> PyErr {
    PyMemoryError::new_err("the index of the native engine is full: it can hold about 4 GiB")
}

/// The error that Python raised; the engines disagree if it raised none.
fn worded(answer: PyResult<Py<PyAny>>, refusal: Refusal) -> PyErr {
    let Refusal { code, position } = refusal;
    let unfounded = || {
        let place = position.map_or(String::new(), |position| format!(" at byte {position}"));
        PyRuntimeError::new_err(format!(
            "the native engine found {code}{place}, Python did not"
        ))
    };
    answer.err().unwrap_or_else(unfounded)
}

/// The error, with the attribute `index` if it is one of ours.
fn at_index(py: Python<'_>, error: PyErr, index: usize) -> PyErr {
    let value = error.value(py);
    if value.hasattr("index").unwrap_or(false) {
        match value.setattr("index", index) {
            Ok(()) => error,
            Err(other) => other,
        }
    } else {
        error
    }
}

fn packed<const N: usize>(
    py: Python<'_>,
    numbers: impl ExactSizeIterator<Item = [u8; N]>,
) -> PyResult<Bound<'_, PyBytes>> {
    PyBytes::new_with(py, numbers.len() * N, |bytes| {
        for (place, number) in bytes.chunks_exact_mut(N).zip(numbers) {
            place.copy_from_slice(&number);
        }
        Ok(())
    })
}
