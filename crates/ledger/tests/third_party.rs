//! Our tiles, proofs, checkpoints and cosignatures against implementations that are not ours:
//! `tlog_tiles` (a port of Go's `sumdb/tlog`) and `signed_note`.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use std::{cell::RefCell, collections::HashMap};

use ledger::{
    Checkpoint, Edge, Hash, Leaf, NoteKey, Signer, Tile, prove_consistency, prove_inclusion,
};
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};
use tlog_tiles as third;

fn leaves(count: u64) -> Vec<Vec<u8>> {
    (1..=count)
        .map(|seq| Leaf { seq: seq.cast_signed(), actor: "cli".into(), ..Leaf::default() })
        .map(|leaf| leaf.encode().unwrap())
        .collect()
}

/// Our tiles of a tree, as a server would publish them.
struct Published {
    tiles: HashMap<String, Vec<u8>>,
    hashes: Vec<Vec<Hash>>,
    size: u64,
    asked: RefCell<Vec<String>>,
}

impl Published {
    fn new(leaves: &[Vec<u8>]) -> Self {
        let mut hashes = vec![leaves.iter().map(|leaf| Hash::of_leaf(leaf)).collect::<Vec<_>>()];
        while hashes.last().unwrap().len() > 1 {
            let row = hashes.last().unwrap();
            hashes.push(row.chunks_exact(2).map(|p| Hash::of_node(&p[0], &p[1])).collect());
        }
        let size = leaves.len() as u64;
        let mut tiles = HashMap::new();
        for tile in Tile::grown(0, size) {
            let row = &hashes[8 * usize::from(tile.level)];
            let first = tile.index as usize * 256;
            let part = &row[first..first + usize::from(tile.width)];
            tiles.insert(format!("tile/{tile}"), part.iter().flat_map(|hash| hash.0).collect());
        }
        Self { tiles, hashes, size, asked: RefCell::default() }
    }

    /// A node out of the tiles alone.
    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let tile = Tile::holding(level, index, self.size)?;
        let bytes = &self.tiles[&format!("tile/{tile}")];
        let hashes: Vec<Hash> =
            bytes.chunks_exact(32).map(|hash| Hash(hash.try_into().unwrap())).collect();
        let node = Tile::node(&hashes, level, index);
        assert_eq!(node, Some(self.hashes[level as usize][index as usize]));
        node
    }
}

impl third::TileReader for Published {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[third::Tile]) -> Result<Vec<Vec<u8>>, third::Error> {
        // Theirs names the height as well (`tile/8/0/000`), as Go's sumdb does; C2SP fixed it to 8.
        let path = |tile: &third::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        let bytes = tiles.iter().map(|tile| {
            self.asked.borrow_mut().push(path(tile));
            self.tiles[&path(tile)].clone()
        });
        Ok(bytes.collect())
    }

    fn save_tiles(&self, _tiles: &[third::Tile], _data: &[Vec<u8>]) {}
}

fn theirs(hash: Hash) -> third::Hash {
    third::Hash(hash.0)
}

const SIZES: [u64; 12] = [1, 2, 3, 7, 8, 255, 256, 257, 511, 1000, 65_536, 66_000];

#[test]
fn another_implementation_reads_our_tiles_and_gets_our_root_and_proofs() {
    for size in SIZES {
        let leaves = leaves(size);
        let published = Published::new(&leaves);
        let root = ledger::root(leaves.iter().map(|leaf| Hash::of_leaf(leaf)));
        let reader = third::TileHashReader::new(size, theirs(root), &published);

        assert_eq!(third::tree_hash(size, &reader).unwrap(), theirs(root), "size {size}");

        for index in [0, size / 3, size / 2, size - 1] {
            let leaf = Hash::of_leaf(&leaves[index as usize]);
            assert_eq!(theirs(leaf), third::record_hash(&leaves[index as usize]));
            let ours = prove_inclusion(index, size, &mut |l, i| published.node(l, i)).unwrap();
            let path: Vec<_> = ours.path.iter().copied().map(theirs).collect();
            assert_eq!(path, third::prove_record(size, index, &reader).unwrap());
            third::check_record(&path, size, theirs(root), index, theirs(leaf)).unwrap();
            assert!(ours.proves(&leaf, &root));
        }
        assert!(!published.asked.borrow().is_empty());
    }
}

#[test]
fn another_implementation_accepts_our_consistency_proofs() {
    let leaves = leaves(1100);
    for new in [2, 3, 8, 255, 257, 600, 1024, 1100_u64] {
        let published = Published::new(&leaves[..new as usize]);
        let root = |n: u64| ledger::root(leaves[..n as usize].iter().map(|l| Hash::of_leaf(l)));
        for old in [1, 2, 7, 8, 100, 256, 511, 512, 1023].into_iter().filter(|old| *old < new) {
            let ours = prove_consistency(old, new, &mut |l, i| published.node(l, i)).unwrap();
            let path: Vec<_> = ours.path.iter().copied().map(theirs).collect();
            third::check_tree(&path, new, theirs(root(new)), old, theirs(root(old))).unwrap();
            assert!(ours.proves(&root(old), &root(new)));
            assert!(!ours.proves(&root(new), &root(old)), "{old} {new}");
        }
    }
}

