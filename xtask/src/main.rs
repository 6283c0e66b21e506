//! The project's own commands, run as `cargo xtask NAME`.
//!
//! One file per command; a new one is a file and a row in [`COMMANDS`]. The crate has no
//! dependencies, because every check waits for it to be built.

mod cargo;
mod figures;
mod lock;
mod outcome;
#[cfg(target_os = "linux")]
mod services;
mod test;
mod tree;

use std::process::ExitCode;

use outcome::Outcome;

struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        about: "every check of the project: `test --list` names them, `test NAME...` runs some",
        run: test::run,
    },
    Command {
        name: "figures",
        about: "what the last `cargo bench --bench throughput` measured, as tables",
        run: figures::run,
    },
    // It looks at processes in /proc.
    #[cfg(target_os = "linux")]
    Command {
        name: "services",
        about: "real servers for tests: `services up kafka`, `services help`",
        run: services::run,
    },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {}", failure.message());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(words: &[String]) -> Outcome {
    let Some((name, rest)) = words.split_first() else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print_help();
        return Ok(());
    }
    let known = COMMANDS.iter().find(|command| command.name == name);
    let Some(command) = known else {
        return Err(outcome::usage(format!(
            "no command `{name}`; see `cargo xtask help`"
        )));
    };
    (command.run)(rest)
}

fn print_help() {
    println!("Usage: cargo xtask COMMAND [ARGUMENT...]\n\nCommands:");
    for command in COMMANDS {
        println!("  {:<9} {}", command.name, command.about);
    }
    println!("  {:<9} this text", "help");
}
