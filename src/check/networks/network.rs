//! Networks: layers that are open in their input become a network with names and shapes.

use std::collections::HashMap;
use std::rc::Rc;

use super::shapes::{flat, output_shape};
use crate::check::Checker;
use crate::check::calls::Use;
use crate::check::codes::*;
use crate::check::limits::LAYER;
use crate::check::modules::DeclId;
use crate::check::names::Env;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Call, Layer, Network, Shape, tensors};
use crate::vocabulary::{LAYERS, find};

/// Layers before their input is known.
#[derive(Clone, Debug)]
pub enum Layers {
    /// A word of the vocabulary; `residual` and `add` have their branches beside their arguments.
    Word {
        /// The word and its arguments.
        call: Call,
        /// The branches of a `residual` or an `add`.
        branches: Vec<Rc<Layers>>,
        /// Where it stands.
        span: Span,
    },
    /// `a -> b -> c`
    Sequence(Vec<Rc<Layers>>),
    /// `chain([a, b, c])`
    List(Vec<Rc<Layers>>),
    /// `layers as name`
    Named(String, Rc<Layers>),
    /// A use of an arch.
    Arch {
        /// The arch.
        decl: DeclId,
        /// Its name.
        name: String,
        /// Its arguments.
        env: Env,
        /// Where it is used.
        span: Span,
    },
}

/// Where layers grow: names, and the calls that led here.
pub(in crate::check) struct Site<'a> {
    /// Prefix of layers that have a name.
    pub prefix: &'a str,
    /// Prefix of layers that have none.
    pub places: &'a str,
    /// The next place.
    place: usize,
    /// Classes of the data.
    classes: i64,
    /// Where the network is used.
    used: Span,
}

impl Site<'_> {
    /// A site inside this one, whose places begin anew.
    pub(in crate::check) fn below<'b>(&self, prefix: &'b str, places: &'b str) -> Site<'b> {
        Site {
            prefix,
            places,
            place: 0,
            ..*self
        }
    }
}

/// Layers that a network may have.
const LARGEST: usize = 100_000;
/// Levels that its layers may nest.
const DEEPEST: usize = 200;

/// A name inside of another.
pub(in crate::check) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_string()
    } else {
        format!("{prefix}.{name}")
    }
}

