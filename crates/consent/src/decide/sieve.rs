//! A list of identifiers in, the allowed ones out: the filter behind `POST /v1/audiences/filter` and
//! `privet audience filter`. Lines are taken in batches, and a batch in groups whose waits for memory
//! overlap; in the common case nothing is allocated for a line.

use std::{hint::black_box, sync::Arc};

use vault::{Blinder, Vault};

use super::{
    PurposeSlot,
    index::Fingerprint,
    memory::{self, Memory},
    normal::{self, Short},
    people::View,
    rule::{Ask, Chosen, Question, Reason, Standing, Verdict},
    shapes::Shapes,
};
use crate::{Catalogue, Identifier, IdentifierKind, Result, SubjectId, watch::People};

/// Lines looked up under one holding of the locks.
const BATCH: usize = 512;
/// Lines whose waits for memory overlap.
const GROUP: usize = 32;
/// Watched customers told of at most.
const MET: usize = 16;
/// Bytes of a line at most; a longer one is no identifier.
const LINE: usize = 1024;

/// What became of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines with something on them.
    pub lines: u64,
    /// Of these, allowed.
    pub allowed: u64,
    /// Of these, no identifier of the kind; not allowed either.
    pub malformed: u64,
    /// Lines with nothing on them.
    pub blank: u64,
}

/// What a line is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The allowed lines as they came, the others not at all.
    Filter,
    /// `allow REASON` or `deny REASON` for every line; `deny malformed` for what is no identifier.
    Decide,
}

/// Which list, for what.
#[derive(Debug, Clone)]
pub struct List {
    /// The purpose's key.
    pub purpose: String,
    /// What each line is.
    pub kind: IdentifierKind,
    /// Where phone numbers without a country code are dialled.
    pub region: String,
    /// What else is said of the use.
    pub ask: Ask,
    /// The answer's form.
    pub form: Form,
}

/// Sifts one list, piece by piece.
pub struct Sieve {
    list: List,
    blinder: Blinder,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// The line is too long: what is left of it is passed over.
    skipping: bool,
    started: bool,
    table: Table,
    tally: Tally,
    watched: Arc<People>,
    /// Watched customers on the list, in the order they came; a few.
    met: Vec<SubjectId>,
}

/// What a line turned out to be.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    print: Option<Fingerprint>,
}

impl Sieve {
    /// For a list.
    pub fn new(vault: &Vault, list: List) -> Self {
        Self::watching(vault, list, Arc::default())
    }

    /// For a list on which some customers are watched for.
    pub(crate) fn watching(vault: &Vault, list: List, watched: Arc<People>) -> Self {
        Self {
            blinder: vault.blinder(list.kind.as_str()),
            list,
            rest: Vec::new(),
            skipping: false,
            started: false,
            table: Table::default(),
            tally: Tally::default(),
            watched,
            met: Vec::new(),
        }
    }

    /// The watched customers that came since the last call.
    pub(crate) fn met(&mut self) -> Vec<SubjectId> {
        std::mem::take(&mut self.met)
    }

    /// So far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Takes the next piece of the list, wherever it is cut, and appends the answers to `out`. `now`
    /// is the moment for which the answers hold (µs). Fails when there is no such purpose (any more).
    pub fn push(
        &mut self,
        memory: &Memory,
        catalogue: &Arc<Catalogue>,
        now: i64,
        mut piece: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let with = With { memory, catalogue, now };
        if self.skipping || !self.rest.is_empty() {
            let Some(end) = memchr::memchr(b'\n', piece) else {
                self.keep(piece);
                return Ok(());
            };
            self.keep(&piece[..end]);
            piece = &piece[end + 1..];
            self.end_line(with, out)?;
        }
        let end = memchr::memrchr(b'\n', piece).map_or(0, |at| at + 1);
        self.lines(with, &piece[..end], out)?;
        self.keep(&piece[end..]);
        Ok(())
    }

