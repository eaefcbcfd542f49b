//! JSON lines: one answer for each line, in order, found on all cores.

use std::{
    borrow::Cow,
    io::{BufRead, BufReader, Read, Write},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde::{Deserialize, Serialize};

use super::{
    Trouble,
    look::{CodePoints, ItemJson, Look, SpanJson},
};

/// Texts worked on at once; with [`LINE_MAX`] it bounds the memory.
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of one line at most; longer texts go through `--text`.
const LINE_MAX: usize = 128 << 20;
/// So many lines are answered one by one: somebody is typing, or the pipe is slow.
const FIRST_LINES: u64 = 16;

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Spans { id: serde_json::Value, spans: Vec<SpanJson> },
    Replaced { id: serde_json::Value, text: String, items: Vec<ItemJson> },
    Wrong { id: serde_json::Value, line: u64, error: String },
}

/// One line as it was read.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

/// Works through one input. False: some line could not be read.
pub fn work(
    name: &str,
    input: &mut dyn Read,
    output: &mut impl Write,
    look: &Look,
) -> Result<bool, Trouble> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let (mut number, mut wrong, mut first) = (0, 0_u64, 0);
    loop {
        let (batch, ended) = read_batch(&mut input, &mut number)
            .map_err(|error| Trouble::Input { name: name.to_owned(), error })?;
        for answer in answers(&batch, look) {
            if let Answer::Wrong { line, .. } = &answer {
                wrong += 1;
                first = if wrong == 1 { *line } else { first };
            }
            serde_json::to_writer(&mut *output, &answer)
                .map_err(|error| Trouble::Output(error.into()))?;
            output.write_all(b"\n")?;
        }
        if number <= FIRST_LINES {
            output.flush()?;
        }
        if ended {
            break;
        }
    }
    if wrong > 0 {
        eprintln!(
            "privet: {name}: {wrong} lines could not be read, the first is line {first}; their answers say why, correct them and send them again"
        );
    }
    Ok(wrong == 0)
}

/// Some lines, and whether they are the last.
fn read_batch(input: &mut impl BufRead, number: &mut u64) -> std::io::Result<(Vec<Line>, bool)> {
    let mut batch: Vec<Line> = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES {
        let mut line = Vec::new();
        let read = input.by_ref().take(LINE_MAX as u64 + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok((batch, true));
        }
        bytes += read;
        *number += 1;
        let too_long = line.len() > LINE_MAX;
        if too_long {
            line = Vec::new();
            skip_line(input)?;
        }
        if too_long || !line.trim_ascii().is_empty() {
            batch.push(Line { number: *number, bytes: line, too_long });
        }
        if *number < FIRST_LINES && !batch.is_empty() {
            break;
        }
    }
    Ok((batch, false))
}

/// Reads to the end of a line without keeping it.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let part = input.fill_buf()?;
        if part.is_empty() {
            return Ok(());
        }
        let Some(at) = part.iter().position(|b| *b == b'\n') else {
            let all = part.len();
            input.consume(all);
            continue;
        };
        input.consume(at + 1);
        return Ok(());
    }
}

/// The answers in the order of the lines; cores take the next line when they are done with one.
fn answers(batch: &[Line], look: &Look) -> Vec<Answer> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(batch.len());
    if cores < 2 {
        return batch.iter().map(|line| answer(line, look)).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            // Some lines at a time: taking one costs more than a short text.
            let from = next.fetch_add(8, Ordering::Relaxed);
            if from >= batch.len() {
                return done;
            }
            let to = batch.len().min(from + 8);
            done.extend((from..to).map(|at| (at, answer(&batch[at], look))));
        }
    };
    let mut all: Vec<(usize, Answer)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(take)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    // A panic must not shift the order: its lines are answered as broken.
    let mut answers = Vec::with_capacity(batch.len());
    for (at, answer) in all {
        answers.extend((answers.len()..at).map(|missing| broken(&batch[missing])));
        answers.push(answer);
    }
    answers.extend((answers.len()..batch.len()).map(|missing| broken(&batch[missing])));
    answers
}

fn broken(line: &Line) -> Answer {
    wrong(
        line,
        serde_json::Value::Null,
        "detection failed on this text; please report it".to_owned(),
    )
}

fn wrong(line: &Line, id: serde_json::Value, error: String) -> Answer {
    Answer::Wrong { id, line: line.number, error }
}

