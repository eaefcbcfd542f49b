//! Reading and writing the files of a directory: headers, versions, errors with file and line.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    docs::{
        ActivityDoc, DecisionsDoc, Docs, FlowDoc, FoundFlowDoc, Keyed, OrganisationDoc,
        RecipientDoc, SourceDoc, SystemDoc, VERSION,
    },
    problem::{CodeError, Problem, Wrong, nearest},
};

/// One file is at most this large.
pub const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// The files' names, in the order they are written and applied.
pub const FILES: [&str; 7] = [
    "organisation.yaml",
    "systems.yaml",
    "recipients.yaml",
    "sources.yaml",
    "flows.yaml",
    "activities.yaml",
    "decisions.yaml",
];

macro_rules! file_type {
    ($name:ident, $field:ident, $content:ty) => {
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            privet: u32,
            #[serde(default)]
            $field: $content,
        }
    };
}
file_type!(OrganisationFile, organisation, OrganisationDoc);
file_type!(SystemsFile, systems, Keyed<SystemDoc>);
file_type!(RecipientsFile, recipients, Keyed<RecipientDoc>);
file_type!(SourcesFile, sources, Keyed<SourceDoc>);
file_type!(ActivitiesFile, activities, Keyed<ActivityDoc>);
file_type!(DecisionsFile, decisions, DecisionsDoc);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowsFile {
    privet: u32,
    #[serde(default)]
    flows: Keyed<FlowDoc>,
    #[serde(default, skip_serializing_if = "Keyed::is_empty")]
    discovered: Keyed<FoundFlowDoc>,
}

/// Files of other rooms in the same directory.
const OTHERS: [&str; 3] = ["consent.yaml", "purpose-views.yaml", "retention.yaml"];

/// What a set of files says, with the texts, so that later errors can name a line.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The content.
    pub docs: Docs,
    /// File name → text.
    pub texts: BTreeMap<String, String>,
    /// Files left alone because nobody here knows them.
    pub unknown: Vec<String>,
}

