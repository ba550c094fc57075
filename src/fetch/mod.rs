//! `fetch(download, folder, …)`: a data set's files, brought from where a declaration says they lie.
//!
//! What stands under a final name is whole and was held against its checksum. What is under way stands
//! in [`STAGING`], and the next fetch goes on with it, however the last one ended.

mod checksum;
mod error;
mod http;
mod place;
mod record;
mod set;
mod transfer;
mod unpack;

pub use error::FetchError;
pub use record::{Fetched, RECORD, Record};
pub use set::{Answer, fetch, keeps};
pub use transfer::Patience;

/// The folder, within a data set's, of what is under way.
pub const STAGING: &str = ".kdp-fetch";

/// Who is told how far a fetch is.
pub trait Watcher {
    /// Bytes of a file are on their way: so many are here already, of so many where that is known.
    fn begins(&mut self, name: &str, here: u64, all: Option<u64>);
    /// So many bytes of it are here.
    fn came(&mut self, here: u64);
    /// It is held against its checksum, or unpacked: `checking`, `unpacking`.
    fn working(&mut self, name: &str, what: &str);
    /// It will be tried again after a pause.
    fn stumbled(&mut self, name: &str, why: &FetchError, pause: std::time::Duration);
    /// It is done.
    fn ends(&mut self, name: &str);
}
