//! Parameters that are trained in a way of their own: `freeze` and `groups`.

use std::collections::{BTreeSet, HashSet};

use super::schedule::Clock;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::names::Scope;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::spec::{Group, Network, matching};
use crate::syntax::tree::{Expr, ExprKind, Field};

/// What a group may say.
const FIELDS: &[(&str, Type)] = &[("lr_scale", Type::Number), ("weight_decay", Type::Schedule)];

/// A pattern and what is said of the parameters that it matches.
#[derive(Clone, Debug)]
pub struct GroupOf {
    /// The pattern.
    pub pattern: (String, Span),
    /// Factor of the learning rate.
    lr_scale: f64,
    /// Weight decay in place of the recipe's.
    weight_decay: Option<Value>,
}

/// A pattern of names and where it stands.
pub type Pattern = (String, Span);

impl Checker<'_> {
    /// `freeze: ["layer1.*"]`
    pub(in crate::check) fn patterns(
        &mut self,
        expr: &Expr,
        scope: &Scope,
    ) -> Option<Vec<Pattern>> {
        let value = self.eval_as(expr, &Type::List(Box::new(Type::Text)), scope);
        let Value::List(items) = value else {
            return None;
        };
        let places: Vec<Span> = match &expr.kind {
            ExprKind::List(items) => items.iter().map(|item| item.span).collect(),
            _ => vec![expr.span; items.len()],
        };
        let texts = items.iter().map(Value::as_text);
        texts
            .zip(places)
            .map(|(text, at)| Some((text?, at)))
            .collect()
    }

    /// `groups: { "fc.*": { lr_scale: 10, weight_decay: 0 } }`
    pub(in crate::check) fn groups(&mut self, expr: &Expr, scope: &Scope) -> Option<Vec<GroupOf>> {
        let ExprKind::Record(fields) = &expr.kind else {
            self.eval(expr, scope);
            self.fail_with(
                WRONG_TYPE,
                "`groups` is a record of patterns",
                expr.span,
                "for example `groups: { \"fc.*\": { lr_scale: 10, weight_decay: 0 } }`",
            );
            return None;
        };
        let mut groups = vec![];
        let mut sound = true;
        for field in fields {
            match self.group(field, scope) {
                Some(group) => groups.push(group),
                None => sound = false,
            }
        }
        sound.then_some(groups)
    }

    fn group(&mut self, group: &Field, scope: &Scope) -> Option<GroupOf> {
        let ExprKind::Record(fields) = &group.value.kind else {
            self.eval(&group.value, scope);
            self.fail_with(
                WRONG_TYPE,
                "a group says how its parameters are trained",
                group.value.span,
                "for example `{ lr_scale: 10 }`",
            );
            return None;
        };
        let mut made = GroupOf {
            pattern: (group.name.text.clone(), group.name.span),
            lr_scale: 1.0,
            weight_decay: None,
        };
        let mut sound = true;
        for field in fields {
            let name = field.name.text.as_str();
            let Some((_, ty)) = FIELDS.iter().find(|(known, _)| *known == name) else {
                self.eval(&field.value, scope);
                let help = match closest(name, FIELDS.iter().map(|(name, _)| *name)) {
                    _ if name == "lr" => {
                        Mend::from("did you mean `lr_scale`, a factor of the recipe's `lr`?")
                            .edit(field.name.span, "lr_scale")
                    }
                    Some(near) => Mend::did_you_mean(field.name.span, near),
                    None => "a group has lr_scale, weight_decay".into(),
                };
                let message = format!("a group has no field `{name}`");
                self.fail_with(UNKNOWN_FIELD, message, field.name.span, help);
                sound = false;
                continue;
            };
            let value = self.eval_as(&field.value, ty, scope);
            let fits = match (&value, &value.as_ramp()) {
                (Value::Unknown, _) => {
                    sound = false;
                    true
                }
                (_, Some(ramp)) => ramp.values().iter().all(|value| *value >= 0.0),
                (_, None) => true,
            };
            if !fits {
                let message = format!("`{name}` is never below 0");
                self.fail(OUT_OF_RANGE, message, field.value.span);
                sound = false;
            }
            match name {
                "lr_scale" => made.lr_scale = value.as_number().unwrap_or(1.0),
                _ => made.weight_decay = Some(value),
            }
        }
        sound.then_some(made)
    }

    /// The parameters that are not trained, sorted.
    pub(in crate::check) fn frozen(
        &mut self,
        patterns: &[Pattern],
        network: &Network,
    ) -> Option<Vec<String>> {
        if patterns.is_empty() {
            return Some(vec![]);
        }
        let names = trained(network);
        let mut frozen = BTreeSet::new();
        let mut sound = true;
        let mut seen = HashSet::new();
        for pattern in patterns {
            if !seen.insert(pattern.0.as_str()) {
                continue;
            }
            match self.matching(pattern, &names) {
                Some(found) => frozen.extend(found),
                None => sound = false,
            }
        }
        if sound && !names.is_empty() && frozen.len() == names.len() {
            let at = patterns.first().map_or_else(Span::default, |(_, at)| *at);
            self.fail_with(
                OUT_OF_RANGE,
                "every parameter is frozen: there is nothing to train",
                at,
                "freeze less, or take the weights as they are: leave the `recipe` out",
            );
            return None;
        }
        sound.then(|| frozen.into_iter().collect())
    }

    /// The groups with the names of their parameters, in the order of these; what is frozen is in none.
    pub(in crate::check) fn grouped(
        &mut self,
        groups: &[GroupOf],
        frozen: &[String],
        network: &Network,
        clock: &mut Clock,
    ) -> Option<Vec<Group>> {
        if groups.is_empty() {
            return Some(vec![]);
        }
        let names = trained(network);
        let mut made: Vec<(Group, &Pattern)> = vec![];
        let mut sound = true;
        for group in groups {
            let Some(mut parameters) = self.matching(&group.pattern, &names) else {
                sound = false;
                continue;
            };
            parameters.retain(|name| frozen.binary_search(name).is_err());
            if parameters.is_empty() {
                let message = format!("all that `{}` matches is frozen", group.pattern.0);
                let help = "leave the group out, or freeze less";
                self.fail_with(OUT_OF_RANGE, message, group.pattern.1, help);
                sound = false;
                continue;
            }
            let twice = made.iter().find_map(|(other, pattern)| {
                let name = parameters
                    .iter()
                    .find(|name| other.parameters.contains(name))?;
                Some((name.clone(), pattern.1))
            });
            if let Some((name, first)) = twice {
                self.report(
                    Diagnostic::error(
                        DUPLICATE_NAME,
                        format!("the parameter `{name}` is in two groups"),
                    )
                    .label(group.pattern.1, "here")
                    .label(first, "and here")
                    .help("write patterns that share no parameter"),
                );
                sound = false;
                continue;
            }
            parameters.sort();
            let weight_decay = group.weight_decay.as_ref().and_then(Value::as_ramp);
            let group_made = Group {
                parameters,
                lr_scale: group.lr_scale,
                weight_decay: weight_decay.map(|ramp| clock.resolve(&ramp).0),
            };
            made.push((group_made, &group.pattern));
        }
        let mut made: Vec<Group> = made.into_iter().map(|(group, _)| group).collect();
        made.sort_by(|a, b| a.parameters.cmp(&b.parameters));
        sound.then_some(made)
    }

    /// The names that a pattern matches; an error where there are none.
    fn matching(&mut self, (pattern, at): &Pattern, names: &[String]) -> Option<Vec<String>> {
        let work = names.len() * (1 + pattern.len() / 8) / 2;
        if !self.spend(work as u64, *at) || self.findings.has(NO_MATCH, *at) {
            return None;
        }
        let found = matching(pattern, names);
        if !found.is_empty() {
            return Some(found);
        }
        let help = match near_pattern(pattern, names) {
            Some(near) => {
                Mend::from(format!("did you mean `{near}`?")).edit(*at, format!("\"{near}\""))
            }
            None => format!("it has {}", listed(names)).into(),
        };
        let message = format!("`{pattern}` matches no parameter of the network");
        self.fail_with(NO_MATCH, message, *at, help);
        None
    }
}

