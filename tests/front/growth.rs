//! Four times as much takes about four times as long: what is quadratic takes sixteen.

use std::time::Duration;

use cpu_time::ThreadTime;

use crate::support::planned;

/// The quickest of several plans of a text: the one that the machine disturbed least.
fn quickest(text: &str) -> Duration {
    let once = |_| {
        let begin = ThreadTime::now();
        std::hint::black_box(planned(text));
        begin.elapsed()
    };
    (0..5).map(once).min().unwrap_or_default()
}

fn assert_linear(what: &str, program: impl Fn(usize) -> String, size: usize) {
    let (small, large) = (quickest(&program(size)), quickest(&program(4 * size)));
    assert!(
        large < small * 10,
        "{what}: {size} take {small:?}, four times as many {large:?}"
    );
}

const USES: &str =
    "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\ndataset data = digits()\n";

#[test]
fn sweeps_are_planned_in_linear_time() {
    let sweep = |seeds: usize| {
        format!(
            "{USES}student small[seed in 0..{seeds}] = mlp([8]) {{ data: data.train, recipe: quick, seed: seed }}
measure score[seed in small.seed] = accuracy(small[seed], on: data.test)
claim \"well\" = mean(score.top1) > 0.5
"
        )
    };
    assert_linear("members", sweep, 1000);
}

#[test]
fn long_files_are_planned_in_linear_time() {
    let file = |declarations: usize| {
        let block = |n| {
            format!(
                "let a{n} = {n} + 1\nrecipe r{n} = quick with {{ batch: a{n} }}\nstudent s{n} = mlp([8]) {{ data: data.train, recipe: r{n} }}\n"
            )
        };
        USES.to_string() + &(0..declarations).map(block).collect::<String>()
    };
    assert_linear("declarations", file, 200);
}