#[test]
fn a_damaged_tile_is_refused_by_the_other_implementation() {
    let leaves = leaves(600);
    let mut published = Published::new(&leaves);
    let root = ledger::root(leaves.iter().map(|leaf| Hash::of_leaf(leaf)));
    published.tiles.get_mut("tile/0/001").unwrap()[77] ^= 1;
    let reader = third::TileHashReader::new(600, theirs(root), &published);

    // It authenticates some tiles itself; what it does not, its check of the proof tells.
    let leaf = theirs(Hash::of_leaf(&leaves[300]));
    let accepted = third::prove_record(600, 300, &reader)
        .and_then(|path| third::check_record(&path, 600, theirs(root), 300, leaf));
    assert!(accepted.is_err());
}

#[test]
fn another_implementation_reads_our_checkpoint() {
    let signer = Signer::from_seed(&[7; 32]);
    let key = NoteKey::log("privet/0011223344556677", signer.public().clone()).unwrap();
    let root = ledger::root([Hash::of_leaf(b"x")]);
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size: 1, root };

    let text = checkpoint.sign(&key, &signer);

    let verifier = StandardVerifier::new(&key.to_string()).unwrap();
    let note = Note::from_bytes(text.as_bytes()).unwrap();
    let (accepted, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((accepted.len(), unknown.len()), (1, 0));
    let read = third::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((read.origin(), read.size()), (key.name(), 1));
    assert_eq!(*read.hash(), theirs(root));

    assert_eq!(Checkpoint::open(&text, &key), Ok(checkpoint.clone()));
    let changed = text.replacen("\n1\n", "\n2\n", 1);
    assert!(Checkpoint::open(&changed, &key).is_err());
    assert!(Checkpoint::open(&text.replace("privet/00", "privet/01"), &key).is_err());
    assert_eq!(key.to_string().parse(), Ok(key));
}

/// The rule of C2SP tlog-cosignature over the other crate's note: only the message differs.
struct Cosigner(NoteKey);

impl Verifier for Cosigner {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn key_id(&self) -> u32 {
        let body = [&[4], self.0.public().bytes().as_slice()].concat();
        signed_note::key_id(self.0.name(), &body)
    }

    fn verify(&self, msg: &[u8], sig: &[u8]) -> bool {
        let seconds = u64::from_be_bytes(sig[..8].try_into().unwrap());
        let text = std::str::from_utf8(msg).unwrap();
        let signed = format!("cosignature/v1\ntime {seconds}\n{text}");
        let public = ed25519_dalek::VerifyingKey::from_bytes(self.0.public().bytes()).unwrap();
        let sig = ed25519_dalek::Signature::from_slice(&sig[8..]).unwrap();
        public.verify_strict(signed.as_bytes(), &sig).is_ok()
    }
}

#[test]
fn a_cosignature_is_read_by_other_code() {
    let (log, witness) = (Signer::from_seed(&[7; 32]), Signer::from_seed(&[8; 32]));
    let log_key = NoteKey::log("privet/x", log.public().clone()).unwrap();
    let witness_key = NoteKey::witness("witness.example/w", witness.public().clone()).unwrap();
    let checkpoint =
        Checkpoint { origin: "privet/x".into(), size: 0, root: Edge::default().root() };
    let mut text = checkpoint.sign(&log_key, &log);
    text.push_str(&witness_key.cosign(&witness, &checkpoint.text(), 1_764_000_000));

    let note = Note::from_bytes(text.as_bytes()).unwrap();
    let known = VerifierList::new(vec![Box::new(Cosigner(witness_key.clone()))]);
    assert_eq!(note.verify(&known).unwrap().0.len(), 1);

    let ours = ledger::Note::parse(&text).unwrap();
    assert_eq!(ours.check(&witness_key), Ok(1_764_000_000));
    assert_eq!(ours.check(&log_key), Ok(0));
}

#[test]
fn tile_paths_are_those_of_the_specification() {
    let path = |index, width| Tile { level: 0, index, width }.to_string();
    assert_eq!(path(1_234_067, 256), "0/x001/x234/067");
    assert_eq!(path(5, 12), "0/005.p/12");
    for good in ["0/000", "1/x001/234.p/255", "63/x009/x999/999"] {
        assert_eq!(Tile::parse(good).unwrap().to_string(), good);
    }
    for bad in [
        "",
        "0",
        "0/0",
        "0/1234",
        "64/000",
        "0/000.p/256",
        "0/000.p/0",
        "0/x000/001",
        "0/001/x002",
        "00/000",
        "0/000.p/012",
        "0/../000",
        "0/x99999999999999999999/000",
    ] {
        assert_eq!(Tile::parse(bad), None, "{bad}");
    }
}
