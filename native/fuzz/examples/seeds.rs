//! `seeds CORPUS`: writes the seeds that come from the vectors below that folder, by target.

use std::io;
use std::path::Path;

use eventmatch_fuzz::seeds::{events, pairs};

fn main() -> io::Result<()> {
    let Some(corpus) = std::env::args().nth(1) else {
        eprintln!("usage: seeds CORPUS");
        std::process::exit(2);
    };
    for (target, seeds) in [
        ("scanner", events()),
        ("parser", pairs()),
        ("changes", Vec::new()),
    ] {
        let folder = Path::new(&corpus).join(target);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("vector-{number}")), seed)?;
        }
    }
    Ok(())
}
