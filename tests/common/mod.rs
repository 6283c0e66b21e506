//! Runs of the example `full_pipeline`, as a person would start them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A run of `full_pipeline` with the data folder `data`, to be started; it answers in JSON.
#[derive(Debug)]
pub(crate) struct Run(Command);

impl Run {
    /// With nothing but a data folder.
    pub(crate) fn new(data: &Path) -> Self {
        Self::bare().with("--data", data).flag("--json")
    }

    /// Without any option.
    pub(crate) fn bare() -> Self {
        let mut command = Command::new(example("full_pipeline"));
        command.stdin(Stdio::null());
        Self(command)
    }

    /// With an option and its value.
    pub(crate) fn with(mut self, option: &str, value: impl Into<OsString>) -> Self {
        self.0.arg(option).arg(value.into());
        self
    }

    /// With an option that has no value.
    pub(crate) fn flag(mut self, option: &str) -> Self {
        self.0.arg(option);
        self
    }

    /// Reads `path`.
    pub(crate) fn input(self, path: impl Into<OsString>) -> Self {
        self.with("--input", path)
    }

    /// Reads the bytes of the file at `path` from stdin.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn stdin(mut self, path: &Path) -> Self {
        self.0.stdin(std::fs::File::open(path).unwrap());
        self.input("-")
    }

    /// Reads stdin, on which nothing comes.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn idle_stdin(mut self) -> Self {
        self.0.stdin(Stdio::piped());
        self.with("--input", "-")
    }

    /// Stands still for a minute when it passes crash point `name` the `nth` time.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn stalled(mut self, name: &str, nth: u32) -> Self {
        self.0
            .env("DOCSTREAM_CRASH", format!("{name}:stall 60000:{nth}"));
        self
    }

    /// Runs it to its end.
    pub(crate) fn ended(mut self) -> Ended {
        Ended::new(self.0.output().unwrap())
    }

    /// Starts it.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn started(mut self) -> Child {
        self.0.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.0.spawn().unwrap()
    }

    /// Runs it to its end, which must be a good one, and gives its answer.
    pub(crate) fn answer(self) -> Value {
        self.ended().answer()
    }
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it wrote to stdout.
    pub(crate) stdout: String,
    /// What it wrote to stderr.
    pub(crate) stderr: String,
}

impl Ended {
    /// Of a process that has ended.
    pub(crate) fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one JSON object of a run that ended well.
    pub(crate) fn answer(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.json()
    }

    /// The one JSON object on stdout.
    pub(crate) fn json(&self) -> Value {
        let json: Value = serde_json::from_str(&self.stdout).unwrap();
        assert!(json.is_object());
        json
    }

    /// Asserts that it failed with `code` and that stderr has all of `words`.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        for word in words {
            assert!(
                self.stderr.contains(word),
                "no {word:?} in: {}",
                self.stderr
            );
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// The example of that name, built by the same `cargo` call as the tests, or before it.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        program.is_file(),
        "{} is not built: `cargo build --examples` first, with the features and the profile of the tests",
        program.display()
    );
    program
}

/// The counts of this run: read, accepted, rejected, stored, duplicates, dead_lettered.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) fn counts(answer: &Value) -> [u64; 6] {
    [
        "read",
        "accepted",
        "rejected",
        "stored",
        "duplicates",
        "dead_lettered",
    ]
    .map(|name| answer["documents"][name].as_u64().unwrap())
}
