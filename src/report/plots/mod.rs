//! Plots as geometry: numbers in, places of an SVG drawing out. The templates beside this folder
//! give them their marks, the style sheet their colours.

mod axis;
mod curves;
mod logit;

pub use axis::{Axis, tenth};
pub use curves::{CurvePlot, Run, Window, accuracy_range};
pub use logit::{Fit, Fits, LogitPlot, Scatter, Space};