impl Files {
    /// Reads a directory. All problems of all files are told at once.
    pub fn read(dir: &Path) -> Result<Self, CodeError> {
        let io = |path: &Path, error: std::io::Error| CodeError::Io {
            path: path.display().to_string(),
            why: error.to_string(),
        };
        let mut texts = BTreeMap::new();
        for entry in std::fs::read_dir(dir).map_err(|error| io(dir, error))? {
            let path = entry.map_err(|error| io(dir, error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
            if !yaml || name.starts_with('.') || !path.is_file() {
                continue;
            }
            let size = std::fs::metadata(&path).map_err(|error| io(&path, error))?.len();
            if size > MOST_BYTES {
                return Err(CodeError::TooLarge { file: name });
            }
            let bytes = std::fs::read(&path).map_err(|error| io(&path, error))?;
            texts.insert(name.clone(), utf8(&name, bytes)?);
        }
        if texts.is_empty() {
            return Err(CodeError::Empty { path: dir.display().to_string() });
        }
        Self::parse(texts)
    }

    /// Parses texts by file name.
    pub fn parse(texts: BTreeMap<String, String>) -> Result<Self, CodeError> {
        let mut files = Self::default();
        let mut problems = Vec::new();
        for (name, text) in &texts {
            let known = name.replace(".yml", ".yaml");
            if OTHERS.contains(&known.as_str()) {
                continue;
            }
            if !FILES.contains(&known.as_str()) {
                files.unknown.push(name.clone());
                continue;
            }
            if let Err(problem) = files.docs.take(&known, name, text) {
                problems.push(problem);
            }
        }
        files.texts = texts;
        if problems.is_empty() { Ok(files) } else { Err(CodeError::Problems(problems)) }
    }
}

impl Docs {
    /// Parses one file into its place.
    fn take(&mut self, known: &str, name: &str, text: &str) -> Result<(), Problem> {
        version(name, text)?;
        match known {
            "organisation.yaml" => {
                self.organisation = Some(parse::<OrganisationFile>(name, text)?.organisation);
            }
            "systems.yaml" => self.systems = Some(parse::<SystemsFile>(name, text)?.systems),
            "recipients.yaml" => {
                self.recipients = Some(parse::<RecipientsFile>(name, text)?.recipients);
            }
            "sources.yaml" => self.sources = Some(parse::<SourcesFile>(name, text)?.sources),
            "flows.yaml" => {
                let file: FlowsFile = parse(name, text)?;
                self.flows = Some(file.flows);
                self.discovered = Some(file.discovered);
            }
            "activities.yaml" => {
                self.activities = Some(parse::<ActivitiesFile>(name, text)?.activities);
            }
            _ => self.decisions = Some(parse::<DecisionsFile>(name, text)?.decisions),
        }
        Ok(())
    }

    /// The files as texts, by name.
    pub fn texts(&self) -> Result<BTreeMap<String, String>, CodeError> {
        let mut all = BTreeMap::new();
        let mut put = |name: &str, text: Option<Result<String, serde_norway::Error>>| {
            if let Some(text) = text {
                let body = text.map_err(|error| CodeError::Write { why: error.to_string() })?;
                all.insert(name.to_owned(), format!("{}{body}", head(name)));
            }
            Ok::<_, CodeError>(())
        };
        let privet = VERSION;
        put(
            "organisation.yaml",
            self.organisation
                .clone()
                .map(|organisation| yaml(&OrganisationFile { privet, organisation })),
        )?;
        put(
            "systems.yaml",
            self.systems.clone().map(|systems| yaml(&SystemsFile { privet, systems })),
        )?;
        put(
            "recipients.yaml",
            self.recipients.clone().map(|recipients| yaml(&RecipientsFile { privet, recipients })),
        )?;
        put(
            "sources.yaml",
            self.sources.clone().map(|sources| yaml(&SourcesFile { privet, sources })),
        )?;
        put(
            "flows.yaml",
            self.flows.clone().map(|flows| {
                let discovered = self.discovered.clone().unwrap_or_default();
                yaml(&FlowsFile { privet, flows, discovered })
            }),
        )?;
        put(
            "activities.yaml",
            self.activities.clone().map(|activities| yaml(&ActivitiesFile { privet, activities })),
        )?;
        put(
            "decisions.yaml",
            self.decisions.clone().map(|decisions| yaml(&DecisionsFile { privet, decisions })),
        )?;
        Ok(all)
    }

    /// Writes the files into a directory, each whole or not at all; creates the directory.
    pub fn write(&self, dir: &Path) -> Result<Vec<String>, CodeError> {
        let io = |path: &Path, error: std::io::Error| CodeError::Io {
            path: path.display().to_string(),
            why: error.to_string(),
        };
        std::fs::create_dir_all(dir).map_err(|error| io(dir, error))?;
        let texts = self.texts()?;
        for (name, text) in &texts {
            let (path, part) = (dir.join(name), dir.join(format!(".{name}.part")));
            std::fs::write(&part, text).map_err(|error| io(&part, error))?;
            std::fs::rename(&part, &path).map_err(|error| io(&path, error))?;
        }
        Ok(texts.into_keys().collect())
    }
}

fn yaml(file: &impl Serialize) -> Result<String, serde_norway::Error> {
    serde_norway::to_string(file)
}

/// Bytes to text, or the place of the first byte that is none.
pub fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, CodeError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        CodeError::Problems(vec![Problem::at(name, line, 1, Wrong::Encoding)])
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn version(name: &str, text: &str) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Header {
        privet: Option<serde_norway::Value>,
    }
    let header: Option<Header> =
        serde_norway::from_str(text).map_err(|error| from_yaml(name, &error))?;
    match header.and_then(|header| header.privet) {
        Some(value) if value.as_u64() == Some(u64::from(VERSION)) => Ok(()),
        Some(_) => {
            let line = super::problem::line_of(text, &["privet"]).unwrap_or(1);
            Err(Problem::at(name, line, 1, Wrong::Version))
        }
        None => Err(Problem::at(name, 1, 1, Wrong::NoHeader)),
    }
}

/// Parses one file's text.
pub(super) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Problem> {
    serde_norway::from_str(text).map_err(|error| {
        let mut problem = from_yaml(name, &error);
        if let Some(key) = error.to_string().split("duplicate key `").nth(1) {
            let key = key.rsplit_once('`').map_or(key, |(key, _)| key).to_owned();
            // The parser names the place of the first one's map; readers want the second one.
            let again =
                |line: &str| super::problem::key_of(line.trim_start()).as_ref() == Some(&key);
            let lines = text.lines().enumerate().skip(problem.line.saturating_sub(1));
            if let Some((number, _)) = lines.filter(|(_, line)| again(line)).nth(1) {
                problem.line = number + 1;
            }
            problem.wrong = Wrong::Twice(key);
        }
        problem
    })
}

/// A parser's error as a problem with its place.
pub(super) fn from_yaml(name: &str, error: &serde_norway::Error) -> Problem {
    let whole = error.to_string();
    let place = error.location();
    let why = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
    let wrong = unknown_key(&why).unwrap_or(Wrong::Yaml(why));
    Problem {
        file: name.to_owned(),
        line: place.as_ref().map_or(0, serde_norway::Location::line),
        column: place.as_ref().map_or(0, serde_norway::Location::column),
        wrong,
    }
}

/// serde says: unknown field `nmae`, expected one of `name`, `owner`.
fn unknown_key(why: &str) -> Option<Wrong> {
    let (_, rest) = why.split_once("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    Some(Wrong::UnknownKey { key: key.to_owned(), nearest: nearest(key, known.iter().copied()) })
}

fn head(name: &str) -> String {
    let what = match name {
        "organisation.yaml" => "Who we are: the head of the records of processing.",
        "systems.yaml" => "Systems by key.",
        "recipients.yaml" => {
            "Recipients by key. kind: processor | controller | joint_controller | authority\n\
             # safeguard: adequacy | scc | bcr | pipl_standard_contract | pipl_assessment |\n\
             # pipl_certification | derogation"
        }
        "sources.yaml" => {
            "Sources by key. Passwords are never written here; to set one, add\n\
             # password_from: env:NAME or file:PATH. Without it the stored password stays."
        }
        "flows.yaml" => {
            "Flows that people declared, and what people decided about discovered ones.\n\
             # Ends: system:KEY, recipient:KEY, origin:SOURCE/NAME"
        }
        "activities.yaml" => {
            "Processing activities by key. Empty people or categories: as found in the systems."
        }
        _ => "What people decided about findings, by source, store and field. Survives every scan.",
    };
    format!(
        "# {what}\n# An object is complete as written: what is left out is empty. \
         Nothing is deleted without --prune.\n"
    )
}
