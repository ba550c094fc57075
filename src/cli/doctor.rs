//! `kdp doctor`.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::console::{Console, bytes};
use super::settings::{Settings, StoreFlag};
use super::{Answer, engine};
use crate::diag::{count, plainly};
use crate::run::default_jobs;

#[derive(Debug, Args)]
#[command(after_help = "\
Ends with exit code 5 if something would keep a run from working.")]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    store: StoreFlag,
}

/// What `kdp-engine doctor --json` says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Libtorch {
    /// `2.13.0`.
    libtorch: String,
    /// Its folder.
    path: Option<PathBuf>,
    /// Whether it has its CUDA part.
    cuda_built: bool,
    /// The devices it can use.
    pub devices: Vec<Device>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Device {
    /// `cpu`, `cuda:0`, `mps`.
    pub name: String,
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

/// The store as a run would find it.
#[derive(Debug, Serialize)]
struct StoreHealth {
    path: PathBuf,
    objects: Option<usize>,
    bytes: Option<u64>,
    free: Option<u64>,
    writable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(super) fn doctor(args: DoctorArgs, console: &Console) -> Answer {
    let settings = Settings::load()?;
    let program = engine::find(&settings);
    let libtorch = ask(&program);
    let nvidia = has_nvidia_driver();
    let store = examine(&settings, &args.store);
    let mut problems = vec![];
    if let Err(error) = &libtorch {
        problems.push(error.clone());
    }
    if let Some(error) = &store.error {
        problems.push(error.clone());
    }
    let cuda = libtorch
        .as_ref()
        .ok()
        .and_then(|found| cuda_advice(found, nvidia));
    if console.json {
        console.document(&json!({
            "kdp": env!("CARGO_PKG_VERSION"),
            "engine": program,
            "libtorch": libtorch.as_ref().ok(),
            "nvidia_driver": nvidia,
            "jobs": default_jobs(),
            "settings": settings.file,
            "store": store,
            "problems": problems,
            "advice": cuda,
        }));
    } else {
        let mut lines = vec![
            format!("kdp        {}", env!("CARGO_PKG_VERSION")),
            format!("engine     {}", program.display()),
        ];
        if let Ok(found) = &libtorch {
            let folder = found.path.as_ref().map(|path| path.display().to_string());
            lines.push(format!(
                "libtorch   {} {}in {}",
                found.libtorch,
                if found.cuda_built { "with CUDA " } else { "" },
                folder.unwrap_or_else(|| "an unknown folder".into())
            ));
            let devices = found
                .devices
                .iter()
                .map(|device| match device.more.get("cores") {
                    Some(cores) => format!("{} ({})", device.name, count(cores, "thread")),
                    None => device.name.clone(),
                });
            lines.push(format!(
                "devices    {}",
                devices.collect::<Vec<_>>().join(", ")
            ));
        }
        lines.push(format!(
            "jobs       {} at a time, one for each core",
            default_jobs()
        ));
        if let Some(file) = &settings.file {
            lines.push(format!("settings   {}", file.display()));
        }
        lines.push(store.told());
        if problems.is_empty() {
            lines.push("\nReady to run.".into());
        }
        console.result(&lines.join("\n"));
        problems.iter().for_each(|problem| console.warn(problem));
        if let Some(advice) = &cuda {
            console.warn(advice);
        }
    }
    Ok(if problems.is_empty() { 0 } else { 5 })
}

/// Asks the engine which libtorch and which devices there are.
pub(super) fn ask(engine: &Path) -> Result<Libtorch, String> {
    let output = Command::new(engine)
        .args(["doctor", "--json"])
        .output()
        .map_err(|error| {
            format!(
                "the engine `{}` cannot be started ({}): build it with `make build`, or name it in KDP_ENGINE",
                engine.display(),
                plainly(&error)
            )
        })?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let log = String::from_utf8_lossy(&output.stderr);
        let last = log.lines().last().unwrap_or("it wrote nothing").to_string();
        format!(
            "the engine `{}` does not work ({}): {last}",
            engine.display(),
            output.status
        )
    })
}

