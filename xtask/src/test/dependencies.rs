//! Step `dependencies`: what we build on. The rules stand in `deny.toml`, which cargo-deny
//! reads where it is installed; the part that needs no tool is checked here every time.

use super::licence;
use crate::outcome::{Outcome, failed, nothing_in};
use crate::{cargo, lock, tree};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Lowest versions without a known advisory, for crates that are or will be in the graph.
const FLOORS: &[(&str, &str)] = &[
    ("h2", "0.4.16"),
    ("hyper", "1.12.0"),
    ("idna", "1.0.0"),
    ("lz4_flex", "0.12.1"),
    ("object_store", "0.10.2"),
    ("rustls", "0.23.46"),
    ("rustls-webpki", "0.103.13"),
    ("time", "0.3.47"),
    ("tokio", "1.54.1"),
    ("tracing-subscriber", "0.3.20"),
    ("webpki-roots", "1.0.10"),
    ("zstd", "0.13.4"),
];

pub(super) fn run() -> Outcome {
    if cargo::has("deny") {
        let arguments = ["deny", "--offline", "check", "bans", "licenses", "sources"];
        cargo::run(&arguments)?;
    } else {
        println!("cargo-deny is not installed; licences, bans and sources are checked without it");
    }
    let rules = tree::read("deny.toml")?;
    let mut found = lock_faults(&rules, &tree::read("Cargo.lock")?);
    found.extend(licence_faults(&rules)?);
    nothing_in(&found, "dependencies that break a rule of deny.toml")
}

fn lock_faults(rules: &str, lock: &str) -> Vec<String> {
    let banned = quoted(list(rules, "[bans]", "deny"), "crate = ");
    let mut found = Vec::new();
    for package in lock::packages(lock) {
        let named = format!("{} {}", package.name, package.version);
        if banned.contains(&package.name) {
            found.push(format!("{named} is banned"));
        }
        if !package.source.is_empty() && package.source != CRATES_IO {
            found.push(format!("{named} comes from {}", package.source));
        }
        for (name, floor) in FLOORS {
            if package.name == *name && lock::numbers(&package.version) < lock::numbers(floor) {
                found.push(format!(
                    "{named} is below {floor}: `cargo update -p {name}`"
                ));
            }
        }
    }
    found
}

fn licence_faults(rules: &str) -> Outcome<Vec<String>> {
    let allowed = quoted(list(rules, "[licenses]", "allow"), "");
    let packages = cargo::output(&[
        "tree",
        "--locked",
        "--workspace",
        "--all-features",
        "--target",
        "all",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}\t{l}",
    ])?
    .map_err(failed)?;
    let mut found: Vec<String> = packages
        .lines()
        // The mark of a package that a cycle of dev-dependencies leads back to.
        .filter_map(|line| line.trim_end_matches(" (*)").split_once('\t'))
        .filter(|(_, expression)| !licence::is_met(expression, &allowed))
        .map(|(package, expression)| format!("{package}: licence `{expression}` is not allowed"))
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// The text of the list `key` in the `section` of a TOML file, which ends at a line of `]`.
fn list<'a>(text: &'a str, section: &str, key: &str) -> &'a str {
    let start = |text: &'a str, mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    start(text, &format!("{section}\n"))
        .and_then(|rest| start(rest, &format!("\n{key} = [\n")))
        .and_then(|rest| rest.split_once("\n]"))
        .map_or("", |(list, _)| list)
}

/// The first text in quotation marks after `mark` of each line that has one.
fn quoted(list: &str, mark: &str) -> Vec<String> {
    list.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once(&format!("{mark}\"")))
        .filter_map(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[licenses]\nallow = [\n  # \"Why\"\n  \"MIT\",\n]\n\n[bans]\nwildcards = \"deny\"\ndeny = [\n  { crate = \"rsa\", reason = \"old\" },\n]\n";

    #[test]
    fn the_rules_are_read_from_deny_toml() {
        let rules = format!(
            "# about\n{}",
            RULES.replace("[licenses]\n", "[licenses]\n\n")
        );
        assert_eq!(quoted(list(&rules, "[licenses]", "allow"), ""), ["MIT"]);
        assert_eq!(quoted(list(&rules, "[bans]", "deny"), "crate = "), ["rsa"]);
    }

    #[test]
    fn a_banned_a_foreign_and_an_old_package_are_found() {
        let package = |name: &str, version: &str, source: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\n"
            )
        };
        let lock = package("rsa", "0.9.0", CRATES_IO)
            + &package("serde", "1.0.0", "git+https://example.org/serde")
            + &package("zstd", "0.13.3", CRATES_IO)
            + &package("tokio", "1.54.1", CRATES_IO);
        let found = lock_faults(RULES, &lock);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
