//! The page of a run, made of a run that no engine made.

mod fixture;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fixture::Fixture;
use kdp::plan::{Damaged, LeftOut};
use kdp::report::{graph, page};
use scraper::{ElementRef, Html, Selector};

/// A folder for the pages, kept so that a person can look at them.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("page")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn written(run: &Fixture, folder: &Path) -> String {
    let path = page::write(
        &run.plan,
        &run.outcome,
        &run.store,
        fixture::TEXT,
        "noisy.kdp",
        folder,
    );
    std::fs::read_to_string(path.expect("a page")).expect("the page")
}

fn quickstart(name: &str) -> (Fixture, String) {
    let folder = folder(name);
    let run = Fixture::quickstart(&folder.join("store"), 3);
    let page = written(&run, &folder);
    (run, page)
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).collect()
}

fn text(element: &ElementRef) -> String {
    let words: String = element.text().collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    all(page, selector).iter().map(text).collect()
}

#[test]
fn the_page_is_sound_html_with_every_section() {
    let (_, html) = quickstart("sections");
    let page = Html::parse_document(&html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert_eq!(
        texts(&page, "h1"),
        ["Does a student that disobeys its teacher generalise better?"]
    );
    let sections: Vec<_> = all(&page, "main > section")
        .iter()
        .filter_map(|s| s.attr("id"))
        .collect();
    let expected = [
        "findings",
        "accuracy",
        "confidence",
        "learning",
        "measurements",
        "graph",
        "provenance",
    ];
    assert_eq!(sections, expected);
    for link in all(&page, "nav a") {
        let target = link.attr("href").and_then(|href| href.strip_prefix('#'));
        assert!(sections.contains(&target.expect("a place on the page")));
    }
    let ids: Vec<_> = all(&page, "[id]")
        .iter()
        .filter_map(|e| e.attr("id"))
        .collect();
    assert_eq!(
        ids.len(),
        ids.iter().collect::<BTreeSet<_>>().len(),
        "an id twice"
    );
}

#[test]
fn what_was_left_out_of_data_is_told_with_its_reasons() {
    let folder = folder("omissions");
    let mut run = Fixture::quickstart(&folder.join("store"), 1);
    let damaged = |split: &str, sample: &str, why: &str| Damaged {
        split: split.into(),
        sample: sample.into(),
        why: why.into(),
    };
    let data = run.outcome.nodes.iter_mut();
    let data = data
        .into_iter()
        .find(|node| node.kind == "data")
        .expect("data");
    data.left_out = Some(LeftOut {
        count: 1_203,
        first: vec![
            damaged("train", "china/<b>.jpg", "it is cut short"),
            damaged("test", "flower/a.png", "it is empty"),
        ],
    });
    let html = written(&run, &folder);
    let page = Html::parse_document(&html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert_eq!(texts(&page, "#omissions h3"), ["noisy 1,203 samples"]);
    assert_eq!(
        texts(&page, "#omissions tbody td:first-child"),
        ["train", "test"]
    );
    assert_eq!(
        texts(&page, "#omissions tbody code"),
        ["china/<b>.jpg", "flower/a.png"]
    );
    assert_eq!(
        texts(&page, "#omissions tbody td:last-child"),
        ["it is cut short", "it is empty"]
    );
    assert_eq!(texts(&page, "#omissions .small"), ["and 1,201 more"]);
    assert_eq!(all(&page, "nav a[href='#omissions']").len(), 1);
}

#[test]
fn every_family_has_its_panels() {
    let (_, html) = quickstart("panels");
    let page = Html::parse_document(&html);
    let logit = texts(&page, ".logit > h3 > code");
    assert_eq!(logit, ["gap_plain", "gap_distilled", "gap_switched"]);
    assert_eq!(all(&page, ".logit .pane").len(), 9, "one for each member");
    assert_eq!(
        all(&page, ".logit .pane svg .fit.halo").len(),
        27,
        "three lines in each"
    );
    let curves = texts(&page, ".curves > h3 > code");
    assert_eq!(curves, ["big", "plain", "distilled", "switched"]);
    let rows = texts(&page, ".accuracy tbody th code");
    assert_eq!(rows, curves);
    assert_eq!(all(&page, "#graph g.box").len(), 8, "seeds as one box");
    let windows = texts(&page, ".curves figcaption");
    assert_eq!(windows, ["distill → one-hot: steps 1,800 to 2,100."]);
}

#[test]
fn plots_against_the_same_teacher_share_their_axes() {
    let (_, html) = quickstart("axes");
    let page = Html::parse_document(&html);
    let ticks = Selector::parse(".tick").expect("a selector");
    let panes = all(&page, ".logit .pane");
    let axes = panes.iter().map(|pane| {
        pane.select(&ticks)
            .map(|tick| text(&tick))
            .collect::<Vec<_>>()
    });
    let axes: BTreeSet<Vec<String>> = axes.collect();
    assert_eq!(axes.len(), 1, "{axes:?}");
}

#[test]
fn the_numbers_of_a_caption_are_those_of_the_outcome() {
    let (run, html) = quickstart("numbers");
    let page = Html::parse_document(&html);
    for name in ["gap_plain", "gap_distilled", "gap_switched"] {
        let panel = all(&page, ".logit")
            .into_iter()
            .find(|panel| text(panel).starts_with(name))
            .expect("a panel");
        let shown: Vec<String> = panel
            .select(&Selector::parse("figcaption td").expect("a selector"))
            .map(|cell| text(&cell))
            .collect();
        let mut expected = vec![];
        for suffix in ["", "_low", "_high"] {
            for field in ["slope", "intercept"] {
                let of = |seed| {
                    run.outcome.measures[&format!("{name}[seed: {seed}]")]
                        [&format!("{field}{suffix}")]
                };
                let values = [of(0), of(1), of(2)];
                let mean = values.iter().sum::<f64>() / 3.0;
                let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
                expected.push(format!("{mean:.3} ± {std:.3}").replace('-', "−"));
            }
        }
        assert_eq!(shown, expected, "{name}");
        let first = run.outcome.measures[&format!("{name}[seed: 0]")]["slope"];
        let drawn = panel
            .select(&Selector::parse(".pane .key.all .number").expect("a selector"))
            .next();
        assert_eq!(
            drawn.map(|number| text(&number)),
            Some(format!("{first:.3}"))
        );
    }
}

#[test]
fn the_page_asks_nothing_of_the_network_and_runs_nothing() {
    let (_, html) = quickstart("alone");
    assert!(html.len() < 600_000, "{} bytes", html.len());
    let page = Html::parse_document(&html);
    assert!(all(&page, "script, link, img, iframe, object, embed, base").is_empty());
    for element in all(&page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{name}");
            let outward = ["href", "src", "xlink:href", "action"].contains(&name);
            assert!(!outward || value.starts_with('#'), "{name}={value}");
        }
    }
    for word in ["http:", "https:", "@import", "@font-face", "url(//"] {
        assert!(!html.contains(word), "{word}");
    }
}

#[test]
fn what_a_file_calls_its_things_is_text_and_never_markup() {
    let folder = folder("odd-names");
    let mut run = Fixture::new(&folder.join("store"));
    let data = run.data("d");
    let odd = r#"s[way: "<script>alert('&')</script>", seed: 0]"#;
    let big = run.model("big", "teacher", data, 0, fixture::one_hot());
    let student = run.model(odd, "student", data, 1, fixture::switch(big, 100, 100));
    run.deviation(&odd.replacen('s', "gap", 1), student, big, data, 1.1);
    run.failed(
        "bad<img src=x onerror=alert(1)>",
        data,
        "out of <memory> & time",
    );
    run.claim("<script>claim</script>", None, "<i>nothing</i>");
    let html = written(&run, &folder);
    let page = Html::parse_document(&html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert!(all(&page, "script, img, :not(code) > i, :not(code) > b").is_empty());
    assert_eq!(texts(&page, ".trouble pre"), ["out of <memory> & time"]);
    assert!(texts(&page, ".claims li p")[0].starts_with("<script>claim</script>"));
    assert!(
        texts(&page, "#accuracy th code")
            .iter()
            .any(|name| name.contains("<script>"))
    );
}

#[test]
fn failures_stand_before_everything_else() {
    let folder = folder("failure");
    let mut run = Fixture::quickstart(&folder.join("store"), 1);
    let data = run.plan.nodes().next().expect("a node").key;
    run.failed(
        "broken[seed: 0]",
        data,
        "the loss is not a number at step 212\nhelp: a smaller learning rate",
    );
    let html = written(&run, &folder);
    let page = Html::parse_document(&html);
    let first = all(&page, "main > section")[0];
    assert!(first.attr("class") == Some("trouble"));
    assert!(text(&first).contains("broken[seed: 0] failed"));
    assert!(text(&first).contains("step 212"));
    assert_eq!(texts(&page, "header .status.failed"), ["1 failed"]);
}

#[test]
fn classes_that_no_sample_is_of_are_a_warning() {
    let folder = folder("unseen");
    let mut run = Fixture::quickstart(&folder.join("store"), 2);
    run.outcome.unseen.insert("noisy".into(), vec![3, 7]);
    let page = Html::parse_document(&written(&run, &folder));
    let warning =
        "Warning: no training sample of `noisy` is of classes 3 or 7, of the 10 that are declared.";
    assert_eq!(texts(&page, ".caution"), [warning]);
    let findings = kdp::report::terminal::findings(&run.plan, &run.outcome);
    let summary = findings.told("", None);
    assert!(
        summary.contains("no training sample of `noisy`"),
        "{summary}"
    );
    let json = serde_json::to_value(&run.outcome).expect("JSON");
    assert_eq!(json["unseen"]["noisy"], serde_json::json!([3, 7]));
}

#[test]
fn a_run_without_results_still_has_a_page() {
    let folder = folder("empty");
    let run = Fixture::new(&folder.join("store"));
    let page = Html::parse_document(&written(&run, &folder));
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert!(all(&page, "#accuracy, #confidence, #learning, #measurements").is_empty());
    assert!(text(&all(&page, "#findings")[0]).contains("Nothing was measured yet"));
}

#[test]
fn a_damaged_blob_is_told_and_takes_nothing_else_along() {
    let folder = folder("damaged");
    let run = Fixture::quickstart(&folder.join("store"), 1);
    let key = run.plan.named_measures()[0].1.key;
    let entry = run.store.find(key).expect("in the store");
    std::fs::write(entry.path("points.safetensors"), b"rubbish").expect("written");
    let html = written(&run, &folder);
    let page = Html::parse_document(&html);
    assert!(text(&all(&page, ".trouble")[0]).contains("gap_plain[seed: 0]"));
    assert_eq!(all(&page, ".logit").len(), 3);
}

#[test]
fn the_drawing_shows_every_node_or_every_family() {
    let folder = folder("graph");
    let run = Fixture::quickstart(&folder.join("store"), 3);
    for (of, boxes) in [(graph::Boxes::Families, 8), (graph::Boxes::Nodes, 22)] {
        let svg = graph::svg(&run.plan, of).expect("a drawing");
        let drawing = Html::parse_fragment(&svg);
        assert_eq!(all(&drawing, "svg > g.box").len(), boxes);
        assert!(svg.starts_with("<svg xmlns"));
        std::fs::write(folder.join(format!("graph-{boxes}.svg")), svg).expect("written");
    }
    let svg = graph::svg(&run.plan, graph::Boxes::Families).expect("a drawing");
    assert!(svg.contains(">seed: 0, 1, 2</text>"), "{svg}");
    assert!(svg.contains("student switched needs big."), "{svg}");
    assert!(
        svg.contains("deviation gap_plain needs big, plain."),
        "{svg}"
    );
}
