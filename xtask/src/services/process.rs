//! Server processes: started to outlive this program, known again by their id and their folder.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::outcome::{Outcome, failed};

/// Between two looks at a process.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A process whose command line names something in its node's folder. An id alone may have gone
/// to another process since.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pid: u32,
    marker: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Running,
    /// By SIGSTOP.
    Paused,
    Gone,
}

impl Life {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Gone => "not running",
        }
    }
}

impl Process {
    pub(super) fn new(pid: u32, folder: &Path) -> Self {
        // With the slash, the folder `kafka` is not found in `kafka-cluster`.
        let marker = format!("{}/", folder.display());
        Self { pid, marker }
    }

    pub(super) fn life(&self) -> Life {
        if !self.command_line().contains(&self.marker) {
            return Life::Gone;
        }
        life_in(&fs::read_to_string(self.file("stat")).unwrap_or_default())
    }

    fn command_line(&self) -> String {
        let bytes = fs::read(self.file("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn send(&self, signal: &str) -> Outcome {
        if self.life() == Life::Gone {
            return Ok(());
        }
        let pid = self.pid;
        let sent = Command::new("/bin/sh")
            .args(["-c", &format!("kill -s {signal} {pid}")])
            .stdout(std::io::stderr())
            .status();
        if sent.is_ok_and(|status| status.success()) || self.life() == Life::Gone {
            Ok(())
        } else {
            Err(failed(format!("cannot send SIG{signal} to process {pid}")))
        }
    }

    /// Memory in use, in megabytes.
    pub(super) fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(self.file("status")).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes / 1024)
    }

    fn file(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.pid))
    }
}

/// The state in `/proc/PID/stat`: the letter after the name, which is in brackets and may itself
/// hold any of these characters.
fn life_in(stat: &str) -> Life {
    let letter = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.trim_start().chars().next());
    match letter {
        Some('T') => Life::Paused,
        None | Some('Z' | 'X') => Life::Gone,
        Some(_) => Life::Running,
    }
}

/// Starts a process with its output at the end of `log` and gives its id. Its own process group
/// keeps Ctrl-C in this terminal from it.
pub(super) fn start(mut command: Command, log: &Path) -> Outcome<u32> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let broken = |error: std::io::Error| failed(format!("cannot start {shown}: {error}"));
    let output = File::options()
        .create(true)
        .append(true)
        .open(log)
        .map_err(broken)?;
    let child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone().map_err(broken)?)
        .stderr(output)
        .process_group(0)
        .spawn()
        .map_err(broken)?;
    // The system shows the command line a moment after the start; until then the process could
    // not be told from one that has ended.
    let process = Process {
        pid: child.id(),
        marker: String::new(),
    };
    while process.life() != Life::Gone && process.command_line().is_empty() {
        std::thread::yield_now();
    }
    Ok(child.id())
}

/// Asks all to end, waits, and kills those that have not ended after the grace time.
pub(super) fn end(processes: &[Process], grace: Duration) -> Outcome {
    for process in processes {
        process.send("TERM")?;
        // A paused process cannot answer.
        process.send("CONT")?;
    }
    if !wait_until_gone(processes, grace) {
        kill(processes)?;
    }
    Ok(())
}

/// Ends all at once, without asking.
pub(super) fn kill(processes: &[Process]) -> Outcome {
    for process in processes {
        process.send("KILL")?;
    }
    if wait_until_gone(processes, Duration::from_secs(10)) {
        Ok(())
    } else {
        Err(failed("a process did not end after SIGKILL"))
    }
}

fn wait_until_gone(processes: &[Process], limit: Duration) -> bool {
    let start = Instant::now();
    loop {
        if processes.iter().all(|is| is.life() == Life::Gone) {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(test)]
mod tests;