impl Checker<'_> {
    /// The network that layers make of a sample's shape; `None` where an error was reported.
    pub(in crate::check) fn network(
        &mut self,
        layers: &Rc<Layers>,
        input: &Shape,
        classes: i64,
        span: Span,
    ) -> Option<Rc<Network>> {
        let at = (Rc::as_ptr(layers) as usize, input.clone(), classes);
        if let Some((_, network)) = self.networks.get(&at) {
            return network.clone();
        }
        let budget = self.budget;
        let mut children = vec![];
        let output = self.grow_whole(layers, input, (classes, span), &mut children);
        self.refund_network(budget);
        let network = output.and_then(|output| {
            if output != Shape::from([classes]) {
                self.report(
                    Diagnostic::error(
                        SHAPE,
                        format!(
                            "the network ends in the shape {}, but the data has {classes} classes",
                            output.short()
                        ),
                    )
                    .label(
                        span,
                        format!("{} in, {} out", input.short(), output.short()),
                    )
                    .help(match output {
                        Shape::Numbers(_) => {
                            format!("end it with `linear(classes)`, which gives {classes}")
                        }
                        _ => format!("end it with {} and `linear(classes)`", flat(&output)),
                    }),
                );
                return None;
            }
            if let Some(twice) = called_twice(&children) {
                self.report_twice(twice, layers, input, (classes, span));
                return None;
            }
            let root = sequence(String::new(), children, input.clone(), output);
            Some(Rc::new(Network {
                input: input.clone(),
                classes,
                root,
            }))
        });
        self.networks.insert(at, (layers.clone(), network.clone()));
        network
    }

    /// The layers between two features, as a chain of their own.
    pub(in crate::check) fn grow_between(
        &mut self,
        layers: &Layers,
        input: &Shape,
        classes: i64,
        span: Span,
    ) -> Option<Layer> {
        let mut children = vec![];
        let output = self.grow_whole(layers, input, (classes, span), &mut children)?;
        if let Some(twice) = called_twice(&children) {
            self.report_twice(twice, layers, input, (classes, span));
            return None;
        }
        Some(sequence(String::new(), children, input.clone(), output))
    }

    /// The layers of an outermost sequence; returns the shape that comes out.
    fn grow_whole(
        &mut self,
        layers: &Layers,
        input: &Shape,
        (classes, used): (i64, Span),
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        self.grown = 0;
        let mut site = Site {
            prefix: "",
            places: "",
            place: 0,
            classes,
            used,
        };
        self.grow(layers, input.clone(), &mut site, out)
    }

    /// Appends layers to a sequence; returns the shape that comes out.
    pub(in crate::check) fn grow(
        &mut self,
        layers: &Layers,
        shape: Shape,
        site: &mut Site,
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        if !self.count_layer(site.used) {
            return None;
        }
        self.nesting += 1;
        let noted = self.index.is_some().then(|| (shape.clone(), out.len()));
        let grown = self.grow_kind(layers, shape, site, out);
        self.nesting -= 1;
        if let Some((input, before)) = noted {
            self.note(layers, &input, grown.as_ref(), &out[before..]);
        }
        grown
    }

    /// Counts one more layer of the network at hand; false where it is one too many.
    fn count_layer(&mut self, used: Span) -> bool {
        if !self.spend(LAYER, used) {
            return false;
        }
        if self.nesting >= DEEPEST || self.grown >= LARGEST {
            self.fail(
                TOO_LARGE,
                format!(
                    "this network has more than {LARGEST} layers, or nests more than {DEEPEST} deep"
                ),
                used,
            );
            return false;
        }
        self.grown += 1;
        true
    }

    fn grow_kind(
        &mut self,
        layers: &Layers,
        shape: Shape,
        site: &mut Site,
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        match layers {
            Layers::Sequence(items) => {
                let mut shape = shape;
                for item in items {
                    shape = self.grow(item, shape, site, out)?;
                }
                Some(shape)
            }
            Layers::Arch {
                decl,
                name,
                env,
                span,
            } => {
                if self.arch_calls.iter().any(|open| open.decl == *decl) {
                    let message = format!("`{name}` is part of itself: archs are not recursive");
                    self.fail(CYCLE, message, *span);
                    return None;
                }
                let body = self.unfold((*decl, name), env, &shape, site.classes, *span)?;
                self.arch_calls.push(Use {
                    decl: *decl,
                    name: name.clone(),
                    span: *span,
                });
                let grown = self.grow(&body, shape, site, out);
                self.arch_calls.pop();
                grown
            }
            Layers::Named(name, inner) => {
                let full = join(site.prefix, name);
                site.place += 1;
                if let Layers::Word {
                    call,
                    branches,
                    span,
                } = &**inner
                    && branches.is_empty()
                {
                    return self.leaf(full, call, *span, shape, out);
                }
                let mut below = site.below(&full, &full);
                let mut children = vec![];
                let output = match &**inner {
                    Layers::List(items) => {
                        self.members(items, shape.clone(), &full, site, &mut children)?
                    }
                    inner => self.grow(inner, shape.clone(), &mut below, &mut children)?,
                };
                out.push(sequence(full, children, shape, output.clone()));
                Some(output)
            }
            Layers::List(items) => {
                let full = join(site.places, &site.place.to_string());
                site.place += 1;
                let mut children = vec![];
                let output = self.members(items, shape.clone(), &full, site, &mut children)?;
                out.push(sequence(full, children, shape, output.clone()));
                Some(output)
            }
            Layers::Word {
                call,
                branches,
                span,
            } => {
                let full = join(site.places, &site.place.to_string());
                site.place += 1;
                if branches.is_empty() {
                    return self.leaf(full, call, *span, shape, out);
                }
                self.add_up(full, (call, *span), branches, shape, site, out)
            }
        }
    }

    /// The members of `chain([…])`, called by their places.
    fn members(
        &mut self,
        items: &[Rc<Layers>],
        shape: Shape,
        prefix: &str,
        above: &Site,
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        let mut shape = shape;
        for (place, item) in items.iter().enumerate() {
            let full = join(prefix, &place.to_string());
            if let Layers::Word {
                call,
                branches,
                span,
            } = &**item
                && branches.is_empty()
            {
                if !self.count_layer(above.used) {
                    return None;
                }
                shape = self.leaf(full, call, *span, shape, out)?;
                continue;
            }
            let mut below = above.below(&full, &full);
            let mut children = vec![];
            let output = self.grow(item, shape.clone(), &mut below, &mut children)?;
            out.push(sequence(full.clone(), children, shape, output.clone()));
            shape = output;
        }
        Some(shape)
    }

    /// One layer of the vocabulary.
    fn leaf(
        &mut self,
        name: String,
        call: &Call,
        span: Span,
        shape: Shape,
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        match output_shape(call, &shape) {
            Ok(output) => {
                let layer = Layer {
                    name,
                    call: call.clone(),
                    children: vec![],
                    input: shape,
                    output: output.clone(),
                };
                if let Some((sought, places)) = &mut self.sought
                    && *sought == layer.name
                {
                    places.push(span);
                }
                if let Some(index) = &mut self.index {
                    index.flow(span, &layer.input, &output, std::slice::from_ref(&layer));
                }
                out.push(layer);
                Some(output)
            }
            Err((message, help)) => {
                self.refuse(format!("`{}` {message}", call.name), span, &shape, help);
                None
            }
        }
    }

    /// Says that a layer refuses a shape: at the layer, with the calls that led to it. Where the
    /// layer is part of the standard library, the call in the user's own file comes first.
    pub(in crate::check) fn refuse(
        &mut self,
        message: String,
        span: Span,
        shape: &Shape,
        help: Option<String>,
    ) {
        let mut labels = vec![(span, format!("{shape} comes in here"))];
        labels.extend(
            self.arch_calls
                .iter()
                .rev()
                .map(|arch| (arch.span, format!("in this use of `{}`", arch.name))),
        );
        if let Some(own) = labels
            .iter()
            .position(|(span, _)| !self.is_standard(span.source))
        {
            let first = labels.remove(own);
            labels.insert(0, first);
        }
        let mut diagnostic = Diagnostic::error(SHAPE, message).maybe_help(help);
        for (span, text) in labels {
            diagnostic = diagnostic.label(span, text);
        }
        self.report(diagnostic);
    }

    /// Reports two layers of one name: the network grows once more, to see where they stand.
    fn report_twice(
        &mut self,
        (name, kinds): (String, [String; 2]),
        layers: &Layers,
        input: &Shape,
        (classes, span): (i64, Span),
    ) {
        self.sought = Some((name.clone(), vec![]));
        self.grow_whole(layers, input, (classes, span), &mut vec![]);
        let places = self
            .sought
            .take()
            .map_or_else(Vec::new, |(_, places)| places);
        let [one, other] = kinds;
        let message =
            format!("two layers of the network are called `{name}`: `{one}` and `{other}`");
        let mut twice = Diagnostic::error(DUPLICATE_LAYER, message);
        let texts = match places.as_slice() {
            [first, other, ..] if first == other => vec!["both are this one"],
            _ => vec!["the first", "the other"],
        };
        let own = |place: &&Span| !self.is_standard(place.source);
        for (place, text) in places.iter().filter(own).zip(texts) {
            twice = twice.label(*place, text);
        }
        self.report(
            twice
                .label(span, "in this network")
                .help("give one of them another name with `as`"),
        );
    }
}

/// A name that two layers have which are called by it, and what they are.
fn called_twice(layers: &[Layer]) -> Option<(String, [String; 2])> {
    let mut names = HashMap::new();
    let mut open: Vec<&Layer> = layers.iter().rev().collect();
    while let Some(layer) = open.pop() {
        open.extend(layer.children.iter().rev());
        let kind = layer.call.name.as_str();
        let counts = layer.children.is_empty()
            && (kind == "dropout" || tensors(layer).is_ok_and(|own| !own.is_empty()));
        if counts && let Some(first) = names.insert(layer.name.as_str(), kind) {
            return Some((layer.name.clone(), [first.to_string(), kind.to_string()]));
        }
    }
    None
}

/// A sequence of layers as one.
pub(in crate::check) fn sequence(
    name: String,
    children: Vec<Layer>,
    input: Shape,
    output: Shape,
) -> Layer {
    let version = find(LAYERS, "chain").map_or(1, |word| word.version);
    Layer {
        name,
        call: Call {
            name: "chain".into(),
            version,
            args: Default::default(),
        },
        children,
        input,
        output,
    }
}
