use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::*;
use crate::services::state::Node;

const FOREVER: &str = "echo listening; while :; do sleep 0.1; done";

const LOST: &str = "echo Address already in use; exit 1";

/// A service whose nodes are shell scripts.
struct Scripts {
    folder: PathBuf,
    /// What the nodes run when the service is laid out for the first, the second time and so on;
    /// the last holds for all after it.
    scripts: &'static [&'static str],
    deadline: Duration,
    created: AtomicU32,
}

impl Scripts {
    fn new(name: &str, scripts: &'static [&'static str]) -> Self {
        let own = format!("xtask-up-{name}-{}", std::process::id());
        Self {
            folder: std::env::temp_dir().join(own).join("scripts"),
            scripts,
            deadline: Duration::from_secs(60),
            created: AtomicU32::new(0),
        }
    }

    fn up(&self) -> Outcome<Vec<String>> {
        up_in(self, &self.folder)
    }

    fn state(&self) -> State {
        State::read(&self.folder).unwrap().unwrap()
    }

    fn process(&self, node: usize) -> process::Process {
        self.state().nodes[node].process(&self.folder).unwrap()
    }

    fn life(&self) -> Vec<Life> {
        let nodes = 0..self.state().nodes.len();
        nodes.map(|node| self.process(node).life()).collect()
    }
}

impl Drop for Scripts {
    fn drop(&mut self) {
        if let Ok(Some(state)) = State::read(&self.folder) {
            let nodes = state.nodes.iter();
            let processes = nodes.filter_map(|node| node.process(&self.folder));
            let _ = process::kill(&processes.collect::<Vec<_>>());
        }
        if let Some(own) = self.folder.parent() {
            let _ = folder::delete(own);
        }
    }
}

impl Service for Scripts {
    fn name(&self) -> &'static str {
        "scripts"
    }

    fn about(&self) -> &'static str {
        "two shells"
    }

    fn variables(&self) -> &'static [&'static str] {
        &["SCRIPTS"]
    }

    fn create(&self, folder: &Path) -> Outcome<State> {
        let time = self.created.fetch_add(1, Ordering::Relaxed) + 1;
        for id in [1, 2] {
            folder::make(&folder::node(folder, id))?;
        }
        Ok(State {
            nodes: vec![Node::new(1, vec![]), Node::new(2, vec![])],
            lines: vec![format!("SCRIPTS={time}")],
        })
    }

    fn command(&self, folder: &Path, node: &Node) -> Outcome<Command> {
        let time = self.created.load(Ordering::Relaxed) as usize;
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", self.scripts[time.min(self.scripts.len()) - 1]])
            .arg(folder::node(folder, node.id).join("configuration"));
        Ok(command)
    }

    fn check(&self, node: &Node, _others: &[u32]) -> Result<(), String> {
        let said = std::fs::read_to_string(folder::log(&self.folder, node.id));
        if said.is_ok_and(|said| said.contains("listening")) {
            Ok(())
        } else {
            Err("it does not listen".to_owned())
        }
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }

    fn grace(&self) -> Duration {
        Duration::ZERO
    }
}

#[test]
fn an_address_in_the_environment_wins() {
    let set = |name: &str| match name {
        "ADDRESS" => Some("host:9092".to_owned()),
        "USER" => Some("a".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    assert_eq!(
        given(&["ADDRESS", "USER", "EMPTY", "OTHER"], set),
        ["ADDRESS=host:9092", "USER=a"]
    );
    assert!(given(&["OTHER", "USER"], set).is_empty());
    assert!(given(&["EMPTY", "USER"], set).is_empty());
}

#[test]
fn up_on_a_running_service_gives_its_lines_again() {
    let service = Scripts::new("again", &[FOREVER]);
    assert_eq!(service.up().unwrap(), ["SCRIPTS=1"]);
    let before = service.state();
    assert_eq!(service.up().unwrap(), ["SCRIPTS=1"]);
    assert_eq!(service.state(), before);
    assert_eq!(service.life(), [Life::Running, Life::Running]);
}

#[test]
fn up_starts_the_dead_and_wakes_the_paused_nodes() {
    let service = Scripts::new("complete", &[FOREVER]);
    service.up().unwrap();
    let before = service.state();
    process::kill(&[service.process(0)]).unwrap();
    service.process(1).send("STOP").unwrap();
    assert_eq!(service.up().unwrap(), ["SCRIPTS=1"]);
    assert_ne!(service.state().nodes[0].pid, before.nodes[0].pid);
    assert_eq!(service.state().nodes[1].pid, before.nodes[1].pid);
    while service.life() != [Life::Running, Life::Running] {
        std::thread::yield_now();
    }
}

#[test]
fn up_begins_anew_when_every_node_is_gone() {
    let service = Scripts::new("stale", &[FOREVER]);
    service.up().unwrap();
    process::kill(&[service.process(0), service.process(1)]).unwrap();
    let left = folder::node(&service.folder, 1).join("left");
    std::fs::write(&left, "").unwrap();
    assert_eq!(service.up().unwrap(), ["SCRIPTS=2"]);
    assert!(!left.exists());
}

#[test]
fn a_node_that_ends_is_reported_with_its_last_words_and_takes_the_others_with_it() {
    let service = Scripts::new(
        "ends",
        &["case $0 in */2/*) echo bad option; exit 1; esac; while :; do sleep 0.1; done"],
    );
    let failure = service.up().unwrap_err();
    let message = failure.message();
    assert!(message.contains("node 2 of scripts"), "{message}");
    assert!(message.ends_with(":\nbad option"), "{message}");
    assert_eq!(service.life(), [Life::Gone, Life::Gone]);
}

#[test]
fn a_node_that_does_not_answer_in_time_is_reported_with_the_reason() {
    let mut service = Scripts::new("silent", &["while :; do sleep 0.1; done"]);
    service.deadline = Duration::ZERO;
    let failure = service.up().unwrap_err();
    let message = failure.message();
    assert!(
        message.contains("after 0 s it does not listen"),
        "{message}"
    );
    assert_eq!(service.life(), [Life::Gone, Life::Gone]);
}

#[test]
fn other_ports_are_tried_when_somebody_took_them_first() {
    let service = Scripts::new("port", &[LOST, FOREVER]);
    assert_eq!(service.up().unwrap(), ["SCRIPTS=2"]);
    let service = Scripts::new("ports", &[LOST]);
    assert!(service.up().is_err());
    assert_eq!(service.state().lines, ["SCRIPTS=3"]);
}
