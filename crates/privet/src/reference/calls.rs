//! The calls of the document as a page shows them.

use serde_json::Value;

/// One call in the document.
#[derive(Clone, Copy)]
pub(super) struct Call<'d> {
    document: &'d Value,
    path: &'d str,
    method: &'d str,
    body: &'d Value,
}

/// A parameter or a member of a body.
pub(super) struct Member<'d> {
    pub(super) name: &'d str,
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) text: &'d str,
}

/// A possible answer.
pub(super) struct Answer<'d> {
    pub(super) status: &'d str,
    pub(super) text: &'d str,
    pub(super) members: Vec<Member<'d>>,
}

/// All calls, in the document's order.
pub(super) fn all(document: &Value) -> impl Iterator<Item = Call<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(move |(path, methods)| {
        methods.as_object().into_iter().flatten().map(move |(method, body)| Call {
            document,
            path,
            method,
            body,
        })
    })
}

impl<'d> Call<'d> {
    pub(super) fn name(&self) -> &'d str {
        text(&self.body["operationId"])
    }
    pub(super) fn path(&self) -> &'d str {
        self.path
    }
    pub(super) fn method(&self) -> String {
        self.method.to_ascii_uppercase()
    }
    pub(super) fn summary(&self) -> &'d str {
        text(&self.body["summary"])
    }
    pub(super) fn description(&self) -> &'d str {
        text(&self.body["description"])
    }
    pub(super) fn tag(&self) -> &'d str {
        text(&self.body["tags"][0])
    }

    /// The scopes a token needs; none for a call that takes no token.
    pub(super) fn scopes(&self) -> Vec<&'d str> {
        strings(&self.body["security"][0]["token"])
    }

    /// What stands in the address or the headers.
    pub(super) fn parameters(&self) -> Vec<Member<'d>> {
        let list = self.body["parameters"].as_array().into_iter().flatten();
        list.map(|one| {
            let one = self.followed(one);
            let schema = self.followed(&one["schema"]);
            Member {
                name: text(&one["name"]),
                kind: self.kind(&one["schema"]),
                required: one["required"].as_bool().unwrap_or(false),
                text: [text(&one["description"]), text(&schema["description"])]
                    .into_iter()
                    .find(|words| !words.is_empty())
                    .unwrap_or_default(),
            }
        })
        .collect()
    }

    /// The members of the JSON body.
    pub(super) fn members(&self) -> Vec<Member<'d>> {
        self.members_of(&self.body["requestBody"]["content"]["application/json"]["schema"])
    }

    /// A body that works, as it is sent.
    pub(super) fn example(&self) -> String {
        let content = &self.body["requestBody"]["content"];
        match &content["application/json"]["example"] {
            Value::Null => text(&content["text/plain"]["example"]).to_owned(),
            example => serde_json::to_string_pretty(example).unwrap_or_default(),
        }
    }

    pub(super) fn answers(&self) -> Vec<Answer<'d>> {
        let answers = self.body["responses"].as_object().into_iter().flatten();
        answers
            .map(|(status, answer)| {
                let answer = self.followed(answer);
                let members = self.members_of(&answer["content"]["application/json"]["schema"]);
                Answer { status, text: text(&answer["description"]), members }
            })
            .collect()
    }

    fn members_of(&self, schema: &'d Value) -> Vec<Member<'d>> {
        let schema = self.followed(schema);
        // Of alternatives the first is the one for a single person or text.
        let schema = schema["anyOf"].get(0).map_or(schema, |first| self.followed(first));
        let required = strings(&schema["required"]);
        let members = schema["properties"].as_object().into_iter().flatten();
        members
            .map(|(name, member)| Member {
                name,
                kind: self.kind(member),
                required: required.contains(&name.as_str()),
                text: text(&self.followed(member)["description"]),
            })
            .collect()
    }

    /// The type of a schema in a word or two: `string[]`, `granted | denied`.
    fn kind(&self, schema: &'d Value) -> String {
        let schema = self.followed(schema);
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().map(text).collect::<Vec<_>>().join(" | ");
        }
        if let Some(ways) = schema["anyOf"].as_array() {
            return ways.iter().map(|way| self.kind(way)).collect::<Vec<_>>().join(" | ");
        }
        match &schema["type"] {
            Value::String(kind) if kind == "array" => format!("{}[]", self.kind(&schema["items"])),
            Value::String(kind) => kind.clone(),
            several => strings(several).join(" | "),
        }
    }

    /// What a `$ref` leads to.
    fn followed(&self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            Some(target) => {
                let found = self.document.pointer(target.trim_start_matches('#'));
                found.map_or(value, |found| self.followed(found))
            }
            None => value,
        }
    }
}

/// A text's pieces in turn, and whether each is code: what stands between backticks is.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(number, piece)| (number % 2 == 1, piece))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(text).collect()
}
