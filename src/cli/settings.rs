//! Settings of a site: `kdp.toml`, then the environment, then flags.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::doctor;
use super::error::CliError;
use super::leases::leases;
use super::saving::saving;
use super::size::size;
use crate::diag::{closest, plainly};
use crate::plan::{NodeIndex, Plan};
use crate::run::{Ground, Saving, default_jobs, threads};
use crate::store::Store;

/// The keys of `kdp.toml`.
const KEYS: &[&str] = &[
    "store",
    "device",
    "jobs",
    "threads",
    "checkpoint",
    "engine",
    "outputs",
];

/// Which store is meant.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct StoreFlag {
    /// The store's folder [default: `.kdp/store` beside `kdp.toml`, or here]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// The settings that hold where kdp was started.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    /// The folder of `kdp.toml`, else the current one; runs and the store lie in it.
    pub home: PathBuf,
    /// `kdp.toml`, if there is one.
    pub file: Option<PathBuf>,
    pub store: Option<PathBuf>,
    pub device: Option<String>,
    pub jobs: Option<usize>,
    pub threads: Option<usize>,
    pub checkpoint: Option<Saving>,
    pub engine: Option<PathBuf>,
    /// Bytes that the outputs of teachers may take.
    pub outputs: Option<u64>,
}

impl Settings {
    /// Those of the current folder and the environment.
    pub fn load() -> Result<Settings, CliError> {
        Settings::of(&here()?)
    }

    /// Those of a file: what the nearest `kdp.toml` upward from it says, else upward from the current
    /// folder.
    pub fn of_file(file: &Path) -> Result<Settings, CliError> {
        let beside = match file.canonicalize().ok().as_deref().and_then(Path::parent) {
            Some(folder) => Settings::near(folder)?,
            None => Settings::default(),
        };
        let mut settings = match beside.file {
            Some(_) => beside,
            None => Settings::near(&here()?)?,
        };
        settings.heed_environment()?;
        Ok(settings)
    }

    /// Those of a folder and the environment.
    pub fn of(folder: &Path) -> Result<Settings, CliError> {
        let mut settings = Settings::near(folder)?;
        settings.heed_environment()?;
        Ok(settings)
    }

