//! What a text may look like, and the look it gets within a hundred columns (after Wadler's
//! "A prettier printer", with fills and comments).

/// The columns of a line.
const WIDTH: usize = 100;

/// How far a level stands in.
const INDENT: usize = 2;

/// A text with choices.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// As it is; holds no newline.
    Text(String),
    /// A space, or a new line where the group is broken.
    Line,
    /// Nothing, or a new line where the group is broken.
    SoftLine,
    /// A new line, and a blank one before it where wanted.
    HardLine { blank: bool },
    /// Only where the group is not broken.
    IfFlat(&'static str),
    /// One level further in.
    Indent(Box<Layout>),
    /// New lines begin in the column where this begins.
    Align(Box<Layout>),
    /// On one line if it fits and need not be broken.
    Group { layout: Box<Layout>, broken: bool },
    /// Pieces with spaces between them, and new lines where the next one does not fit.
    Fill(Box<Layout>, Vec<Piece>),
    /// One after the other.
    All(Vec<Layout>),
    /// A comment: to the end of the line. `own`: on a line of its own.
    Comment { text: String, own: bool },
}

/// A piece of a fill, behind its first.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The comments before it.
    pub comments: Layout,
    /// Begins a line whether or not it would fit on the one before.
    pub broken: bool,
    /// What stands there.
    pub layout: Layout,
}

/// Text as it is.
pub(super) fn text(text: impl Into<String>) -> Layout {
    Layout::Text(text.into())
}

/// On one line if it fits.
pub(super) fn group(layout: Layout) -> Layout {
    group_broken(layout, false)
}

/// On one line if it fits and need not be broken.
pub(super) fn group_broken(layout: Layout, broken: bool) -> Layout {
    Layout::Group {
        layout: Box::new(layout),
        broken,
    }
}

/// One level further in.
pub(super) fn indent(layout: Layout) -> Layout {
    Layout::Indent(Box::new(layout))
}

/// In the column where it begins.
pub(super) fn align(layout: Layout) -> Layout {
    Layout::Align(Box::new(layout))
}

/// Nothing.
pub(super) fn nothing() -> Layout {
    Layout::All(vec![])
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

#[derive(Clone, Copy)]
struct Frame<'l> {
    indent: usize,
    mode: Mode,
    what: What<'l>,
}

impl<'l> Frame<'l> {
    /// The same for a layout in it.
    fn of(self, layout: &'l Layout) -> Self {
        Self {
            what: What::Layout(layout),
            ..self
        }
    }
}

