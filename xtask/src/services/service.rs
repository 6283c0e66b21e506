//! What a service has to say about itself; everything else is common to all.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::state::{Node, State};
use crate::outcome::Outcome;

/// A server, or several that work together, for tests.
pub(super) trait Service: Sync {
    /// Its name on the command line and that of its folder.
    fn name(&self) -> &'static str;

    /// A line for the help.
    fn about(&self) -> &'static str;

    /// The environment variables that lead to it. If the first is set already, nothing is started.
    fn variables(&self) -> &'static [&'static str];

    /// Gets what is needed to run it, chooses ports, and lays out its empty folder: configuration
    /// and data, a folder per node.
    fn create(&self, folder: &Path) -> Outcome<State>;

    /// The program of a node. Its command line names a file in the node's folder: by that it is
    /// known again.
    fn command(&self, folder: &Path, node: &Node) -> Outcome<Command>;

    /// Asks a node something that only a server in working order answers, and whether it knows
    /// of the nodes `others`. The error says what it did instead.
    fn check(&self, node: &Node, others: &[u32]) -> Result<(), String>;

    /// How long it may take from its start until it answers, on a busy machine.
    fn deadline(&self) -> Duration;

    /// How long it may take to end in order, so that its data is whole.
    fn grace(&self) -> Duration;
}
