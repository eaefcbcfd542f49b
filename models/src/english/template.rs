//! Templates of sentences: text with `{slots}` and `[choices|of|text]`, which may be nested.
//! `{P1:first}` is the given name of person 1 of this text; without a number it is somebody new.

use anyhow::{Result, bail};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Text as it is.
    Text(String),
    /// Something to fill in.
    Slot {
        /// What: `P` person, `O` organisation, `date`…
        name: String,
        /// Which of them, 0 for a new one.
        index: usize,
        /// In which form.
        form: String,
    },
    /// One of these.
    Choice(Vec<Vec<Node>>),
}

/// Reads one template.
pub fn parse(line: &str) -> Result<Vec<Node>> {
    let mut rest = line;
    let nodes = sequence(&mut rest, false)?;
    if !rest.is_empty() {
        bail!("unexpected `{rest}` in `{line}`");
    }
    Ok(nodes)
}

fn sequence(rest: &mut &str, inside: bool) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    let mut text = String::new();
    while let Some(c) = rest.chars().next() {
        if inside && (c == '|' || c == ']') {
            break;
        }
        *rest = &rest[c.len_utf8()..];
        match c {
            '{' => {
                push_text(&mut nodes, &mut text);
                let Some((slot, after)) = rest.split_once('}') else { bail!("`{{` without `}}`") };
                nodes.push(slot_of(slot));
                *rest = after;
            }
            '[' => {
                push_text(&mut nodes, &mut text);
                nodes.push(choice(rest)?);
            }
            '\\' => {
                let Some(escaped) = rest.chars().next() else { bail!("`\\` at the end") };
                text.push(if escaped == 'n' { '\n' } else { escaped });
                *rest = &rest[escaped.len_utf8()..];
            }
            c => text.push(c),
        }
    }
    push_text(&mut nodes, &mut text);
    Ok(nodes)
}

fn push_text(nodes: &mut Vec<Node>, text: &mut String) {
    if !text.is_empty() {
        nodes.push(Node::Text(std::mem::take(text)));
    }
}

fn choice(rest: &mut &str) -> Result<Node> {
    let mut choices = Vec::new();
    loop {
        choices.push(sequence(rest, true)?);
        let Some(c) = rest.chars().next() else { bail!("`[` without `]`") };
        *rest = &rest[1..];
        if c == ']' {
            return Ok(Node::Choice(choices));
        }
    }
}

fn slot_of(slot: &str) -> Node {
    let (head, form) = slot.split_once(':').unwrap_or((slot, ""));
    let name = head.trim_end_matches(|c: char| c.is_ascii_digit());
    Node::Slot {
        name: name.to_owned(),
        index: head[name.len()..].parse().unwrap_or(0),
        form: form.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_nest_and_slots_have_number_and_form() {
        let nodes = parse("a[b{P1:first}|[c|]]\\n{O}").unwrap();

        assert_eq!(nodes.len(), 4);
        let Node::Choice(choices) = &nodes[1] else { panic!("{nodes:?}") };
        assert_eq!(choices[0][1], Node::Slot { name: "P".into(), index: 1, form: "first".into() });
        assert_eq!(nodes[2], Node::Text("\n".into()));
    }

    #[test]
    fn an_open_bracket_is_an_error() {
        assert!(parse("a[b").is_err());
        assert!(parse("a{b").is_err());
        assert!(parse("a]").is_ok());
    }
}
