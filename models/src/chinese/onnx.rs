//! Reads the few parts of an ONNX file that the conversion needs: a protobuf reader of two wire
//! types, and the network's shape checked node by node.
//! Format: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

/// A matrix or vector of the network, row after row.
pub struct Tensor {
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f32>,
}

/// A bidirectional GRU layer: both directions behind each other in every tensor; gates in the
/// order update, reset, hidden (ONNX: z, r, h).
pub struct Gru {
    /// Input weights `[2, 3·hidden, inputs]`.
    pub input: Tensor,
    /// Recurrent weights `[2, 3·hidden, hidden]`.
    pub recurrent: Tensor,
    /// Input bias then recurrent bias `[2, 6·hidden]`.
    pub bias: Tensor,
}

/// The network.
pub struct Network {
    /// `[words, 128]`.
    pub embedding: Tensor,
    /// Both layers, lower first.
    pub layers: Vec<Gru>,
    /// `[inputs, tags]`, transposed against the others.
    pub linear: Tensor,
    /// `[tags]`.
    pub linear_bias: Tensor,
}

impl Network {
    /// Reads the model file and checks that it is the network this conversion knows.
    pub fn read(file: &[u8]) -> Result<Self> {
        // ModelProto: 7 graph. GraphProto: 1 node, 5 initializer.
        let graph = fields(file)?.into_iter().find(|f| f.number == 7).context("no graph")?;
        let graph = fields(graph.bytes)?;
        let mut tensors = HashMap::new();
        for field in graph.iter().filter(|f| f.number == 5) {
            if let Some((name, tensor)) = tensor(field.bytes)? {
                tensors.insert(name, tensor);
            }
        }
        let nodes: Vec<Node> =
            graph.iter().filter(|f| f.number == 1).map(|f| node(f.bytes)).collect::<Result<_>>()?;
        let mut take = |name: &str| tensors.remove(name).with_context(|| format!("no {name}"));

        let embedding = take(input_of(&nodes, "Gather", 0)?)?;
        let mut layers = Vec::new();
        for gru in nodes.iter().filter(|n| n.kind == "GRU") {
            ensure!(gru.direction == "bidirectional", "a GRU of one direction");
            ensure!(gru.linear_before_reset == 1, "a GRU that resets before the linear step");
            let [_, input, recurrent, bias, ..] = gru.inputs.as_slice() else {
                bail!("a GRU without weights");
            };
            let layer = Gru { input: take(input)?, recurrent: take(recurrent)?, bias: take(bias)? };
            layers.push(layer);
        }
        ensure!(layers.len() == 2, "{} GRU layers", layers.len());
        let linear = take(input_of(&nodes, "MatMul", 1)?)?;
        let linear_bias = take(input_of(&nodes, "Add", 1)?)?;
        Ok(Self { embedding, layers, linear, linear_bias })
    }
}

fn input_of<'a>(nodes: &'a [Node], kind: &str, index: usize) -> Result<&'a str> {
    let mut all = nodes.iter().filter(|n| n.kind == kind);
    match (all.next(), all.next()) {
        (Some(node), None) => Ok(node.inputs.get(index).context("an input is missing")?),
        _ => bail!("not exactly one {kind}"),
    }
}

struct Node<'a> {
    kind: &'a str,
    inputs: Vec<&'a str>,
    direction: &'a str,
    linear_before_reset: u64,
}

/// NodeProto: 1 input, 4 op_type, 5 attribute (1 name, 3 i, 4 s).
fn node(bytes: &[u8]) -> Result<Node<'_>> {
    let mut node = Node { kind: "", inputs: vec![], direction: "", linear_before_reset: 0 };
    for field in fields(bytes)? {
        match field.number {
            1 => node.inputs.push(str::from_utf8(field.bytes)?),
            4 => node.kind = str::from_utf8(field.bytes)?,
            5 => {
                let attribute = fields(field.bytes)?;
                let part = |number| attribute.iter().find(|f| f.number == number);
                match part(1).map(|f| f.bytes) {
                    Some(b"direction") => {
                        node.direction = str::from_utf8(part(4).map_or(b"", |f| f.bytes))?;
                    }
                    Some(b"linear_before_reset") => {
                        node.linear_before_reset = part(3).map_or(0, |f| f.value);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Ok(node)
}

/// TensorProto: 1 dims, 2 data_type (1 is float), 8 name, 9 raw_data. Other types are not needed.
fn tensor(bytes: &[u8]) -> Result<Option<(String, Tensor)>> {
    let (mut shape, mut kind, mut name, mut raw) = (Vec::new(), 0, "", &[][..]);
    for field in fields(bytes)? {
        match field.number {
            1 if field.bytes.is_empty() => shape.push(field.value as usize),
            1 => {
                let mut rest = field.bytes;
                while !rest.is_empty() {
                    shape.push(varint(&mut rest)? as usize);
                }
            }
            2 => kind = field.value,
            8 => name = str::from_utf8(field.bytes)?,
            9 => raw = field.bytes,
            _ => {}
        }
    }
    if kind != 1 || shape.iter().product::<usize>() * 4 != raw.len() {
        return Ok(None);
    }
    let values = raw.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    Ok(Some((name.to_owned(), Tensor { shape, values })))
}

/// A field of a message: a number (`value`) or bytes.
struct Field<'a> {
    number: u64,
    value: u64,
    bytes: &'a [u8],
}

/// Splits a message. Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
fn fields(mut message: &[u8]) -> Result<Vec<Field<'_>>> {
    let mut all = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message)?;
        let mut field = Field { number: key >> 3, value: 0, bytes: &[] };
        let length = match key & 7 {
            0 => {
                field.value = varint(&mut message)?;
                0
            }
            1 => 8,
            2 => varint(&mut message)? as usize,
            5 => 4,
            other => bail!("wire type {other}"),
        };
        (field.bytes, message) = message.split_at_checked(length).context("a field is cut off")?;
        all.push(field);
    }
    Ok(all)
}

/// Seven bits a byte, lowest first, the top bit says that more follow.
fn varint(message: &mut &[u8]) -> Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = message.split_first().context("a number is cut off")?;
        *message = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    bail!("a number is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_by_wire_type() {
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'o', b'k', 0x1d, 1, 2, 3, 4];
        let all = fields(&message).unwrap();

        assert_eq!((all[0].number, all[0].value), (1, 150));
        assert_eq!((all[1].number, all[1].bytes), (2, &b"ok"[..]));
        assert_eq!((all[2].number, all[2].bytes), (3, &[1, 2, 3, 4][..]));
        assert!(fields(&[0x12, 0x09, 1]).is_err());
        assert!(fields(&[0x0b]).is_err());
    }

    #[test]
    fn a_float_tensor_is_read_and_others_are_left() {
        let float = [0x08, 2, 0x10, 1, 0x42, 1, b'w', 0x4a, 8, 0, 0, 128, 63, 0, 0, 0, 64];
        let (name, read) = tensor(&float).unwrap().unwrap();

        assert_eq!((name.as_str(), read.shape.as_slice()), ("w", &[2][..]));
        assert_eq!(read.values, [1.0, 2.0]);
        assert!(tensor(&[0x08, 1, 0x10, 7]).unwrap().is_none());
    }
}
