//! The devices of a setting such as `cuda:0,cuda:1`.

use super::error::CliError;
use crate::run::Lease;

/// The leases of a setting: parted by commas, the devices of one joined by `+`.
pub(super) fn leases(text: &str) -> Result<Vec<String>, CliError> {
    let leases: Vec<String> = text
        .split(',')
        .map(|lease| Lease(lease).devices().collect::<Vec<_>>().join("+"))
        .collect();
    for lease in &leases {
        hold(Lease(lease))?;
    }
    hold_apart(&leases)?;
    hold_even(&leases)?;
    Ok(leases)
}

/// Holds the devices of a lease against those that there can be, and against each other.
fn hold(lease: Lease) -> Result<(), CliError> {
    if let Some(word) = lease.devices().find(|word| !is_device(word)) {
        let message = format!("there is no device `{word}`");
        return Err(CliError::usage(message).help(
            "a device is `auto`, `cpu`, `cuda:0`, or `mps`; several are parted by commas, those of one training are joined by `+`",
        ));
    }
    let joined = lease.devices().count() > 1;
    if joined && let Some(word) = lease.devices().find(|word| !word.contains(':')) {
        let message = format!("`{word}` cannot be joined with other devices");
        return Err(CliError::usage(message).help("name each by its number: `cuda:0+cuda:1`"));
    }
    let first = lease.kinds().next();
    if lease.kinds().any(|kind| Some(kind) != first) {
        let message = format!("`{}` joins devices of different kinds", lease.0);
        return Err(CliError::usage(message).help("join devices of one kind: `cuda:0+cuda:1`"));
    }
    Ok(())
}

fn is_device(word: &str) -> bool {
    match word.split_once(':') {
        // Parts of the CPU that are leased as cards are: to try a schedule without any.
        Some(("cuda" | "cpu", index)) => index.parse::<u16>().is_ok(),
        Some(_) => false,
        None => matches!(word, "auto" | "cpu" | "cuda" | "mps"),
    }
}

/// A device belongs to one worker at a time, so it stands in one lease.
fn hold_apart(leases: &[String]) -> Result<(), CliError> {
    let mut devices: Vec<&str> = leases
        .iter()
        .flat_map(|lease| Lease(lease).devices())
        .collect();
    devices.sort_unstable();
    match devices.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(CliError::usage(format!(
            "the device `{}` is named twice",
            pair[0]
        ))),
    }
}

/// The last bits of a training hang on the number of its devices: they must not hang on which lease it got.
fn hold_even(leases: &[String]) -> Result<(), CliError> {
    let mut counts = leases.iter().map(|lease| Lease(lease).devices().count());
    let first = counts.next();
    match counts.all(|count| Some(count) == first) {
        true => Ok(()),
        false => Err(
            CliError::usage("the leases have different numbers of devices")
                .help("join as many in each: `cuda:0+cuda:1,cuda:2+cuda:3`"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_parted_by_commas_and_their_devices_joined() {
        for (text, expected) in [
            ("auto", vec!["auto"]),
            ("cuda:0, cuda:1", vec!["cuda:0", "cuda:1"]),
            (
                "cuda:0+cuda:1, cuda:2 + cuda:3",
                vec!["cuda:0+cuda:1", "cuda:2+cuda:3"],
            ),
        ] {
            assert_eq!(leases(text).unwrap(), expected);
        }
    }

    #[test]
    fn devices_that_cannot_be_leased_so_are_refused() {
        for (text, words) in [
            ("gpu", "no device `gpu`"),
            ("", "no device ``"),
            ("cuda:0+", "no device ``"),
            ("cuda:x", "no device `cuda:x`"),
            ("mps:0", "no device `mps:0`"),
            ("cpu+cpu:1", "`cpu` cannot be joined"),
            ("cuda:0+cpu:1", "different kinds"),
            ("cuda:0+cuda:0", "`cuda:0` is named twice"),
            ("cuda:0+cuda:1,cuda:1+cuda:2", "`cuda:1` is named twice"),
            ("cuda:0+cuda:1,cuda:2", "different numbers of devices"),
        ] {
            let message = leases(text).unwrap_err().message;
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
