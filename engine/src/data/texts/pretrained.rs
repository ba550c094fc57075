//! Tokenizers that were learnt of texts: Hugging Face's `tokenizers`, set up as transformers does.

use std::path::{Path, PathBuf};

use kdp::plan::{Call, Shape};
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{
    AddedToken, EncodeInput, TruncationDirection, TruncationParams, TruncationStrategy,
};

use super::written::Written;
use super::{Record, TextError};
use crate::data::DataError;
use crate::data::columns::Place;
use crate::data::files::Files;

/// The role of a tokenizer's file among those of its source.
fn role(argument: &str) -> String {
    format!("tokens.{argument}")
}

/// A tokenizer that was learnt.
pub struct Pretrained {
    tokenizer: tokenizers::Tokenizer,
    vocabulary: i64,
    segments: i64,
    path: PathBuf,
}

impl Pretrained {
    /// The tokenizer of a declaration, which makes such rows, of pairs of texts or of single ones.
    pub fn of(call: &Call, files: &Files, row: &Shape, pairs: bool) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(call, argument);
        let &Shape::Tokens {
            length,
            vocabulary,
            padding,
            segments,
        } = row
        else {
            return Err(lacks("vocabulary"));
        };
        let (path, tokenizer) = match call.name.as_str() {
            "wordpiece" => {
                let (path, bytes) = files.read(&role("vocab"))?;
                let lowercase = call.bool("lowercase").ok_or_else(|| lacks("lowercase"))?;
                let tokenizer = wordpiece(&path, &bytes, lowercase);
                let other = |error| Written::Lines.hold(&path, &bytes, error);
                let tokenizer = tokenizer.map_err(other)?;
                (path, tokenizer)
            }
            "byte_bpe" => {
                let (path, vocab) = files.read(&role("vocab"))?;
                let (merges_path, merges) = files.read(&role("merges"))?;
                let tokenizer = byte_bpe(&path, &vocab, &merges_path, &merges)?;
                (path, tokenizer)
            }
            "tokenizer_file" => {
                let (path, bytes) = files.read(&role("file"))?;
                let tokenizer = tokenizers::Tokenizer::from_bytes(&bytes);
                let other = |reason| Written::Whole.hold(&path, &bytes, unsound(&path, reason));
                let tokenizer = tokenizer.map_err(other)?;
                (path, tokenizer)
            }
            other => {
                return Err(DataError::Unknown {
                    what: "the tokenizer",
                    name: other.to_string(),
                });
            }
        };
        let mut own = Self {
            tokenizer,
            vocabulary,
            segments,
            path,
        };
        own.hold(padding)?;
        own.cut(length as usize, pairs)?;
        Ok(own)
    }

    /// Holds it against what is declared.
    fn hold(&self, padding: i64) -> Result<(), TextError> {
        let (path, vocabulary) = (self.path.clone(), self.vocabulary);
        let found = self.tokenizer.get_vocab_size(true);
        if found as i64 != vocabulary {
            return Err(TextError::Vocabulary {
                path,
                found,
                declared: vocabulary,
            });
        }
        let ids = self.tokenizer.get_vocab(true).into_values();
        let largest = ids.max().unwrap_or_default();
        if i64::from(largest) >= vocabulary {
            return Err(TextError::Ids {
                path,
                largest,
                vocabulary,
            });
        }
        let written = self.tokenizer.get_padding().map(|padding| padding.pad_id);
        let named = || {
            ["[PAD]", "<pad>"]
                .iter()
                .find_map(|pad| self.tokenizer.token_to_id(pad))
        };
        match written.or_else(named) {
            Some(found) if i64::from(found) != padding => Err(TextError::Padding {
                path,
                found,
                declared: padding,
            }),
            _ => Ok(()),
        }
    }

    /// Lets it cut to a length as transformers' `longest_first` does, and pad nothing.
    fn cut(&mut self, length: usize, pairs: bool) -> Result<(), TextError> {
        let path = &self.path;
        let added = self.tokenizer.get_post_processor();
        let added = added.map_or(0, |added| {
            tokenizers::PostProcessor::added_tokens(added, pairs)
        });
        if added >= length {
            let path = path.clone();
            return Err(TextError::NoRoom {
                path,
                length,
                added,
                pairs,
            });
        }
        let cut = TruncationParams {
            max_length: length,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
            direction: TruncationDirection::Right,
        };
        let set = self.tokenizer.with_truncation(Some(cut));
        set.map_err(|reason| unsound(path, reason))?
            .with_padding(None);
        Ok(())
    }

    /// The tokens of a record.
    pub fn tokens(&self, record: &Record) -> Result<Vec<i32>, TextError> {
        let text = record.text.as_str();
        let input = match &record.pair {
            Some(pair) => EncodeInput::Dual(text.into(), pair.as_str().into()),
            None => EncodeInput::Single(text.into()),
        };
        let encoded = self.tokenizer.encode_fast(input, true);
        let encoded = encoded.map_err(|reason| unsound(&self.path, reason))?;
        let ids = encoded.get_ids().iter().zip(encoded.get_type_ids());
        let ids = ids.map(|(&id, &segment)| {
            let segment = i64::from(segment);
            if segment >= self.segments {
                return Err(TextError::Segments(self.path.clone()));
            }
            Ok((i64::from(id) + segment * self.vocabulary) as i32)
        });
        ids.collect()
    }
}

