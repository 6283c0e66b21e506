//! Random values from the system.

use std::fs::File;
use std::io::Read;

use crate::outcome::{Outcome, failed};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// So many letters and digits.
pub(super) fn text(length: usize) -> Outcome<String> {
    let mut bytes = vec![0; length];
    fill(&mut bytes)?;
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    Ok(bytes.into_iter().map(letter).collect())
}

pub(super) fn number() -> Outcome<u16> {
    let mut bytes = [0; 2];
    fill(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes))
}

fn fill(bytes: &mut [u8]) -> Outcome {
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(bytes))
        .map_err(|error| failed(format!("cannot read /dev/urandom: {error}")))
}
