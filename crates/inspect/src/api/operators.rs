//! Operators as requests write them, in Presidio's form: `{"PERSON": {"type": "mask", …}, "DEFAULT": …}`.
//! Messages are those of presidio-anonymizer 2.2, so that programs that read them still do.

use std::collections::HashMap;

use detect::{Digest, Key, Operator, ReplaceError, Replacer, Target};
use serde_json::{Map, Value};

use super::crypt::CryptKey;

/// The name that stands for all other entities.
const DEFAULT: &str = "DEFAULT";
/// Bytes of a salt at least (128 bits).
const SALT_MIN: usize = 16;

/// Which encrypted form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Ours, AES-GCM.
    Ours,
    /// Presidio's, AES-CBC.
    Presidio,
}

/// What happens to an entity.
enum Act {
    /// With the server's key, or the request's.
    Plain(Replacer),
    Encrypt(CryptKey),
    Decrypt(CryptKey),
}

/// Which way operators work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Anonymize,
    Deanonymize,
}

/// Why a request's operators are wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// A parameter; the message says which.
    Parameter(String),
    /// `custom` runs code, which no request may send.
    Custom,
    /// It cannot be decrypted.
    Sealed,
}

impl From<ReplaceError> for Wrong {
    fn from(error: ReplaceError) -> Self {
        Self::Parameter(error.to_string())
    }
}

/// Operators by entity. A wrong one is told when an entity needs it, as Presidio does.
pub(crate) struct Operators {
    acts: HashMap<String, Result<(String, Act), String>>,
    default: Result<(String, Act), String>,
    form: Form,
}

impl Operators {
    /// Reads the operators of a request. `key` is for `fake` and keyed digests without a key of their own.
    pub(crate) fn read(
        given: Option<&Map<String, Value>>,
        key: &Key,
        form: Form,
        way: Way,
    ) -> Result<Self, Wrong> {
        let given: Vec<(&String, &Value)> = given.into_iter().flatten().collect();
        if given.iter().any(|(_, value)| value["type"] == "custom") {
            return Err(Wrong::Custom);
        }
        let mut acts = HashMap::new();
        for (entity, value) in given {
            let Some(name) = value["type"].as_str().filter(|name| !name.is_empty()) else {
                let message = "Invalid input, operator config must contain operator_name";
                return Err(Wrong::Parameter(message.to_owned()));
            };
            let act = act(name, value, key, way).map(|act| (name.to_owned(), act));
            acts.insert(entity.clone(), act);
        }
        let replace =
            || Ok(("replace".to_owned(), Act::Plain(Replacer::new(Operator::Replace(None)))));
        let default = acts.remove(DEFAULT).unwrap_or_else(|| match way {
            Way::Anonymize => replace(),
            Way::Deanonymize => Err("Invalid operator class 'None'.".to_owned()),
        });
        Ok(Self { acts, default, form })
    }

    /// What an entity becomes, and the operator's name.
    pub(crate) fn apply(&self, target: &Target<'_>, text: &str) -> Result<(String, &str), Wrong> {
        let act = self.acts.get(target.entity).unwrap_or(&self.default);
        let (name, act) = act.as_ref().map_err(|message| Wrong::Parameter(message.clone()))?;
        let new = match act {
            Act::Plain(replacer) => replacer.apply(target, text)?,
            Act::Encrypt(key) if self.form == Form::Ours => {
                key.seal(text).map_err(|_| Wrong::Sealed)?
            }
            Act::Encrypt(key) => key.seal_cbc(text).map_err(|_| Wrong::Sealed)?,
            Act::Decrypt(key) => key.open(text).map_err(|_| Wrong::Sealed)?,
        };
        Ok((new, name))
    }
}

fn act(name: &str, value: &Value, key: &Key, way: Way) -> Result<Act, String> {
    let plain = |operator| Ok(Act::Plain(Replacer::new(operator)));
    match (name, way) {
        ("keep", Way::Anonymize) | ("deanonymize_keep", Way::Deanonymize) => plain(Operator::Keep),
        ("redact", Way::Anonymize) => plain(Operator::Redact),
        ("replace", Way::Anonymize) => plain(Operator::Replace(replacement(value)?)),
        ("mask", Way::Anonymize) => plain(mask(value)?),
        ("hash", Way::Anonymize) => hash(value, key),
        ("fake", Way::Anonymize) => fake(value, key),
        ("encrypt", Way::Anonymize) => Ok(Act::Encrypt(crypt_key(value)?)),
        ("decrypt", Way::Deanonymize) => Ok(Act::Decrypt(crypt_key(value)?)),
        _ => Err(format!("Invalid operator class '{name}'.")),
    }
}

