//! Reading, coarsening, writing.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anonymity::{Frame, Goal, Ladder, Report};
use tempfile::NamedTempFile;

use super::{
    Args,
    answer::Answer,
    roles::{self, Column, Role, Told},
};
use crate::Failure;

/// Rows that detection looks at.
const SAMPLE: usize = 1_000;

/// A file whose columns have their roles.
pub struct Input {
    path: PathBuf,
    /// In the file's order.
    pub columns: Vec<Column>,
}

impl Input {
    /// Reads the head of the file and gives every column its role.
    pub fn open(args: &Args) -> Result<Self, Failure> {
        let mut reader = reader(&args.file)?;
        let names: Vec<String> =
            reader.headers().map_err(|e| bad(&args.file, &e))?.iter().map(str::to_owned).collect();
        let mut sample = Vec::new();
        for record in reader.records().take(SAMPLE) {
            let record = record.map_err(|e| bad(&args.file, &e))?;
            sample.push(record.iter().map(str::to_owned).collect());
        }
        let told = Told {
            drop: &args.drop,
            quasi: &args.quasi,
            sensitive: &args.sensitive,
            keep: &args.keep,
        };
        let columns = roles::assign(&names, &sample, &told)?;
        Ok(Self { path: args.file.clone(), columns })
    }

    /// The places of the columns with a role.
    fn places(&self, role: Role) -> Vec<usize> {
        let of = |(at, column): (usize, &Column)| (column.role == role).then_some(at);
        self.columns.iter().enumerate().filter_map(of).collect()
    }

    /// Counts combinations of values.
    pub fn count(&self) -> Result<Frame, Failure> {
        let (quasi, sensitive) = (self.places(Role::Quasi), self.places(Role::Sensitive));
        count(&self.path, &quasi, &sensitive)
    }
}

fn count(path: &Path, quasi: &[usize], sensitive: &[usize]) -> Result<Frame, Failure> {
    let mut frame = Frame::new(quasi.len(), sensitive.len());
    let mut reader = reader(path)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| bad(path, &e))? {
        let places = quasi.iter().chain(sensitive);
        let row: Vec<&str> = places.map(|at| record.get(*at).unwrap_or_default()).collect();
        frame.push(&row).map_err(|error| Failure::usage(error.to_string()))?;
    }
    Ok(frame)
}

/// Finds the coarsening, writes the release beside its place and judges what was written. [`place`] puts
/// it there.
pub fn release(
    args: &Args,
    input: &Input,
    frame: &Frame,
) -> Result<(Answer, Option<NamedTempFile>), Failure> {
    let quasi = input.places(Role::Quasi);
    let told: Vec<_> = quasi.iter().map(|at| input.columns[*at].shape).collect();
    let ladders = frame.ladders(&told);
    let goal = Goal { k: args.k, l: args.l, leave_out: (args.leave_out * 100.0).round() as u64 };
    let Some(found) = anonymity::search(frame, &ladders, goal) else {
        let measured = anonymity::measure(frame, args.k, args.l);
        return Ok((Answer::out_of_reach(args, input, measured), None));
    };
    let steps: Vec<(usize, &Ladder, usize)> = quasi
        .iter()
        .zip(&ladders)
        .zip(&found.steps)
        .map(|((at, l), step)| (*at, l, *step))
        .collect();
    let mut answer = Answer::found(args, input, &steps, &found);
    let Some(output) = &args.output else { return Ok((answer, None)) };
    let (report, draft) = write(args, input, &steps, output)?;
    answer.report = report;
    answer.written(output);
    Ok((answer, Some(draft)))
}

/// Puts a release in its place; nothing that stands there is overwritten.
pub fn place(draft: NamedTempFile, output: &Path) -> Result<(), Failure> {
    draft.persist_noclobber(output).map(drop).map_err(|error| unwritable(output, &error.error))
}

fn unwritable(output: &Path, error: &std::io::Error) -> Failure {
    Failure::unreachable(format!("{} could not be written: {error}", output.display()))
}

