//! The empty data folders of a new cluster.

use std::path::Path;
use std::process::{Child, Stdio};

use super::certificates::Secrets;
use super::{QUICK, USER, configuration, java};
use crate::outcome::{Outcome, failed};
use crate::services::random;
use crate::services::state::Node;

/// Formats the data folders of all nodes, at the same time: it is Java starting that takes long.
pub(super) fn all(folder: &Path, nodes: &[Node], secrets: Option<&Secrets>) -> Outcome {
    let cluster = cluster_id()?;
    let start = |node| start(folder, node, &cluster, secrets);
    let running = nodes.iter().map(start).collect::<Outcome<Vec<_>>>()?;
    running.into_iter().try_for_each(finish)
}

fn start(folder: &Path, node: &Node, cluster: &str, secrets: Option<&Secrets>) -> Outcome<Child> {
    let mut command = java::command(&["-Xmx128m", QUICK])?;
    command
        .args(["kafka.tools.StorageTool", "format", "-t", cluster, "-c"])
        .arg(configuration(folder, node));
    if let Some(secrets) = secrets {
        let password = &secrets.password;
        let user = format!("SCRAM-SHA-512=[name={USER},password={password}]");
        command.arg("--add-scram").arg(user);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot start java: {error}")))
}

fn finish(child: Child) -> Outcome {
    let output = child
        .wait_with_output()
        .map_err(|error| failed(format!("cannot wait for java: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(format!(
        "StorageTool could not format the data folder ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// 16 random bytes in Base64. The last of the 22 characters stands for two bits only, and `A`
/// for none of them set.
fn cluster_id() -> Outcome<String> {
    Ok(random::text(21)? + "A")
}
