//! `services start`, `stop`, `kill`, `pause` and `resume`: the faults of single nodes.
//!
//! Each refuses a node that is not in the state it starts from: a fault that was not injected is
//! an error, not a success.

use std::fs::File;
use std::path::PathBuf;

use super::process::{self, Life, Process};
use super::service::Service;
use super::state::State;
use super::{folder, named, ready};
use crate::outcome::{Outcome, failed, usage};

/// The nodes that a command line names, and the lock on their service.
struct Nodes {
    service: &'static dyn Service,
    folder: PathBuf,
    state: State,
    ids: Vec<u32>,
    _lock: File,
}

pub(super) fn start(words: &[String]) -> Outcome {
    let mut nodes = Nodes::find(words)?;
    nodes.expect(&[Life::Gone])?;
    let Nodes {
        service,
        folder,
        state,
        ids,
        ..
    } = &mut nodes;
    ready::start(*service, state, folder, ids)?;
    ready::wait(*service, state, folder, ids)
}

pub(super) fn stop(words: &[String]) -> Outcome {
    let nodes = Nodes::find(words)?;
    let processes = nodes.expect(&[Life::Running, Life::Paused])?;
    process::end(&processes, nodes.service.grace())
}

pub(super) fn kill(words: &[String]) -> Outcome {
    let processes = Nodes::find(words)?.expect(&[Life::Running, Life::Paused])?;
    process::kill(&processes)
}

pub(super) fn pause(words: &[String]) -> Outcome {
    let processes = Nodes::find(words)?.expect(&[Life::Running])?;
    processes
        .iter()
        .try_for_each(|process| process.send("STOP"))
}

pub(super) fn resume(words: &[String]) -> Outcome {
    let processes = Nodes::find(words)?.expect(&[Life::Paused])?;
    processes
        .iter()
        .try_for_each(|process| process.send("CONT"))
}

impl Nodes {
    fn find(words: &[String]) -> Outcome<Self> {
        let (name, numbers) = words
            .split_first()
            .ok_or_else(|| usage("which? usage: NAME [NODE...]"))?;
        let service = named(name)?;
        let folder = folder::of(name);
        let lock = folder::lock(&folder)?;
        let state = State::read(&folder)?
            .ok_or_else(|| failed(format!("{name} was not started: `services up {name}`")))?;
        let known: Vec<u32> = state.nodes.iter().map(|node| node.id).collect();
        Ok(Self {
            ids: chosen(numbers, &known).map_err(|why| usage(format!("{name} {why}")))?,
            service,
            folder,
            state,
            _lock: lock,
        })
    }

    /// The processes of those that were ever started, if all nodes are in one of these states.
    fn expect(&self, allowed: &[Life]) -> Outcome<Vec<Process>> {
        let mut processes = Vec::new();
        for node in &self.state.nodes {
            if !self.ids.contains(&node.id) {
                continue;
            }
            let process = node.process(&self.folder);
            let life = process.as_ref().map_or(Life::Gone, Process::life);
            if !allowed.contains(&life) {
                return Err(failed(format!(
                    "node {} of {} is {}",
                    node.id,
                    self.service.name(),
                    life.word()
                )));
            }
            processes.extend(process);
        }
        Ok(processes)
    }
}

fn chosen(numbers: &[String], known: &[u32]) -> Result<Vec<u32>, String> {
    match known {
        [only] if numbers.is_empty() => return Ok(vec![*only]),
        _ if numbers.is_empty() => {
            return Err(format!("has several nodes, name some of {known:?}"));
        }
        _ => {}
    }
    let number = |word: &String| {
        let number = word.parse().ok().filter(|number| known.contains(number));
        number.ok_or_else(|| format!("has no node `{word}`, only {known:?}"))
    };
    numbers.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_node_need_not_be_named() {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(chosen(&[], &[1]), Ok(vec![1]));
        assert_eq!(chosen(&words("3 1"), &[1, 2, 3]), Ok(vec![3, 1]));
        assert!(chosen(&[], &[1, 2, 3]).unwrap_err().contains("several"));
        for wrong in ["4", "x", "1 0"] {
            assert!(
                chosen(&words(wrong), &[1, 2, 3])
                    .unwrap_err()
                    .contains("no node")
            );
        }
    }
}