fn write(
    args: &Args,
    input: &Input,
    steps: &[(usize, &Ladder, usize)],
    output: &Path,
) -> Result<(Report, NamedTempFile), Failure> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let failed = |error: std::io::Error| unwritable(output, &error);
    if output.exists() {
        return Err(Failure::usage(format!("{} exists; name another file", output.display())));
    }
    let draft = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    let good = Good::of(args, input, steps)?;
    good.write(input, steps, draft.as_file()).map_err(|e| bad(output, &e))?;
    draft.as_file().sync_all().map_err(failed)?;
    // What counts is what was written, not what was meant.
    let kept: Vec<&Column> = input.columns.iter().filter(|c| c.role != Role::Direct).collect();
    let with =
        |role| kept.iter().enumerate().filter(move |(_, c)| c.role == role).map(|(at, _)| at);
    let written = count(
        draft.path(),
        &with(Role::Quasi).collect::<Vec<_>>(),
        &with(Role::Sensitive).collect::<Vec<_>>(),
    )?;
    let report = anonymity::measure(&written, args.k, args.l);
    if report.k < args.k || report.sensitive.iter().any(|column| column.l < args.l) {
        return Err(Failure::check("what was written does not reach the goal; nothing was kept"));
    }
    Ok((report, draft))
}

/// The classes that may leave: their rows and sensitive values counted once more on coarse values.
struct Good {
    classes: std::collections::HashSet<Vec<String>>,
}

impl Good {
    fn of(args: &Args, input: &Input, steps: &[(usize, &Ladder, usize)]) -> Result<Self, Failure> {
        use std::collections::{HashMap, HashSet};
        let sensitive = input.places(Role::Sensitive);
        let mut rows: HashMap<Vec<String>, (u64, Vec<HashSet<String>>)> = HashMap::new();
        let mut reader = reader(&input.path)?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|e| bad(&input.path, &e))? {
            let none = || (0, vec![HashSet::new(); sensitive.len()]);
            let (count, values) = rows.entry(coarse(&record, steps)).or_insert_with(none);
            *count += 1;
            for (known, at) in values.iter_mut().zip(&sensitive) {
                // As many as are asked for are enough to know.
                if (known.len() as u64) < args.l {
                    known.insert(record.get(*at).unwrap_or_default().to_owned());
                }
            }
        }
        let fine = |(count, values): &(u64, Vec<HashSet<String>>)| {
            *count >= args.k && values.iter().all(|known| known.len() as u64 >= args.l)
        };
        let classes = rows.into_iter().filter(|(_, seen)| fine(seen)).map(|(class, _)| class);
        Ok(Self { classes: classes.collect() })
    }

    fn write(
        &self,
        input: &Input,
        steps: &[(usize, &Ladder, usize)],
        file: &File,
    ) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(std::io::BufWriter::new(file));
        let kept: Vec<usize> =
            (0..input.columns.len()).filter(|at| input.columns[*at].role != Role::Direct).collect();
        writer.write_record(kept.iter().map(|at| &input.columns[*at].name))?;
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_path(&input.path)?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            let class = coarse(&record, steps);
            if !self.classes.contains(&class) {
                continue;
            }
            let value = |at: &usize| match steps.iter().position(|(place, _, _)| place == at) {
                Some(column) => class[column].clone(),
                None => record.get(*at).unwrap_or_default().to_owned(),
            };
            writer.write_record(kept.iter().map(value))?;
        }
        Ok(writer.flush()?)
    }
}

fn coarse(record: &csv::StringRecord, steps: &[(usize, &Ladder, usize)]) -> Vec<String> {
    let one = |(at, ladder, step): &(usize, &Ladder, usize)| {
        ladder.apply(record.get(*at).unwrap_or_default(), *step)
    };
    steps.iter().map(one).collect()
}

fn reader(path: &Path) -> Result<csv::Reader<File>, Failure> {
    csv::ReaderBuilder::new().flexible(false).from_path(path).map_err(|error| bad(path, &error))
}

/// What is wrong with a file, by line; never what stands in it.
fn bad(path: &Path, error: &csv::Error) -> Failure {
    let line = error.position().map_or(0, csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8; save it as UTF-8 first".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} values where the heading has {expected_len}")
        }
        csv::ErrorKind::Io(error) => {
            return Failure::unreachable(format!("{}: {error}", path.display()));
        }
        _ => "is not CSV".to_owned(),
    };
    Failure::unreachable(format!("{}:{line}: {why}", path.display()))
}
