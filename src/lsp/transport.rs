//! Messages over standard input and output. One that cannot be read does not end the session.

use std::io::{self, BufRead, Write};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use gen_lsp_types::{LogMessageParams, LspNotificationMethod as Told, MessageType};
use lsp_server::{Connection, Message, Notification};

/// What stands in the place of a message that cannot be read: what the client is told of it.
pub const UNREADABLE: &str = "kdp/unreadable";

/// Speaks over standard input and output; the thread ends when everything has been written.
///
/// # Errors
/// A thread cannot be started.
pub fn stdio() -> io::Result<(Connection, JoinHandle<()>)> {
    let (sender, outgoing) = unbounded();
    let (incoming, receiver) = bounded(0);
    // Nobody waits for this one: it may stand in a read for ever.
    thread::Builder::new()
        .name("read".into())
        .spawn(move || read(io::stdin().lock(), &incoming))?;
    let writer = thread::Builder::new()
        .name("write".into())
        .spawn(move || write(io::stdout().lock(), &outgoing))?;
    Ok((Connection { sender, receiver }, writer))
}

fn read(mut input: impl BufRead, incoming: &Sender<Message>) {
    loop {
        match Message::read(&mut input) {
            Ok(Some(message)) => {
                let leaves = matches!(&message, Message::Notification(told)
                    if told.method == Told::Exit.as_str());
                if incoming.send(message).is_err() || leaves {
                    return;
                }
            }
            Ok(None) => return,
            // Its length was right, so that the next one begins behind it.
            Err(error) if is_payload(&error) => {
                let params = LogMessageParams {
                    kind: MessageType::Error,
                    message: format!("kdp cannot read a message: {error}"),
                };
                let unreadable = Notification::new(UNREADABLE.into(), params);
                if incoming.send(unreadable.into()).is_err() {
                    return;
                }
            }
            Err(_) => return,
        }
    }
}

/// Whether a message was whole, but is none.
fn is_payload(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData && error.to_string().contains("payload")
}

fn write(mut output: impl Write, outgoing: &Receiver<Message>) {
    for message in outgoing {
        if message.write(&mut output).is_err() {
            return;
        }
    }
}
