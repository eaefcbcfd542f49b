//! The whole state as a file, so that a server starts in seconds where reading every record takes
//! minutes. It is a cache: sealed with a key of the deployment, bound to the ledger entry it is as of,
//! and thrown away whenever anything about it is not as it should be.
//!
//! Form: `PRIVETD4`, 16 random bytes, then sealed parts, each with its length (u32). The sealing binds
//! a part to the file and to its place in it. Part 0 is the header, then the shapes, then for each
//! shard its index and its people in pieces, each piece with its kind, its shard and whether the
//! shard ends with it.
//!
//! Writing does not stop the writers of [`Memory`]: first the index is read, then people, then shapes,
//! shard by shard. Whoever loads it applies the ledger's entries after the header's position, so what
//! changed meanwhile is set right before anybody asks. Identifiers that lead to a person are counted
//! anew when loading, because a count and the index may be of different moments.

use std::io::{self, Read, Write};

use super::{
    SHARDS,
    index::Table,
    memory::{Memory, place, read, write},
    people::People,
    shapes::{Shape, Shapes},
};
use vault::Blob;

const MAGIC: &[u8; 8] = b"PRIVETD4";
/// Bytes of a piece at most: what is held in memory beside the state.
const PIECE: usize = 4 << 20;
/// A part's length at most, sealing included; a larger one is damage.
const PART: usize = PIECE + 4096;

/// Where in the ledger a snapshot is as of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// The newest entry that is surely in it.
    pub seq: i64,
    /// That entry's hash: a restored or other database has another.
    pub hash: String,
}

/// Why a snapshot cannot be used; it is then read from the database instead.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It could not be read or written.
    #[error("the snapshot of decisions: {0}")]
    Io(#[from] io::Error),
    /// Changed, cut off, of another version or another deployment.
    #[error("the snapshot of decisions is not one of this deployment and version, or is damaged")]
    Damaged,
}

const INDEX: u8 = 1;
const PEOPLE: u8 = 2;
const SHAPES: u8 = 3;
const END: u8 = 4;

/// Writes the state as of a position; every entry up to it must have been applied before.
pub fn save(
    memory: &Memory,
    position: &Position,
    key: &Blob,
    file: impl Write,
) -> Result<(), SnapshotError> {
    let mut out = Parts::start(key, file)?;
    out.part(serde_json::to_vec(position).map_err(io::Error::from)?)?;
    let mut bytes = Vec::new();
    for (shard, table) in memory.index.iter().enumerate() {
        bytes.clear();
        read(table).write(&mut bytes);
        out.pieces(INDEX, shard, &bytes)?;
    }
    let mut people: Vec<u8> = Vec::new();
    for (shard, all) in memory.people.iter().enumerate() {
        people.clear();
        read(all).write(&mut people);
        out.pieces(PEOPLE, shard, &people)?;
    }
    // Last: every shape that people hold is there by now.
    let shapes =
        memory.with_shapes(|shapes| shapes.iter().map(Shape::to_numbers).collect::<Vec<_>>());
    out.pieces(SHAPES, 0, &serde_json::to_vec(&shapes).map_err(io::Error::from)?)?;
    out.pieces(END, 0, &[])?;
    out.file.flush()?;
    Ok(())
}

/// Reads what [`save`] wrote. Whether the position is one of this database's ledger the caller checks.
pub fn load(key: &Blob, file: impl Read) -> Result<(Memory, Position), SnapshotError> {
    let mut parts = Reading::start(key, file)?;
    let position = serde_json::from_slice(&parts.part()?).map_err(|_| SnapshotError::Damaged)?;
    let memory = Memory::default();
    let mut people: Vec<Vec<u8>> = Vec::with_capacity(SHARDS);
    let mut counts: Vec<Vec<u16>> = vec![Vec::new(); SHARDS];
    loop {
        let (kind, shard, bytes) = parts.whole()?;
        match kind {
            INDEX => {
                let table = Table::read(shard, &bytes).ok_or(SnapshotError::Damaged)?;
                drop(bytes);
                count(&table, &mut counts);
                *write(memory.index.get(shard).ok_or(SnapshotError::Damaged)?) = table;
            }
            PEOPLE if shard == people.len() => people.push(bytes),
            SHAPES => {
                let shapes = shapes(&bytes)?;
                settle(&memory, std::mem::take(&mut people), &counts, &shapes)?;
                *write(&memory.shapes) = shapes;
            }
            END => return Ok((memory, position)),
            _ => return Err(SnapshotError::Damaged),
        }
    }
}

