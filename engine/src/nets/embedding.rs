//! Vectors of tokens: of what they are, where they stand, and which text they are of.

use kdp::plan::{Layer, Shape};
use tch::{Kind, TchError, Tensor};

use super::{Flow, NetError};

/// A table of vectors, one of which is taken for each token.
#[derive(Debug)]
pub(super) struct Embedding {
    /// rows×width.
    pub weight: Tensor,
    /// Which row that is.
    pub row: Row,
}

/// The row of a token.
#[derive(Debug)]
pub(super) enum Row {
    /// Its id. The row of padding gets no gradient.
    Id { padding: i64, tokens: Tokens },
    /// Its place in the row of tokens.
    Place,
    /// `padding` + its place among the tokens that are none of padding, from 1; `padding` for padding,
    /// whose row gets no gradient.
    Count { padding: i64 },
    /// The text of the row that it is of.
    Text(Tokens),
}

/// How a token is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens {
    vocabulary: i64,
    /// Whether those of a second text are written as their id + the size of the vocabulary.
    pairs: bool,
}

impl Row {
    /// The row that a layer of the vocabulary takes.
    pub fn of(layer: &Layer) -> Result<Row, NetError> {
        let Shape::Tokens {
            vocabulary,
            padding,
            segments,
            ..
        } = layer.input
        else {
            return Err(NetError::Argument {
                layer: layer.call.name.clone(),
                argument: "input".to_string(),
            });
        };
        let tokens = Tokens {
            vocabulary,
            pairs: segments > 1,
        };
        Ok(match layer.call.name.as_str() {
            "position_embedding" => match layer.counted_padding() {
                Some(padding) => Row::Count { padding },
                None => Row::Place,
            },
            "segment_embedding" => Row::Text(tokens),
            _ => Row::Id { padding, tokens },
        })
    }
}

impl Embedding {
    /// The vectors of a batch of tokens, n×length×width.
    pub fn forward(&self, flow: &Flow) -> Result<Tensor, TchError> {
        let ids = &flow.values;
        let look_up =
            |rows: &Tensor, padding| Tensor::f_embedding(&self.weight, rows, padding, false, false);
        match &self.row {
            Row::Id { padding, tokens } if tokens.pairs => {
                look_up(&ids.f_remainder(tokens.vocabulary)?, *padding)
            }
            Row::Id { padding, .. } => look_up(ids, *padding),
            Row::Place => self.to_all(ids, ids.size().get(1).copied().unwrap_or(0)),
            Row::Count { padding } => look_up(&count(flow.mask()?, *padding)?, *padding),
            Row::Text(tokens) if tokens.pairs => {
                look_up(&ids.f_floor_divide_scalar(tokens.vocabulary)?, -1)
            }
            Row::Text(_) => self.to_all(ids, 1),
        }
    }

    /// The first rows of the table, the same for all samples; one for all their tokens.
    fn to_all(&self, ids: &Tensor, rows: i64) -> Result<Tensor, TchError> {
        let sizes = [ids.size(), vec![-1]].concat();
        self.weight
            .f_narrow(0, 0, rows)?
            .f_unsqueeze(0)?
            .f_expand(sizes.as_slice(), false)
    }
}

/// As transformers' `create_position_ids_from_input_ids`.
fn count(mask: &Tensor, padding: i64) -> Result<Tensor, TchError> {
    let mask = mask.f_to_kind(Kind::Int64)?;
    mask.f_cumsum(1, Kind::Int64)?
        .f_mul(&mask)?
        .f_add_scalar(padding)
}
