//! Makes what browsers load out of `sdk/web`: the stylesheet goes into the script, the script is
//! minified, its size with gzip is noted. No Node, and nothing generated is checked in.

use std::{env, fmt::Write as _, fs, io::Write as _, path::Path};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// Script, and whether it is a module.
const SCRIPTS: [(&str, bool); 5] = [
    ("privet.js", false),
    ("tcf.js", true),
    ("gpp.js", true),
    ("news.js", true),
    ("preview.js", false),
];

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../sdk/web");
    println!("cargo::rerun-if-changed={}", root.display());
    let out = Path::new(&env::var("OUT_DIR")?).to_owned();
    let css = minify_css(&fs::read_to_string(root.join("src/privet.css"))?);
    let mut table = String::from("/// What browsers load.\npub const SCRIPTS: &[Script] = &[\n");
    for (name, module) in SCRIPTS {
        let path = root.join("src").join(name);
        let source = fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let source = source.replace("@privet.css", &css.replace('"', "'"));
        let code = minify_js(name, &source, module)?;
        let gzip = gzip_len(&code)?;
        fs::write(out.join(name), &code)?;
        writeln!(
            table,
            "    Script {{ name: {name:?}, bytes: {}, gzip: {gzip}, \
             text: include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}\")) }},",
            code.len()
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("scripts.rs"), table)?;
    Ok(())
}

fn minify_js(name: &str, source: &str, module: bool) -> Result<String, Fault> {
    let allocator = Allocator::default();
    let kind = if module { SourceType::mjs() } else { SourceType::cjs() };
    let parsed = Parser::new(&allocator, source, kind).parse();
    if let Some(error) = parsed.diagnostics.first() {
        return Err(format!("{name} does not parse: {error}").into());
    }
    let mut program = parsed.program;
    let done = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let code = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(done.scoping)
        .build(&program)
        .code;
    Ok(code)
}

/// Enough for our own stylesheet, which has no strings with comment marks or runs of spaces.
fn minify_css(css: &str) -> String {
    let mut text = String::new();
    for part in css.split("/*") {
        text.push_str(part.split_once("*/").map_or(part, |(_, rest)| rest));
    }
    let mut short = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ["{", "}", ";", ","] {
        short = short.replace(&format!("{mark} "), mark).replace(&format!(" {mark}"), mark);
    }
    short.replace(": ", ":").replace(";}", "}").replace("> ", ">").replace(" >", ">")
}

fn gzip_len(text: &str) -> Result<usize, Fault> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text.as_bytes())?;
    Ok(packer.finish()?.len())
}