/// People could only be read with the shapes at hand, which come last: their bytes wait till then,
/// shard by shard given back.
fn settle(
    memory: &Memory,
    people: Vec<Vec<u8>>,
    counts: &[Vec<u16>],
    shapes: &Shapes,
) -> Result<(), SnapshotError> {
    if people.len() != SHARDS {
        return Err(SnapshotError::Damaged);
    }
    for ((slot, bytes), counts) in memory.people.iter().zip(people).zip(counts) {
        let mut read = People::read(&bytes, shapes.len()).ok_or(SnapshotError::Damaged)?;
        read.count(counts);
        *write(slot) = read;
    }
    // An identifier whose person was forgotten between the reading of the index and of people must
    // not meet whoever gets that number next.
    for table in &memory.index {
        let alive = |person| {
            let (shard, place) = place(person);
            self::read(&memory.people[shard]).get(place).is_some()
        };
        let pruned = self::read(table).pruned(alive);
        if let Some(pruned) = pruned {
            *write(table) = pruned;
        }
    }
    Ok(())
}

fn count(table: &Table, counts: &mut [Vec<u16>]) {
    for (_, person) in table.iter() {
        let (shard, place) = place(person);
        let counts = &mut counts[shard];
        if counts.len() <= place as usize {
            counts.resize(place as usize + 1, 0);
        }
        counts[place as usize] = counts[place as usize].saturating_add(1);
    }
}

fn shapes(bytes: &[u8]) -> Result<Shapes, SnapshotError> {
    let all: Vec<[u64; 4]> = serde_json::from_slice(bytes).map_err(|_| SnapshotError::Damaged)?;
    let mut shapes = Shapes::default();
    for (number, numbers) in all.into_iter().enumerate() {
        let shape = Shape::from_numbers(numbers).ok_or(SnapshotError::Damaged)?;
        if shapes.intern(shape) as usize != number {
            return Err(SnapshotError::Damaged);
        }
    }
    Ok(shapes)
}

struct Parts<'k, W> {
    key: &'k Blob,
    file: W,
    id: [u8; 16],
    next: u32,
}

fn context(id: &[u8; 16], part: u32) -> Vec<u8> {
    [&MAGIC[..], id, &part.to_be_bytes()].concat()
}

impl<'k, W: Write> Parts<'k, W> {
    fn start(key: &'k Blob, mut file: W) -> io::Result<Self> {
        let id = *uuid::Uuid::now_v7().as_bytes();
        file.write_all(MAGIC)?;
        file.write_all(&id)?;
        Ok(Self { key, file, id, next: 0 })
    }

    fn part(&mut self, plain: Vec<u8>) -> io::Result<()> {
        let sealed = self.key.seal(&context(&self.id, self.next), plain);
        self.next += 1;
        self.file.write_all(&(sealed.len() as u32).to_le_bytes())?;
        self.file.write_all(&sealed)
    }

    fn pieces(&mut self, kind: u8, shard: usize, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(PIECE));
            let mut part = Vec::with_capacity(piece.len() + 64);
            part.extend_from_slice(&[kind, shard as u8, u8::from(after.is_empty())]);
            part.extend_from_slice(piece);
            self.part(part)?;
            if after.is_empty() {
                return Ok(());
            }
            rest = after;
        }
    }
}

