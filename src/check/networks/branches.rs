//! Branches of a network whose sum is taken: `residual` and `add`.

use std::rc::Rc;

use super::network::{Layers, Site, join, sequence};
use crate::check::Checker;
use crate::diag::{Span, count};
use crate::spec::{Call, Layer, Shape};

impl Checker<'_> {
    /// Appends a layer that adds what its branches make of the same input; returns the shape that comes out.
    pub(in crate::check) fn add_up(
        &mut self,
        name: String,
        (call, span): (&Call, Span),
        branches: &[Rc<Layers>],
        shape: Shape,
        site: &Site,
        out: &mut Vec<Layer>,
    ) -> Option<Shape> {
        let mut children = vec![];
        for (place, branch) in branches.iter().enumerate() {
            let places = match (call.name.as_str(), place) {
                ("residual", 0) => name.clone(),
                ("residual", _) => join(&name, "shortcut"),
                _ => join(&name, &place.to_string()),
            };
            let mut below = site.below(site.prefix, &places);
            let mut inside = vec![];
            let output = self.grow(branch, shape.clone(), &mut below, &mut inside)?;
            children.push(sequence(places.clone(), inside, shape.clone(), output));
        }
        let first = children.first()?;
        let sum = first.output.clone();
        let other = children.iter().position(|child| child.output != sum);
        if let Some(place) = other {
            let (message, help) = misfit(&call.name, &children, place);
            self.refuse(message, span, &shape, Some(help));
            return None;
        }
        if let Shape::Tokens { .. } = sum {
            let message = format!(
                "`{}` adds numbers, but tokens come out of its branches",
                call.name
            );
            let help = "put `embedding(…)` before it".to_string();
            self.refuse(message, span, &shape, Some(help));
            return None;
        }
        out.push(Layer {
            name,
            call: call.clone(),
            children,
            input: shape,
            output: sum.clone(),
        });
        Some(sum)
    }
}

/// That a branch, by its place, gives another shape than the first one, and the mend.
fn misfit(word: &str, branches: &[Layer], place: usize) -> (String, String) {
    let [first, other] = [0, place].map(|place| &branches[place]);
    let [one, another] = [first, other].map(|branch| branch.output.short());
    match word {
        "residual" => (
            format!(
                "the two branches of `residual` do not add up: the body gives {one}, the shortcut {another}"
            ),
            mend(first, &other.output),
        ),
        _ => (
            format!(
                "the branches of `{word}` do not add up: the first gives {one}, number {} {another}",
                place + 1
            ),
            "all branches must give one shape".to_string(),
        ),
    }
}

/// How to make the shapes of a body and its shortcut one.
fn mend(body: &Layer, shortcut: &Shape) -> String {
    let general = "give a `shortcut:` that changes the shape as the body does";
    let (Some(made), Some(kept)) = (body.output.image(), shortcut.image()) else {
        return format!("{general}, or let the body keep it");
    };
    let [channels, height, width] = made;
    if [height, width] == kept[1..] {
        return of_channels(channels, kept[0]);
    }
    let half = |size: i64| (size + 1) / 2;
    let halves = [height, width] == [half(kept[1]), half(kept[2])];
    let unpadded = first(body, &|layer| unpadded(layer).is_some());
    match unpadded.and_then(unpadded_mend) {
        Some(mend) if !halves || first(body, &strides).is_none() => match channels == kept[0] {
            true => mend,
            false => format!("{mend}; then {}", of_channels(channels, kept[0])),
        },
        _ if halves && channels >= kept[0] => {
            format!("give it `shortcut: subsample_and_pad({channels}, stride: 2)`")
        }
        _ if halves => {
            format!("give it `shortcut: conv({channels}, kernel: 1, stride: 2)`")
        }
        _ => general.into(),
    }
}

/// The mend where only the channels differ: zeros can be added, none can be taken away.
fn of_channels(made: i64, kept: i64) -> String {
    let shortcut = match made > kept {
        true => format!("subsample_and_pad({made})"),
        false => format!("conv({made}, kernel: 1)"),
    };
    format!(
        "give it `shortcut: {shortcut}`, or end the body with {}",
        count(kept, "channel")
    )
}

/// The first layer of a body of which something holds.
fn first<'a>(layer: &'a Layer, holds: &dyn Fn(&Layer) -> bool) -> Option<&'a Layer> {
    if holds(layer) {
        return Some(layer);
    }
    layer.children.iter().find_map(|child| first(child, holds))
}

/// Whether a layer takes steps of more than one pixel.
fn strides(layer: &Layer) -> bool {
    let stride = layer
        .call
        .int("stride")
        .or_else(|| layer.call.int("kernel"));
    match layer.call.name.as_str() {
        "conv" | "subsample_and_pad" => layer.call.int("stride").is_some_and(|by| by > 1),
        "max_pool" | "avg_pool" => stride.is_some_and(|by| by > 1),
        _ => false,
    }
}

/// The padding that keeps the size which a layer takes from an image at its edges.
fn unpadded(layer: &Layer) -> Option<i64> {
    let (kernel, padding) = (layer.call.int("kernel")?, layer.call.int("padding")?);
    let keeps = (kernel - 1) / 2;
    let is_open = layer.call.name == "conv" && kernel % 2 == 1 && padding < keeps;
    (is_open && !strides(layer)).then_some(keeps)
}

fn unpadded_mend(layer: &Layer) -> Option<String> {
    let (padding, kernel) = (unpadded(layer)?, layer.call.int("kernel")?);
    let (from, to) = (layer.input.short(), layer.output.short());
    Some(format!(
        "a `conv` of the body loses pixels at the edges, {from} to {to}: its kernel of {kernel} keeps them with `padding: {padding}`"
    ))
}
