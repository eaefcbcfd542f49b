//! Writes the list of rules into the handbook: `cargo run -p privet-plain --example rules`

fn main() -> std::io::Result<()> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (page, zh) in [("plain-language.md", false), ("zh-CN/plain-language.md", true)] {
        let path = docs.join(page);
        let text = std::fs::read_to_string(&path)?;
        std::fs::write(&path, plain::docs::with_rules(&text, zh))?;
    }
    Ok(())
}
