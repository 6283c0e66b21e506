//! Step `links`: relative links of Markdown files, with their headings.

use std::path::Path;

use crate::outcome::{Outcome, nothing_in};
use crate::tree;

pub(super) fn run() -> Outcome {
    let mut found = Vec::new();
    for file in tree::files("md")? {
        let text = tree::read(&file)?;
        for link in links(&text) {
            if !leads_somewhere(&file, &text, link) {
                found.push(format!("{}: {link}", file.display()));
            }
        }
    }
    nothing_in(&found, "links that lead nowhere")
}

fn leads_somewhere(file: &Path, text: &str, link: &str) -> bool {
    // An address with a scheme is somebody else's; a path with `::` is rustdoc's to check.
    if link.contains("://") || link.starts_with("mailto:") || link.contains("::") {
        return true;
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return has_heading(text, heading);
    }
    let target = file.parent().unwrap_or(Path::new("")).join(path);
    if !tree::root().join(&target).exists() {
        return false;
    }
    heading.is_empty() || tree::read(&target).is_ok_and(|text| has_heading(&text, heading))
}

/// The targets of `[text](target)` and `[name]: target` outside of code.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    for line in prose(text) {
        if let Some((_, target)) = line.split_once("]: ").filter(|_| line.starts_with('[')) {
            links.push(target.trim());
        }
        for (index, part) in line.split('`').enumerate() {
            // Links whose text is code span several parts: look for the closing bracket only.
            if index % 2 == 0 {
                let targets = part.split("](").skip(1);
                links.extend(targets.filter_map(|rest| Some(rest.split_once(')')?.0)));
            }
        }
    }
    links
}

fn has_heading(text: &str, anchor: &str) -> bool {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .any(|line| slug(line.trim_start_matches('#')) == anchor)
}

/// A heading as it stands in an address.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let kept = heading.trim().chars().filter(kept);
    kept.map(|c| {
        if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}

/// The lines outside of fenced code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# The log, `log.db`\n[a](b.md) and [`c`](d/e.md#f)\n```\n[not](this)\n```\nnor `[this](one)`\n[f]: g.md#h\n";

    #[test]
    fn links_are_found_outside_of_code() {
        assert_eq!(links(TEXT), ["b.md", "d/e.md#f", "g.md#h"]);
    }

    #[test]
    fn a_heading_is_found_by_its_anchor() {
        assert!(has_heading(TEXT, "the-log-logdb"));
        assert!(!has_heading(TEXT, "the-log"));
    }
}
