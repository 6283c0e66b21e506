//! Files that are read together.

use std::path::PathBuf;

use super::Survey;
use super::hashing::Hash;

/// A survey, and the hashes of the file at the lengths that the registry knows.
pub(crate) type Candidate = (Survey, Vec<(u64, Hash)>);

/// The files to read, each with an identity of its own. A file is left out only if
/// another one holds every byte of it, which is noted there.
pub(crate) fn settle(files: Vec<Candidate>) -> Vec<Survey> {
    let mut distinct: Vec<Candidate> = Vec::new();
    for (survey, passed) in files {
        let same = |(other, _): &&mut Candidate| other.sha256 == survey.sha256;
        match distinct.iter_mut().find(same) {
            Some((other, _)) => other.left_out.push(survey.path),
            None => distinct.push((survey, passed)),
        }
    }
    let mut settled: Vec<Survey> = Vec::new();
    let mut earlier: Vec<(Hash, PathBuf)> = Vec::new();
    for (survey, _) in &distinct {
        let mut survey = survey.clone();
        let grown = longest(&distinct, survey.identity);
        match grown {
            Some((grown, _)) if grown.sha256 == survey.sha256 => settled.push(survey),
            Some((grown, passed)) if passed.contains(&(survey.bytes, survey.sha256)) => {
                earlier.push((grown.sha256, survey.path));
                earlier.extend(survey.left_out.drain(..).map(|path| (grown.sha256, path)));
            }
            _ => {
                // Only one file can be what another one grew to.
                survey.identity = survey.sha256;
                survey.grown_from = None;
                survey.open_ends.clear();
                settled.push(survey);
            }
        }
    }
    for survey in &mut settled {
        let of_it = earlier.iter().filter(|(hash, _)| *hash == survey.sha256);
        survey.left_out.extend(of_it.map(|(_, path)| path.clone()));
    }
    settled
}

/// The longest file of an identity, the first of them.
fn longest(files: &[Candidate], identity: Hash) -> Option<&Candidate> {
    let files = files.iter().filter(|(file, _)| file.identity == identity);
    files.rev().max_by_key(|(file, _)| file.bytes)
}
