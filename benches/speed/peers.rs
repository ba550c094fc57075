//! The no-op run side by side with Snakemake and DVC.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Spread, Took, run};
use crate::project::FILE;
use crate::{KDP, Outcome, line, ms, no_op_project};

/// Where `setup.sh` installs them, and what makes their projects.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");

pub fn side_by_side() -> Outcome<()> {
    let bin = Path::new(FOLDER).join(".venv/bin");
    if !bin.join("dvc").exists() {
        return Err("run benches/peers/setup.sh first".into());
    }
    for (nodes, runs) in [(1, 5), (1_000, 5), (10_000, 3)] {
        let folders = tempfile::tempdir()?;
        let project = |tool: &str| -> Outcome<PathBuf> {
            let folder = folders.path().join(tool);
            let made = Command::new(bin.join("python"))
                .arg(Path::new(FOLDER).join(format!("{tool}_project.py")))
                .arg(&folder)
                .arg(nodes.to_string())
                .status()?;
            match made.success() {
                true => Ok(folder),
                false => Err(format!("the project of {tool} could not be made").into()),
            }
        };
        let (snakemake, dvc) = (project("snakemake")?, project("dvc")?);
        let kdp = no_op_project(nodes)?;
        let count = format!("nodes={nodes}");
        let commands: [(&str, PathBuf, Vec<&str>, &Path); 3] = [
            ("kdp", KDP.into(), vec!["run", FILE], kdp.path()),
            (
                "snakemake",
                bin.join("snakemake"),
                vec!["-c1", "--config", &count],
                &snakemake,
            ),
            ("dvc", bin.join("dvc"), vec!["repro", "-q"], &dvc),
        ];
        let mut took: [Vec<Took>; 3] = Default::default();
        // The first round warms the disk's cache; then in turns, so that all meet the same machine.
        for round in 0..=runs {
            for ((_, program, args, folder), took) in commands.iter().zip(&mut took) {
                let one = run(program, args, folder)?;
                if !one.succeeded {
                    return Err(format!("{} failed", program.display()).into());
                }
                if round > 0 {
                    took.push(one);
                }
            }
        }
        let spreads: Vec<Spread> = took.into_iter().filter_map(Spread::of).collect();
        for ((tool, ..), spread) in commands.iter().zip(&spreads) {
            line(&format!("no-op run, {nodes} nodes, {tool}"), spread);
            let times = ms(spread.median.wall) / ms(spreads[0].median.wall);
            println!("  {times:.0} times kdp's time");
        }
    }
    Ok(())
}
