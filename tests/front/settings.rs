//! What is said of `--set` that reads otherwise than it was meant.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::check::load;

use crate::support::Memory;

/// The findings for one setting: message and help.
fn told(name: &str, value: &str) -> Vec<(String, String)> {
    let text = "param seeds: list[int] = [0]\n\
                param tau: number = 1\n\
                claim \"some\" = tau * len(seeds) > 0\n";
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let settings = [(name.to_string(), value.to_string())];
    let found = load(Path::new("test.kdp"), &settings, &world).diagnostics;
    let told = found.into_iter();
    told.map(|one| (one.message, one.help.unwrap_or_default()))
        .collect()
}

#[test]
fn a_list_without_brackets_is_given_them() {
    for value in ["0,1", "(0,1)", "0, 1"] {
        let told = told("seeds", value);
        let [(message, help)] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(message, "a list stands in brackets");
        assert_eq!(help, "write `--set 'seeds=[0, 1]'`");
    }
    assert!(told("seeds", "[0, 1]").is_empty());
}

#[test]
fn a_bare_word_is_no_misspelt_function() {
    let told = told("tau", "abc");
    let [(message, help)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(message, "nothing here is called `abc`");
    assert!(help.starts_with("give `tau` a value"), "{help}");
}

/// What is found in a file that imports another one under a name, whose params are set.
fn of_imports(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let inner = "param seeds: list[int] = [0]\nlet many = len(seeds)\n";
    let outer = "use \"inner.kdp\" as ours\nclaim \"two\" = ours.many == 2\n";
    let files = [("outer.kdp", outer), ("inner.kdp", inner)];
    let world = Memory(
        files
            .map(|(name, text)| (name.into(), text.to_string()))
            .into(),
    );
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let loaded = load(Path::new("outer.kdp"), &settings, &world);
    let told = loaded.diagnostics.into_iter();
    told.map(|one| (one.message, one.help.unwrap_or_default()))
        .collect()
}

#[test]
fn a_param_of_an_imported_file_is_set_by_the_files_name_here() {
    assert!(of_imports(&[]).is_empty());
    assert!(of_imports(&[("ours.seeds", "[0, 1]")]).is_empty());
    let told = of_imports(&[("ours.seeds", "\"no\"")]);
    assert!(told[0].0.contains("list"), "{told:?}");
    for (name, help) in [
        ("seeds", "did you mean `ours.seeds`?"),
        ("x", "its params are ours.seeds"),
    ] {
        let told = of_imports(&[(name, "[1]")]);
        let wanted = (format!("the file has no param `{name}`"), help.to_string());
        assert_eq!(told, [wanted]);
    }
}

#[test]
fn data_that_a_param_gives_is_called_by_the_param() {
    let text = "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\n\
                param data: dataset = digits()\n\
                student small = mlp() { data: data.train, recipe: quick, seed: 1 }\n";
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let setting = [(
        "data".to_string(),
        "digits() |> take(train: 200)".to_string(),
    )];
    for settings in [&[][..], &setting] {
        let loaded = load(Path::new("test.kdp"), settings, &world);
        let program = loaded.program.expect("sound");
        let plan = kdp::plan::plan(&program, &loaded.sources, &crate::support::Names);
        let ids: Vec<&str> = plan.nodes().map(|node| node.id.as_str()).collect();
        assert_eq!(ids, ["data", "small", "curves of small"]);
    }
}

#[test]
fn a_path_in_a_setting_is_relative_to_the_current_folder() {
    let text = "use std.datasets.mnist\nuse std.archs.mlp\nuse std.recipes.quick\n\
                param data: dataset = mnist(\"own\")\n\
                student small = mlp() { data: data.train, recipe: quick, seed: 1 }\n";
    let world = Memory(BTreeMap::from([(
        "there/test.kdp".into(),
        text.to_string(),
    )]));
    let setting = [("data".to_string(), "mnist(\"set\")".to_string())];
    for (settings, folder) in [(&[][..], "there/own"), (&setting, "set")] {
        let loaded = load(Path::new("there/test.kdp"), settings, &world);
        let program = loaded.program.expect("sound");
        let plan = kdp::plan::plan(&program, &loaded.sources, &crate::support::Names);
        let data = plan.nodes().find(|node| node.id == "data").expect("data");
        let paths = data.files.values().map(|file| file.path.parent());
        assert!(
            paths
                .into_iter()
                .all(|path| path == Some(Path::new(folder)))
        );
    }
}