fn replacement(value: &Value) -> Result<Option<String>, String> {
    match &value["new_value"] {
        Value::String(text) if !text.is_empty() => Ok(Some(text.clone())),
        other if is_falsy(other) => Ok(None),
        other => Err(wrong_type("new_value", "string", other)),
    }
}

fn mask(value: &Value) -> Result<Operator, String> {
    let with = match &value["masking_char"] {
        Value::String(text) => text.clone(),
        Value::Null => return Err("Expected parameter masking_char".to_owned()),
        other => return Err(wrong_type("masking_char", "string", other)),
    };
    if with.chars().count() > 1 {
        return Err("Invalid input, masking_char must be a character".to_owned());
    }
    let chars = match &value["chars_to_mask"] {
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            usize::try_from(number.as_i64().unwrap_or(i64::MAX)).unwrap_or(0)
        }
        Value::Null => return Err("Expected parameter chars_to_mask".to_owned()),
        other => return Err(wrong_type("chars_to_mask", "number", other)),
    };
    let from_end = match &value["from_end"] {
        Value::Bool(from_end) => *from_end,
        Value::Null => return Err("Expected parameter from_end".to_owned()),
        other => return Err(wrong_type("from_end", "boolean", other)),
    };
    let keep_separators = value["keep_separators"].as_bool().unwrap_or(false);
    Ok(match with.chars().next() {
        Some(with) => Operator::Mask { with, chars, from_end, keep_separators },
        // Masking with nothing takes the characters away, which no mask of ours does.
        None => return Err("Invalid input, masking_char must be a character".to_owned()),
    })
}

/// `hash_type` and `salt` are Presidio's; with `"keyed": true` the digest is an HMAC under a key.
fn hash(value: &Value, key: &Key) -> Result<Act, String> {
    if value["keyed"] == true {
        let replacer = Replacer::new(Operator::Hash(Digest::Keyed));
        return Ok(Act::Plain(replacer.with_key(own_key(value, key)?)));
    }
    let salt = match &value["salt"] {
        Value::String(salt) if salt.is_empty() => {
            return Err("Salt parameter cannot be empty. Either omit the salt parameter to auto-generate a random salt, or provide a salt of at least 16 bytes (128 bits).".to_owned());
        }
        Value::String(salt) if salt.len() < SALT_MIN => {
            return Err(format!(
                "Salt must be at least 16 bytes (128 bits). Provided salt is {} bytes.",
                salt.len()
            ));
        }
        Value::String(salt) => salt.as_bytes().to_vec(),
        Value::Null => random_salt()?,
        other => return Err(wrong_type("salt", "string", other)),
    };
    let digest = match &value["hash_type"] {
        Value::Null => Digest::Sha256(salt),
        Value::String(name) if name == "sha256" => Digest::Sha256(salt),
        Value::String(name) if name == "sha512" => Digest::Sha512(salt),
        Value::String(name) => {
            return Err(format!(
                "Parameter hash_type value {name} is not in range of values ['sha256', 'sha512']"
            ));
        }
        other => return Err(wrong_type("hash_type", "string", other)),
    };
    Ok(Act::Plain(Replacer::new(Operator::Hash(digest))))
}

/// One salt for one entity type of one request: nobody can look a digest up, yet within a text the same
/// value has the same digest.
fn random_salt() -> Result<Vec<u8>, String> {
    let mut salt = vec![0; 32];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| "no random salt could be made".to_owned())?;
    Ok(salt)
}

fn fake(value: &Value, key: &Key) -> Result<Act, String> {
    Ok(Act::Plain(Replacer::new(Operator::Fake).with_key(own_key(value, key)?)))
}

fn own_key(value: &Value, server: &Key) -> Result<Key, String> {
    match &value["key"] {
        Value::Null => Ok(server.clone()),
        Value::String(text) => Key::new(text.as_bytes())
            .ok_or_else(|| "Invalid input, key must have at least 16 bytes".to_owned()),
        other => Err(wrong_type("key", "string", other)),
    }
}

fn crypt_key(value: &Value) -> Result<CryptKey, String> {
    match &value["key"] {
        Value::Null => Err("Expected parameter key".to_owned()),
        Value::String(text) => CryptKey::new(text)
            .ok_or_else(|| "Invalid input, key must be of length 128, 192 or 256 bits".to_owned()),
        other => Err(wrong_type("key", "string", other)),
    }
}

/// What Python takes for nothing.
pub(crate) fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    }
}

/// Presidio's sentence for a value of the wrong type.
pub(crate) fn wrong_type(name: &str, expected: &str, actual: &Value) -> String {
    let actual = match actual {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "number",
        Value::Array(_) => "array",
        _ => return format!("Invalid parameter value for '{name}'."),
    };
    format!("Invalid parameter value for {name}. Expecting '{expected}', but got '{actual}'.")
}
