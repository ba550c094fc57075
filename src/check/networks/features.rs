//! `match_features`: a student's layer held against a teacher's.

use std::collections::HashMap;
use std::rc::Rc;

use super::network::Layers;
use crate::check::Checker;
use crate::check::codes::*;
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::spec::{Layer, Loss, Network, Shape, View};

/// `match_features(…)` as it was written.
#[derive(Clone, Debug)]
pub struct Features {
    /// The teacher, by its place in the program.
    pub teacher: usize,
    /// Where it is named.
    pub span: Span,
    /// The student's layer, and where it is named.
    pub layer: (String, Span),
    /// The teacher's layer, and where it is named.
    pub to: (String, Span),
    /// The layers between the two, and where they stand.
    pub through: Option<(Rc<Layers>, Span)>,
    /// What the teacher sees.
    pub view: View,
}

/// What lies between features, by the address of what asked for it.
pub type Grown = HashMap<*const Features, Between>;

/// What lies between a student's features and a teacher's.
#[derive(Clone, Debug, Default)]
pub struct Between {
    /// The layers that lead from the ones to the others.
    layers: Option<Layer>,
    /// Whether vectors of tokens are compared.
    tokens: bool,
}

impl Features {
    /// The loss, its layers worked out.
    pub fn loss(self: &Rc<Self>, grown: &Grown) -> Loss<usize> {
        let between = grown.get(&Rc::as_ptr(self)).cloned().unwrap_or_default();
        Loss::Features {
            teacher: self.teacher,
            layer: self.layer.0.clone(),
            to: self.to.0.clone(),
            through: between.layers,
            view: self.view,
            tokens: between.tokens,
        }
    }
}

impl Checker<'_> {
    /// Holds the features that an objective matches against the networks of student and teacher, and
    /// works out the layers between them; `None` where something does not fit (and is reported).
    pub(in crate::check) fn grow_features(
        &mut self,
        wanted: Vec<&Rc<Features>>,
        student: &Network,
    ) -> Option<Grown> {
        let mut grown = Grown::new();
        let mut sound = true;
        for features in wanted {
            match self.match_shapes(features, student) {
                Some(between) => {
                    grown.insert(Rc::as_ptr(features), between);
                }
                None => sound = false,
            }
        }
        sound.then_some(grown)
    }

    fn match_shapes(&mut self, features: &Features, student: &Network) -> Option<Between> {
        let teacher = &self.program.models[features.teacher];
        let (teacher_id, declared) = (teacher.id.clone(), teacher.span);
        let Some(teacher) = teacher.network().cloned() else {
            self.report(
                Diagnostic::error(
                    NO_WEIGHTS,
                    format!("`{teacher_id}` is an ensemble: it has no layers of its own to match"),
                )
                .label(features.span, "")
                .label(declared, "the ensemble")
                .help("match the features of one of its members"),
            );
            return None;
        };
        let own = self.find_layer(student, &features.layer, "the student");
        let other = self.find_layer(
            &teacher,
            &features.to,
            &format!("the teacher `{teacher_id}`"),
        );
        let (own, other) = (own?, other?);
        let (layer, at) = match &features.through {
            None => (None, features.layer.1),
            Some((layers, at)) => {
                let layer = self.grow_between(layers, &own, student.classes, *at)?;
                (Some(layer), *at)
            }
        };
        let comes = layer.as_ref().map_or(&own, |layer| &layer.output);
        if *comes != other {
            let mine = match &layer {
                Some(_) => format!("{} comes out of `through`", comes.short()),
                None => format!("{} in the student", comes.short()),
            };
            let theirs = format!("{} in the teacher", other.short());
            let message = format!("the features do not fit: {mine}, {theirs} `{teacher_id}`");
            let diagnostic = match at == features.to.1 {
                true => Diagnostic::error(SHAPE, message).label(at, format!("{mine}, {theirs}")),
                false => Diagnostic::error(SHAPE, message)
                    .label(at, mine)
                    .label(features.to.1, theirs),
            };
            self.report(diagnostic.help(mend(comes, &other)));
            return None;
        }
        Some(Between {
            layers: layer,
            tokens: matches!(other, Shape::Vectors { .. }),
        })
    }

    /// The shape that comes out of a layer of a network, by the layer's name.
    fn find_layer(
        &mut self,
        network: &Network,
        (name, at): &(String, Span),
        whose: &str,
    ) -> Option<Shape> {
        if let Some(layer) = network.layer(name) {
            return Some(layer.output.clone());
        }
        let mut names: Vec<&str> = vec![];
        network.root.walk(&mut |layer| names.push(&layer.name));
        names.retain(|name| !name.is_empty());
        let help = match closest(name, names.iter().copied()) {
            Some(near) => Mend::did_you_mean(*at, format!("\"{near}\"")),
            None => {
                let outer = network.root.children.iter();
                let outer: Vec<&str> = outer.map(|layer| layer.name.as_str()).collect();
                format!("its layers are {}, and those inside them", outer.join(", ")).into()
            }
        };
        let message = format!("{whose} has no layer `{name}`");
        self.fail_with(UNKNOWN_MEMBER, message, *at, help);
        None
    }
}

/// How one shape becomes the other, as far as that can be guessed.
fn mend(from: &Shape, to: &Shape) -> String {
    let (Shape::Numbers(own), Shape::Numbers(other)) = (from, to) else {
        return match (from, &to.sizes()[..]) {
            (Shape::Vectors { width, .. }, [features]) if width == features => {
                "give the layers between them: `through: mean_tokens()`".into()
            }
            (Shape::Vectors { .. }, [features]) => format!(
                "give the layers between them: `through: mean_tokens() -> linear({features})`"
            ),
            _ => "choose layers that come out of the same kind of layer: rows of vectors of one length and width, or flat features".into(),
        };
    };
    match (own.as_slice(), other.as_slice()) {
        ([_, h, w], [channels, height, width]) if (h, w) == (height, width) => {
            format!("give the layers between them: `through: conv({channels}, kernel: 1)`")
        }
        ([_, h, w], [channels, height, width]) if h % height == 0 && h / height == w / width => {
            let stride = h / height;
            format!(
                "give the layers between them: `through: conv({channels}, kernel: 1, stride: {stride})`"
            )
        }
        ([_], [features]) => format!("give the layers between them: `through: linear({features})`"),
        ([_, h, _], [channels, height, _]) => format!(
            "choose layers of one size ({h} is not a multiple of {height}), then `through: conv({channels}, kernel: 1)` for the channels"
        ),
        _ => {
            "choose layers that come out of the same kind of layer: images, or flat features".into()
        }
    }
}
