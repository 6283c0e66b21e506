//! `Cargo.lock`, as far as the checks need it.

/// One package of the lock file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where it comes from; empty for a package of this workspace.
    pub(crate) source: String,
}

/// The packages of a lock file.
pub(crate) fn packages(text: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for line in text.lines() {
        if line == "[[package]]" {
            packages.push(Package::default());
        }
        let Some(package) = packages.last_mut() else {
            continue;
        };
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        let value = value.trim_matches('"').to_owned();
        match key {
            "name" => package.name = value,
            "version" => package.version = value,
            "source" => package.source = value,
            _ => {}
        }
    }
    packages
}

/// The numbers of a version, for comparing; a pre-release counts as its release.
pub(crate) fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_their_source() {
        let text = "version = 4\n\n[[package]]\nname = \"zstd\"\nversion = \"0.13.4\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"docstream\"\nversion = \"0.1.0\"\ndependencies = [\n \"zstd\",\n]\n";
        let packages = packages(text);
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].source, "registry+x");
        assert_eq!(
            (packages[1].name.as_str(), packages[1].source.as_str()),
            ("docstream", "")
        );
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("0.13.10") > numbers("0.13.4"));
        assert!(numbers("2.0.16+zstd.1.5.7") > numbers("2.0.9"));
    }
}
