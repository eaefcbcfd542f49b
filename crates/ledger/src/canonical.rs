//! Canonical JSON after RFC 8785 (JCS), for the values that our documents hold.

use serde_json::Value;

/// One text for one value: members sorted by UTF-16 code units, no white space, strings escaped as
/// RFC 8785 §3.2.2.2 says. Numbers must be integers (documents hold no others); a fraction is written
/// as serde_json writes it, which for all values exactly representable agrees with the RFC.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_at_every_depth_and_nothing_is_between() {
        let value = json!({"b": [{"z": 1, "a": null}, true], "a": "é\"\n\u{0008}"});
        assert_eq!(canonical(&value), r#"{"a":"é\"\n\b","b":[{"a":null,"z":1},true]}"#);
    }

    #[test]
    fn members_are_sorted_by_utf_16_as_in_the_rfc() {
        // RFC 8785 §3.2.3: the emoji (a surrogate pair, D83D…) comes before U+FB33.
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "z": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let order: String = canonical(&value).chars().filter(char::is_ascii_digit).collect();
        assert_eq!(order, "2467153");
    }
}
