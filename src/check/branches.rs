//! Mends of a `residual` whose branches do not add up.

use crate::spec::{Layer, Shape};

/// How to make the shapes of a body and its shortcut one.
pub(super) fn mend(body: &Layer, shortcut: &Shape) -> String {
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
    let plural = if kept == 1 { "" } else { "s" };
    format!("give it `shortcut: {shortcut}`, or end the body with {kept} channel{plural}")
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
