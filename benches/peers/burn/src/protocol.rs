//! What `wgconv compare` says and hears; `benches/peers/README.md` describes it.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use serde::Deserialize;

/// A line of standard input.
#[derive(Deserialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub enum Request {
    Case(Case),
    Time { repetitions: usize },
}

/// A convolution with everything spelled out, and where its data is.
#[derive(Deserialize)]
pub struct Case {
    pub pass: String,
    pub batch: usize,
    pub groups: usize,
    pub channels_in: usize,
    pub channels_out: usize,
    pub input: Vec<usize>,
    pub output: Vec<usize>,
    pub taps: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    pub padding_low: Vec<usize>,
    pub padding_high: Vec<usize>,
    pub inputs: HashMap<String, PathBuf>,
    pub result: PathBuf,
}

/// The lines of standard input, read by a thread of its own: where they end, the process does, whatever hangs.
pub fn requests() -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    receive
}

/// One line of standard output. Who cannot be answered has gone.
pub fn answer(value: &serde_json::Value) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{value}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
