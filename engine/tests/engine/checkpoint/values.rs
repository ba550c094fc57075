//! Plain values in every protocol, held against the JSON that Python writes of them; and pickles that
//! ask for too much.

use kdp_engine::pickle::{Id, Pickle, PickleError, Problem, Value, read};
use serde::Deserialize;
use serde_json::{Map, Number};

use super::*;

#[derive(Deserialize)]
struct Case {
    protocol: u8,
    pickle: String,
    value: serde_json::Value,
}

fn json(pickle: &Pickle, id: Id) -> serde_json::Value {
    match pickle.value(id) {
        Value::None => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(int) => Number::from_i128(*int).expect("of 64 bits").into(),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::List(items) => items.iter().map(|item| json(pickle, *item)).collect(),
        Value::Dict(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let key = pickle.text(*key).expect("a text");
                (key.to_string(), json(pickle, *value))
            });
            entries.collect::<Map<_, _>>().into()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn plain_values_are_read_in_every_protocol() {
    let text = std::fs::read(folder().join("values.json")).expect("the values");
    let cases: Vec<Case> = serde_json::from_slice(&text).expect("sound");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let digits = case.pickle.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16);
        let bytes: Vec<u8> = digits.map(|pair| byte(pair).expect("a byte")).collect();
        let pickle = read(&bytes, 0, &[]).expect("sound");
        assert_eq!(json(&pickle, pickle.root), case.value, "{}", case.protocol);
        assert_eq!(pickle.end, bytes.len());
    }
}

fn problem(bytes: &[u8]) -> PickleError {
    read(bytes, 0, &[]).expect_err("it asks for too much")
}

#[test]
fn what_would_make_something_is_refused_whatever_its_name() {
    for (bytes, at) in [
        // NEWOBJ, OBJ and INST of a name that is allowed.
        (b"\x80\x02ccollections\nOrderedDict\n)\x81.".as_slice(), 28),
        (b"(ccollections\nOrderedDict\no.", 26),
        (b"(icollections\nOrderedDict\n.", 1),
        (b"\x80\x02\x82\x01.", 2),
        (b"\x80\x05\x97.", 2),
        (b"\x80\x04\x8f.", 2),
    ] {
        let error = problem(bytes);
        assert_eq!(error.at, at, "{error}");
        let refused = matches!(error.problem, Problem::Makes(_) | Problem::Foreign(_));
        assert!(refused, "{error}");
    }
}

#[test]
fn a_small_pickle_does_not_become_a_large_value() {
    // Each list holds the last one ten times: 10 to the power of 200 in all.
    let mut laughs = b"\x80\x02]q\x00".to_vec();
    for depth in 0..200u8 {
        laughs.extend(b"](");
        laughs.extend([b'h', depth].repeat(10));
        laughs.extend([b'e', b'q', depth + 1]);
    }
    laughs.push(b'.');
    let pickle = read(&laughs, 0, &[]).expect("small");
    assert_eq!(pickle.ids().count(), 201);

    // A list within itself, and five million lists within one another.
    assert!(read(b"\x80\x02]q\x00h\x00a.", 0, &[]).is_ok());
    let mut deep = b"\x80\x02".to_vec();
    deep.extend(vec![b']'; 5_000_000]);
    assert!(matches!(problem(&deep).problem, Problem::Long(_)));
    // Texts and bytes that claim to be longer than all there is.
    for claim in [
        b"X\xff\xff\xff\xff.".as_slice(),
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"\x8b\xff\xff\xff\x7f.",
    ] {
        assert_eq!(problem(claim).problem, Problem::Truncated);
    }
    // One long list, again and again the items of a dict.
    let mut copies = b"\x80\x02(".to_vec();
    copies.extend([b')'; 4000]);
    copies.extend(b"lq\x00");
    for _ in 0..4000 {
        copies.extend(b"ccollections\nOrderedDict\nh\x00\x85R0");
    }
    assert!(matches!(problem(&copies).problem, Problem::Long(_)));
}
