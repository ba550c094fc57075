//! A worker at the other end of a pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use kdp::plan::{Digest, Key, Node};
use kdp::run::{Answer, Order, PROTOCOL, Saving};
use kdp::store::Store;

pub struct Worker {
    process: Child,
    orders: Option<ChildStdin>,
    answers: Option<BufReader<ChildStdout>>,
    /// Its lease.
    pub device: String,
    /// Room for outputs of teachers.
    pub outputs: u64,
    /// What goes along with the trainings.
    pub along: Vec<Node>,
    /// When trainings save their state.
    pub saving: Saving,
    /// Threads of each node.
    pub threads: usize,
}

impl Worker {
    /// A worker that has said hello.
    pub fn start() -> Worker {
        Worker::logging(Stdio::inherit())
    }

    /// A worker that has said hello, and whose log goes somewhere.
    pub fn logging(log: Stdio) -> Worker {
        let mut process = Command::new(env!("CARGO_BIN_EXE_kdp-engine"))
            .arg("worker")
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the worker starts");
        let orders = process.stdin.take();
        let answers = process.stdout.take().map(BufReader::new);
        let mut worker = Worker {
            process,
            orders,
            answers,
            device: "cpu".to_string(),
            outputs: 0,
            along: vec![],
            saving: Saving::Never,
            threads: 1,
        };
        match worker.answer() {
            Some(Answer::Hello { protocol, .. }) => assert_eq!(protocol, PROTOCOL),
            other => panic!("not a hello: {other:?}"),
        }
        worker
    }

    fn answer(&mut self) -> Option<Answer> {
        let mut line = String::new();
        let answers = self.answers.as_mut().expect("somebody listens");
        answers.read_line(&mut line).expect("a line");
        let answer = serde_json::from_str(&line);
        (!line.is_empty()).then(|| answer.expect("an answer"))
    }

    /// Orders a node; gives the digest of its main blob or the error and its help.
    pub fn run(&mut self, node: &Node, store: &Path) -> Result<Digest, (String, Option<String>)> {
        let device = self.device.clone();
        self.run_on(&device, node, store)
    }

    /// What it says of a node that fails, and how it is mended. It names the node and its declaration, and the store does not
    /// hold the node afterwards.
    pub fn failure(&mut self, node: &Node, store: &Path) -> (String, String) {
        let (message, help) = self.run(node, store).expect_err("it is broken");
        let named = format!("`{}` ({}): ", node.id, node.declared);
        assert!(message.starts_with(&named), "{message}, not {named}");
        assert!(Store::at(store).find(node.key).is_none());
        (message, help.unwrap_or_else(|| "no help".to_string()))
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The same on other devices.
    pub fn run_on(
        &mut self,
        device: &str,
        node: &Node,
        store: &Path,
    ) -> Result<Digest, (String, Option<String>)> {
        self.order(device, node, store);
        loop {
            match self.answer().expect("the worker lives") {
                Answer::Progress {
                    key, step, steps, ..
                } => {
                    assert_eq!(key, node.key);
                    assert!(step <= steps);
                }
                Answer::Done { key, digest, .. } => {
                    assert_eq!(key, node.key);
                    return Ok(digest);
                }
                Answer::Saved { step, .. } => panic!("stopped after {step} steps"),
                Answer::Failed {
                    key, message, help, ..
                } => {
                    assert_eq!(key, node.key);
                    return Err((message, help));
                }
                hello @ Answer::Hello { .. } => panic!("a second {hello:?}"),
            }
        }
    }

    fn order(&mut self, device: &str, node: &Node, store: &Path) {
        let order = Order::Run {
            node: node.clone(),
            along: self.along.clone(),
            store: store.to_path_buf(),
            device: device.to_string(),
            threads: self.threads,
            outputs: self.outputs,
            saving: self.saving,
            across: false,
        };
        self.send(&order);
    }

    /// Orders a training and lets it make at least so many steps. It is then asked to stop, or killed.
    /// Says the step at which it was saved.
    pub fn interrupt(mut self, node: &Node, store: &Path, after: u64, kill: bool) -> Option<u64> {
        self.order(&self.device.clone(), node, store);
        loop {
            match self.answer()? {
                Answer::Progress { step, .. } if step >= after => break,
                Answer::Progress { .. } => {}
                other => panic!("it was not under way: {other:?}"),
            }
        }
        if kill {
            self.process.kill().expect("it lives");
            return None;
        }
        self.send(&Order::Stop);
        loop {
            match self.answer()? {
                Answer::Saved { step, .. } => return Some(step),
                Answer::Progress { .. } => {}
                other => panic!("not saved: {other:?}"),
            }
        }
    }

    fn send(&mut self, order: &Order) {
        let mut line = serde_json::to_string(order).expect("an order");
        line.push('\n');
        let orders = self.orders.as_mut().expect("open");
        orders.write_all(line.as_bytes()).expect("taken");
    }

    /// Orders a node and stops listening; says how the process ended, if it did within a minute.
    pub fn abandon(&mut self, node: &Node, store: &Path) -> Option<ExitStatus> {
        self.order(&self.device.clone(), node, store);
        self.answers = None;
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.process.try_wait().expect("a child") {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.process.kill().expect("it lives");
        None
    }

    /// Orders nodes that succeed; gives the last one's digest.
    pub fn run_all(&mut self, nodes: &[&Node], store: &Path) -> Digest {
        let mut last = Key([0; 32]);
        for node in nodes {
            last = self
                .run(node, store)
                .unwrap_or_else(|(error, _)| panic!("{error}"));
        }
        last
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
