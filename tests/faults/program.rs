//! Starting `full_pipeline`, hearing what it says, and ending it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::input::Input;

/// How long anything may take before a test gives up: far more than it needs.
pub(crate) const LIMIT: Duration = Duration::from_secs(180);

/// The program, and where it works on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) data: &'a Path,
    pub(crate) input: &'a Input,
}

fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join("full_pipeline");
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build --examples --all-features` with the profile of this test",
        program.display()
    );
    program
}

impl Job<'_> {
    /// Starts it.
    pub(crate) fn start(&self) -> Running {
        self.start_with(&[], None)
    }

    /// Starts it with more `words`, and with the crash point of `crash`.
    pub(crate) fn start_with(&self, words: &[&str], crash: Option<&str>) -> Running {
        let mut command = Command::new(program());
        command.arg("--data").arg(self.data).arg("--json");
        self.input.name_to(&mut command);
        command.args(words).env_remove("DOCSTREAM_CRASH");
        if let Some(crash) = crash {
            command.env("DOCSTREAM_CRASH", crash);
        }
        Running::start(command)
    }

    /// Runs it to its end, which has to be a good one.
    pub(crate) fn finish(&self) -> Ended {
        let ended = self.start().end();
        assert!(
            ended.status.success(),
            "{}:\n{}",
            ended.status,
            ended.said()
        );
        ended
    }
}

/// A process under way; killed when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
    stdout: Option<JoinHandle<String>>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                // Nobody listens once the process has been given up.
                let _ = sender.send(line);
            }
        });
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            child,
            lines,
            said: Vec::new(),
            stdout: Some(stdout),
        }
    }

    /// Waits until it says `words` on stderr; false if it ends without.
    pub(crate) fn says(&mut self, words: &str) -> bool {
        self.hear(|line| line.contains(words))
    }

    /// Listens until a line is the one, or until the process ends.
    fn hear(&mut self, mut is_it: impl FnMut(&str) -> bool) -> bool {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    let found = is_it(&line);
                    self.said.push(line);
                    if found {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("nothing happens:\n{}", self.said.join("\n"));
                }
            }
        }
    }

    /// Whether it has not ended.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it with SIGKILL; false if it had ended by itself.
    pub(crate) fn kill(mut self) -> bool {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert!(
            status.success() || status.signal() == Some(9),
            "{status}:\n{}",
            self.end().said()
        );
        status.signal() == Some(9)
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        self.hear(|_| false);
        let status = self.child.wait().unwrap();
        let stdout = self.stdout.take().unwrap().join().unwrap();
        Ended {
            status,
            said: std::mem::take(&mut self.said),
            stdout,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    said: Vec<String>,
    stdout: String,
}

impl Ended {
    /// Everything it said on stderr.
    pub(crate) fn said(&self) -> String {
        self.said.join("\n")
    }

    /// The number of documents `name` in its report.
    pub(crate) fn documents(&self, name: &str) -> u64 {
        let report: Value = serde_json::from_str(&self.stdout).unwrap();
        report["documents"][name].as_u64().unwrap()
    }
}
