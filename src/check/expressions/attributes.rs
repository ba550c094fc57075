//! What values have: `value.name`; of a family, of each of its members.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::{Axis, Family, Label, Members, difference, reordered};
use crate::check::losses::Formula;
use crate::check::names::meant;
use crate::check::values::Value;
use crate::diag::{Mend, Span, closest};
use crate::spec::{Quantity, Shape, Split};
use crate::syntax::tree::Name;
use crate::vocabulary::{STATES, TRANSFORMS, fields, find};

impl Checker<'_> {
    /// `value.name`
    pub(in crate::check) fn member(&mut self, value: Value, name: &Name) -> Value {
        let unknown = |checker: &mut Self, what: &str, names: &[&str]| {
            checker.unknown_member(what, name, names)
        };
        if let Value::Family(family) = &value
            && let Some(help) = self.chosen_by_dot(family, name)
        {
            let message = format!("`{}` is an index of the family, no member", name.text);
            return self.fail_with(UNKNOWN_MEMBER, message, name.span, help);
        }
        match &value {
            Value::Unknown => Value::Unknown,
            // An index of the family: its labels, to be the index set of another.
            Value::Family(family) if family.axis(&name.text).is_some() => {
                let labels = family.axis(&name.text).map(|axis| &axis.labels);
                Value::list(
                    labels
                        .into_iter()
                        .flat_map(|labels| labels.iter())
                        .map(Label::value)
                        .collect(),
                )
            }
            Value::Family(family) => {
                let members = self.family_members(family, name.span);
                let members: Vec<_> = members
                    .into_iter()
                    .map(|member| self.member(member, name))
                    .collect();
                // What is wrong with a member has been said.
                if members
                    .iter()
                    .all(|member| matches!(member, Value::Unknown))
                {
                    return Value::Unknown;
                }
                self.joined(family.axes.clone(), members, name.span)
            }
            Value::Dataset(dataset) => match name.text.as_str() {
                "train" => Value::Split(dataset.clone(), Split::Train),
                "test" => Value::Split(dataset.clone(), Split::Test),
                "validation" if dataset.shape.validation > 0 => {
                    Value::Split(dataset.clone(), Split::Validation)
                }
                "validation" => self.fail_with(
                    UNKNOWN_MEMBER,
                    format!("`{}` has no validation split", dataset.id),
                    name.span,
                    "it has `train` and `test`; `|> split(validation: 10%, seed: 0)` makes one of training samples (of images in folders, `val/` is `test`)",
                ),
                word if find(TRANSFORMS, word).is_some() => self.fail_with(
                    UNKNOWN_MEMBER,
                    format!("a data set has no `{word}`"),
                    name.span,
                    format!("it goes through a transform by `|>`: `data |> {word}(…)`"),
                ),
                _ => unknown(self, "a data set", &["train", "validation", "test"]),
            },
            Value::Measurement(at) => {
                let measure = &self.program.measures[*at];
                let fields: Vec<&str> =
                    fields(&measure.call.name).map(|field| field.name).collect();
                if fields.contains(&name.text.as_str()) {
                    return Value::Quantity(Rc::new(Quantity::Field {
                        node: measure.id.clone(),
                        field: name.text.clone(),
                    }));
                }
                let what = format!("a measurement of `{}`", measure.call.name);
                unknown(self, &what, &fields)
            }
            Value::Shape(shape) => {
                let names = sizes(shape);
                match names.iter().find(|(known, _)| *known == name.text) {
                    Some((_, value)) => Value::Int(*value),
                    None => {
                        let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
                        let what = value.describe();
                        unknown(self, &what, &names)
                    }
                }
            }
            Value::Record(fields) => match fields.iter().find(|(field, _)| *field == name.text) {
                Some((_, value)) => value.clone(),
                None => {
                    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
                    unknown(self, "the record", &names)
                }
            },
            Value::Module(module) | Value::Trial(module) => {
                let shown = self.module_shown(*module);
                match self.exported(*module, name, &shown) {
                    Some(decl) => self.declared(decl, name.span),
                    None => Value::Unknown,
                }
            }
            Value::Model(_) if find(STATES, &name.text).is_some() => self.fail_with(
                WRONG_TYPE,
                format!("`.{}` says which state of the run is meant", name.text),
                name.span,
                "for example `.at(50 epochs)`, `.best(on: data.validation)`",
            ),
            Value::Model(model) if name.text == "z" => match self.losses.first() {
                Some(used) => Value::Formula(Rc::new(Formula::Teacher {
                    model: *model,
                    span: *used,
                })),
                None => self.fail_with(
                    OUTSIDE_LOSS,
                    "the logits of a model are known only where a loss is computed",
                    name.span,
                    "write an `objective NAME(t: model) = …`, and `t.z` in its body",
                ),
            },
            Value::Model(_) => {
                let states = STATES.iter().map(|word| word.name);
                let help = match closest(&name.text, states) {
                    _ if name.text == "logits" => Mend::did_you_mean(name.span, "z"),
                    Some(near) => Mend::did_you_mean(name.span, near),
                    None => "what is known of a model is measured: `measure acc = accuracy(model: …, on: data.test)`, then `acc.top1`".into(),
                };
                self.fail_with(
                    UNKNOWN_MEMBER,
                    format!("a model has no `{}`", name.text),
                    name.span,
                    help,
                )
            }
            other => self.fail(
                UNKNOWN_MEMBER,
                format!("{} has no `{}`", other.describe(), name.text),
                name.span,
            ),
        }
    }

    /// The mend of `gap.kd`, where `kd` is a label of the family and nothing that its members have.
    fn chosen_by_dot(&mut self, family: &Family, name: &Name) -> Option<String> {
        let word = &name.text;
        let label = Label::Word(word.clone());
        let mut axes = family.axes.iter();
        let axis = axes.find(|axis| axis.labels.find(&label).is_some())?;
        let members = self.family_members(family, name.span);
        let Some(Value::Measurement(at)) = members.first() else {
            return None;
        };
        let measure = &self.program.measures[*at].call.name;
        if family.axis(word).is_some() || fields(measure).any(|field| field.name == *word) {
            return None;
        }
        Some(match family.axes.len() {
            1 => format!("a member is chosen in brackets: `[{word}]`"),
            _ => format!("a member is chosen in brackets: `[{}: {word}]`", axis.name),
        })
    }

    /// Reports a member that something does not have, of those that it has.
    pub(in crate::check) fn unknown_member(
        &mut self,
        what: &str,
        name: &Name,
        names: &[&str],
    ) -> Value {
        let help = meant(&name.text, names.iter().copied()).map_or_else(
            || format!("it has {}", names.join(", ")).into(),
            |near| Mend::did_you_mean(name.span, near),
        );
        let message = format!("{what} has no `{}`", name.text);
        self.fail_with(UNKNOWN_MEMBER, message, name.span, help)
    }

    /// A family of these members; a family among whose members are families again is one over both
    /// index sets.
    fn joined(&mut self, mut axes: Vec<Axis>, members: Vec<Value>, span: Span) -> Value {
        let inner = members.iter().find_map(|member| match member {
            Value::Family(inner) => Some(inner.clone()),
            _ => None,
        });
        let Some(inner) = inner else {
            return Value::Family(Rc::new(Family {
                axes,
                members: Members::Computed(members),
            }));
        };
        let mut all = vec![];
        for member in &members {
            match member {
                Value::Unknown => return Value::Unknown,
                Value::Family(family) if family.has_axes(&inner.axes) => {
                    all.extend(self.family_members(family, span));
                }
                other => {
                    let why = match other {
                        Value::Family(family) => {
                            difference((&inner, "in one use"), (family, "in another"))
                        }
                        lone => Some(format!("one of them has {}", lone.describe())),
                    };
                    let Some(why) = why else {
                        let Value::Family(family) = other else {
                            continue;
                        };
                        let members = self.family_members(family, span);
                        all.extend(reordered(family, &members, &inner.axes).unwrap_or_default());
                        continue;
                    };
                    return self.fail_with(
                        FAMILY_MISMATCH,
                        format!("the uses of this experiment do not make one family: {why}"),
                        span,
                        "choose a use first: `t[index: label].member`",
                    );
                }
            }
        }
        axes.extend(inner.axes.iter().cloned());
        Value::Family(Rc::new(Family {
            axes,
            members: Members::Computed(all),
        }))
    }
}

/// The sizes of a shape, by the names of its kind.
fn sizes(shape: &Shape) -> Vec<(&'static str, i64)> {
    match (shape, shape.image()) {
        (_, Some([channels, height, width])) => vec![
            ("channels", channels),
            ("height", height),
            ("width", width),
            ("size", height),
            ("features", channels * height * width),
        ],
        (Shape::Numbers(sizes), None) => vec![("features", sizes.iter().product())],
        (
            Shape::Tokens {
                length, vocabulary, ..
            },
            _,
        ) => {
            vec![("length", *length), ("vocabulary", *vocabulary)]
        }
        (Shape::Vectors { length, width }, _) => vec![
            ("length", *length),
            ("width", *width),
            ("features", length * width),
        ],
    }
}