fn answer(line: &Line, look: &Look) -> Answer {
    if line.too_long {
        let most = LINE_MAX >> 20;
        let why = format!("it is longer than {most} MB; send the text itself with --text");
        return wrong(line, serde_json::Value::Null, why);
    }
    if let Err(error) = std::str::from_utf8(&line.bytes) {
        let why = format!(
            "it is not UTF-8 at byte {}; convert it, for instance with iconv",
            error.valid_up_to() + 1
        );
        return wrong(line, id_of(&String::from_utf8_lossy(&line.bytes)), why);
    }
    let Question { id, text } = match serde_json::from_slice(&line.bytes) {
        Ok(question) => question,
        Err(error) => {
            let why =
                format!("it is not {{\"id\": …, \"text\": \"…\"}}: {}", without_values(&error));
            return wrong(line, id_of(&String::from_utf8_lossy(&line.bytes)), why);
        }
    };
    let spans = look.find(&text);
    if let Some(replacer) = &look.replacer {
        return match Look::replaced(replacer, &text, &spans) {
            Ok((text, items)) => Answer::Replaced { id, text, items },
            Err(error) => wrong(line, id, error.to_string()),
        };
    }
    let mut points = CodePoints::of(&text);
    let spans = spans
        .iter()
        .map(|span| {
            let (start, end) = (points.at(span.start), points.at(span.end));
            look.written(span, start, end)
        })
        .collect();
    Answer::Spans { id, spans }
}

/// The id of a line that is not a question, if it has one; so that its answer can be assigned.
fn id_of(line: &str) -> serde_json::Value {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(serde_json::Value::Object(mut object)) => object.remove("id").unwrap_or_default(),
        _ => serde_json::Value::Null,
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::Value;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: crate::detect::Args,
    }

    fn detect(args: &[&str], input: &[u8]) -> (Vec<Value>, bool) {
        let line = Line::parse_from(std::iter::once("detect").chain(args.iter().copied()));
        let look = Look::of(&line.args).unwrap();
        let mut output = Vec::new();
        let complete = work("test", &mut &input[..], &mut output, &look).unwrap();
        let text = String::from_utf8(output).unwrap();
        (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), complete)
    }

    #[test]
    fn offsets_count_code_points() {
        let (answers, _) =
            detect(&[], "{\"id\":\"a\",\"text\":\"😀邮箱 li.lei@example.cn。\"}\n".as_bytes());

        assert_eq!(answers[0]["id"], "a");
        assert_eq!(answers[0]["spans"][0]["category"], "contact.email");
        assert_eq!(answers[0]["spans"][0]["start"], 4);
        assert_eq!(answers[0]["spans"][0]["end"], 21);
    }

    #[test]
    fn the_order_of_many_lines_is_kept() {
        let lines: Vec<String> = (0..5_000)
            .map(|i| format!("{{\"id\":{i},\"text\":\"mail x{i}@example.com\"}}"))
            .collect();

        let (answers, complete) = detect(&["--patterns-only"], lines.join("\n").as_bytes());

        assert!(complete);
        let ids: Vec<i64> = answers.iter().map(|answer| answer["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, (0..5_000).collect::<Vec<_>>());
    }

    #[test]
    fn broken_lines_are_answered_in_their_place_without_their_text_and_lose_nothing() {
        let mut input = b"{\"id\":1,\"text\":\"mail a@example.com\"}\n".to_vec();
        input.extend(b"{\"id\":2,\"text\":{\"secret\":\"13800001234\"}}\n");
        input.extend(b"{\"id\":3,\"text\":\"caf\xe9 13800001234\"}\n\n");
        input.extend(b"not json 13800001234\n");
        input.extend(b"{\"id\":5,\"text\":\"mail b@example.com\"}");

        let (answers, complete) = detect(&[], &input);

        assert!(!complete);
        assert_eq!(answers.len(), 5);
        assert_eq!(answers[0]["spans"].as_array().unwrap().len(), 1);
        let told: Vec<(Value, Value)> =
            answers[1..4].iter().map(|a| (a["id"].clone(), a["line"].clone())).collect();
        assert_eq!(told, [(2.into(), 2.into()), (3.into(), 3.into()), (Value::Null, 5.into())]);
        assert!(answers[2]["error"].as_str().unwrap().contains("not UTF-8 at byte 20"));
        assert!(!Value::from(answers.clone()).to_string().contains("13800001234"));
        assert_eq!(answers[4]["spans"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn entities_scores_and_explanations_are_as_asked() {
        let input = "{\"id\":1,\"text\":\"mail a@example.com, 手机13800001234\"}".as_bytes();

        let all = detect(&["--explain"], input).0;
        let mail = detect(&["--entities", "EMAIL_ADDRESS"], input).0;
        let sure = detect(&["--min-score", "1"], input).0;

        assert_eq!(all[0]["spans"].as_array().unwrap().len(), 2);
        assert!(all[0]["spans"][0]["rule"].is_string() && all[0]["spans"][0]["layer"].is_string());
        assert_eq!(mail[0]["spans"][0]["type"], "EMAIL_ADDRESS");
        assert_eq!(mail[0]["spans"].as_array().unwrap().len(), 1);
        assert!(sure[0]["spans"].as_array().unwrap().len() < 2);
    }
}