/// The names of a network's parameters, in the order of its layers.
fn trained(network: &Network) -> Vec<String> {
    let tensors = network.tensors().unwrap_or_default();
    let trained = tensors.into_iter().filter(|tensor| tensor.trained);
    trained.map(|tensor| tensor.name).collect()
}

/// A pattern that matches and looks like one that does not: one of the names, or `prefix.*` of one.
fn near_pattern(pattern: &str, names: &[String]) -> Option<String> {
    let mut candidates = BTreeSet::new();
    for name in names {
        candidates.insert(name.clone());
        let dots = name.match_indices('.').map(|(at, _)| at);
        candidates.extend(dots.map(|at| format!("{}.*", &name[..at])));
    }
    closest(pattern, candidates.iter().map(String::as_str)).map(str::to_string)
}

/// The outermost prefixes of names, as patterns; at most ten of them.
fn listed(names: &[String]) -> String {
    let mut prefixes: Vec<String> = vec![];
    for name in names {
        let prefix = match name.split_once('.') {
            Some((prefix, _)) => format!("`{prefix}.*`"),
            None => format!("`{name}`"),
        };
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    let more = prefixes.len() > 10;
    prefixes.truncate(10);
    if more {
        prefixes.push("…".into());
    }
    prefixes.join(", ")
}
