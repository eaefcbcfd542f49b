//! Writes the tables of `docs/detection.md`, `docs/entities.md` and their Chinese pages anew.
//! `cargo run -p privet-detect --example categories`, from anywhere in the repository.

use std::{fs, io, path::Path};

use detect::docs;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (file, zh) in [
        ("detection.md", false),
        ("entities.md", false),
        ("zh-CN/detection.md", true),
        ("zh-CN/entities.md", true),
    ] {
        let path = root.join(file);
        let page = fs::read_to_string(&path)?;
        fs::write(&path, docs::with_tables(&page, zh))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