struct Reading<'k, R> {
    key: &'k Blob,
    file: R,
    id: [u8; 16],
    next: u32,
}

impl<'k, R: Read> Reading<'k, R> {
    fn start(key: &'k Blob, mut file: R) -> Result<Self, SnapshotError> {
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(SnapshotError::Damaged);
        }
        let mut id = [0; 16];
        file.read_exact(&mut id)?;
        Ok(Self { key, file, id, next: 0 })
    }

    fn part(&mut self) -> Result<Vec<u8>, SnapshotError> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > PART {
            return Err(SnapshotError::Damaged);
        }
        let mut sealed = vec![0; length];
        self.file.read_exact(&mut sealed)?;
        let context = context(&self.id, self.next);
        self.next += 1;
        self.key.open(&context, sealed).map_err(|_| SnapshotError::Damaged)
    }

    /// The pieces of one shard together.
    fn whole(&mut self) -> Result<(u8, usize, Vec<u8>), SnapshotError> {
        let mut whole = Vec::new();
        let mut of = None;
        loop {
            let part = self.part()?;
            let (&[kind, shard, last], bytes) =
                part.split_first_chunk::<3>().ok_or(SnapshotError::Damaged)?;
            if *of.get_or_insert((kind, shard)) != (kind, shard) {
                return Err(SnapshotError::Damaged);
            }
            whole.extend_from_slice(bytes);
            if last == 1 {
                whole.shrink_to_fit();
                return Ok((kind, usize::from(shard), whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Choice;
    use crate::decide::{Fingerprint, Flags, New, View};

    fn print(n: u64) -> Fingerprint {
        let spread = u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(n) << 32;
        Fingerprint::of(spread.to_be_bytes())
    }

    fn full() -> Memory {
        let memory = Memory::default();
        for n in 0..3000_u64 {
            let said = [
                (0, Choice::Granted),
                (1, if n % 3 == 0 { Choice::Denied } else { Choice::Granted }),
            ];
            let new = New {
                at: n as i64 * 1000,
                shape: Shape::new(1, said),
                guardian_missing_until: (n % 7 == 0).then_some(9),
            };
            assert!(memory.answer(&[print(n * 2), print(n * 2 + 1)], new));
        }
        memory.set(&[print(4), print(5)], Flags { erased: true, restricted: false }, Vec::new());
        for n in 100..200 {
            memory.forget(print(n));
        }
        memory
    }

    fn key() -> Blob {
        Blob::new(&[7; 32])
    }

    #[test]
    fn everybody_comes_back() {
        let memory = full();
        let at = Position { seq: 12, hash: "ab".into() };
        let mut file = Vec::new();
        save(&memory, &at, &key(), &mut file).unwrap();

        let (again, position) = load(&key(), &file[..]).unwrap();

        assert_eq!(position, at);
        assert_eq!(again.counts(), memory.counts());
        assert_eq!(again.counts().people, 3000 - 50);
        for n in 0..6002 {
            let [was, is] =
                [&memory, &again].map(|one| one.with(&[print(n)], |view| view.map(View::person)));
            assert_eq!(was, is, "{n}");
        }
        // The counts of identifiers came back too: a person goes with the last one.
        again.forget(print(0));
        assert!(again.knows(print(1)));
        again.forget(print(1));
        assert_eq!(again.counts().people, memory.counts().people - 1);
    }

    #[test]
    fn what_is_damaged_or_of_another_deployment_is_not_used() {
        let mut file = Vec::new();
        save(&full(), &Position { seq: 1, hash: String::new() }, &key(), &mut file).unwrap();

        assert!(load(&Blob::new(&[8; 32]), &file[..]).is_err());
        for at in (0..file.len()).step_by(file.len() / 50) {
            assert!(load(&key(), &file[..at]).is_err(), "cut off at {at}");
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert!(load(&key(), &bad[..]).is_err(), "changed at {at}");
        }
    }
}
