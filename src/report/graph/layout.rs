//! A layered drawing of a DAG, left to right, after Sugiyama, Tagawa & Toda (1981): layers by the
//! longest path, unseen places for edges that cross layers, order by barycentres, and heights by
//! least squares under that order.

use std::collections::VecDeque;

/// Between the boxes of a layer.
const ROW_GAP: f64 = 16.0;
/// Between two layers.
const LAYER_GAP: f64 = 58.0;
/// Height that an edge takes where it crosses a layer.
const LANE: f64 = 4.0;
/// A drawing of no more places than this is ordered from several starts.
const SHUFFLED: usize = 120;
/// From how many.
const STARTS: usize = 12;
/// Around everything, so that outlines are whole.
const MARGIN: f64 = 6.0;

/// Where everything lies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Of the whole drawing.
    pub width: f64,
    /// Of the whole drawing.
    pub height: f64,
    /// The upper left corner of each box.
    pub corners: Vec<(f64, f64)>,
    /// Path data of each edge.
    pub edges: Vec<String>,
}

/// Lays out boxes of some (width, height) and the edges between them. Boxes of a layer are as
/// wide as its widest; those `at_end` that nothing needs stand in the last one. Edges that close a
/// cycle are drawn without regard to what they cross.
pub fn layered(sizes: &[(f64, f64)], edges: &[(usize, usize)], at_end: &[bool]) -> Layout {
    let mut layer_of = longest_paths(sizes.len(), edges);
    let last = layer_of.iter().copied().max().unwrap_or(0);
    for (at, layer) in layer_of.iter_mut().enumerate() {
        if at_end[at] && edges.iter().all(|edge| edge.0 != at) {
            *layer = last;
        }
    }
    let mut sketch = Sketch::new(sizes, edges, &layer_of);
    sketch.order();
    let middles = sketch.heights();

    let widths = sketch.layers.iter().map(|layer| {
        let widths = layer
            .iter()
            .filter_map(|&at| sizes.get(at))
            .map(|size| size.0);
        widths.fold(0.0, f64::max)
    });
    let mut left = MARGIN;
    let spans: Vec<(f64, f64)> = widths
        .map(|width| {
            let span = (left, left + width);
            left += width + LAYER_GAP;
            span
        })
        .collect();

    let half = |at: usize| sketch.heights[at] / 2.0;
    let every = || 0..middles.len();
    let top = every()
        .map(|at| middles[at] - half(at))
        .fold(f64::INFINITY, f64::min);
    let bottom = every().map(|at| middles[at] + half(at)).fold(top, f64::max);
    let y = |at: usize| middles[at] - top + MARGIN;
    let shown = sizes.len();
    if shown == 0 {
        return Layout::default();
    }
    Layout {
        width: left - LAYER_GAP + MARGIN,
        height: bottom - top + 2.0 * MARGIN,
        corners: (0..shown)
            .map(|at| (spans[sketch.layer[at]].0, y(at) - half(at)))
            .collect(),
        edges: sketch
            .chains
            .iter()
            .map(|chain| curve(chain, |at| spans[sketch.layer[at]], y))
            .collect(),
    }
}

/// Through the places of a chain: level across each layer, a bend between two.
fn curve(chain: &[usize], span: impl Fn(usize) -> (f64, f64), y: impl Fn(usize) -> f64) -> String {
    let mut path = String::new();
    for (i, pair) in chain.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let (start, end) = (span(from).1, span(to).0);
        let middle = (start + end) / 2.0;
        if i == 0 {
            path += &format!("M{start:.1} {:.1}", y(from));
        } else {
            path += &format!("L{start:.1} {:.1}", y(from));
        }
        path += &format!(
            "C{middle:.1} {:.1} {middle:.1} {:.1} {end:.1} {:.1}",
            y(from),
            y(to),
            y(to)
        );
    }
    path
}

