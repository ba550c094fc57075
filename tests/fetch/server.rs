//! A host on this machine, for one test: it does what it is told, request by request.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What it does for a request.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// The file, from the byte on that is asked for.
    Send,
    /// The whole file, whatever is asked for.
    SendWhole,
    /// As [`Act::Send`], but the connection is cut after so many bytes.
    Cut(usize),
    /// As [`Act::Cut`], but then it falls silent.
    Hush(usize),
    /// A status and nothing else.
    Say(u16),
    /// Another address on the same host.
    Redirect(&'static str),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub headers: HashMap<String, String>,
}

type Files = HashMap<String, (Vec<u8>, String)>;

/// The host; it ends with its value.
pub struct Server {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    files: Mutex<Files>,
    acts: Mutex<Vec<Act>>,
    requests: Mutex<Vec<Request>>,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (ending, shared) = (Arc::new(AtomicBool::new(false)), Arc::<Shared>::default());
        let (ends, serves) = (ending.clone(), shared.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                // A client that went away is no concern of ours.
                let _ = serves.serve(stream);
            }
        });
        Server {
            address,
            ending,
            shared,
            thread: Some(thread),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Puts a file there; `tag` is its ETag.
    pub fn put(&self, path: &str, content: &[u8], tag: &str) {
        let mut files = self.shared.files.lock().unwrap();
        files.insert(format!("/{path}"), (content.to_vec(), tag.to_string()));
    }

    /// What it does for the next requests, one after the other; then it sends files.
    pub fn then(&self, acts: &[Act]) {
        *self.shared.acts.lock().unwrap() = acts.iter().rev().copied().collect();
    }

    /// The requests since the last look.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let request = read(&stream)?;
        self.requests.lock().unwrap().push(request.clone());
        let act = self.acts.lock().unwrap().pop().unwrap_or(Act::Send);
        let found = self.files.lock().unwrap().get(&request.path).cloned();
        let header = "Connection: close\r\n";
        match (act, found) {
            (Act::Say(status), _) => {
                write!(
                    stream,
                    "HTTP/1.1 {status} So\r\nContent-Length: 0\r\n{header}\r\n"
                )
            }
            (Act::Redirect(to), _) => write!(
                stream,
                "HTTP/1.1 302 So\r\nLocation: {to}\r\nContent-Length: 0\r\n{header}\r\n"
            ),
            (_, None) => {
                write!(
                    stream,
                    "HTTP/1.1 404 So\r\nContent-Length: 0\r\n{header}\r\n"
                )
            }
            (act, Some((content, tag))) => send(&mut stream, &request, act, &content, &tag),
        }
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_string();
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some((name, value)) => {
                headers.insert(name.to_ascii_lowercase(), value.to_string());
            }
            None => break,
        }
    }
    Ok(Request { path, headers })
}

fn send(
    stream: &mut TcpStream,
    request: &Request,
    act: Act,
    content: &[u8],
    tag: &str,
) -> std::io::Result<()> {
    let range = request.headers.get("range");
    let same = request
        .headers
        .get("if-range")
        .is_none_or(|asked| asked == tag);
    let from = range.and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .trim_end_matches('-')
            .parse()
            .ok()
    });
    let from: usize = match act {
        Act::SendWhole => 0,
        _ if !same => 0,
        _ => from.unwrap_or(0),
    };
    let (total, tail) = (
        content.len(),
        format!("ETag: {tag}\r\nConnection: close\r\n"),
    );
    if from > 0 && from >= total {
        return write!(
            stream,
            "HTTP/1.1 416 So\r\nContent-Range: bytes */{total}\r\n{tail}Content-Length: 0\r\n\r\n"
        );
    }
    let rest = &content[from..];
    match from {
        0 => write!(
            stream,
            "HTTP/1.1 200 So\r\nContent-Length: {total}\r\n{tail}\r\n"
        )?,
        _ => write!(
            stream,
            "HTTP/1.1 206 So\r\nContent-Range: bytes {from}-{}/{total}\r\nContent-Length: {}\r\n{tail}\r\n",
            total - 1,
            rest.len()
        )?,
    }
    match act {
        Act::Cut(after) | Act::Hush(after) => {
            stream.write_all(&rest[..after.min(rest.len())])?;
            stream.flush()?;
            if matches!(act, Act::Hush(_)) {
                // Until the other side has had enough.
                let _ = stream.read(&mut [0])?;
            }
        }
        _ => stream.write_all(rest)?,
    }
    Ok(())
}
