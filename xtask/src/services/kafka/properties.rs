//! `server.properties`.

use std::path::Path;

use super::certificates::Secrets;
use crate::services::folder;
use crate::services::state::Node;

/// The listeners of an open broker. The brokers talk to each other through the first, and so does
/// this program.
pub(super) const OPEN: [&str; 2] = ["PLAINTEXT", CONTROLLER];

/// Those of a secured one, each named after its protocol.
pub(super) const SECURED: [&str; 5] = [OPEN[0], OPEN[1], "SASL_SSL", "SASL_PLAINTEXT", "SSL"];

const CONTROLLER: &str = "CONTROLLER";

/// The properties of one of the nodes.
pub(super) fn server(service: &Path, node: &Node, nodes: &[Node], listeners: &[&str]) -> String {
    let ports = || listeners.iter().zip(&node.ports);
    let address = |(name, port): (&&str, &u16)| format!("{name}://127.0.0.1:{port}");
    let voter = |node: &Node| format!("{}@127.0.0.1:{}", node.id, node.ports[1]);
    let protocol = |name: &&str| match *name {
        CONTROLLER => format!("{name}:PLAINTEXT"),
        name => format!("{name}:{name}"),
    };
    let data = folder::node(service, node.id).join("data");
    let replicas = nodes.len();
    let in_sync = replicas.div_ceil(2);
    let lines = [
        "process.roles=broker,controller".to_owned(),
        format!("node.id={}", node.id),
        format!("controller.quorum.voters={}", list(nodes.iter().map(voter))),
        "controller.listener.names=CONTROLLER".to_owned(),
        "inter.broker.listener.name=PLAINTEXT".to_owned(),
        format!("listeners={}", list(ports().map(address))),
        format!(
            "advertised.listeners={}",
            list(
                ports()
                    .filter(|(name, _)| **name != CONTROLLER)
                    .map(address)
            )
        ),
        format!(
            "listener.security.protocol.map={}",
            list(listeners.iter().map(protocol))
        ),
        format!("log.dirs={}", data.display()),
        format!("default.replication.factor={replicas}"),
        format!("min.insync.replicas={in_sync}"),
        format!("offsets.topic.replication.factor={replicas}"),
        format!("transaction.state.log.replication.factor={replicas}"),
        format!("transaction.state.log.min.isr={in_sync}"),
        format!("share.coordinator.state.topic.replication.factor={replicas}"),
        format!("share.coordinator.state.topic.min.isr={in_sync}"),
    ];
    lines.join("\n") + "\n" + FOR_TESTS
}

/// What is the same for all: nothing that a test did not ask for, and no waiting.
const FOR_TESTS: &str = "\
auto.create.topics.enable=false
unclean.leader.election.enable=false
broker.session.timeout.ms=6000
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=5
transaction.state.log.num.partitions=5
log.retention.check.interval.ms=1000
log.cleaner.backoff.ms=1000
";

/// What a secured broker has besides.
pub(super) fn secured(secrets: &Secrets) -> String {
    let (store, password) = (secrets.store.display(), &secrets.password);
    let login = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
    format!(
        "\
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={login}
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config={login}
ssl.keystore.type=PKCS12
ssl.keystore.location={store}
ssl.keystore.password={password}
ssl.key.password={password}
"
    )
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(count: u32, listeners: u16) -> Vec<Node> {
        let ports = |id: u32| (0..listeners).map(|at| id as u16 * 10 + at).collect();
        (1..=count).map(|id| Node::new(id, ports(id))).collect()
    }

    #[test]
    fn one_broker_has_one_replica_of_everything() {
        let nodes = nodes(1, 2);
        let text = server(Path::new("/s/kafka"), &nodes[0], &nodes, &OPEN);
        for line in [
            "node.id=1",
            "controller.quorum.voters=1@127.0.0.1:11",
            "listeners=PLAINTEXT://127.0.0.1:10,CONTROLLER://127.0.0.1:11",
            "advertised.listeners=PLAINTEXT://127.0.0.1:10",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs=/s/kafka/1/data",
            "default.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "auto.create.topics.enable=false",
        ] {
            assert!(
                text.lines().any(|is| is == line),
                "{line} is not in\n{text}"
            );
        }
    }

    #[test]
    fn of_three_brokers_two_must_be_in_sync() {
        let nodes = nodes(3, 2);
        let text = server(Path::new("/s"), &nodes[1], &nodes, &OPEN);
        for line in [
            "node.id=2",
            "controller.quorum.voters=1@127.0.0.1:11,2@127.0.0.1:21,3@127.0.0.1:31",
            "listeners=PLAINTEXT://127.0.0.1:20,CONTROLLER://127.0.0.1:21",
            "default.replication.factor=3",
            "min.insync.replicas=2",
        ] {
            assert!(
                text.lines().any(|is| is == line),
                "{line} is not in\n{text}"
            );
        }
    }

    #[test]
    fn a_secured_broker_listens_by_protocol() {
        let nodes = nodes(1, 5);
        let text = server(Path::new("/s"), &nodes[0], &nodes, &SECURED);
        let secrets = Secrets {
            password: "word".into(),
            password_file: "/s/password".into(),
            ca: "/s/ca.pem".into(),
            store: "/s/server.p12".into(),
        };
        let text = text + &secured(&secrets);
        for line in [
            "advertised.listeners=PLAINTEXT://127.0.0.1:10,SASL_SSL://127.0.0.1:12,\
             SASL_PLAINTEXT://127.0.0.1:13,SSL://127.0.0.1:14",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,\
             SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL",
            "ssl.keystore.location=/s/server.p12",
            "ssl.keystore.password=word",
        ] {
            assert!(
                text.lines().any(|is| is == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
