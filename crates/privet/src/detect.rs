//! `privet detect`: texts in, places of personal data out, as JSON lines. Answers never hold a text.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::ExitCode,
    thread,
};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Texts worked on at once; with [`LINE_MAX`] it bounds the memory.
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of one line at most.
const LINE_MAX: u64 = 16 << 20;

const EXAMPLES: &str = "\
Reads one JSON object a line, {\"id\": …, \"text\": \"…\"}, and writes one line for each, in order:
  {\"id\": …, \"spans\": [{\"start\": 8, \"end\": 19, \"type\": \"PHONE_NUMBER\", \"category\": \"contact.phone\", \"score\": 0.95}]}
start and end count Unicode code points; end is exclusive.

Example:
  echo '{\"id\":1,\"text\":\"我的电话是13800001234\"}' | privet detect";

/// `privet detect`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Language of the texts; both are always understood, so `auto` is right for mixed ones.
    #[arg(long, value_enum, default_value_t = Lang::Auto)]
    pub lang: Lang,
}

/// Language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Any.
    Auto,
    /// English.
    En,
    /// Chinese.
    Zh,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    spans: Vec<SpanJson>,
}

#[derive(Serialize)]
struct SpanJson {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    category: String,
    score: f64,
}

/// Works through stdin. Blocking: there is nothing else to do meanwhile.
pub fn run(_args: &Args) -> Result<ExitCode, Failure> {
    let input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    match answer_all(input, &mut output).and_then(|()| Ok(output.flush()?)) {
        Err(Trouble::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        Err(trouble) => return Err(trouble.into()),
        Ok(()) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Why the work ended early.
#[derive(Debug)]
enum Trouble {
    Input(std::io::Error),
    Output(std::io::Error),
    Line { number: u64, why: String },
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Input(error) => Self::unreachable(format!("stdin could not be read: {error}")),
            Trouble::Output(error) => {
                Self::unreachable(format!("the answers could not be written: {error}"))
            }
            Trouble::Line { number, why } => Self::usage(format!(
                "line {number} is not {{\"id\": …, \"text\": \"…\"}}: {why}; the lines before it are answered, correct it and run again"
            )),
        }
    }
}

fn answer_all(mut input: impl BufRead, output: &mut impl Write) -> Result<(), Trouble> {
    let mut number = 0;
    loop {
        let (batch, trouble) = read_batch(&mut input, &mut number);
        let ended = batch.is_empty();
        for answer in answers(&batch) {
            serde_json::to_writer(&mut *output, &answer)
                .map_err(|error| Trouble::Output(error.into()))?;
            output.write_all(b"\n")?;
        }
        if let Some(trouble) = trouble {
            output.flush()?;
            return Err(trouble);
        }
        if ended {
            return Ok(());
        }
    }
}

/// Some lines, and what went wrong after them. Empty and no trouble: the end.
fn read_batch(input: &mut impl BufRead, number: &mut u64) -> (Vec<Question>, Option<Trouble>) {
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut line = Vec::new();
    while bytes < BATCH_BYTES {
        line.clear();
        match input.by_ref().take(LINE_MAX + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(read) => bytes += read,
            Err(error) => return (batch, Some(Trouble::Input(error))),
        }
        *number += 1;
        if line.len() as u64 > LINE_MAX {
            let why = format!("it is longer than {} MB", LINE_MAX >> 20);
            return (batch, Some(Trouble::Line { number: *number, why }));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(question) => batch.push(question),
            Err(error) => {
                let trouble = Trouble::Line { number: *number, why: without_values(&error) };
                return (batch, Some(trouble));
            }
        }
        // Somebody typing, or a slow pipe: answer what is there.
        if bytes > 0 && batch.len() == 1 && *number < 16 {
            break;
        }
    }
    (batch, None)
}

/// serde's own message may quote the value.
fn without_values(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a key is missing or has the wrong type",
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it is not valid JSON",
    };
    format!("{what} (column {})", error.column())
}

/// The answers in the order of the questions, found on all cores.
fn answers(batch: &[Question]) -> Vec<Answer> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if batch.len() < 2 * cores {
        return batch.iter().map(answer).collect();
    }
    let share = batch.len().div_ceil(cores);
    thread::scope(|scope| {
        let workers: Vec<_> = batch
            .chunks(share)
            .map(|part| (part, scope.spawn(|| part.iter().map(answer).collect::<Vec<_>>())))
            .collect();
        workers
            .into_iter()
            .flat_map(|(part, worker)| {
                // A panic must not shift the order: the part's texts are then without findings.
                worker.join().unwrap_or_else(|_| part.iter().map(empty).collect())
            })
            .collect()
    })
}

fn empty(question: &Question) -> Answer {
    Answer { id: question.id.clone(), spans: Vec::new() }
}

fn answer(question: &Question) -> Answer {
    let text = question.text.as_str();
    let mut points = CodePoints { text, byte: 0, point: 0 };
    let spans = ::detect::find_in_text(text)
        .into_iter()
        .map(|span| SpanJson {
            start: points.at(span.start),
            end: points.at(span.end),
            kind: span.entity().to_owned(),
            category: span.category().to_owned(),
            score: (span.score * 100.0).round() / 100.0,
        })
        .collect();
    Answer { id: question.id.clone(), spans }
}

/// Turns byte offsets, given in order, into code points in one walk.
struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
}

impl CodePoints<'_> {
    fn at(&mut self, byte: usize) -> usize {
        self.point += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(input: &str) -> (String, Result<(), Trouble>) {
        let mut output = Vec::new();
        let result = answer_all(input.as_bytes(), &mut output);
        (String::from_utf8(output).unwrap(), result)
    }

    #[test]
    fn offsets_count_code_points() {
        let (output, _) = detect("{\"id\":\"a\",\"text\":\"😀邮箱 li.lei@example.cn。\"}\n");

        let answer: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(answer["id"], "a");
        assert_eq!(answer["spans"][0]["type"], "contact.email");
        assert_eq!(answer["spans"][0]["start"], 4);
        assert_eq!(answer["spans"][0]["end"], 21);
    }

    #[test]
    fn the_order_of_many_lines_is_kept() {
        let lines: Vec<String> = (0..5_000)
            .map(|i| format!("{{\"id\":{i},\"text\":\"mail x{i}@example.com\"}}"))
            .collect();
        let input = lines.join("\n");

        let (output, result) = detect(&input);

        assert!(result.is_ok());
        let ids: Vec<i64> = output
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_i64().unwrap()
            })
            .collect();
        assert_eq!(ids, (0..5_000).collect::<Vec<_>>());
    }

    #[test]
    fn a_broken_line_is_named_without_its_text_and_the_lines_before_it_are_answered() {
        let (output, result) =
            detect("{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":{\"secret\":\"13800001234\"}}\n");

        assert_eq!(output.lines().count(), 1);
        let message = Failure::from(result.unwrap_err()).to_string();
        assert!(message.contains("line 2") && !message.contains("13800001234"), "{message}");
    }
}
