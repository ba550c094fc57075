//! Where the pixels of an augmented image come from, so that it is read once and never copied.

use std::ops::Range;

/// Which pixels along one side of an image come from where. The others are zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    side: usize,
    /// The pixels that come from the image.
    pub to: Range<usize>,
    /// The image's pixels that they come from, as many.
    pub from: Range<usize>,
    /// Whether the first of `to` comes from the last of `from`.
    pub backwards: bool,
}

impl Reach {
    /// Every pixel from its own place.
    fn whole(side: usize) -> Self {
        Self {
            side,
            to: 0..side,
            from: 0..side,
            backwards: false,
        }
    }

    /// Each pixel from where the one `by` further came from.
    fn shift(&mut self, by: isize) {
        let first = (self.to.start as isize).saturating_sub(by);
        let last = (self.to.end as isize).saturating_sub(by);
        let inside = |place: isize| place.clamp(0, self.side as isize);
        let to = inside(first) as usize..inside(last) as usize;
        if to.is_empty() {
            (self.to, self.from) = (0..0, 0..0);
            return;
        }
        let (before, after) = (inside(first).abs_diff(first), inside(last).abs_diff(last));
        let (lower, upper) = match self.backwards {
            false => (before, after),
            true => (after, before),
        };
        self.to = to;
        self.from = self.from.start + lower..self.from.end - upper;
    }

    /// Each pixel from where the one opposite to it came from.
    fn flip(&mut self) {
        self.to = self.side - self.to.end..self.side - self.to.start;
        self.backwards = !self.backwards;
    }

    /// Whether no pixel is a zero.
    fn is_whole(&self) -> bool {
        self.to.len() == self.side
    }

    /// Where one pixel comes from.
    pub fn source(&self, place: usize) -> Option<usize> {
        let along = place.checked_sub(self.to.start)?;
        if place >= self.to.end {
            return None;
        }
        Some(match self.backwards {
            false => self.from.start + along,
            true => self.from.end - 1 - along,
        })
    }
}

/// Where the pixels of an image of height × width come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Along its height.
    pub rows: Reach,
    /// Along its width.
    pub columns: Reach,
}

impl Placement {
    /// The image as it is.
    pub fn plain([height, width]: [usize; 2]) -> Self {
        Self {
            rows: Reach::whole(height),
            columns: Reach::whole(width),
        }
    }

    /// What was at `[y + down, x + right]` comes to `[y, x]`.
    pub fn shift(&mut self, down: isize, right: isize) {
        self.rows.shift(down);
        self.columns.shift(right);
    }

    /// Left and right are exchanged.
    pub fn flip(&mut self) {
        self.columns.flip();
    }

    /// Whether all of the image is still there.
    pub fn is_whole(&self) -> bool {
        self.rows.is_whole() && self.columns.is_whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an image of one row, 1 to `side`, becomes.
    fn row(side: usize, place: impl FnOnce(&mut Placement)) -> Vec<usize> {
        let mut placement = Placement::plain([1, side]);
        place(&mut placement);
        let pixels = (0..side).map(|x| placement.columns.source(x).map_or(0, |from| from + 1));
        pixels.collect()
    }

    #[test]
    fn a_shift_leaves_zeros_where_nothing_comes_from() {
        assert_eq!(row(4, |at| at.shift(0, 1)), [2, 3, 4, 0]);
        assert_eq!(row(4, |at| at.shift(0, -1)), [0, 1, 2, 3]);
        assert_eq!(row(4, |at| at.shift(0, 4)), [0; 4]);
        assert_eq!(row(4, |at| at.shift(0, isize::MIN)), [0; 4]);
        let down = |by| {
            let mut placement = Placement::plain([3, 1]);
            placement.shift(by, 0);
            [0, 1, 2].map(|y| placement.rows.source(y))
        };
        assert_eq!(down(1), [Some(1), Some(2), None]);
    }

    #[test]
    fn what_comes_later_acts_on_what_came_before() {
        assert_eq!(row(4, Placement::flip), [4, 3, 2, 1]);
        let shift_and_flip = |at: &mut Placement| {
            at.shift(0, 1);
            at.flip();
        };
        assert_eq!(row(4, shift_and_flip), [0, 4, 3, 2]);
        let flip_and_shift = |at: &mut Placement| {
            at.flip();
            at.shift(0, 1);
        };
        assert_eq!(row(4, flip_and_shift), [3, 2, 1, 0]);
        let there_and_back = |at: &mut Placement| {
            at.shift(0, 2);
            at.flip();
            at.shift(0, 1);
            at.shift(0, -2);
        };
        assert_eq!(row(4, there_and_back), [0, 0, 0, 4]);
    }
}