/// The layer of each node: one beyond the last of what leads to it. A cycle is broken at its
/// first node.
fn longest_paths(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; nodes];
    for &(_, to) in edges {
        waiting_for[to] += 1;
    }
    let mut layers = vec![0; nodes];
    let mut done = vec![false; nodes];
    let mut ready: VecDeque<usize> = (0..nodes).filter(|&at| waiting_for[at] == 0).collect();
    loop {
        let next = ready
            .pop_front()
            .or_else(|| (0..nodes).find(|&at| !done[at]));
        let Some(at) = next else { return layers };
        if std::mem::replace(&mut done[at], true) {
            continue;
        }
        for &(_, to) in edges.iter().filter(|edge| edge.0 == at) {
            if !done[to] {
                layers[to] = layers[to].max(layers[at] + 1);
                waiting_for[to] -= 1;
                if waiting_for[to] == 0 {
                    ready.push_back(to);
                }
            }
        }
    }
}

/// A number without a pattern, the same each time (a step of SplitMix64).
fn scatter(start: usize, at: usize) -> u64 {
    let mut z = (((start as u64) << 32) | at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The drawing before it has places: boxes first, then the lanes of long edges.
struct Sketch {
    layer: Vec<usize>,
    heights: Vec<f64>,
    layers: Vec<Vec<usize>>,
    /// The places that each edge goes through.
    chains: Vec<Vec<usize>>,
    /// Neighbours in the layer before, for each place.
    before: Vec<Vec<usize>>,
    /// Neighbours in the layer after.
    after: Vec<Vec<usize>>,
}

impl Sketch {
    fn new(sizes: &[(f64, f64)], edges: &[(usize, usize)], layer_of: &[usize]) -> Sketch {
        let mut layer = layer_of.to_vec();
        let mut heights: Vec<f64> = sizes.iter().map(|size| size.1).collect();
        let mut chains = vec![];
        for &(from, to) in edges {
            let mut chain = vec![from];
            for crossed in layer_of[from] + 1..layer_of[to] {
                chain.push(layer.len());
                layer.push(crossed);
                heights.push(LANE);
            }
            chain.push(to);
            chains.push(chain);
        }
        let mut layers = vec![vec![]; layer.iter().max().map_or(0, |last| last + 1)];
        for (at, &layer) in layer.iter().enumerate() {
            layers[layer].push(at);
        }
        let (mut before, mut after) = (vec![vec![]; layer.len()], vec![vec![]; layer.len()]);
        for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
            if layer[pair[0]] + 1 == layer[pair[1]] {
                after[pair[0]].push(pair[1]);
                before[pair[1]].push(pair[0]);
            }
        }
        Sketch {
            layer,
            heights,
            layers,
            chains,
            before,
            after,
        }
    }

    /// Orders each layer so that few edges cross: from the order that there is, and in a drawing of
    /// some size also from shuffled ones.
    fn order(&mut self) {
        let starts = match self.layer.len() {
            ..=SHUFFLED => STARTS,
            _ => 1,
        };
        let given = self.layers.clone();
        let mut best: Option<(usize, Vec<Vec<usize>>)> = None;
        for start in 0..starts {
            self.layers.clone_from(&given);
            if start > 0 {
                for layer in &mut self.layers {
                    layer.sort_by_key(|at| scatter(start, *at));
                }
            }
            self.sweep();
            let crossings = self.crossings();
            if best.as_ref().is_none_or(|best| crossings < best.0) {
                best = Some((crossings, self.layers.clone()));
            }
            if crossings == 0 {
                break;
            }
        }
        if let Some((_, layers)) = best {
            self.layers = layers;
        }
    }

    /// Orders each layer by the mean place of its neighbours, to and fro, and keeps the order with
    /// the fewest crossings.
    fn sweep(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..24 {
            let forward = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 1..count {
                let (fixed, moved) = match forward {
                    true => (step - 1, step),
                    false => (count - step, count - step - 1),
                };
                let place = self.places(fixed);
                let neighbours = if forward { &self.before } else { &self.after };
                let old = self.places(moved);
                let wanted = |at: usize| match &neighbours[at][..] {
                    [] => old[at],
                    near => near.iter().map(|&n| place[n]).sum::<f64>() / near.len() as f64,
                };
                let mut layer = std::mem::take(&mut self.layers[moved]);
                layer.sort_by(|&a, &b| wanted(a).total_cmp(&wanted(b)));
                self.layers[moved] = layer;
            }
            self.swap_neighbours(sweep % 4 >= 2);
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// Swaps two that stand next to each other wherever that takes crossings out; at first, if
    /// `shake`, also where it makes no difference, which is the way out of many a dead end.
    fn swap_neighbours(&mut self, mut shake: bool) {
        let mut place = vec![0; self.layer.len()];
        for (i, &at) in self
            .layers
            .iter()
            .flat_map(|layer| layer.iter().enumerate())
        {
            place[at] = i;
        }
        let mut swapped = true;
        while std::mem::take(&mut swapped) {
            for members in &mut self.layers {
                for i in 1..members.len() {
                    let (above, below) = (members[i - 1], members[i]);
                    let crossings = |a: usize, b: usize| {
                        let sides = [&self.before, &self.after];
                        let pairs = sides.into_iter().flat_map(|near| {
                            near[a]
                                .iter()
                                .flat_map(|m| near[b].iter().map(move |n| (*m, *n)))
                        });
                        pairs.filter(|(m, n)| place[*m] > place[*n]).count()
                    };
                    let (old, new) = (crossings(above, below), crossings(below, above));
                    if new < old || shake && new == old {
                        members.swap(i - 1, i);
                        (place[below], place[above]) = (i - 1, i);
                        swapped = true;
                    }
                }
            }
            shake = false;
        }
    }

    /// The place of each member of a layer, from 0 to 1; 0 for all others.
    fn places(&self, layer: usize) -> Vec<f64> {
        let mut places = vec![0.0; self.layer.len()];
        let members = &self.layers[layer];
        for (i, &at) in members.iter().enumerate() {
            places[at] = (i as f64 + 0.5) / members.len() as f64;
        }
        places
    }

    fn crossings(&self) -> usize {
        let mut crossings = 0;
        for (i, members) in self.layers.iter().enumerate().skip(1) {
            let place = self.places(i - 1);
            let ends: Vec<f64> = members
                .iter()
                .flat_map(|&at| {
                    let mut starts: Vec<f64> = self.before[at].iter().map(|&n| place[n]).collect();
                    starts.sort_by(f64::total_cmp);
                    starts
                })
                .collect();
            for (j, end) in ends.iter().enumerate() {
                crossings += ends[..j].iter().filter(|other| *other > end).count();
            }
        }
        crossings
    }

    /// The middle of each place: as near to its neighbours' as the order of its layer allows.
    fn heights(&self) -> Vec<f64> {
        let mut middles = vec![0.0; self.layer.len()];
        for layer in &self.layers {
            self.settle(layer, &mut middles, |_| vec![]);
        }
        for sweep in 0..16 {
            let forward = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 0..count {
                let layer = &self.layers[if forward { step } else { count - 1 - step }];
                self.settle(layer, &mut middles, |at| {
                    [&self.before[at][..], &self.after[at][..]].concat()
                });
            }
        }
        middles
    }

    /// Least squares to the wanted middles, in order and with room between: isotonic regression by
    /// pooling adjacent violators, after taking the needed distances off.
    fn settle(
        &self,
        layer: &[usize],
        middles: &mut [f64],
        neighbours: impl Fn(usize) -> Vec<usize>,
    ) {
        let mut offsets = vec![];
        let mut offset = 0.0;
        for (i, &at) in layer.iter().enumerate() {
            if i > 0 {
                offset += (self.heights[layer[i - 1]] + self.heights[at]) / 2.0 + ROW_GAP;
            }
            offsets.push(offset);
        }
        let mut pools: Vec<(f64, usize)> = vec![];
        for (i, &at) in layer.iter().enumerate() {
            let near = neighbours(at);
            let wanted = match near.len() {
                0 => middles[at],
                n => near.iter().map(|&n| middles[n]).sum::<f64>() / n as f64,
            };
            let mut pool = (wanted - offsets[i], 1);
            while let Some(last) = pools.last().filter(|last| last.0 > pool.0) {
                let count = last.1 + pool.1;
                let sum = last.0 * last.1 as f64 + pool.0 * pool.1 as f64;
                pool = (sum / count as f64, count);
                pools.pop();
            }
            pools.push(pool);
        }
        let settled = pools
            .iter()
            .flat_map(|pool| std::iter::repeat_n(pool.0, pool.1));
        for ((&at, offset), settled) in std::iter::zip(layer, offsets).zip(settled) {
            middles[at] = settled + offset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (100.0, 40.0);

    #[test]
    fn what_is_needed_lies_to_the_left() {
        let edges = [(0, 1), (1, 2), (0, 2)];
        let layout = layered(&[SIZE; 3], &edges, &[false; 3]);
        for (from, to) in edges {
            assert!(layout.corners[from].0 + SIZE.0 < layout.corners[to].0);
        }
    }

    #[test]
    fn boxes_never_overlap_and_lie_inside() {
        let edges = [
            (0, 1),
            (0, 2),
            (0, 3),
            (1, 4),
            (2, 4),
            (0, 4),
            (3, 5),
            (1, 5),
        ];
        let layout = layered(&[SIZE; 6], &edges, &[false; 6]);
        for (i, a) in layout.corners.iter().enumerate() {
            assert!(a.0 >= 0.0 && a.1 >= 0.0);
            assert!(a.0 + SIZE.0 <= layout.width && a.1 + SIZE.1 <= layout.height);
            for b in &layout.corners[..i] {
                let apart = (a.0 - b.0).abs() >= SIZE.0 || (a.1 - b.1).abs() >= SIZE.1;
                assert!(apart, "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn measurements_stand_in_the_last_layer() {
        let edges = [(0, 1), (1, 2), (0, 3)];
        let corners = |at_end| layered(&[SIZE; 4], &edges, at_end).corners;
        assert_eq!(corners(&[false; 4])[3].0, corners(&[false; 4])[1].0);
        let at_end = corners(&[false, false, true, true]);
        assert_eq!(at_end[3].0, at_end[2].0);
    }

    #[test]
    fn crossings_that_need_not_be_are_taken_out() {
        let sketch = |edges: &[(usize, usize)]| {
            let sizes = [SIZE; 6];
            let mut sketch = Sketch::new(&sizes, edges, &longest_paths(6, edges));
            sketch.order();
            sketch.crossings()
        };
        assert_eq!(sketch(&[(0, 5), (1, 4), (2, 3)]), 0);
        assert_eq!(sketch(&[(0, 2), (0, 4), (1, 3), (1, 5)]), 0);
        // A teacher 0, its students 1 and 2, what is measured of each with it, and of each alone.
        let measured = [
            (0, 1),
            (0, 2),
            (0, 3),
            (1, 3),
            (0, 4),
            (2, 4),
            (1, 5),
            (2, 6),
        ];
        let mut layers = longest_paths(7, &measured);
        layers[3..].fill(2);
        let mut sketch = Sketch::new(&[SIZE; 7], &measured, &layers);
        sketch.order();
        assert_eq!(sketch.crossings(), 0);
    }

    #[test]
    fn a_chain_of_students_with_their_gaps_has_no_crossings() {
        // 0 data; 1, 2 teachers; 3 learns of 1, 4 of 3, 5 of both teachers, 6 alone; 7 to 11 measure.
        let edges = [
            (0, 1),
            (0, 2),
            (0, 6),
            (1, 3),
            (3, 4),
            (1, 5),
            (2, 5),
            (1, 7),
            (3, 7),
            (3, 8),
            (4, 8),
            (1, 9),
            (4, 9),
            (2, 10),
            (5, 10),
            (6, 11),
        ];
        let mut layers = longest_paths(12, &edges);
        layers[7..].fill(4);
        let mut sketch = Sketch::new(&[SIZE; 12], &edges, &layers);
        sketch.order();
        assert_eq!(sketch.crossings(), 0);
    }

    #[test]
    fn a_cycle_among_families_is_drawn_too() {
        let layout = layered(&[SIZE; 3], &[(0, 1), (1, 2), (2, 1)], &[true; 3]);
        assert_eq!(layout.edges.len(), 3);
        assert_eq!(layered(&[], &[], &[]), Layout::default());
    }
}
