//! Files that run a command when Python's unpickler loads them; the script that wrote them has seen
//! each of them do so. What they make is a file `pwned` in the current folder.

use super::*;

/// What each file asks for, as it is told: under the names of Python 2, which protocol 2 writes (`commands` was
/// `subprocess`).
const ASKED: [(&str, &str); 28] = [
    ("as_key.pth", "`posix.system`"),
    ("dunder_import.pth", "`builtins.getattr`"),
    ("eval.pth", "`__builtin__.eval`"),
    ("exec.pth", "`__builtin__.exec`"),
    ("extension.pth", "`copyreg.add_extension`"),
    ("global.pth", "`posix.system`"),
    ("import_module.pth", "`importlib.import_module`"),
    ("in_keys.pth", "`posix.system`"),
    ("in_machine.pth", "`posix.system`"),
    ("in_state.pth", "`posix.system`"),
    ("in_state_legacy.pth", "`posix.system`"),
    ("inst.pth", "`posix.system`"),
    ("instead_of_all.pth", "`posix.system`"),
    ("kept_names.pth", "`posix.system`"),
    ("legacy_eval.pth", "`__builtin__.eval`"),
    ("legacy_exec.pth", "`__builtin__.exec`"),
    ("legacy_import_module.pth", "`importlib.import_module`"),
    ("legacy_popen.pth", "`commands.Popen`"),
    (
        "legacy_rebuilt.pth",
        "`torch._tensor._rebuild_from_type_v2`",
    ),
    ("legacy_reconstructor.pth", "`copy_reg._reconstructor`"),
    ("legacy_runpy.pth", "`runpy.run_path`"),
    ("legacy_system.pth", "`posix.system`"),
    ("obj.pth", "`posix.system`"),
    ("popen.pth", "`commands.Popen`"),
    ("rebuilt.pth", "`torch._tensor._rebuild_from_type_v2`"),
    ("reconstructor.pth", "`copy_reg._reconstructor`"),
    ("runpy.pth", "`runpy.run_path`"),
    ("system.pth", "`posix.system`"),
];

#[test]
fn no_hostile_pickle_runs_and_each_is_told_by_what_it_asks_for() {
    let paths = files("hostile");
    let names: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    assert_eq!(names, ASKED.map(|(file, _)| file));
    for (path, (file, asked)) in paths.iter().zip(ASKED) {
        let message = refusal(path);
        for word in [
            file,
            asked,
            "at byte ",
            "nothing of it was run",
            "torch.save",
        ] {
            assert!(message.contains(word), "{file}: {message}");
        }
        assert!(!Path::new("pwned").exists(), "{file}");
    }
}
