//! The named points between two steps, each hit in each way.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::input::Input;
use crate::program::Job;
use crate::random::Random;
use crate::truth::{Truth, audited};

const DOCUMENTS: u64 = 20_000;

/// Every point, and how often it is passed at least until [`DOCUMENTS`] are stored.
const POINTS: [(&str, u64); 15] = [
    ("polled", 40),
    ("transformed", 40),
    ("before_sink", 40),
    ("log_before_commit", 20),
    ("log_after_commit", 20),
    ("sink_partial", 10),
    ("sql_before_tx_commit", 40),
    ("sql_after_tx_commit", 40),
    ("sink_done_before_complete", 40),
    ("dlq_before_bury", 18),
    ("dlq_partial", 15),
    ("dlq_after_write", 18),
    ("dlq_buried_before_complete", 18),
    ("before_commit", 2),
    ("after_commit", 2),
];

const REACHED: &str = "crash point reached";

/// Whether the points are in the program; without, there is nothing to test.
fn armed() -> bool {
    if !cfg!(feature = "failpoints") {
        println!("did not run: needs --features failpoints");
    }
    cfg!(feature = "failpoints")
}

#[test]
fn an_abort_at_every_crash_point_loses_and_doubles_nothing() {
    if !armed() {
        return;
    }
    let mut random = Random::of("abort");
    let input = Input::generated(DOCUMENTS, 11);
    let truth = Truth::of(&input);
    assert!(truth.rejected() > 100, "vacuous: no dead letters");
    for (point, passed) in POINTS {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            data: folder.path(),
            input: &input,
        };
        let crash = format!("{point}:abort:{}", random.up_to(passed));
        let ended = job.start_with(&[], Some(&crash)).end();
        assert!(ended.said().contains(REACHED), "{crash} was not reached");
        assert_eq!(ended.status.signal(), Some(6), "{crash}: {}", ended.said());
        // Another one at once: what is mended may break again.
        let again = format!("{point}:abort:1");
        let ended = job.start_with(&[], Some(&again)).end();
        assert!(
            ended.status.success() || ended.said().contains(REACHED),
            "{again}: {}",
            ended.said()
        );
        let last = job.finish();
        println!("{crash}: then {} duplicates", last.documents("duplicates"));
        truth.check(folder.path());
    }
}

#[test]
fn a_panic_at_every_crash_point_stops_the_run_with_a_reason() {
    if !armed() {
        return;
    }
    let mut random = Random::of("panic");
    let input = Input::generated(DOCUMENTS, 12);
    let truth = Truth::of(&input);
    for (point, passed) in POINTS {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            data: folder.path(),
            input: &input,
        };
        let crash = format!("{point}:panic:{}", random.up_to(passed));
        let ended = job.start_with(&[], Some(&crash)).end();
        let said = ended.said();
        assert!(said.contains(REACHED), "{crash} was not reached");
        assert_eq!(ended.status.code(), Some(1), "{crash}: {said}");
        let mut reasons = said
            .lines()
            .filter(|line| line.starts_with("full_pipeline: "));
        assert!(
            reasons.any(|reason| reason.contains("panicked")),
            "{crash} has no reason: {said}"
        );
        job.finish();
        truth.check(folder.path());
    }
}

