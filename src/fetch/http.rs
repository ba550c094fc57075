//! One request: a file from some byte on, and what the host says of it.

use std::io::{self, Read};

use ureq::http::{HeaderMap, Response, header};
use ureq::{Agent, Body, Timeout};

use super::FetchError;
use super::transfer::Patience;
use crate::diag::plainly;

/// What the host answers.
pub struct Answer {
    /// The byte at which the body begins.
    pub from: u64,
    /// The length of the whole file, where the host tells it.
    pub length: Option<u64>,
    /// What tells whether the file is the same next time: its strong ETag, or when it was changed.
    pub validator: Option<String>,
    /// The bytes.
    pub body: Box<dyn Read>,
}

/// Asks for files.
pub struct Client {
    agent: Agent,
    patience: Patience,
}

impl Client {
    /// One that waits so long. An address that begins with `https` is never left for one that does not.
    pub fn new(url: &str, patience: Patience) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(url.starts_with("https:"))
            .user_agent(concat!("kdp/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.silence))
            .timeout_connect(Some(patience.silence))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .build();
        Client {
            agent: config.into(),
            patience,
        }
    }

    /// A file from a byte on. Where the host has another file than `validator` tells, or cannot begin in the
    /// middle, it answers from the first byte on.
    pub fn get(&self, url: &str, from: u64, validator: Option<&str>) -> Result<Answer, FetchError> {
        let mut request = self.agent.get(url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
            if let Some(validator) = validator {
                request = request.header(header::IF_RANGE, validator);
            }
        }
        let response = request.call().map_err(|error| self.told(url, error))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let (from, length) = match status {
            200 => (0, number(headers, header::CONTENT_LENGTH)),
            206 => range(headers).ok_or_else(|| FetchError::Unreachable {
                url: url.to_string(),
                reason: "the host does not say which bytes it sends".to_string(),
            })?,
            // Nothing lies behind what is here: it is whole, or the file has become shorter.
            416 => (from, Some(from)),
            status => {
                return Err(FetchError::Status {
                    url: url.to_string(),
                    status,
                });
            }
        };
        Ok(Answer {
            from,
            length,
            validator: same_next_time(headers),
            body: body(response, status),
        })
    }

    fn told(&self, url: &str, error: ureq::Error) -> FetchError {
        let url = url.to_string();
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => FetchError::Unreachable {
                url,
                reason: "it does not answer".to_string(),
            },
            ureq::Error::Timeout(_) => self.silent(url),
            error => FetchError::Unreachable {
                url,
                reason: reason(&error),
            },
        }
    }

    /// Why a body broke off.
    pub fn broken(&self, url: &str, here: u64, error: &io::Error) -> FetchError {
        let url = url.to_string();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match (error.kind(), inner) {
            (io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock, _)
            | (_, Some(ureq::Error::Timeout(_))) => self.silent(url),
            _ => FetchError::Cut { url, here },
        }
    }

    fn silent(&self, url: String) -> FetchError {
        FetchError::Silent {
            url,
            seconds: self.patience.silence.as_secs(),
        }
    }
}

/// Why a host cannot be reached.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => NO_HOST.to_string(),
        // The resolver has no kind of error of its own.
        ureq::Error::Io(error) if error.to_string().contains("lookup address") => {
            NO_HOST.to_string()
        }
        ureq::Error::Io(error) => plainly(error),
        error => error.to_string(),
    }
}

const NO_HOST: &str = "no such host is known";

fn body(response: Response<Body>, status: u16) -> Box<dyn Read> {
    match status {
        416 => Box::new(io::empty()),
        _ => Box::new(response.into_body().into_reader()),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: header::HeaderName) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}

/// `bytes 100-199/200`: the first byte, and the length of the whole.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let range = text(headers, header::CONTENT_RANGE)?.strip_prefix("bytes ")?;
    let (part, whole) = range.split_once('/')?;
    let (first, _) = part.split_once('-')?;
    Some((first.trim().parse().ok()?, whole.trim().parse().ok()))
}

/// A weak ETag does not tell that bytes are the same (RFC 9110, 13.1.5).
fn same_next_time(headers: &HeaderMap) -> Option<String> {
    let etag = text(headers, header::ETAG).filter(|tag| !tag.starts_with("W/"));
    let changed = || text(headers, header::LAST_MODIFIED);
    etag.or_else(changed).map(str::to_string)
}