fn unsound(path: &Path, reason: tokenizers::Error) -> TextError {
    TextError::Tokenizer {
        path: path.to_path_buf(),
        reason: reason.to_string(),
    }
}

fn text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, TextError> {
    str::from_utf8(bytes).map_err(|error| TextError::FileNotUtf8 {
        path: path.to_path_buf(),
        byte: error.valid_up_to(),
    })
}

/// Adds the special tokens, which stand for themselves in a text too; the ids of the first two.
fn special(
    path: &Path,
    tokenizer: &mut tokenizers::Tokenizer,
    tokens: [&'static str; 5],
) -> Result<[u32; 2], TextError> {
    for token in tokens {
        if tokenizer.token_to_id(token).is_none() {
            let path = path.to_path_buf();
            return Err(TextError::NoToken { path, token });
        }
    }
    let added = tokens.map(|token| AddedToken::from(token, true));
    let added = tokenizer.add_special_tokens(added);
    added.map_err(|reason| unsound(path, reason))?;
    let id = |token| tokenizer.token_to_id(token).unwrap_or_default();
    Ok([id(tokens[0]), id(tokens[1])])
}

/// BERT's tokenizer of a `vocab.txt`.
fn wordpiece(
    path: &Path,
    bytes: &[u8],
    lowercase: bool,
) -> Result<tokenizers::Tokenizer, TextError> {
    let text = text(path, bytes)?;
    let vocab: Vocab = text.lines().map(str::to_string).zip(0..).collect();
    let model = WordPiece::builder()
        .vocab(vocab)
        .unk_token("[UNK]".to_string());
    let build = || {
        let mut tokenizer = tokenizers::Tokenizer::new(model.build()?);
        tokenizer
            .with_normalizer(Some(BertNormalizer::new(true, true, None, lowercase)))?
            .with_pre_tokenizer(Some(BertPreTokenizer));
        Ok(tokenizer)
    };
    let mut tokenizer = build().map_err(|reason| unsound(path, reason))?;
    let tokens = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"];
    let [cls, sep] = special(path, &mut tokenizer, tokens)?;
    let processor = TemplateProcessing::builder()
        .try_single("[CLS]:0 $A:0 [SEP]:0")
        .and_then(|builder| builder.try_pair("[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1"))
        .map_err(|reason| reason.to_string())
        .and_then(|builder| {
            let builder = builder.special_tokens(vec![("[CLS]", cls), ("[SEP]", sep)]);
            builder.build().map_err(|reason| reason.to_string())
        });
    let processor = processor.map_err(|reason| unsound(path, reason.into()))?;
    tokenizer.with_post_processor(Some(processor));
    Ok(tokenizer)
}

/// RoBERTa's tokenizer of a `vocab.json` and a `merges.txt`.
fn byte_bpe(
    path: &Path,
    vocab_bytes: &[u8],
    merges_path: &Path,
    merges: &[u8],
) -> Result<tokenizers::Tokenizer, TextError> {
    let vocab: std::collections::HashMap<String, u32> = serde_json::from_slice(vocab_bytes)
        .map_err(|reason| Written::Ids.hold(path, vocab_bytes, unsound(path, reason.into())))?;
    let vocab: Vocab = vocab.into_iter().collect();
    let pairs = text(merges_path, merges).and_then(|text| pairs(merges_path, text));
    let pairs = pairs.map_err(|error| Written::Merges.hold(merges_path, merges, error))?;
    let model = BPE::builder().vocab_and_merges(vocab, pairs).build();
    let model = model.map_err(|reason| unsound(merges_path, reason))?;
    let mut tokenizer = tokenizers::Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    let tokens = ["<s>", "</s>", "<pad>", "<unk>", "<mask>"];
    let [cls, sep] = special(path, &mut tokenizer, tokens)?;
    let processor = RobertaProcessing::new(("</s>".to_string(), sep), ("<s>".to_string(), cls));
    tokenizer.with_post_processor(Some(processor.add_prefix_space(false)));
    Ok(tokenizer)
}

/// The pairs that are merged, the first ones first. A line that tells the version of the file is none.
fn pairs(path: &Path, text: &str) -> Result<Vec<(String, String)>, TextError> {
    let lines = text.lines().zip(1..);
    let merges = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with("#version"));
    let merges = merges.map(|(line, number)| match line.split_once(' ') {
        Some((first, second)) if !second.contains(' ') => {
            Ok((first.to_string(), second.to_string()))
        }
        _ => Err(TextError::Merge(Place {
            path: path.to_path_buf(),
            unit: "line",
            number,
        })),
    });
    merges.collect()
}
