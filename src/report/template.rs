//! The templates of the page and the drawings. All are named `.html`, so that minijinja escapes
//! whatever a `.kdp` file calls its things.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error};
use serde::Serialize;

use crate::diag::count;

/// A template that could not be rendered: a fault of kdp's own.
#[derive(Debug, thiserror::Error)]
#[error("the template `{name}` of the report could not be rendered: {source:#}")]
pub struct TemplateError {
    name: &'static str,
    source: Error,
}

const TEMPLATES: &[(&str, &str)] = &[
    ("page.html", include_str!("page.html")),
    ("page.css", include_str!("page.css")),
    ("plots.html", include_str!("plots.html")),
    ("graph.html", include_str!("graph.html")),
    ("graph.svg.html", include_str!("graph.svg.html")),
    ("graph.css", include_str!("graph.css")),
];

/// Renders a template.
pub fn render(name: &'static str, context: &impl Serialize) -> Result<String, TemplateError> {
    let rendered = || -> Result<String, Error> {
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?;
        let mut environment = Environment::new();
        environment.set_syntax(syntax);
        environment.add_filter("count", |n: Value, word: String| count(n, &word));
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        environment.get_template(name)?.render(Serde(context))
    };
    rendered().map_err(|source| TemplateError { name, source })
}
