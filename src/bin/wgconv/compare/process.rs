//! A peer's process: lines to it, lines from it, each waited for no longer than so long. It is killed with everything that it
//! has started, by a process group of its own (on Windows a job), and when this is dropped.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use process_wrap::std::{ChildWrapper, CommandWrap};

/// What is started.
#[derive(Clone, Debug)]
pub enum Program {
    /// A line for the shell.
    Shell(String),
    /// This binary with arguments.
    Own(Vec<OsString>),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It took longer than it may.
    NoAnswer,
    /// It ended or closed its pipes; in words.
    Gone(String),
    /// Something that is no answer; in words.
    Garbage(String),
    /// Ctrl-C.
    Stopped,
}

/// A running peer.
pub struct Process {
    child: Box<dyn ChildWrapper>,
    input: ChildStdin,
    lines: Receiver<Vec<u8>>,
    /// Its standard error, for the last words of one that dies.
    errors: File,
}

/// No honest line is longer.
const LONGEST_LINE: u64 = 1 << 16;
/// How often somebody looks whether Ctrl-C was pressed.
const TICK: Duration = Duration::from_millis(50);

impl Process {
    pub fn start(program: &Program) -> Result<Process> {
        let errors = tempfile::tempfile().context("cannot make a temporary file")?;
        let mut command = command(program)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.try_clone()?);
        let mut wrapped = CommandWrap::from(command);
        #[cfg(unix)]
        wrapped.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        wrapped.wrap(process_wrap::std::JobObject);
        let mut child = wrapped.spawn().with_context(|| format!("cannot start {program:?}"))?;
        let input = child.stdin().take().context("a child without standard input")?;
        let output = child.stdout().take().context("a child without standard output")?;
        // A few lines at most wait to be read: one who never stops printing waits instead.
        let (send, lines) = sync_channel(4);
        std::thread::spawn(move || forward(output, &send));
        Ok(Process { child, input, lines, errors })
    }

    /// Sends a line. What was said unasked before is garbage.
    pub fn send(&mut self, line: &str) -> Result<(), Fault> {
        match self.lines.try_recv() {
            Ok(unasked) => return Err(Fault::Garbage(format!("said unasked: {}", quoted(&unasked)))),
            Err(TryRecvError::Disconnected) => return Err(self.gone()),
            Err(TryRecvError::Empty) => {}
        }
        let sent = self.input.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.input.flush());
        sent.map_err(|_| self.gone())
    }

    /// The next line.
    pub fn receive(&mut self, limit: Duration, stop: &AtomicBool) -> Result<Vec<u8>, Fault> {
        let start = Instant::now();
        loop {
            let left = limit.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(left.min(TICK)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(self.gone()),
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Err(Fault::Stopped),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Err(Fault::NoAnswer),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// How it ended, and its last words.
    fn gone(&mut self) -> Fault {
        let start = Instant::now();
        let mut how = "closed its pipes".to_owned();
        while start.elapsed() < Duration::from_secs(1) {
            if let Ok(Some(status)) = self.child.try_wait() {
                how = format!("ended, {status}");
                break;
            }
            std::thread::sleep(TICK / 5);
        }
        match self.last_words() {
            Some(words) => Fault::Gone(format!("{how}: {words}")),
            None => Fault::Gone(how),
        }
    }

    /// The last line on standard error that says something.
    fn last_words(&mut self) -> Option<String> {
        const TAIL: u64 = 4096;
        let length = self.errors.metadata().ok()?.len();
        self.errors.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        (&mut self.errors).take(TAIL).read_to_end(&mut tail).ok()?;
        let text = String::from_utf8_lossy(&tail);
        // Rust's panics end with advice.
        let says = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: ");
        Some(quoted(text.lines().rfind(says)?.trim().as_bytes()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.child.kill();
    }
}

fn command(program: &Program) -> Result<Command> {
    Ok(match program {
        Program::Own(arguments) => {
            let mut command = Command::new(std::env::current_exe().context("cannot find this binary")?);
            command.args(arguments);
            command
        }
        Program::Shell(line) => {
            let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
            let mut command = Command::new(shell);
            command.arg(option).arg(line);
            command
        }
    })
}

/// Lines, until they end or nobody wants them.
fn forward(output: ChildStdout, send: &SyncSender<Vec<u8>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if send.send(line).is_err() => return,
            Ok(_) => {}
        }
    }
}

/// For people: one line, not too long, nothing that a terminal obeys.
pub fn quoted(bytes: &[u8]) -> String {
    const MOST: usize = 160;
    let text = String::from_utf8_lossy(bytes);
    let shown: String = text.trim().chars().map(|c| if c.is_control() { '?' } else { c }).take(MOST).collect();
    if text.trim().chars().count() > MOST { shown + "…" } else { shown }
}