/// A layout, or the pieces of a fill that are still to come.
#[derive(Clone, Copy)]
enum What<'l> {
    Layout(&'l Layout),
    Pieces(&'l [Piece]),
}

/// The text of a layout, with a newline at its end.
pub(super) fn print(layout: &Layout) -> String {
    let mut printer = Printer {
        out: String::new(),
        column: 0,
        line_begins: true,
        comment_open: false,
    };
    let mut stack = vec![Frame {
        indent: 0,
        mode: Mode::Broken,
        what: What::Layout(layout),
    }];
    while let Some(frame) = stack.pop() {
        printer.step(frame, &mut stack);
    }
    let end = printer.out.trim_end().len();
    printer.out.truncate(end);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

struct Printer {
    out: String,
    /// Characters on the line so far.
    column: usize,
    /// Nothing stands on the line yet.
    line_begins: bool,
    /// A comment was written: what comes next begins a line.
    comment_open: bool,
}

impl Printer {
    fn step<'l>(&mut self, frame: Frame<'l>, stack: &mut Vec<Frame<'l>>) {
        let Frame { indent, mode, what } = frame;
        let layout = match what {
            What::Layout(layout) => layout,
            What::Pieces(pieces) => return self.piece(frame, pieces, stack),
        };
        match layout {
            Layout::Text(text) => self.write(text, indent),
            Layout::IfFlat(text) if mode == Mode::Flat => self.write(text, indent),
            Layout::Line if mode == Mode::Flat => self.write(" ", indent),
            Layout::SoftLine if mode == Mode::Flat => {}
            Layout::IfFlat(_) => {}
            Layout::Line | Layout::SoftLine => self.new_line(indent, false),
            Layout::HardLine { blank } => self.new_line(indent, *blank),
            Layout::Indent(layout) => stack.push(Frame {
                indent: indent + INDENT,
                ..frame.of(layout)
            }),
            Layout::Align(layout) => {
                // Behind a comment it begins on the next line, as far in as anything there.
                let indent = if self.comment_open {
                    indent
                } else {
                    self.column
                };
                stack.push(Frame {
                    indent,
                    ..frame.of(layout)
                });
            }
            Layout::Group { layout, broken } => {
                let flat = Frame {
                    mode: Mode::Flat,
                    ..frame.of(layout)
                };
                let fits = mode == Mode::Flat || !broken && self.fits(0, flat, stack);
                stack.push(if fits { flat } else { frame.of(layout) });
            }
            Layout::Fill(first, pieces) => {
                stack.push(Frame {
                    what: What::Pieces(pieces),
                    ..frame
                });
                stack.push(frame.of(first));
            }
            Layout::All(layouts) => {
                stack.extend(layouts.iter().rev().map(|layout| frame.of(layout)));
            }
            Layout::Comment { text, own } => self.comment(text, *own, indent),
        }
    }

    /// The next piece of a fill, on this line if it fits.
    fn piece<'l>(&mut self, frame: Frame<'l>, pieces: &'l [Piece], stack: &mut Vec<Frame<'l>>) {
        let Some((piece, rest)) = pieces.split_first() else {
            return;
        };
        stack.push(Frame {
            what: What::Pieces(rest),
            ..frame
        });
        if let Layout::All(comments) = &piece.comments {
            for comment in comments {
                if let Layout::Comment { text, own } = comment {
                    self.comment(text, *own, frame.indent);
                }
            }
        }
        let flat = Frame {
            mode: Mode::Flat,
            ..frame.of(&piece.layout)
        };
        let fits = frame.mode == Mode::Flat
            || !piece.broken && !self.comment_open && self.fits(1, flat, stack);
        if fits {
            self.write(" ", frame.indent);
            stack.push(flat);
        } else {
            self.new_line(frame.indent, false);
            stack.push(frame.of(&piece.layout));
        }
    }

    /// Whether the frame, laid out flat behind so many blanks, ends within the line, and with it
    /// what stands right behind it.
    fn fits(&self, blanks: usize, flat: Frame<'_>, rest: &[Frame<'_>]) -> bool {
        let mut column = self.column + blanks;
        let mut frames = vec![flat];
        let mut rest = rest.iter().rev();
        loop {
            let Some(frame) = frames.pop().or_else(|| rest.next().copied()) else {
                return true;
            };
            let flat = frame.mode == Mode::Flat;
            match frame.what {
                What::Pieces([]) => {}
                What::Pieces([piece, rest @ ..]) => {
                    let commented = !matches!(&piece.comments, Layout::All(all) if all.is_empty());
                    if !flat || commented || piece.broken {
                        return !flat;
                    }
                    frames.push(Frame {
                        what: What::Pieces(rest),
                        ..frame
                    });
                    frames.push(frame.of(&piece.layout));
                    column += 1;
                }
                What::Layout(layout) => match layout {
                    Layout::Text(text) => column += text.chars().count(),
                    Layout::IfFlat(text) if flat => column += text.len(),
                    Layout::Line if flat => column += 1,
                    Layout::SoftLine if flat => {}
                    Layout::IfFlat(_) => {}
                    Layout::Line | Layout::SoftLine => return true,
                    Layout::HardLine { .. } | Layout::Comment { .. } => return !flat,
                    Layout::Group { broken: true, .. } if flat => return false,
                    Layout::Indent(layout)
                    | Layout::Align(layout)
                    | Layout::Group { layout, .. } => {
                        frames.push(frame.of(layout));
                    }
                    Layout::Fill(first, pieces) => {
                        frames.push(Frame {
                            what: What::Pieces(pieces),
                            ..frame
                        });
                        frames.push(frame.of(first));
                    }
                    Layout::All(layouts) => {
                        frames.extend(layouts.iter().rev().map(|layout| frame.of(layout)));
                    }
                },
            }
            if column > WIDTH {
                return false;
            }
        }
    }

    // --- writing ---

    fn write(&mut self, text: &str, indent: usize) {
        if self.comment_open {
            self.new_line(indent, false);
        }
        let text = if self.line_begins {
            text.trim_start()
        } else {
            text
        };
        if text.is_empty() {
            return;
        }
        if self.line_begins {
            self.out.extend(std::iter::repeat_n(' ', self.column));
            self.line_begins = false;
        }
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize, blank: bool) {
        if !self.line_begins {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
        }
        if blank && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.line_begins = true;
        self.comment_open = false;
        self.column = indent;
    }

    fn comment(&mut self, text: &str, own: bool, indent: usize) {
        if own && !self.line_begins || self.comment_open {
            self.new_line(indent, false);
        } else if !self.line_begins {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push(' ');
        }
        self.write(text, indent);
        self.comment_open = true;
    }
}
