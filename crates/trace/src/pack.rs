//! Values as bytes, by which keys are remembered and compared.

use purge::{Literal, Value};

/// A key or a tuple of values, packed.
pub(crate) type Packed = Box<[u8]>;

/// Packs values so that equal ones, and only those, give equal bytes.
pub(crate) fn pack<'a>(values: impl Iterator<Item = &'a Value>) -> Packed {
    let mut out = Vec::with_capacity(24);
    for value in values {
        let (tag, body): (u8, &[u8]) = match value {
            Value::Null => (b'n', &[]),
            Value::Int(number) => (b'i', &number.to_be_bytes()),
            Value::Unsigned(number) => (b'u', &number.to_be_bytes()),
            Value::Real(number) => (b'r', &number.to_bits().to_be_bytes()),
            Value::Text(text) => (b't', text.as_bytes()),
            Value::Bytes(bytes) => (b'b', bytes),
        };
        out.push(tag);
        out.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(body);
    }
    out.into_boxed_slice()
}

/// Packs values that refer to each other across columns and databases: a number and its text are one.
/// `None` where one is NULL, which refers to nothing.
pub(crate) fn pack_reference<'a>(values: impl Iterator<Item = &'a Value>) -> Option<Packed> {
    let plain: Option<Vec<Value>> = values.map(plain).collect();
    Some(pack(plain?.iter()))
}

fn plain(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => match text.parse::<i64>() {
            Ok(number) if number.to_string() == *text => Value::Int(number),
            _ => value.clone(),
        },
        Value::Unsigned(number) => match i64::try_from(*number) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::Text(number.to_string()),
        },
        _ => value.clone(),
    })
}

/// What was packed.
pub(crate) fn unpack(packed: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    let mut rest = packed;
    while let Some((tag, more)) = rest.split_first() {
        let Some((length, more)) = more.split_first_chunk::<4>() else { break };
        let Some((body, more)) = more.split_at_checked(u32::from_be_bytes(*length) as usize) else {
            break;
        };
        let eight = || body.first_chunk::<8>().copied().unwrap_or_default();
        out.push(match tag {
            b'i' => Value::Int(i64::from_be_bytes(eight())),
            b'u' => Value::Unsigned(u64::from_be_bytes(eight())),
            b'r' => Value::Real(f64::from_bits(u64::from_be_bytes(eight()))),
            b't' => Value::Text(String::from_utf8_lossy(body).into_owned()),
            b'b' => Value::Bytes(body.to_vec()),
            _ => Value::Null,
        });
        rest = more;
    }
    out
}

/// A key as `purge::Condition::Keys` takes it; `None` for bytes and NULL.
pub(crate) fn literals(key: &[u8]) -> Option<Vec<Literal>> {
    unpack(key)
        .into_iter()
        .map(|value| match value {
            Value::Int(number) => Some(Literal::Int(number)),
            Value::Bytes(_) | Value::Null => None,
            other => other.text().map(Literal::Text),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let values = [
            Value::Null,
            Value::Int(-7),
            Value::Unsigned(u64::MAX),
            Value::Real(1.5),
            Value::Text("茶 5".into()),
            Value::Bytes(vec![0, 255]),
        ];

        assert_eq!(unpack(&pack(values.iter())), values);
    }

    #[test]
    fn a_number_refers_to_its_text_but_not_to_other_spellings_of_it() {
        let one = |value: Value| pack_reference([value].iter());

        assert_eq!(one(Value::Int(42)), one(Value::Text("42".into())));
        assert_ne!(one(Value::Int(42)), one(Value::Text("042".into())));
        assert_ne!(pack([Value::Int(42)].iter()), pack([Value::Text("42".into())].iter()));
        assert!(one(Value::Null).is_none());
    }
}
