//! What is known of a started service: a small text file in its folder.

use std::fs;
use std::path::Path;

use super::process::Process;
use crate::outcome::{Outcome, failed};

/// The nodes of a service and the environment lines that lead to them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) nodes: Vec<Node>,
    pub(crate) lines: Vec<String>,
}

/// One server process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// Counted from 1.
    pub(crate) id: u32,
    /// Of the process that was started last; it may have ended.
    pub(crate) pid: Option<u32>,
    /// What each is for, the service knows.
    pub(crate) ports: Vec<u16>,
}

impl Node {
    pub(crate) fn new(id: u32, ports: Vec<u16>) -> Self {
        Self {
            id,
            pid: None,
            ports,
        }
    }

    /// The process, if one was ever started.
    pub(super) fn process(&self, service: &Path) -> Option<Process> {
        let folder = super::folder::node(service, self.id);
        self.pid.map(|pid| Process::new(pid, &folder))
    }
}

impl State {
    /// What the file in the service's folder says, if there is one.
    pub(super) fn read(service: &Path) -> Outcome<Option<Self>> {
        let path = service.join("state");
        if !path.exists() {
            return Ok(None);
        }
        let broken = |why: &str| {
            failed(format!(
                "cannot read {}: {why}; end its processes and delete the folder",
                path.display()
            ))
        };
        let text = fs::read_to_string(&path).map_err(|error| broken(&error.to_string()))?;
        parse(&text)
            .ok_or_else(|| broken("it is not in the expected form"))
            .map(Some)
    }

    /// Replaces the file as a whole, so that nobody reads half of it.
    pub(super) fn write(&self, service: &Path) -> Outcome {
        let (path, new) = (service.join("state"), service.join("state.new"));
        fs::write(&new, self.text())
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))
    }

    pub(super) fn node_mut(&mut self, id: u32) -> Option<&mut Node> {
        self.nodes.iter_mut().find(|node| node.id == id)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            let pid = node.pid.map_or("-".to_owned(), |pid| pid.to_string());
            text += &format!("node {} pid {pid} ports", node.id);
            for port in &node.ports {
                text += &format!(" {port}");
            }
            text += "\n";
        }
        for line in &self.lines {
            text += &format!("line {line}\n");
        }
        text
    }
}

fn parse(text: &str) -> Option<State> {
    let mut state = State::default();
    for line in text.lines() {
        match line.split_once(' ')? {
            ("line", rest) => state.lines.push(rest.to_owned()),
            ("node", rest) => state.nodes.push(parse_node(rest)?),
            _ => return None,
        }
    }
    Some(state)
}

fn parse_node(text: &str) -> Option<Node> {
    let (id, rest) = text.split_once(" pid ")?;
    let (pid, ports) = rest.split_once(" ports")?;
    Some(Node {
        id: id.parse().ok()?,
        pid: if pid == "-" {
            None
        } else {
            Some(pid.parse().ok()?)
        },
        ports: ports
            .split_whitespace()
            .map(|port| port.parse().ok())
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut state = State {
            nodes: vec![Node::new(1, vec![20_001, 20_002]), Node::new(2, vec![])],
            lines: vec![
                "DOCSTREAM_X=127.0.0.1:20001".into(),
                "DOCSTREAM_Y=a b".into(),
            ],
        };
        state.nodes[0].pid = Some(4711);
        assert_eq!(
            state.text(),
            "node 1 pid 4711 ports 20001 20002\nnode 2 pid - ports\n\
             line DOCSTREAM_X=127.0.0.1:20001\nline DOCSTREAM_Y=a b\n"
        );
        assert_eq!(parse(&state.text()), Some(state));
    }

    #[test]
    fn a_broken_file_is_not_guessed_at() {
        for text in [
            "node 1 pid x ports",
            "node 1 pid 5",
            "what 1",
            "node",
            "node 1 pid 1 ports 70000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
