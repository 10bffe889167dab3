//! Text as Python hands it over.

use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::matcher::Form;
use crate::value;

/// An event that stays where it is: neither `bytes` nor `str` can change.
pub(super) enum Given<'py> {
    Bytes(Bound<'py, PyBytes>),
    Text(Bound<'py, PyString>),
    /// A string with lone surrogates, which has no UTF-8 of its own.
    Odd(Bound<'py, PyString>, Bound<'py, PyBytes>),
}

impl<'py> Given<'py> {
    /// Takes `bytes` and `str` as they are, anything else as what `text_of` makes of it.
    pub(super) fn of(event: &Bound<'py, PyAny>, text_of: &Py<PyAny>) -> PyResult<Self> {
        if let Some(given) = Self::read(event)? {
            return Ok(given);
        }
        let text = text_of.bind(event.py()).call1((event,))?;
        Self::read(&text)?.ok_or_else(|| PyTypeError::new_err("text_of gave no text"))
    }

    fn read(event: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(bytes) = event.cast::<PyBytes>() {
            return Ok(Some(Self::Bytes(bytes.clone())));
        }
        let Ok(text) = event.cast::<PyString>() else {
            return Ok(None);
        };
        Ok(Some(if text.to_str().is_ok() {
            Self::Text(text.clone())
        } else {
            Self::Odd(text.clone(), joined(text)?)
        }))
    }

    pub(super) fn text(&self) -> PyResult<&[u8]> {
        match self {
            Self::Bytes(bytes) | Self::Odd(_, bytes) => Ok(bytes.as_bytes()),
            Self::Text(text) => text.to_str().map(str::as_bytes),
        }
    }

    pub(super) fn form(&self) -> Form {
        match self {
            Self::Bytes(_) => Form::Strict,
            Self::Text(_) | Self::Odd(..) => Form::Text,
        }
    }

    /// What Python reads again to word a refusal.
    pub(super) fn object(&self) -> &Bound<'py, PyAny> {
        match self {
            Self::Bytes(bytes) => bytes.as_any(),
            Self::Text(text) | Self::Odd(text, _) => text.as_any(),
        }
    }
}

/// UTF-8 in which lone surrogates are encoded like other characters.
pub(super) fn bytes_of<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, [u8]>> {
    match text.to_str() {
        Ok(text) => Ok(Cow::Borrowed(text.as_bytes())),
        Err(_) => Ok(Cow::Owned(encoded(text)?.as_bytes().to_vec())),
    }
}

/// As `encoded`, with each pair of surrogates as the one character that it stands for.
fn joined<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    let mut bytes = encoded(text)?.as_bytes().to_vec();
    value::join_surrogates(&mut bytes, 0);
    Ok(PyBytes::new(text.py(), &bytes))
}

fn encoded<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
    Ok(bytes.cast_into::<PyBytes>()?)
}
