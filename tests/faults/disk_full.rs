//! A file system without room left.

use crate::input::{Input, in_ci};
use crate::mounts::Mount;
use crate::program::Job;
use crate::truth::Truth;

const SMALL: &str = "6m";
const LARGE: &str = "512m";

/// A small file system, `None` where none can be mounted.
fn small() -> Option<Mount> {
    match Mount::memory(SMALL) {
        Ok(mount) => Some(mount),
        Err(error) => {
            assert!(!in_ci(), "a full disk cannot be tested: {error}");
            println!("DID NOT RUN: A FULL DISK CANNOT BE TESTED HERE: {error}");
            None
        }
    }
}

/// None is faulty, so that every dead letter would be one of the disk.
fn input(seed: u64) -> Input {
    Input::Generated {
        documents: 60_000,
        seed,
        faulty: 0,
    }
}

#[test]
fn a_full_disk_is_waited_for_and_buries_nothing() {
    let Some(disk) = small() else { return };
    let input = input(21);
    let truth = Truth::of(&input);
    let job = Job {
        data: disk.path(),
        input: &input,
    };
    let mut running = job.start();
    assert!(running.says("will be tried again"), "it did not wait");
    // Both pipelines write to this disk.
    assert!(running.says("full"), "it does not say why");
    assert!(running.is_alive());
    disk.resize(LARGE);
    let ended = running.end();
    assert!(ended.status.success(), "{}", ended.said());
    println!("{}", ended.said());
    truth.check(disk.path());
}

#[test]
fn killed_on_a_full_disk_it_goes_on_once_there_is_room() {
    let Some(disk) = small() else { return };
    let input = input(22);
    let truth = Truth::of(&input);
    let job = Job {
        data: disk.path(),
        input: &input,
    };
    let mut running = job.start_with(&["--quiet"], None);
    assert!(running.says("will be tried again"), "it did not wait");
    assert!(running.says("full"), "it does not say why");
    assert!(running.kill(), "it had ended");
    disk.resize(LARGE);
    job.finish();
    truth.check(disk.path());
}