/// The log has accepted what a later run rejects, so that its documents are dead letters.
#[test]
fn what_is_rejected_on_its_way_out_of_the_log_is_buried_in_spite_of_crashes() {
    if !armed() {
        return;
    }
    // None is faulty: a dead letter of the input would wait for the store, which stalls.
    let input = Input::Generated {
        documents: DOCUMENTS,
        seed: 15,
        faulty: 0,
    };
    let folder = tempfile::tempdir().unwrap();
    let job = Job {
        data: folder.path(),
        input: &input,
    };
    let crash = |words: &[&str], crash: &str| {
        let ended = job.start_with(words, Some(crash)).end();
        assert!(ended.said().contains(REACHED), "{crash} was not reached");
        assert_eq!(ended.status.signal(), Some(6), "{crash}: {}", ended.said());
    };
    // The drain stands still while the log fills, and has stored next to nothing.
    let mut first = job.start_with(&[], Some("sink_partial:stall 60000:2"));
    assert!(first.says(REACHED));
    let appended = folder.path().join("log.db-wal");
    while std::fs::metadata(&appended).unwrap().len() < 2 << 20 {
        assert!(first.is_alive());
        std::thread::yield_now();
    }
    assert!(first.kill());
    let strict = ["--policy", "strict"];
    crash(&strict, "dlq_partial:abort:2");
    crash(&strict, "dlq_after_write:abort:3");
    crash(&strict, "dlq_buried_before_complete:abort:3");
    let ended = job.start_with(&strict, None).end();
    assert!(ended.status.success(), "{}", ended.said());
    let report = audited(folder.path());
    assert!(report.is_clean(), "{report}");
    assert!(report.buried > 100, "vacuous: {report}");
    assert_eq!(report.accepted, report.stored + report.buried, "{report}");
    println!("strict after retail:\n{report}");
}

#[test]
fn a_stall_ends_by_itself_or_with_kill_9() {
    if !armed() {
        return;
    }
    let mut random = Random::of("stall");
    let input = Input::generated(DOCUMENTS, 13);
    let truth = Truth::of(&input);
    for point in ["polled", "sql_before_tx_commit", "dlq_partial"] {
        for (stall, ends) in [("stall 500", true), ("stall 60000", false)] {
            let folder = tempfile::tempdir().unwrap();
            let job = Job {
                data: folder.path(),
                input: &input,
            };
            let crash = format!("{point}:{stall}:{}", random.up_to(8));
            let mut running = job.start_with(&[], Some(&crash));
            assert!(running.says(REACHED), "{crash} was not reached");
            if ends {
                let ended = running.end();
                assert!(ended.status.success(), "{crash}: {}", ended.said());
            } else {
                assert!(running.kill(), "{crash} had ended");
                job.finish();
            }
            truth.check(folder.path());
        }
    }
}

#[test]
fn a_process_that_wakes_up_after_another_took_over_does_no_harm() {
    if !armed() {
        return;
    }
    let input = Input::generated(DOCUMENTS, 14);
    let truth = Truth::of(&input);
    let folder = tempfile::tempdir().unwrap();
    let job = Job {
        data: folder.path(),
        input: &input,
    };
    // The third write is of either pipeline.
    let mut first = job.start_with(&[], Some("before_sink:stall 4000:3"));
    assert!(first.says(REACHED));
    let second = job.start().end();
    assert_eq!(second.status.code(), Some(1), "{}", second.said());
    let refused = second.said().contains("another run works in the folder");
    assert!(refused, "{}", second.said());
    assert!(first.is_alive(), "vacuous: the first has ended");
    // It is fenced, or it goes on where it may: either is told by the audit.
    first.end();
    job.finish();
    truth.check(folder.path());
}

/// The points in the sources, in the list of these tests, and in the documentation.
#[test]
fn the_crash_points_of_the_code_are_tested_and_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut in_code = BTreeSet::new();
    for package in ["docstream-core", "docstream-sqlite"] {
        collect(&root.join(package).join("src"), &mut in_code);
    }
    let tested: BTreeSet<String> = POINTS.map(|(name, _)| name.to_owned()).into();
    assert_eq!(in_code, tested);
    let guarantees = std::fs::read_to_string(root.join("docs/guarantees.md")).unwrap();
    let section = guarantees.split("### Crash points").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<String> = rows
        .map(|row| row.split('`').next().unwrap().to_owned())
        .collect();
    assert_eq!(documented, tested);
}

fn collect(folder: &Path, points: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, points);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let calls = text.split("crash_point(\"").skip(1);
            points.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
        }
    }
}
