//! One worker process and its pipe.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use petgraph::graph::NodeIndex;

use super::{Answer, Failure, Order, PROTOCOL};
use crate::diag::plainly;

/// How much of a worker's log is told when it dies.
const TAIL: usize = 8;

/// What tells OpenMP's threads how long to spin while they wait for each other.
const SPINNING: [&str; 2] = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"];

/// Some ten microseconds: as quick as spinning for ever where the cores are free, and many times quicker
/// where others compute on them too.
const SPINS: &str = "20000";

/// What the threads that listen to the workers pass on.
pub(super) struct Message {
    /// The worker's number.
    pub worker: usize,
    /// What it said.
    pub said: Said,
}

/// What came out of a worker.
pub(super) enum Said {
    /// An answer.
    Answer(Answer),
    /// A line on its standard output that is no answer.
    Nonsense(String),
    /// A line of its log.
    Log(String),
    /// Its standard output ended.
    End,
}

/// A worker process.
pub(super) struct Worker {
    /// Its number.
    pub number: usize,
    /// Its lease.
    pub device: String,
    /// The node it has.
    pub node: Option<NodeIndex>,
    /// Those that go along with it.
    pub along: Vec<NodeIndex>,
    /// Whether it has said hello.
    pub greeted: bool,
    child: Child,
    orders: Option<ChildStdin>,
    log: Arc<Mutex<VecDeque<String>>>,
    logger: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a worker; what it says goes to `messages`.
    pub fn start(
        number: usize,
        engine: &Path,
        device: String,
        messages: &Sender<Message>,
    ) -> io::Result<Worker> {
        let mut command = Command::new(engine);
        command
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !SPINNING.iter().any(|name| std::env::var_os(name).is_some()) {
            command.env(SPINNING[0], SPINS);
        }
        apart(&mut command);
        let mut child = command.spawn()?;

        let log = Arc::new(Mutex::new(VecDeque::new()));
        let orders = child.stdin.take();
        if let Some(answers) = child.stdout.take() {
            let messages = messages.clone();
            std::thread::spawn(move || listen(number, answers, &messages));
        }
        let logger = child.stderr.take().map(|lines| {
            let (log, messages) = (log.clone(), messages.clone());
            std::thread::spawn(move || keep_log(number, lines, &log, &messages))
        });
        Ok(Worker {
            number,
            device,
            node: None,
            along: vec![],
            greeted: false,
            child,
            orders,
            log,
            logger,
        })
    }

    /// Whether it waits for a node.
    pub fn is_idle(&self) -> bool {
        self.greeted && self.node.is_none()
    }

    /// Sends an order. If the worker is gone the pipe says so here, and its end is told by the
    /// thread that listens to it.
    pub fn order(&mut self, order: &Order) {
        let Some(orders) = &mut self.orders else {
            return;
        };
        if let Ok(mut line) = serde_json::to_string(order) {
            line.push('\n');
            let _ = orders.write_all(line.as_bytes());
            let _ = orders.flush();
        }
    }

    /// Whether the worker that said hello can be worked with.
    pub fn greet(&mut self, protocol: u32, version: &str) -> Result<(), Failure> {
        let own = env!("CARGO_PKG_VERSION");
        if protocol == PROTOCOL && version == own {
            self.greeted = true;
            return Ok(());
        }
        Err(Failure {
            message: format!(
                "the engine is of another version: it is {version} and speaks protocol {protocol}, kdp is {own} and speaks protocol {PROTOCOL}"
            ),
            help: Some("build both together (`make build`), or name the right engine in KDP_ENGINE or `kdp.toml`".into()),
        })
    }

    /// Waits for a worker whose pipe has ended; how it ended, in plain words.
    pub fn epitaph(mut self) -> String {
        // One that closed its pipe but lives on is of no use.
        let ended = match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            _ => self.wait_a_moment(),
        };
        if let Some(logger) = self.logger.take() {
            let _ = logger.join();
        }
        let mut text = match ended {
            Ok(status) => describe(status),
            Err(error) => format!("the worker was lost ({})", plainly(&error)),
        };
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if !log.is_empty() {
            let lines: Vec<&str> = log.iter().map(String::as_str).collect();
            text += &format!("; the last it wrote was: {}", lines.join(" / "));
        }
        text
    }

    fn wait_a_moment(&mut self) -> io::Result<ExitStatus> {
        for _ in 0..100 {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        self.child.kill()?;
        self.child.wait()
    }
}

/// A worker that is no longer wanted is killed: what it has half done leaves nothing behind.
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps a terminal's Ctrl-C from the worker (kdp decides what ends), and lets the system end
/// the worker when kdp is killed.
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    #[cfg(target_os = "linux")]
    // SAFETY: between fork and exec only the system call `prctl` is made, which allocates
    // nothing and takes no lock.
    unsafe {
        command.pre_exec(|| {
            let kill = rustix::process::Signal::KILL;
            rustix::process::set_parent_process_death_signal(Some(kill))?;
            Ok(())
        });
    }
}

fn listen(worker: usize, answers: impl Read, messages: &Sender<Message>) {
    for line in lines(answers) {
        let said = match serde_json::from_str(&line) {
            Ok(answer) => Said::Answer(answer),
            Err(_) => Said::Nonsense(line),
        };
        if messages.send(Message { worker, said }).is_err() {
            return;
        }
    }
    let said = Said::End;
    let _ = messages.send(Message { worker, said });
}

fn keep_log(
    worker: usize,
    stderr: impl Read,
    log: &Mutex<VecDeque<String>>,
    messages: &Sender<Message>,
) {
    for line in lines(stderr) {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == TAIL {
            log.pop_front();
        }
        log.push_back(line.clone());
        let said = Said::Log(line);
        let _ = messages.send(Message { worker, said });
    }
}

/// Lines that hold something; bytes that are no UTF-8 do not end them.
fn lines(from: impl Read) -> impl Iterator<Item = String> {
    BufReader::new(from)
        .split(b'\n')
        .map_while(Result::ok)
        .map(|line| String::from_utf8_lossy(&line).trim_end().to_string())
        .filter(|line| !line.is_empty())
}

/// How a process ended.
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("the worker ended with exit code {code}"),
        (None, Some(signal)) => {
            let meaning = match signal {
                4 => " (illegal instruction: is libtorch built for this processor?)",
                6 => " (it gave up: an abort in C++)",
                7 => " (bus error: is the disk or shared memory full?)",
                9 => " (out of memory?)",
                11 => " (segmentation fault)",
                15 => " (it was asked to end)",
                _ => "",
            };
            format!("the worker was killed by signal {signal}{meaning}")
        }
        (None, None) => "the worker ended".into(),
    }
}
