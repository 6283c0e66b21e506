//! `kill -9` at random moments.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::input::{Input, in_ci};
use crate::program::Job;
use crate::random::Random;
use crate::truth::Truth;

/// Kills in all, spread over so many runs of the whole input.
const KILLS: u32 = 50;
const ROUNDS: u32 = 2;

/// After how many kills it is looked at what there is.
const LOOK_EVERY: u32 = 5;

#[test]
fn a2_kill_9_at_random_moments() {
    let mut random = Random::of("a2");
    let input = Input::real_file().unwrap_or_else(|| {
        assert!(
            !in_ci(),
            "the real file is not there: set DOCSTREAM_RETAIL_CSV"
        );
        println!("a2: no real file (set DOCSTREAM_RETAIL_CSV): 300,000 generated documents");
        Input::generated(300_000, 2)
    });
    let truth = Truth::of(&input);
    let pace = Pace::measure(&input, &truth);
    println!("a2: {pace:?}");
    let mut kills = 0;
    for round in 1..=ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            data: folder.path(),
            input: &input,
        };
        let began = Instant::now();
        let mut seen = vec![(0, 0)];
        let mut hits = 0;
        while hits < KILLS / ROUNDS {
            let running = job.start();
            std::thread::sleep(pace.life(&mut random));
            if !running.kill() {
                // It was faster than measured: what is left is killed in the next round.
                break;
            }
            hits += 1;
            if hits % LOOK_EVERY == 0 {
                seen.push(progress(folder.path()));
            }
        }
        let last = job.finish();
        println!(
            "a2: round {round}: {hits} kills, (accepted, stored) {seen:?}, then {} read, {} stored, \
             {} duplicates; {:.1} s",
            last.documents("read"),
            last.documents("stored"),
            last.documents("duplicates"),
            began.elapsed().as_secs_f64()
        );
        truth.check(folder.path());
        assert!(seen.is_sorted(), "something went back: {seen:?}");
        let middles = seen.iter().filter(|(accepted, _)| *accepted > 0).count();
        assert!(middles >= 2, "vacuous: no kill in the middle of the run");
        kills += hits;
    }
    assert!(kills >= KILLS * 4 / 5, "vacuous: {kills} kills hit");
}

/// How long a run takes that nothing disturbs.
#[derive(Debug)]
struct Pace {
    /// Until the first document is through.
    start: Duration,
    /// For all documents.
    rest: Duration,
}

impl Pace {
    fn measure(input: &Input, truth: &Truth) -> Self {
        let timed = |words: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            let job = Job {
                data: folder.path(),
                input,
            };
            let began = Instant::now();
            let ended = job.start_with(words, None).end();
            let took = began.elapsed();
            assert!(ended.status.success(), "{}", ended.said());
            (folder, took)
        };
        let (_, start) = timed(&["--limit", "1"]);
        let (folder, all) = timed(&[]);
        truth.check(folder.path());
        Self {
            start,
            rest: all.saturating_sub(start),
        }
    }

    /// How long a process may live: some die while they start, most while they work,
    /// and all of a round together do about the whole work.
    fn life(&self, random: &mut Random) -> Duration {
        if random.up_to(8) == 1 {
            return random.time(self.start);
        }
        self.start + random.time(self.rest * 2 * ROUNDS / KILLS)
    }
}

/// How many documents are accepted and stored. Looks at a copy: to open the files
/// would mend them before the program has to.
fn progress(data: &Path) -> (u64, u64) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["log.db", "log.db-wal", "store.db", "store.db-wal"] {
        let from = data.join(name);
        if from.exists() {
            std::fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    let count = |file: &str, sql: &str| -> u64 {
        let conn = Connection::open(copy.path().join(file)).unwrap();
        // Killed before the tables were made, there is nothing.
        conn.query_row(sql, [], |row| row.get::<_, i64>(0))
            .map_or(0, |count| count as u64)
    };
    (
        count(
            "log.db",
            "SELECT coalesce(sum(next), 0) FROM log_partitions",
        ),
        count("store.db", "SELECT count(*) FROM invoice_lines"),
    )
}
