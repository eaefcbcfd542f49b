//! `privet detect`: texts in, places of personal data out, as JSON lines; or the texts with what was
//! found replaced. Answers never hold what was found.

mod lines;
mod look;
mod text;

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::ValueEnum;

use crate::Failure;
use look::Look;
pub use look::detectors;

const EXAMPLES: &str = "\
Reads one JSON object a line, {\"id\": …, \"text\": \"…\"}, and writes one line for each, in order:
  {\"id\": …, \"spans\": [{\"start\": 8, \"end\": 19, \"type\": \"PHONE_NUMBER\", \"category\": \"contact.phone\", \"score\": 0.95}]}
start and end count Unicode code points; end is exclusive. A line that cannot be read is answered with
{\"id\": …, \"line\": 7, \"error\": \"…\"}; all other lines are answered as usual and the exit code is 2.

With --operator the answer is the text with its findings replaced: {\"id\": …, \"text\": \"…\", \"items\": […]}.
Operators: mask, replace, redact, hash, fake, keep; hash and fake need --key-file with at least 16 secret
bytes and give the same for the same value and key.

With --text the input is plain text of any length; each finding is a line, or the new text is printed.

Examples:
  echo '{\"id\":1,\"text\":\"我的电话是13800001234\"}' | privet detect
  privet detect --text --operator fake --key-file key.bin letter.txt > safe.txt
  privet detect --operator replace,PERSON=fake --key-file key.bin < tickets.jsonl
  privet detect --detectors company.toml --entities LOYALTY_CARD,EMAIL_ADDRESS < tickets.jsonl";

/// `privet detect`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files to read instead of stdin.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Language of the texts: `auto` goes by the script of each piece; `en` and `zh` leave the other
    /// language's names and places out.
    #[arg(long, value_enum, default_value_t = Lang::Auto)]
    pub lang: Lang,
    /// The input is plain text, not JSON lines.
    #[arg(long)]
    pub text: bool,
    /// Only what has a pattern: no names, organisations or places.
    #[arg(long)]
    pub patterns_only: bool,
    /// Only findings at least so sure.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = share)]
    pub min_score: f64,
    /// Only these entities; several with commas.
    #[arg(long, value_name = "A[,B…]", value_delimiter = ',')]
    pub entities: Vec<String>,
    /// A TOML file of your own detectors.
    #[arg(long, value_name = "FILE")]
    pub detectors: Option<PathBuf>,
    /// Say for each finding which layer and rule found it.
    #[arg(long)]
    pub explain: bool,
    /// Replace findings: an operator for all, or ENTITY=OPERATOR; several with commas.
    #[arg(long, value_name = "OP", value_delimiter = ',')]
    pub operator: Vec<String>,
    /// File with the secret for `hash` and `fake`, at least 16 bytes.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
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

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "write a number from 0 to 1, such as 0.6".to_owned())
}

/// Works through the files, or stdin. Blocking: there is nothing else to do meanwhile.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let look = Look::of(args)?;
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut complete = true;
    let result = each_input(&args.files, |name, input| {
        complete &= if args.text {
            text::work(name, input, &mut output, &look)?
        } else {
            lines::work(name, input, &mut output, &look)?
        };
        Ok(output.flush()?)
    });
    match result {
        // `privet detect | head` is no failure.
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        other => other?,
    }
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Why the work ended early.
#[derive(Debug)]
enum Trouble {
    Input { name: String, error: io::Error },
    Output(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Input { name, error } => {
                Self::unreachable(format!("{name} could not be read: {error}; check the path"))
            }
            Trouble::Output(error) => {
                Self::unreachable(format!("the answers could not be written: {error}"))
            }
        }
    }
}

fn each_input(
    files: &[PathBuf],
    mut work: impl FnMut(&str, &mut dyn Read) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    if files.is_empty() {
        return work("stdin", &mut io::stdin().lock());
    }
    for path in files {
        let name = path.display().to_string();
        let mut file =
            File::open(path).map_err(|error| Trouble::Input { name: name.clone(), error })?;
        work(&name, &mut file)?;
    }
    Ok(())
}
