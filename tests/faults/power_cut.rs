//! Power cuts: a copy of a file system's image has what was flushed and nothing else.
//!
//! The process is killed first, so that nothing is written while the image is copied;
//! what the kernel still holds of the mounted file system is not in the copy.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use docstream::sqlite::{Durability, Log, LogOptions};
use docstream::{Batch, DocId, Epoch, Incoming, Offset, Partition, Raw, Sink, SourceId, Write};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::input::{Input, in_ci};
use crate::mounts::{Mount, is_root, make_image};
use crate::program::Job;
use crate::random::Random;
use crate::truth::Truth;

const CUTS: u32 = 5;
const MEGABYTES: u64 = 192;

/// Where the child finds its log, and how durable it has to be.
const LOG: &str = "DOCSTREAM_POWER_CUT_LOG";
const NORMAL: &str = "DOCSTREAM_POWER_CUT_NORMAL";

/// A disk whose power can be cut.
struct Disk {
    folder: TempDir,
    image: PathBuf,
    mount: Mount,
}

impl Disk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let made = make_image(folder.path(), MEGABYTES).and_then(|image| {
            let mount = Mount::image(&image)?;
            Ok((image, mount))
        });
        match made {
            Ok((image, mount)) => Some(Self {
                folder,
                image,
                mount,
            }),
            Err(error) => {
                assert!(
                    !(in_ci() && is_root()),
                    "power cuts cannot be tested: {error}"
                );
                println!("DID NOT RUN: POWER CUTS CANNOT BE TESTED HERE: {error}");
                None
            }
        }
    }

    /// What is on the disk after a power cut now, mounted.
    fn cut(&self) -> Mount {
        let copy = self.folder.path().join("copy.img");
        let copied = Command::new("cp")
            .arg("--sparse=always")
            .args([&self.image, &copy])
            .status();
        assert!(copied.unwrap().success());
        Mount::image(&copy).unwrap()
    }
}

#[test]
fn f3_what_the_log_has_confirmed_survives_a_power_cut() {
    let mut random = Random::of("f3");
    for cut in 1..=CUTS {
        let Some(disk) = Disk::new() else { return };
        let confirmed = append_until(&disk, random.time(Duration::from_millis(700)), false);
        let after = disk.cut();
        let there = ids(after.path());
        let lost = confirmed.difference(&there).count();
        println!(
            "f3: cut {cut}: {} confirmed, {} on the disk",
            confirmed.len(),
            there.len()
        );
        assert!(confirmed.len() >= 20, "vacuous: too little was appended");
        assert_eq!(lost, 0, "cut {cut}");
    }
}

/// The control: without flushes the same cuts do lose documents, and break nothing.
#[test]
fn f3_control_a_log_that_does_not_flush_loses_documents_in_a_power_cut() {
    let mut random = Random::of("f3 control");
    let mut lost = 0;
    for _ in 1..=CUTS {
        let Some(disk) = Disk::new() else { return };
        let confirmed = append_until(&disk, random.time(Duration::from_millis(700)), true);
        let there = ids(disk.cut().path());
        lost += confirmed.difference(&there).count();
    }
    println!("f3 control: {lost} lost");
    assert!(lost > 0, "the cuts of these tests cut nothing");
}

#[test]
fn d7_log_and_store_go_on_after_a_power_cut() {
    let mut random = Random::of("d7");
    let input = Input::generated(40_000, 41);
    let truth = Truth::of(&input);
    let mut middles = 0;
    for cut in 1..=CUTS {
        let Some(disk) = Disk::new() else { return };
        let job = Job {
            data: disk.mount.path(),
            input: &input,
        };
        let running = job.start();
        std::thread::sleep(random.time(Duration::from_millis(1_500)));
        let in_time = running.kill();
        let after = disk.cut();
        let job = Job {
            data: after.path(),
            input: &input,
        };
        let ended = job.finish();
        let read = ended.documents("read");
        middles += u32::from(in_time && (1..40_000).contains(&read));
        println!(
            "d7: cut {cut}{}: then {} read, {} stored, {} duplicates",
            if in_time { "" } else { " (at the end)" },
            read,
            ended.documents("stored"),
            ended.documents("duplicates")
        );
        truth.check(after.path());
    }
    assert!(middles > 0, "vacuous: no cut in the middle of the run");
}

/// Has a child append to a log on `disk`, kills it `time` after its first append was
/// confirmed, and gives the ids that it had confirmed.
fn append_until(disk: &Disk, time: Duration, normal: bool) -> HashSet<DocId> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "power_cut::the_child_that_appends",
            "--exact",
            "--nocapture",
        ])
        .env(LOG, disk.mount.path().join("log.db"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if normal {
        command.env(NORMAL, "1");
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut confirmed = HashSet::new();
    let mut note = |line: &str| {
        let Some(words) = line.strip_prefix("confirmed ") else {
            return false;
        };
        let mut numbers = words.split(' ').map(|word| word.parse::<u64>().unwrap());
        let [stream, from, to] = [(); 3].map(|()| numbers.next().unwrap());
        confirmed.extend((from..to).map(|position| source(stream).doc(position)));
        true
    };
    for line in lines.by_ref() {
        if note(&line.unwrap()) {
            break;
        }
    }
    let killer = std::thread::spawn(move || {
        std::thread::sleep(time);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    for line in lines {
        note(&line.unwrap());
    }
    killer.join().unwrap();
    confirmed
}

fn ids(folder: &Path) -> HashSet<DocId> {
    let path = folder.join("log.db");
    let mut ids = HashSet::new();
    let log = Log::open(&path, LogOptions::default()).unwrap();
    log.scan_ids(|entry| {
        assert!(ids.insert(entry.id), "{} is there twice", entry.id);
        ControlFlow::Continue(())
    })
    .unwrap();
    drop(log);
    let conn = Connection::open(&path).unwrap();
    let sound: String = conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    ids
}

fn source(stream: u64) -> SourceId {
    SourceId::new("default", "power cut", &[&stream.to_be_bytes()])
}

/// Not a test but the process that [`append_until`] starts and kills.
#[test]
fn the_child_that_appends() {
    let Some(path) = std::env::var_os(LOG) else {
        return;
    };
    let durability = match std::env::var_os(NORMAL) {
        Some(_) => Durability::Normal,
        None => Durability::Full,
    };
    let log = Log::open(path, LogOptions::default().durability(durability)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let streams = (0..3).map(|stream| runtime.spawn(append_for_ever(log.clone(), stream)));
    let streams: Vec<_> = streams.collect();
    for stream in streams {
        runtime.block_on(stream).unwrap();
    }
}

async fn append_for_ever(log: Log, stream: u64) {
    let partition = Partition::new(format!("test:{stream}"));
    let (mut from, body) = (0, [b'x'; 200]);
    loop {
        let to = from + 1 + (from * 7 + stream) % 40;
        let mut batch = Batch::builder(partition.clone(), Epoch(1), Offset(from));
        for position in from..to {
            let id = source(stream).doc(position);
            batch.push(Incoming::new(id, Offset(position), &body), Raw::Bytes);
        }
        let report = log.write(Write::all(batch.finish())).await.unwrap();
        assert_eq!(u64::from(report.written), to - from);
        let line = format!("confirmed {stream} {from} {to}\n");
        // In one piece: less than a pipe takes at once.
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        std::io::stdout().flush().unwrap();
        from = to;
    }
}
