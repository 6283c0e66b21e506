//! `services down`.

use std::time::Duration;

use super::service::Service;
use super::state::State;
use super::{SERVICES, folder, named, process};
use crate::outcome::Outcome;

/// Short, because the data is deleted: nothing is gained by an orderly end.
const GRACE: Duration = Duration::from_secs(3);

pub(super) fn run(words: &[String]) -> Outcome {
    let services = if words.is_empty() {
        SERVICES.to_vec()
    } else {
        let named = words.iter().map(|name| named(name));
        named.collect::<Outcome<_>>()?
    };
    // One that cannot be stopped must not keep the others up.
    let outcomes: Vec<Outcome> = services.into_iter().map(down).collect();
    outcomes.into_iter().collect()
}

/// Stops what this clone has started, if it did, and deletes its folder.
fn down(service: &dyn Service) -> Outcome {
    let folder = folder::of(service.name());
    if !folder.exists() {
        return Ok(());
    }
    let _lock = folder::lock(&folder)?;
    if let Some(state) = State::read(&folder)? {
        let processes = state.nodes.iter().filter_map(|node| node.process(&folder));
        process::end(&processes.collect::<Vec<_>>(), GRACE)?;
    }
    folder::delete(&folder)?;
    eprintln!("{} is down", service.name());
    Ok(())
}