    fn heed_environment(&mut self) -> Result<(), CliError> {
        self.heed(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// What the nearest `kdp.toml` upward says.
    fn near(here: &Path) -> Result<Settings, CliError> {
        let mut folders = here.ancestors();
        let Some(home) = folders.find(|folder| folder.join("kdp.toml").is_file()) else {
            return Ok(Settings {
                home: here.to_path_buf(),
                ..Settings::default()
            });
        };
        let file = home.join("kdp.toml");
        let text = fs::read_to_string(&file).map_err(|error| CliError::unreadable(&file, error))?;
        Settings::parse(&text, &file, home)
    }

    fn parse(text: &str, file: &Path, home: &Path) -> Result<Settings, CliError> {
        let wrong = |what: String| CliError::usage(format!("{}: {what}", file.display()));
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        let mut settings = Settings {
            home: home.to_path_buf(),
            file: Some(file.to_path_buf()),
            ..Settings::default()
        };
        for (key, value) in &table {
            let text = || match value.as_str() {
                Some(text) => Ok(text.to_string()),
                None => Err(wrong(format!("`{key}` must be a text, in quotes"))),
            };
            let number = || match value.as_integer().map(usize::try_from) {
                Some(Ok(n)) if n > 0 => Ok(n),
                _ => Err(wrong(format!("`{key}` must be a whole number above 0"))),
            };
            match key.as_str() {
                "store" => settings.store = Some(home.join(text()?)),
                "engine" => settings.engine = Some(home.join(text()?)),
                "device" => {
                    leases(&text()?).map_err(|error| wrong(error.message))?;
                    settings.device = Some(text()?);
                }
                "jobs" => settings.jobs = Some(number()?),
                "threads" => settings.threads = Some(number()?),
                "outputs" if value.as_integer() == Some(0) => settings.outputs = Some(0),
                "outputs" => {
                    settings.outputs = Some(size(&text()?).map_err(wrong)?);
                }
                "checkpoint" => {
                    let when =
                        saving(&text()?).map_err(|error| wrong(format!("`{key}`: {error}")))?;
                    settings.checkpoint = Some(when);
                }
                _ => {
                    let help = match closest(key, KEYS.iter().copied()) {
                        Some(close) => format!("did you mean `{close}`?"),
                        None => format!("the settings are {}", KEYS.join(", ")),
                    };
                    return Err(wrong(format!("there is no setting `{key}`")).help(help));
                }
            }
        }
        Ok(settings)
    }

    /// Takes what the environment says over what the file says.
    fn heed(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<(), CliError> {
        if let Some(store) = variable("KDP_STORE") {
            self.store = Some(store.into());
        }
        if let Some(engine) = variable("KDP_ENGINE") {
            self.engine = Some(engine.into());
        }
        if let Some(device) = variable("KDP_DEVICE") {
            leases(&device)
                .map_err(|error| CliError::usage(format!("KDP_DEVICE: {}", error.message)))?;
            self.device = Some(device);
        }
        if let Some(jobs) = variable("KDP_JOBS") {
            let jobs = jobs.parse().ok().filter(|jobs| *jobs > 0);
            let wrong = || CliError::usage("KDP_JOBS must be a whole number above 0");
            self.jobs = Some(jobs.ok_or_else(wrong)?);
        }
        if let Some(outputs) = variable("KDP_OUTPUTS") {
            let wrong = |error| CliError::usage(format!("KDP_OUTPUTS: {error}"));
            self.outputs = Some(size(&outputs).map_err(wrong)?);
        }
        Ok(())
    }

    /// What the bits of a node hang on beside what is in its key, as far as the settings tell.
    pub fn ground(&self, plan: &Plan, node: NodeIndex) -> Option<Ground> {
        let device = match self.device.as_deref() {
            None | Some("auto") => (!doctor::has_nvidia_driver()).then_some("cpu"),
            Some(leases) => leases.split(',').next(),
        };
        Some(Ground {
            device: device?.to_string(),
            threads: threads(plan, node, self.threads, default_jobs()),
            libtorch: None,
        })
    }

    /// The folder of the store.
    pub fn store_folder(&self, flag: &StoreFlag) -> PathBuf {
        flag.store
            .clone()
            .or_else(|| self.store.clone())
            .unwrap_or_else(|| self.home.join(".kdp").join("store"))
    }

    /// The store, to be written to.
    pub fn open_store(&self, flag: &StoreFlag) -> Result<Store, CliError> {
        Ok(Store::open(&self.store_folder(flag))?)
    }

    /// The store, to be looked at; it need not be there.
    pub fn look_at_store(&self, flag: &StoreFlag) -> Result<Store, CliError> {
        let folder = self.store_folder(flag);
        if folder.exists() && !folder.is_dir() {
            let message = format!("`{}` is no folder, so it holds no store", folder.display());
            return Err(CliError::machine(message).help("name a folder: `--store DIR`"));
        }
        Ok(Store::at(&folder))
    }
}

fn here() -> Result<PathBuf, CliError> {
    env::current_dir().map_err(|error| {
        CliError::machine(format!("the current folder is gone: {}", plainly(&error)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, CliError> {
        Settings::parse(text, Path::new("/site/kdp.toml"), Path::new("/site"))
    }

    #[test]
    fn the_file_is_read_and_paths_are_relative_to_it() {
        let settings = parse("store = 'cache'\njobs = 3\ndevice = 'cuda:0,cuda:1'").unwrap();
        assert_eq!(settings.store.as_deref(), Some(Path::new("/site/cache")));
        assert_eq!(settings.jobs, Some(3));
        assert_eq!(
            parse("outputs = '2 GB'").unwrap().outputs,
            Some(2_000_000_000)
        );
        assert_eq!(parse("outputs = 0").unwrap().outputs, Some(0));
        assert_eq!(
            settings.store_folder(&StoreFlag::default()),
            Path::new("/site/cache")
        );
        let bare = parse("").unwrap();
        let folder = bare.store_folder(&StoreFlag::default());
        assert_eq!(folder, Path::new("/site/.kdp/store"));
    }

    #[test]
    fn the_environment_goes_before_the_file_and_a_flag_before_both() {
        let mut settings = parse("store = 'cache'\njobs = 3").unwrap();
        let variable = |name: &str| (name == "KDP_STORE").then(|| "/elsewhere".to_string());
        settings.heed(variable).unwrap();
        assert_eq!(
            settings.store_folder(&StoreFlag::default()),
            Path::new("/elsewhere")
        );
        assert_eq!(settings.jobs, Some(3));
        let flag = StoreFlag {
            store: Some("flag".into()),
        };
        assert_eq!(settings.store_folder(&flag), Path::new("flag"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_mend() {
        for (text, words, help) in [
            ("stor = 'x'", "no setting `stor`", "did you mean `store`?"),
            (
                "colour = 'x'",
                "no setting `colour`",
                "the settings are store",
            ),
            ("jobs = 0", "`jobs` must be a whole number above 0", ""),
            ("jobs = 'two'", "`jobs` must be a whole number", ""),
            ("outputs = 'much'", "`much` is no size", ""),
            ("outputs = 3", "`outputs` must be a text", ""),
            ("store = 3", "`store` must be a text", ""),
            ("device = 'gpu'", "no device `gpu`", ""),
            ("store = ", "line 1", ""),
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                error.message.starts_with("/site/kdp.toml: "),
                "{}",
                error.message
            );
            assert!(error.message.contains(words), "{text}: {}", error.message);
            assert!(error.help.unwrap_or_default().contains(help), "{text}");
            assert_eq!(error.code, 2);
        }
        for (name, value) in [
            ("KDP_JOBS", "many"),
            ("KDP_DEVICE", "gpu"),
            ("KDP_OUTPUTS", "much"),
        ] {
            let variable = |asked: &str| (asked == name).then(|| value.to_string());
            let error = Settings::default().heed(variable).unwrap_err();
            assert!(error.message.starts_with(name), "{}", error.message);
        }
    }

    #[test]
    fn the_nearest_file_upward_counts() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        fs::write(folder.path().join("kdp.toml"), "jobs = 1").unwrap();
        fs::write(folder.path().join("a/b/kdp.toml"), "jobs = 2").unwrap();
        assert_eq!(Settings::near(&deep).unwrap().jobs, Some(2));
        let above = Settings::near(&folder.path().join("a")).unwrap();
        assert_eq!(above.home, folder.path());
    }
}
