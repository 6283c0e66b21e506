//! `cargo xtask services`: released servers for tests, on loopback, on free ports, with their data
//! under `target/services/`.
//!
//! A service is a file under `services/` with a [`Service`], and a row in [`SERVICES`]; a command
//! is a row in [`COMMANDS`]. Addresses go to standard output as environment lines, everything else
//! to standard error.

mod down;
mod folder;
mod install;
mod kafka;
mod nodes;
mod ports;
mod process;
mod random;
mod ready;
mod service;
mod state;
mod status;
mod up;

use service::Service;

use crate::outcome::{Outcome, usage};

const SERVICES: &[&dyn Service] = &[&kafka::SINGLE, &kafka::CLUSTER, &kafka::SECURE];

struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "up",
        arguments: "NAME...",
        about: "start what does not run yet; print its environment lines when it answers",
        run: up::run,
    },
    Command {
        name: "down",
        arguments: "[NAME...]",
        about: "stop and delete the data; without a name all of them",
        run: down::run,
    },
    Command {
        name: "status",
        arguments: "",
        about: "what runs, with ports and memory",
        run: status::run,
    },
    Command {
        name: "start",
        arguments: "NAME [NODE...]",
        about: "start nodes again, with the same ports and data, and wait until they answer",
        run: nodes::start,
    },
    Command {
        name: "stop",
        arguments: "NAME [NODE...]",
        about: "SIGTERM, after a grace time SIGKILL; the data stays",
        run: nodes::stop,
    },
    Command {
        name: "kill",
        arguments: "NAME [NODE...]",
        about: "SIGKILL; the data stays",
        run: nodes::kill,
    },
    Command {
        name: "pause",
        arguments: "NAME [NODE...]",
        about: "SIGSTOP: connections stay open and nothing answers",
        run: nodes::pause,
    },
    Command {
        name: "resume",
        arguments: "NAME [NODE...]",
        about: "SIGCONT",
        run: nodes::resume,
    },
];

/// Runs the command that `words` name.
pub(crate) fn run(words: &[String]) -> Outcome {
    let Some((name, rest)) = words.split_first() else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print_help();
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(usage(format!(
            "no command `{name}`; see `cargo xtask services help`"
        ))),
    }
}

fn named(name: &str) -> Outcome<&'static dyn Service> {
    let known = SERVICES.iter().find(|service| service.name() == name);
    known.copied().ok_or_else(|| {
        let names: Vec<_> = SERVICES.iter().map(|service| service.name()).collect();
        usage(format!(
            "no service `{name}`; there are: {}",
            names.join(", ")
        ))
    })
}

fn print_help() {
    println!("Usage: cargo xtask services COMMAND [NAME...]\n\nCommands:");
    for command in COMMANDS {
        let shown = format!("{} {}", command.name, command.arguments);
        println!("  {shown:<22} {}", command.about);
    }
    println!("\nServices, and the variable whose address wins over starting one:");
    for service in SERVICES {
        let variable = service.variables()[0];
        println!("  {:<14} {} ({variable})", service.name(), service.about());
    }
    println!("\nA NODE is a number from 1; it may be left out where there is only one.");
}
