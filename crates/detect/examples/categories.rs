//! Writes the tables of categories of `docs/detection.md` and `docs/zh-CN/detection.md` anew.
//! `cargo run -p privet-detect --example categories`, from anywhere in the repository.

use std::{fs, io, path::Path};

use detect::docs;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (file, zh) in [("detection.md", false), ("zh-CN/detection.md", true)] {
        let path = root.join(file);
        let page = fs::read_to_string(&path)?;
        fs::write(&path, docs::with_table(&page, zh))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
