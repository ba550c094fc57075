//! Ensembles against PyTorch, in each other too.

use std::collections::BTreeMap;

use kdp::plan::{Blend, Datum};
use kdp_engine::nets::{Ensemble, Model};
use serde::Deserialize;

use super::layers::net;
use super::{Numbers, read};
use crate::nodes::{layer, network};

#[derive(Deserialize)]
struct Reference {
    images: Numbers,
    members: Vec<BTreeMap<String, Numbers>>,
    logits: Numbers,
    probabilities: Numbers,
    nested: Numbers,
}

#[test]
fn models_answer_together_as_pytorch_has_it() {
    let reference: Reference = read("ensembles.json");
    let four = [("features", Datum::Int(4))];
    let layers = vec![
        layer("", "flatten", &[], &[1, 2, 3], &[6]),
        layer("fc", "linear", &four, &[6], &[4]),
    ];
    let network = network(&[1, 2, 3], layers);
    let member =
        |place: usize| -> Box<dyn Model> { Box::new(net(&network, &reference.members[place])) };
    let together = |members, of| Ensemble::new(members, of).expect("members");
    let all = || (0..3).map(member).collect();
    let pair = together(vec![member(0), member(1)], Blend::Probabilities);
    let cases = [
        ("logits", together(all(), Blend::Logits), &reference.logits),
        (
            "probabilities",
            together(all(), Blend::Probabilities),
            &reference.probabilities,
        ),
        (
            "nested",
            together(vec![Box::new(pair), member(2)], Blend::Logits),
            &reference.nested,
        ),
    ];
    let images = reference.images.tensor();
    for (what, ensemble, wanted) in cases {
        wanted.hold(what, &ensemble.answer(&images).expect("it answers"));
        assert!(ensemble.watch(&images, &["fc".to_string()].into()).is_err());
    }
    let three = together(all(), Blend::Logits).parameter_count();
    assert_eq!(three, 3 * 28);
    assert!(Ensemble::new(vec![], Blend::Logits).is_err());
}
