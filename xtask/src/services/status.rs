//! `services status`.

use std::path::Path;

use super::process::Life;
use super::service::Service;
use super::state::{Node, State};
use super::{SERVICES, folder};
use crate::outcome::{Outcome, usage};

pub(super) fn run(words: &[String]) -> Outcome {
    if !words.is_empty() {
        return Err(usage("usage: cargo xtask services status"));
    }
    for service in SERVICES {
        let folder = folder::of(service.name());
        let Some(state) = State::read(&folder)? else {
            println!("{}: down", service.name());
            continue;
        };
        println!("{}: {}", service.name(), folder.display());
        for node in &state.nodes {
            println!("  {}", node_line(*service, &folder, node));
        }
        for line in &state.lines {
            println!("  {line}");
        }
    }
    Ok(())
}

fn node_line(service: &dyn Service, folder: &Path, node: &Node) -> String {
    let ports = node.ports.iter().map(u16::to_string).collect::<Vec<_>>();
    let ports = ports.join(" ");
    let process = node.process(folder);
    let life = process
        .as_ref()
        .map_or(Life::Gone, |process| process.life());
    let mut line = format!("node {} {}, ports {ports}", node.id, life.word());
    let process = process.filter(|_| life != Life::Gone);
    if let (Some(process), Some(pid)) = (process, node.pid) {
        let megabytes = process.resident().unwrap_or_default();
        line += &format!(", process {pid}, {megabytes} MB");
    }
    if life == Life::Running {
        match service.check(node, &[node.id]) {
            Ok(()) => line += ", answers",
            Err(why) => line += &format!(", does not answer: {why}"),
        }
    }
    line
}
