//! What layers of text make of a row of tokens or of their vectors.

use super::shapes::{Refusal, numbers, positive, refusal, share};
use crate::spec::{Call, Shape};

/// The shape that comes out of a layer that is for text alone; `None` for any other.
pub(in crate::check) fn of_row(call: &Call, input: &Shape) -> Option<Result<Shape, Refusal>> {
    Some(match call.name.as_str() {
        "embedding" => embedding(call, input),
        "position_embedding" => position_embedding(call, input),
        "segment_embedding" => segment_embedding(call, input),
        "attention" => attention(call, input),
        "first_token" | "mean_tokens" => pool(call, input),
        _ => return None,
    })
}

/// A vector for each token: the row's length and the vectors' width.
fn embedding(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    let width = call.int("width").unwrap_or_default();
    positive(&[("width", width)])?;
    match input {
        Shape::Tokens { length, .. } => Ok(Shape::Vectors {
            length: *length,
            width,
        }),
        Shape::Vectors { .. } => Err(refusal("wants tokens", input, already_embedded(call))),
        Shape::Numbers(_) => Err(refusal(
            "wants tokens",
            input,
            "it is for text; an image begins with `conv(…)` or `flatten()`",
        )),
    }
}

/// What to do where tokens are wanted behind an embedding.
fn already_embedded(call: &Call) -> &'static str {
    match call.name.as_str() {
        "embedding" => "tokens are embedded once: leave one of the two out",
        _ => {
            "it stands beside the embedding of tokens: `add([embedding(…), position_embedding(…), …])`"
        }
    }
}

fn position_embedding(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    let positions = call.int("positions").unwrap_or_default();
    positive(&[("positions", positions)])?;
    match input {
        Shape::Tokens { length, .. } if *length > positions => Err((
            format!("knows {positions} positions, but {input} reaches it"),
            Some(format!(
                "cut the texts where they are read, `length: {positions}`; or give it `positions: {length}`, which no published weights fit"
            )),
        )),
        _ => embedding(call, input),
    }
}

fn segment_embedding(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    let own = call.int("segments").unwrap_or_default();
    positive(&[("segments", own)])?;
    match input {
        Shape::Tokens { segments, .. } if *segments > own => Err((
            format!("tells {own} text apart, but {input} reaches it"),
            Some(format!(
                "give it `segments: {segments}`, or read the data without telling which text a token is of"
            )),
        )),
        _ => embedding(call, input),
    }
}

fn attention(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    numbers(input)?;
    let heads = call.int("heads").unwrap_or_default();
    positive(&[("heads", heads)])?;
    share("`dropout`", call.number("dropout").unwrap_or_default())?;
    match input {
        Shape::Vectors { width, .. } if width % heads == 0 => Ok(input.clone()),
        Shape::Vectors { width, .. } => Err((
            format!("cannot divide vectors of width {width} among {heads} heads"),
            Some(format!(
                "the width must be a multiple of `heads`: {}",
                near(*width, heads)
            )),
        )),
        _ => Err(refusal(
            "wants a row of vectors, one a token",
            input,
            "it is for text, behind `embedding(…)`; an image goes through `conv(…)`",
        )),
    }
}

/// The number of heads nearest to what was given that divides a width.
fn near(width: i64, heads: i64) -> String {
    let fits = |heads: &i64| width % heads == 0;
    let below = (1..heads).rev().find(fits).unwrap_or(1);
    format!("`heads: {below}` would do")
}

/// One vector of all of a row's.
fn pool(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    numbers(input)?;
    let help = match call.name.as_str() {
        "mean_tokens" => {
            "it belongs behind `embedding(…)`; the mean over an image is `global_avg_pool()`"
        }
        _ => "it belongs behind `embedding(…)`, in a network for text",
    };
    match input {
        Shape::Vectors { width, .. } => Ok([*width].into()),
        _ => Err(refusal("wants a row of vectors, one a token", input, help)),
    }
}
