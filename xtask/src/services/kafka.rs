//! Apache Kafka without ZooKeeper: one broker, three of them, and one that asks who is there.

mod certificates;
mod format;
mod jars;
mod java;
mod properties;
mod request;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::service::Service;
use super::state::{Node, State};
use super::{folder, ports};
use crate::outcome::{Outcome, failed};
use crate::tree;

/// The user of the secured broker.
const USER: &str = "docstream";

/// For connecting to a node and for its answer.
const PATIENCE: Duration = Duration::from_secs(2);

const HEAP: &str = "-Xmx512m";

/// Starts in two thirds of the time and is slower in the long run. Not for the single broker,
/// which is what benchmarks run on.
const QUICK: &str = "-XX:TieredStopAtLevel=1";

pub(super) struct Kafka {
    name: &'static str,
    about: &'static str,
    nodes: u32,
    /// In the order of a node's ports.
    listeners: &'static [&'static str],
    variables: &'static [&'static str],
    java: &'static [&'static str],
}

pub(super) const SINGLE: Kafka = Kafka {
    name: "kafka",
    about: "one Apache Kafka broker",
    nodes: 1,
    listeners: &properties::OPEN,
    variables: &["DOCSTREAM_KAFKA"],
    java: &[HEAP],
};

pub(super) const CLUSTER: Kafka = Kafka {
    name: "kafka-cluster",
    about: "three brokers; topics get three replicas and need two in sync",
    nodes: 3,
    listeners: &properties::OPEN,
    variables: &["DOCSTREAM_KAFKA_CLUSTER"],
    java: &[HEAP, QUICK],
};

pub(super) const SECURE: Kafka = Kafka {
    name: "kafka-secure",
    about: "one broker with TLS and a SCRAM-SHA-512 user",
    nodes: 1,
    listeners: &properties::SECURED,
    variables: &[
        "DOCSTREAM_KAFKA_SASL_SSL",
        "DOCSTREAM_KAFKA_SASL_PLAINTEXT",
        "DOCSTREAM_KAFKA_SSL",
        "DOCSTREAM_KAFKA_USER",
        "DOCSTREAM_KAFKA_PASSWORD_FILE",
        "DOCSTREAM_KAFKA_CA_FILE",
    ],
    java: &[HEAP, QUICK],
};

impl Service for Kafka {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn variables(&self) -> &'static [&'static str] {
        self.variables
    }

    fn create(&self, folder: &Path) -> Outcome<State> {
        java::need()?;
        jars::folder()?;
        let ports = ports::free(self.nodes as usize * self.listeners.len())?;
        let ports = ports.chunks(self.listeners.len()).map(<[u16]>::to_vec);
        let nodes: Vec<Node> = (1..)
            .zip(ports)
            .map(|(id, ports)| Node::new(id, ports))
            .collect();
        let secrets = if self.is_secured() {
            Some(certificates::create(folder)?)
        } else {
            None
        };
        for node in &nodes {
            folder::make(&folder::node(folder, node.id))?;
            let mut text = properties::server(folder, node, &nodes, self.listeners);
            if let Some(secrets) = &secrets {
                text += &properties::secured(secrets);
            }
            let path = configuration(folder, node);
            fs::write(&path, text)
                .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))?;
        }
        format::all(folder, &nodes, secrets.as_ref())?;
        let lines = match &secrets {
            None => vec![format!("{}={}", self.variables[0], addresses(&nodes, 0))],
            Some(secrets) => self.secured_lines(&nodes, secrets),
        };
        Ok(State { nodes, lines })
    }

    fn command(&self, folder: &Path, node: &Node) -> Outcome<Command> {
        let logging = tree::root().join("xtask/services/log4j2.properties");
        let mut command = java::command(self.java)?;
        command
            .arg("-XX:+UseSerialGC")
            .arg(format!("-Dlog4j2.configurationFile={}", logging.display()))
            .arg("kafka.Kafka")
            .arg(configuration(folder, node))
            .current_dir(folder::node(folder, node.id));
        Ok(command)
    }

    fn check(&self, node: &Node, others: &[u32]) -> Result<(), String> {
        let address = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for (port, listener) in node.ports.iter().zip(self.listeners) {
            let connected = TcpStream::connect_timeout(&address(*port), PATIENCE);
            connected.map_err(|error| format!("{listener} on port {port}: {error}"))?;
        }
        let known = request::brokers(address(node.ports[0]), PATIENCE)?;
        if others.iter().all(|id| known.contains(id)) {
            Ok(())
        } else {
            Err(format!("of the brokers {others:?} it knows {known:?}"))
        }
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn grace(&self) -> Duration {
        Duration::from_secs(10)
    }
}

impl Kafka {
    fn is_secured(&self) -> bool {
        self.listeners.len() > properties::OPEN.len()
    }

    fn secured_lines(&self, nodes: &[Node], secrets: &certificates::Secrets) -> Vec<String> {
        let first = properties::OPEN.len();
        let values = [
            addresses(nodes, first),
            addresses(nodes, first + 1),
            addresses(nodes, first + 2),
            USER.to_owned(),
            secrets.password_file.display().to_string(),
            secrets.ca.display().to_string(),
        ];
        let lines = self.variables.iter().zip(values);
        lines
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }
}

/// Of every node the address of one listener.
fn addresses(nodes: &[Node], listener: usize) -> String {
    let address = |node: &Node| format!("127.0.0.1:{}", node.ports[listener]);
    nodes.iter().map(address).collect::<Vec<_>>().join(",")
}

fn configuration(folder: &Path, node: &Node) -> PathBuf {
    folder::node(folder, node.id).join("server.properties")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_every_variable() {
        let secrets = certificates::Secrets {
            password: "p".into(),
            password_file: "/s/password".into(),
            ca: "/s/ca.pem".into(),
            store: "/s/server.p12".into(),
        };
        let nodes = [Node::new(1, vec![1, 2, 3, 4, 5])];
        assert_eq!(
            SECURE.secured_lines(&nodes, &secrets),
            [
                "DOCSTREAM_KAFKA_SASL_SSL=127.0.0.1:3",
                "DOCSTREAM_KAFKA_SASL_PLAINTEXT=127.0.0.1:4",
                "DOCSTREAM_KAFKA_SSL=127.0.0.1:5",
                "DOCSTREAM_KAFKA_USER=docstream",
                "DOCSTREAM_KAFKA_PASSWORD_FILE=/s/password",
                "DOCSTREAM_KAFKA_CA_FILE=/s/ca.pem",
            ]
        );
        assert!(SECURE.is_secured() && !SINGLE.is_secured());
    }

    #[test]
    fn the_address_of_a_cluster_is_a_list() {
        let nodes = [Node::new(1, vec![1, 2]), Node::new(2, vec![3, 4])];
        assert_eq!(addresses(&nodes, 0), "127.0.0.1:1,127.0.0.1:3");
    }
}
