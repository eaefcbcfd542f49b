//! Writes the model file; its layout stands in `crates/detect/src/text/chinese/weights.rs`, which
//! reads it.

use anyhow::{Context, Result, ensure};

use super::{
    dictionary::Characters,
    onnx::{Network, Tensor},
    quantise::{self, Rows},
};

const VERSION: u32 = 1;

/// The model file.
pub fn model(
    network: &Network,
    characters: &Characters,
    tags: &[String],
    transitions: &Transitions,
) -> Result<Vec<u8>> {
    let width = second(&network.embedding)?;
    let mut body = Vec::new();
    number(&mut body, characters.rows.len());
    number(&mut body, characters.ids.len());
    number(&mut body, width);
    number(&mut body, tags.len());
    for code in characters.rows.keys() {
        body.extend(code.to_le_bytes());
    }
    for row in characters.rows.values() {
        body.extend(u16::try_from(*row)?.to_le_bytes());
    }
    for tag in tags {
        body.push(u8::try_from(tag.len())?);
        body.extend(tag.as_bytes());
    }
    let embedding: Vec<&[f32]> = network.embedding.values.chunks(width).collect();
    rows(&mut body, &quantise::rows(characters.ids.iter().map(|id| embedding[*id])));
    for layer in &network.layers {
        for direction in 0..2 {
            matrix(&mut body, &layer.input, direction)?;
            matrix(&mut body, &layer.recurrent, direction)?;
            let biases = second(&layer.bias)?;
            floats(&mut body, &layer.bias.values[direction * biases..][..biases]);
        }
    }
    linear(&mut body, network, tags.len())?;
    for from in 0..tags.len() {
        floats(&mut body, &transitions.values[from * transitions.tags..][..tags.len()]);
    }

    let mut file = b"PVZH".to_vec();
    file.extend(VERSION.to_le_bytes());
    file.extend(fnv1a(&body).to_le_bytes());
    file.extend(body);
    Ok(file)
}

/// One direction of a layer's weights: a scale an output, then the rows.
fn matrix(body: &mut Vec<u8>, tensor: &Tensor, direction: usize) -> Result<()> {
    let [2, outputs, inputs] = tensor.shape[..] else {
        anyhow::bail!("a GRU's weights have the shape {:?}", tensor.shape)
    };
    number(body, outputs);
    number(body, inputs);
    let size = outputs * inputs;
    rows(body, &quantise::rows(tensor.values[direction * size..][..size].chunks(inputs)));
    Ok(())
}

/// The linear layer, turned so that a row is an output; only the outputs that are tags.
fn linear(body: &mut Vec<u8>, network: &Network, tags: usize) -> Result<()> {
    let [inputs, outputs] = network.linear.shape[..] else {
        anyhow::bail!("the linear layer has the shape {:?}", network.linear.shape)
    };
    ensure!(tags <= outputs, "{tags} tags but {outputs} outputs");
    let turned: Vec<Vec<f32>> = (0..tags)
        .map(|tag| (0..inputs).map(|i| network.linear.values[i * outputs + tag]).collect())
        .collect();
    number(body, tags);
    number(body, inputs);
    rows(body, &quantise::rows(turned.iter().map(Vec::as_slice)));
    floats(body, &network.linear_bias.values[..tags]);
    Ok(())
}

fn second(tensor: &Tensor) -> Result<usize> {
    tensor.shape.get(1).copied().context("a matrix is a vector")
}

fn rows(body: &mut Vec<u8>, rows: &Rows) {
    floats(body, &rows.scales);
    body.extend(rows.bytes.iter().map(|b| b.cast_unsigned()));
}

fn floats(body: &mut Vec<u8>, values: &[f32]) {
    body.extend(values.iter().flat_map(|x| x.to_le_bytes()));
}

fn number(body: &mut Vec<u8>, value: usize) {
    body.extend((value as u32).to_le_bytes());
}

/// FNV-1a, 64 bits (<https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>): finds a damaged
/// file, proves nothing else.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Scores of one tag following another, `tags` squared.
pub struct Transitions {
    tags: usize,
    values: Vec<f32>,
}

/// Reads them from a NumPy file of version 1.0: magic, version, length of the header, header, data
/// (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
pub fn transitions(file: &[u8]) -> Result<Transitions> {
    let rest = file.strip_prefix(b"\x93NUMPY\x01\x00").context("not a NumPy file")?;
    let (length, rest) = rest.split_first_chunk::<2>().context("cut off")?;
    let (header, data) =
        rest.split_at_checked(u16::from_le_bytes(*length).into()).context("cut off")?;
    let header = str::from_utf8(header)?;
    ensure!(
        header.contains("'<f4'") && header.contains("'fortran_order': False"),
        "an unexpected layout: {header}"
    );
    let values: Vec<f32> = data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let tags = values.len().isqrt();
    ensure!(tags * tags == values.len(), "transitions are not a square");
    Ok(Transitions { tags, values })
}