    /// The list has ended: its last line may have no line break.
    pub fn finish(
        &mut self,
        memory: &Memory,
        catalogue: &Arc<Catalogue>,
        now: i64,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if self.rest.is_empty() && !self.skipping {
            return Ok(());
        }
        self.end_line(With { memory, catalogue, now }, out)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.skipping || self.rest.len() + bytes.len() > LINE {
            self.rest.clear();
            self.skipping |= !bytes.is_empty();
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn end_line(&mut self, with: With<'_>, out: &mut Vec<u8>) -> Result<()> {
        let mut line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.skipping) {
            // Stands for a line that is no identifier of any kind.
            line = b"\0".to_vec();
        }
        line.push(b'\n');
        self.lines(with, &line, out)
    }

    /// Whole lines.
    fn lines(&mut self, with: With<'_>, mut text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        if !text.is_empty() && !std::mem::replace(&mut self.started, true) {
            // A byte order mark, as editors on Windows leave it.
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        }
        let mut batch = Vec::with_capacity(BATCH.min(text.len() / 4 + 1));
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            let line = text[start..end].trim_ascii();
            if line.is_empty() {
                self.tally.blank += 1;
            } else {
                self.tally.lines += 1;
                let from = start + (line.as_ptr().addr() - text[start..].as_ptr().addr());
                batch.push(Line { start: from, end: from + line.len(), print: self.read(line) });
            }
            start = end + 1;
            if batch.len() == BATCH {
                self.answer(with, text, &batch, out)?;
                batch.clear();
            }
        }
        self.answer(with, text, &batch, out)
    }

    fn read(&mut self, line: &[u8]) -> Option<Fingerprint> {
        let mut short = Short::new();
        let blind = if normal::fast(self.list.kind, line, &self.list.region, &mut short) {
            self.blinder.blind(short.bytes())
        } else {
            let text = std::str::from_utf8(line).ok().filter(|_| line.len() <= LINE);
            let read = text.map(|text| Identifier::parse(self.list.kind, text, &self.list.region));
            let Some(Ok(identifier)) = read else {
                self.tally.malformed += 1;
                return None;
            };
            self.blinder.blind(identifier.expose().as_bytes())
        };
        let print = Fingerprint::of(blind.0);
        if !self.watched.is_empty()
            && self.met.len() < MET
            && let Some(id) = self.watched.get(&print)
        {
            self.met.push(id.clone());
        }
        Some(print)
    }

    fn answer(
        &mut self,
        with: With<'_>,
        text: &[u8],
        batch: &[Line],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let purpose = with.catalogue.purpose(&self.list.purpose)?;
        let question = Question::new(with.catalogue, purpose, &self.list.ask, with.now);
        match self.list.form {
            Form::Filter => {
                with.memory
                    .with_shapes(|shapes| self.table.follow(with.catalogue, &question, shapes));
                let table = &self.table;
                let mut allowed = 0;
                each(with.memory, batch, |line, view, shapes| {
                    if line.print.is_some() && table.allows(&question, view, shapes) {
                        allowed += 1;
                        out.extend_from_slice(&text[line.start..line.end]);
                        out.push(b'\n');
                    }
                });
                self.tally.allowed += allowed;
            }
            Form::Decide => {
                let mut allowed = 0;
                each(with.memory, batch, |line, view, shapes| {
                    let verdict = line
                        .print
                        .map(|_| question.judge(&standing(view, shapes, question.slot())));
                    let allow = verdict.is_some_and(|verdict| verdict.allow);
                    allowed += u64::from(allow);
                    out.extend_from_slice(if allow { b"allow " } else { b"deny " });
                    let reason = verdict.map_or("malformed", |verdict| verdict.reason.as_str());
                    out.extend_from_slice(reason.as_bytes());
                    out.push(b'\n');
                });
                self.tally.allowed += allowed;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct With<'a> {
    memory: &'a Memory,
    catalogue: &'a Arc<Catalogue>,
    now: i64,
}

/// Looks up a batch. Three walks over each group – index, people, answers –, the first two of which
/// only touch what the next one reads.
fn each(memory: &Memory, batch: &[Line], mut answer: impl FnMut(&Line, Option<View<'_>>, &Shapes)) {
    let index: Vec<_> = memory.index.iter().map(memory::read).collect();
    let people: Vec<_> = memory.people.iter().map(memory::read).collect();
    let shapes = memory::read(&memory.shapes);
    for group in batch.chunks(GROUP) {
        let mut touched = 0;
        for print in group.iter().filter_map(|line| line.print) {
            touched ^= index[print.shard()].touch(print);
        }
        let mut found = [None; GROUP];
        for (line, found) in group.iter().zip(&mut found) {
            *found =
                line.print.and_then(|print| index[print.shard()].get(print)).map(memory::place);
        }
        for (shard, place) in found.iter().flatten() {
            touched ^= people[*shard].touch(*place);
        }
        black_box(touched);
        for (line, found) in group.iter().zip(&found) {
            answer(line, found.and_then(|(shard, place)| people[shard].get(place)), &shapes);
        }
    }
}

/// What is known of a person for a purpose.
pub(super) fn standing(view: Option<View<'_>>, shapes: &Shapes, purpose: PurposeSlot) -> Standing {
    let Some(view) = view else { return Standing::default() };
    let newest = view.answers().find_map(|answer| {
        let shape = shapes.get(answer.shape)?;
        let choice = shape.about(purpose)?;
        Some(Chosen { choice, since: answer.at, notice: shape.notice })
    });
    Standing {
        erased: view.erased(),
        restricted: view.restricted(),
        guardian_missing_until: view.age().map_or(0, |age| age.guardian_missing_until),
        chosen: newest,
    }
}

/// For one purpose, what each shape comes to: the rules are asked once for a shape, not once for a
/// person.
#[derive(Default)]
struct Table {
    of: Option<Arc<Catalogue>>,
    shapes: Vec<Answered>,
    nobody: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answered {
    /// The shape does not speak of the purpose.
    Silent,
    Deny,
    Allow,
    /// Allowed until it is too old.
    Ages,
}

impl Table {
    fn follow(&mut self, catalogue: &Arc<Catalogue>, question: &Question<'_>, shapes: &Shapes) {
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, catalogue)) {
            self.of = Some(Arc::clone(catalogue));
            self.shapes.clear();
            self.nobody = question.judge(&Standing::default()).allow;
        }
        for shape in shapes.iter().skip(self.shapes.len()) {
            let said = shape.about(question.slot()).map(|choice| {
                let chosen = Chosen { choice, since: question.now, notice: shape.notice };
                question.judge(&Standing { chosen: Some(chosen), ..Standing::default() })
            });
            self.shapes.push(match said {
                None => Answered::Silent,
                Some(Verdict { allow: false, .. }) => Answered::Deny,
                Some(Verdict { reason: Reason::Granted, .. }) if question.expires() => {
                    Answered::Ages
                }
                Some(_) => Answered::Allow,
            });
        }
    }

    fn allows(&self, question: &Question<'_>, view: Option<View<'_>>, shapes: &Shapes) -> bool {
        let Some(view) = view else { return self.nobody };
        if !view.is_plain() {
            return question.judge(&standing(Some(view), shapes, question.slot())).allow;
        }
        for answer in view.answers() {
            match self.shapes.get(answer.shape as usize) {
                Some(Answered::Silent) => {}
                Some(Answered::Deny) => return false,
                Some(Answered::Allow) => return true,
                Some(Answered::Ages) => return !question.is_expired(answer.at),
                // Came to the dictionary after the table was made.
                None => {
                    return question.judge(&standing(Some(view), shapes, question.slot())).allow;
                }
            }
        }
        self.nobody
    }
}
