//! `services up`.

use std::path::Path;

use super::process::{self, Life};
use super::service::Service;
use super::state::State;
use super::{folder, named, ready};
use crate::outcome::{Failure, Outcome, usage};

/// How often new ports are tried, should somebody take them before the server does.
const ATTEMPTS: u32 = 3;

pub(super) fn run(words: &[String]) -> Outcome {
    if words.is_empty() {
        return Err(usage("which? usage: cargo xtask services up NAME..."));
    }
    let services = words.iter().map(|name| named(name));
    for service in services.collect::<Outcome<Vec<_>>>()? {
        for line in up(service)? {
            println!("{line}");
        }
    }
    Ok(())
}

/// Brings a service up and gives the environment lines that lead to it.
fn up(service: &dyn Service) -> Outcome<Vec<String>> {
    let given = given(service.variables(), |name| std::env::var(name).ok());
    if !given.is_empty() {
        return Ok(given);
    }
    up_in(service, &folder::of(service.name()))
}

fn up_in(service: &dyn Service, folder: &Path) -> Outcome<Vec<String>> {
    let _lock = folder::lock(folder)?;
    let state = State::read(folder)?;
    if let Some(state) = state.filter(|state| is_alive(state, folder)) {
        return complete(service, state, folder);
    }
    for _ in 1..ATTEMPTS {
        match begin(service, folder) {
            Err(failure) if lost_a_port(&failure) => {}
            other => return other,
        }
    }
    begin(service, folder)
}

/// The lines of a server of the user's own: there are some if the first variable is set.
fn given(variables: &[&str], value: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let line = |name: &&str| {
        let value = value(name).filter(|value| !value.is_empty())?;
        Some(format!("{name}={value}"))
    };
    match variables.first().and_then(line) {
        Some(_) => variables.iter().filter_map(line).collect(),
        None => Vec::new(),
    }
}

/// Whether any node has a process.
fn is_alive(state: &State, folder: &Path) -> bool {
    let processes = state.nodes.iter().filter_map(|node| node.process(folder));
    processes
        .map(|process| process.life())
        .any(|life| life != Life::Gone)
}

/// Some nodes run: the paused are resumed and the others started again.
fn complete(service: &dyn Service, mut state: State, folder: &Path) -> Outcome<Vec<String>> {
    let mut gone = Vec::new();
    for node in &state.nodes {
        match node.process(folder) {
            Some(process) if process.life() != Life::Gone => process.send("CONT")?,
            _ => gone.push(node.id),
        }
    }
    ready::start(service, &mut state, folder, &gone)?;
    let all: Vec<u32> = state.nodes.iter().map(|node| node.id).collect();
    ready::wait(service, &state, folder, &all)?;
    Ok(state.lines)
}

/// None runs: what an earlier run has left is deleted.
fn begin(service: &dyn Service, folder: &Path) -> Outcome<Vec<String>> {
    folder::delete(folder)?;
    folder::make(folder)?;
    let mut state = service.create(folder)?;
    let all: Vec<u32> = state.nodes.iter().map(|node| node.id).collect();
    let outcome = ready::start(service, &mut state, folder, &all)
        .and_then(|()| ready::wait(service, &state, folder, &all));
    if let Err(failure) = outcome {
        let processes = state.nodes.iter().filter_map(|node| node.process(folder));
        process::kill(&processes.collect::<Vec<_>>())?;
        return Err(failure);
    }
    Ok(state.lines)
}

fn lost_a_port(failure: &Failure) -> bool {
    failure.message().contains("Address already in use")
}

#[cfg(test)]
mod tests;
