//! Starting nodes and waiting until they really answer.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::folder;
use super::process::{self, LOOK_AGAIN, Life};
use super::service::Service;
use super::state::State;
use crate::outcome::{Outcome, failed};

/// So much of a log is shown when its server did not come up.
const TAIL: usize = 25;

/// Starts the nodes with these ids. Each is in the state before the next is started, so that
/// `down` finds it whatever happens to this program.
pub(super) fn start(
    service: &dyn Service,
    state: &mut State,
    folder: &Path,
    ids: &[u32],
) -> Outcome {
    for &id in ids {
        if let Some(node) = state.node_mut(id) {
            let command = service.command(folder, node)?;
            node.pid = Some(process::start(command, &folder::log(folder, id))?);
        }
        state.write(folder)?;
    }
    Ok(())
}

/// Waits until each of the nodes answers and knows of the others.
pub(super) fn wait(service: &dyn Service, state: &State, folder: &Path, ids: &[u32]) -> Outcome {
    let start = Instant::now();
    let nodes = || state.nodes.iter().filter(|node| ids.contains(&node.id));
    loop {
        let ended = nodes().find(|node| {
            let process = node.process(folder);
            process.is_none_or(|process| process.life() == Life::Gone)
        });
        if let Some(node) = ended {
            return Err(not_up(service, folder, node.id, "its process ended"));
        }
        let answer =
            nodes().try_for_each(|node| service.check(node, ids).map_err(|error| (node.id, error)));
        let Err((id, why)) = answer else {
            return Ok(());
        };
        if start.elapsed() > service.deadline() {
            let why = format!("after {} s {why}", service.deadline().as_secs());
            return Err(not_up(service, folder, id, &why));
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn not_up(service: &dyn Service, folder: &Path, id: u32, why: &str) -> crate::outcome::Failure {
    let log = folder::log(folder, id);
    let text = fs::read(&log).unwrap_or_default();
    failed(format!(
        "node {id} of {} did not come up: {why}; the end of {}:\n{}",
        service.name(),
        log.display(),
        tail(&String::from_utf8_lossy(&text), TAIL)
    ))
}

fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a", 2), "a");
        assert_eq!(tail("", 2), "");
    }
}
