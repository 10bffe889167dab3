//! Where the conformance vectors are. The fuzz targets use it too.

use std::path::{Path, PathBuf};

/// The folder of the vectors, beside the crate or above it.
pub fn patterns() -> PathBuf {
    repository().join("patterns")
}

/// The repository, which is one or two folders up, depending on the crate that this is part of.
pub fn repository() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = folders.find(|folder| folder.join("patterns").is_dir());
    found.expect("the repository")
}

/// All files below a folder, in the order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    paths.into_iter().flat_map(below).collect()
}