/// Whether this machine has NVIDIA's driver.
pub(super) fn has_nvidia_driver() -> bool {
    let library = |folder: &&str| Path::new(folder).join("libcuda.so.1").exists();
    let libraries = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/usr/lib/wsl/lib",
    ];
    let paths = std::env::var_os("PATH").unwrap_or_default();
    Path::new("/proc/driver/nvidia").exists()
        || libraries.iter().any(library)
        || std::env::split_paths(&paths).any(|folder| folder.join("nvidia-smi").exists())
}

/// What to do where there is a graphics card that libtorch cannot use.
fn cuda_advice(libtorch: &Libtorch, nvidia: bool) -> Option<String> {
    let usable = libtorch
        .devices
        .iter()
        .any(|device| device.name.starts_with("cuda"));
    match (nvidia, libtorch.cuda_built, usable) {
        (true, false, _) => Some(
            "this machine has an NVIDIA driver, but libtorch was installed without CUDA, so the graphics card is not used; `make libtorch KIND=cuda` installs it with CUDA"
                .into(),
        ),
        (true, true, false) => Some(
            "libtorch has CUDA and this machine an NVIDIA driver, but no device can be used: is the driver new enough? (`nvidia-smi` shows its CUDA version)"
                .into(),
        ),
        _ => None,
    }
}

fn examine(settings: &Settings, flag: &StoreFlag) -> StoreHealth {
    let path = settings.store_folder(flag);
    let opened = settings.open_store(flag);
    let keys = opened
        .as_ref()
        .ok()
        .and_then(|store| Some((store, store.keys().ok()?)));
    let written = match &opened {
        Ok(store) => tempfile::tempfile_in(store.root().join("staging"))
            .map(drop)
            .map_err(|error| {
                let why = plainly(&error);
                format!("the store `{}` cannot be written: {why}", path.display())
            }),
        Err(error) => Err(error.message.clone()),
    };
    StoreHealth {
        objects: keys.as_ref().map(|(_, keys)| keys.len()),
        bytes: keys.map(|(store, keys)| keys.iter().map(|key| store.bytes(*key)).sum()),
        free: free_bytes(&path),
        writable: written.is_ok(),
        error: written.err(),
        path,
    }
}

/// Bytes that an ordinary user may still write to the disk of a folder.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

impl StoreHealth {
    fn told(&self) -> String {
        let mut text = format!("store      {}", self.path.display());
        if let (Some(objects), Some(size)) = (self.objects, self.bytes) {
            text += &format!(" ({}, {})", count(objects, "object"), bytes(size));
        }
        if let Some(free) = self.free {
            text += &format!(", {} free", bytes(free));
        }
        text + if self.writable {
            ", writable"
        } else {
            ", not writable"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libtorch(cuda_built: bool, devices: &[&str]) -> Libtorch {
        let devices = devices
            .iter()
            .map(|name| json!({ "name": name, "cores": 2 }));
        let said = json!({
            "libtorch": "2.13.0",
            "path": "/x",
            "cuda_built": cuda_built,
            "devices": devices.collect::<Vec<_>>(),
        });
        serde_json::from_value(said).unwrap()
    }

    #[test]
    fn a_card_that_is_not_used_is_told_with_the_mend() {
        let advice = cuda_advice(&libtorch(false, &["cpu"]), true).unwrap();
        assert!(advice.contains("make libtorch KIND=cuda"), "{advice}");
        assert!(
            cuda_advice(&libtorch(true, &["cpu"]), true)
                .unwrap()
                .contains("new enough")
        );
        assert_eq!(cuda_advice(&libtorch(true, &["cpu", "cuda:0"]), true), None);
        assert_eq!(cuda_advice(&libtorch(false, &["cpu"]), false), None);
    }

    #[test]
    fn an_engine_that_is_not_there_or_says_nothing_is_a_plain_word() {
        let error = ask(Path::new("/nowhere/kdp-engine")).unwrap_err();
        assert!(error.contains("/nowhere/kdp-engine"), "{error}");
        let error = ask(Path::new("/bin/false")).unwrap_err();
        assert!(error.contains("does not work"), "{error}");
    }
}
