//! The devices that a node is computed on.

use kdp::run::Lease;
use tch::{Cuda, Device};

/// One device or several. The first has all that is not split among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Devices {
    first: Device,
    others: Vec<Device>,
}

impl Devices {
    /// Those of a lease; fails with the name of one that is not there.
    pub fn of(lease: Lease) -> Result<Devices, String> {
        let there = |name: &str| device(name).ok_or_else(|| name.to_string());
        let mut devices = lease.devices().map(there);
        let first = devices.next().unwrap_or_else(|| Err(lease.0.to_string()))?;
        Ok(Devices {
            first,
            others: devices.collect::<Result<_, _>>()?,
        })
    }

    /// The one that has what is not split.
    pub fn first(&self) -> Device {
        self.first
    }

    /// The ones besides the first.
    pub fn others(&self) -> &[Device] {
        &self.others
    }
}

impl From<Device> for Devices {
    fn from(first: Device) -> Self {
        Devices {
            first,
            others: vec![],
        }
    }
}

/// The device of a name, if it is there. A part of the CPU such as `cpu:1` is the CPU.
fn device(name: &str) -> Option<Device> {
    let index = |digits: &str| digits.parse::<u16>().ok().map(usize::from);
    match name.split_once(':') {
        None if name == "cpu" => Some(Device::Cpu),
        None if name == "mps" => tch::utils::has_mps().then_some(Device::Mps),
        Some(("cpu", digits)) => index(digits).map(|_| Device::Cpu),
        Some(("cuda", digits)) => {
            let there =
                |index: &usize| Cuda::is_available() && (*index as i64) < Cuda::device_count();
            index(digits).filter(there).map(Device::Cuda)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_its_devices_or_names_one_that_is_not_there() {
        let one = Devices::of(Lease("cpu")).expect("there");
        assert_eq!(one, Device::Cpu.into());
        let three = Devices::of(Lease("cpu:0+cpu:1+cpu:2")).expect("there");
        assert_eq!(three.first(), Device::Cpu);
        assert_eq!(three.others(), [Device::Cpu; 2]);
        for (lease, missing) in [
            ("cuda:99", "cuda:99"),
            ("cpu:0+cuda:99", "cuda:99"),
            ("cpu:x", "cpu:x"),
            ("", ""),
        ] {
            assert_eq!(Devices::of(Lease(lease)), Err(missing.to_string()));
        }
    }
}
