//! What the command line promises: exit codes, what is printed where, and that a run which
//! was stopped goes on.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use docstream::queries::InvoiceQueries;
use docstream::sqlite::{InvoiceStore, Log, LogOptions, StoreOptions, audit};
use docstream::{AuditReport, DocId};
use docstream_testkit::generator::{Generator, Poison};
use serde_json::Value;

use common::{Ended, Run, counts};

/// So many documents that the run can be met while it is busy.
const MANY: u64 = 150_000;

fn generated(data: &Path, documents: u64) -> Run {
    let documents = documents.to_string();
    Run::new(data)
        .with("--documents", documents)
        .with("--faulty", "0")
}

/// Waits until the run has stored something.
fn until_busy(child: &mut Child, data: &Path) {
    let grown = |name: &str| fs::metadata(data.join(name)).is_ok_and(|file| file.len() > 1 << 20);
    while !grown("store.db-wal") && !grown("store.db") {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it could be met"
        );
        std::thread::yield_now();
    }
}

fn audited(data: &Path) -> AuditReport {
    let log = Log::open(data.join("log.db"), LogOptions::default()).unwrap();
    let store = InvoiceStore::open(data.join("store.db"), StoreOptions::default()).unwrap();
    let report = audit(&log, &store).unwrap();
    assert!(report.is_clean(), "{report}");
    report
}

fn terminate(child: &Child) {
    let sent = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn wrong_options_are_told_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (option, value, words) in [
        ("--nonsense", "1", &["--nonsense"][..]),
        ("--limit", "many", &["--limit"]),
        ("--date-order", "ymd", &["infer", "mdy", "dmy", "iso"]),
        (
            "--encoding",
            "ebcdic",
            &["utf-8", "latin-1", "windows-1252"],
        ),
        ("--policy", "lax", &["retail", "strict"]),
        ("--partitions", "0", &["--partitions"]),
        ("--faulty", "1000001", &["--faulty"]),
        (
            "--buffer",
            "kafka://localhost:9092/topic",
            &["--buffer", "feature `kafka`", "sqlite:PATH"],
        ),
        (
            "--store",
            "mongodb://localhost/retail",
            &["--store", "feature `mongo`", "sqlite:PATH"],
        ),
        (
            "--store",
            "postgres://localhost/retail",
            &["feature `postgres`"],
        ),
        ("--buffer", "log.db", &["--buffer", "expected sqlite:PATH"]),
        ("--buffer", "sqlite:", &["expected sqlite:PATH"]),
        ("--store", "sqlite://data/x.db", &["without //"]),
    ] {
        let ended = Run::new(&data).with(option, value).ended();
        ended.failed(2, words);
        assert_eq!(ended.stdout, "", "{option} {value}");
        assert!(!data.exists(), "{option} {value}");
    }
    let both = Run::new(&data)
        .input("a.csv")
        .with("--documents", "1")
        .ended();
    both.failed(2, &["--documents", "--input"]);
    let nowhere = Run::new(Path::new("/proc/nowhere/data")).ended();
    nowhere.failed(2, &["/proc/nowhere/data"]);
}

#[test]
fn the_input_is_no_place_for_rejects_by_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in/../in.ndjson");
    fs::create_dir(folder.path().join("in")).unwrap();
    with_faults(&input, 2);
    let before = fs::read(&input).unwrap();
    for (input, rejects) in [("in/../in.ndjson", "in.ndjson"), ("in", "in/new.ndjson")] {
        let run = Run::new(&folder.path().join("data")).input(folder.path().join(input));
        let ended = run.with("--rejects", folder.path().join(rejects)).ended();
        ended.failed(2, &["--rejects", "another file than that of --input"]);
    }
    assert_eq!(fs::read(&input).unwrap(), before);
}

#[test]
fn help_tells_every_option_and_exit_code() {
    let ended = Run::bare().flag("--help").ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for option in [
        "--input",
        "--date-order",
        "--encoding",
        "--documents",
        "--seed",
        "--data",
        "--buffer",
        "--store",
        "--policy",
        "--partitions",
        "--rejects",
        "--limit",
        "--group",
        "--quiet",
        "--json",
        "Exit codes: 0 done; 1 stopped",
    ] {
        assert!(ended.stdout.contains(option), "{option}");
    }
}

#[test]
fn json_is_one_object_and_the_report_is_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        Run::bare()
            .with("--data", folder.path())
            .with("--documents", "500")
    };
    let ended = run().flag("--json").flag("--quiet").ended();
    let answer = ended.answer();
    assert_eq!(ended.stderr, "");
    assert_eq!(ended.stdout.lines().count(), 1);
    for name in [
        "documents",
        "rejections",
        "sales",
        "invoices",
        "customers",
        "products",
        "cancelled",
        "top_products",
        "elapsed_s",
        "documents_per_s",
        "peak_rss_mb",
    ] {
        assert!(!answer[name].is_null(), "{name}");
    }
    assert!(answer["sales"]["net"].is_string(), "money is exact");
    let report = run().flag("--quiet").ended();
    assert_eq!((report.code, report.stderr.as_str()), (Some(0), ""));
    for words in [
        "net sales",
        "Top products by net",
        "nothing is stored twice",
    ] {
        assert!(report.stdout.contains(words), "{}", report.stdout);
    }
}

#[test]
fn a_run_that_is_asked_to_stop_says_where_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut child = generated(data, MANY).started();
    until_busy(&mut child, data);
    terminate(&child);
    let ended = Ended::new(child.wait_with_output().unwrap());
    ended.failed(
        1,
        &[
            "finishing what is in flight",
            "interrupted after",
            "run it again to go on",
        ],
    );
    let stopped = ended.json();
    let [read, .., stored, _, _] = counts(&stopped);
    assert!(stored < MANY && stored > 0, "{stored}");
    for number in [read, stored] {
        assert!(
            ended.stderr.contains(&number.to_string()),
            "{}",
            ended.stderr
        );
    }
    let report = audited(data);
    assert_eq!(report.pending, report.accepted - report.stored, "{report}");
    let rest = generated(data, MANY).answer();
    assert_eq!(counts(&rest)[3], MANY - stored);
    assert_eq!(audited(data).pending, 0);

    let other = tempfile::tempdir().unwrap();
    let at_once = generated(other.path(), MANY).answer();
    for name in [
        "sales",
        "lines",
        "invoices",
        "customers",
        "products",
        "top_products",
    ] {
        assert_eq!(rest[name], at_once[name], "{name}");
    }
}

#[cfg(feature = "failpoints")]
#[test]
fn a_second_signal_stops_at_once_and_nothing_is_lost() {
    use std::io::{BufRead, BufReader, Read};

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    // The store stands still in a commit, so that what is in flight cannot be finished.
    let mut child = generated(data, 20_000)
        .stalled("sql_before_tx_commit", 3)
        .started();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut until = |words: &str| {
        let line = told
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(words));
        assert!(line.is_some(), "{words}");
    };
    until("crash point reached");
    terminate(&child);
    until("a second signal stops at once");
    terminate(&child);
    until("run it again to go on");
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let mut stdout = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    assert_eq!(stdout, "");
    assert_eq!(generated(data, 20_000).answer()["lines"], 20_000);
}

#[test]
fn a_second_run_on_the_same_data_is_told_and_does_not_disturb_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut first = generated(data, MANY).started();
    until_busy(&mut first, data);
    let process = format!("process {}", first.id());
    let second = generated(data, MANY).ended();
    second.failed(1, &["another run works in the folder", &process, "--data"]);
    assert_eq!(second.stdout, "");
    let first = Ended::new(first.wait_with_output().unwrap()).answer();
    assert_eq!(counts(&first), [MANY, MANY, 0, MANY, 0, 0]);
    assert_eq!(first["lines"], MANY);
}

/// A file of `good` documents with a negative price after each but the last.
fn with_faults(path: &Path, good: u64) {
    let generator = Generator::new(8);
    let mut file = Vec::new();
    for k in 0..good {
        generator.write_json(k, &mut file);
        file.push(b'\n');
        if k + 1 < good {
            file.extend(generator.spoiled(k + good, Poison::NegativePrice).body);
            file.push(b'\n');
        }
    }
    fs::write(path, file).unwrap();
}

#[test]
fn a_limited_run_goes_on_where_the_last_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (data, input) = (folder.path().join("data"), folder.path().join("in.ndjson"));
    with_faults(&input, 126);
    let run = || {
        Run::new(&data)
            .input(&input)
            .with("--limit", "100")
            .answer()
    };
    assert_eq!(counts(&run()), [100, 50, 50, 50, 0, 0]);
    assert_eq!(counts(&run()), [100, 50, 50, 50, 0, 0]);
    assert_eq!(counts(&run()), [51, 26, 25, 26, 0, 0]);
    // All is read: from the start again.
    let again = run();
    assert_eq!(counts(&again), [100, 50, 50, 0, 50, 0]);
    assert_eq!(again["lines"], 126);
}

#[test]
fn a_reader_of_the_report_may_go_away() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::new(&folder.path().join("data")).with("--documents", "1000");
    let mut child = run.started();
    drop(child.stdout.take());
    let ended = Ended::new(child.wait_with_output().unwrap());
    assert_eq!(
        (ended.code, ended.stderr.contains("panicked")),
        (Some(0), false)
    );
}

#[test]
fn a_limited_run_of_the_generator_goes_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |limit: &str| {
        let run = Run::new(&data).with("--documents", "150");
        counts(&run.with("--faulty", "0").with("--limit", limit).answer())
    };
    assert_eq!(run("100"), [100, 100, 0, 100, 0, 0]);
    assert_eq!(run("100"), [50, 50, 0, 50, 0, 0]);
    assert_eq!(run("100"), [100, 100, 0, 0, 100, 0]);
}

#[test]
fn rejected_documents_are_mended_and_given_back_under_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let data = path("data");
    with_faults(&path("in.ndjson"), 20);
    let run = |input: &str| Run::new(&data).input(path(input));
    let first = run("in.ndjson")
        .with("--rejects", path("rejects.ndjson"))
        .answer();
    assert_eq!(counts(&first), [39, 20, 19, 20, 0, 0]);

    // Not mended: refused again, and nothing else happens.
    let same = run("rejects.ndjson").answer();
    assert_eq!(counts(&same), [19, 0, 19, 0, 0, 0]);

    let mut ids = Vec::new();
    let mut mended = String::new();
    for line in fs::read_to_string(path("rejects.ndjson")).unwrap().lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        ids.push(line["id"].as_str().unwrap().parse::<DocId>().unwrap());
        assert_eq!(line["errors"][0]["pointer"], "/UnitPrice");
        let raw = line["raw"].as_str().unwrap();
        line["raw"] = raw.replace("\"UnitPrice\":-", "\"UnitPrice\":").into();
        mended.push_str(&line.to_string());
        mended.push('\n');
    }
    fs::write(path("mended.ndjson"), mended).unwrap();
    let given_back = run("mended.ndjson").answer();
    assert_eq!(counts(&given_back), [19, 19, 0, 19, 0, 0]);
    assert_eq!(given_back["lines"], 39);
    assert!(all_stored(&data.join("store.db"), &ids));

    let twice = run("mended.ndjson").answer();
    assert_eq!(counts(&twice), [19, 19, 0, 0, 19, 0]);
    assert_eq!(twice["lines"], 39);
}

#[test]
fn the_order_of_dates_is_told_from_mended_rows_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let rows = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        536365,85123A,RED BAG,six,12/13/2010 8:26,2.55,17850,France\n\
        536366,85123A,RED BAG,six,12/1/2010 8:26,2.55,17850,France\n";
    fs::write(path("in.csv"), rows).unwrap();
    let run = |input: &str| Run::new(&path("data")).input(path(input));
    let first = run("in.csv").with("--rejects", path("rejects.ndjson"));
    assert_eq!(counts(&first.answer()), [2, 0, 2, 0, 0, 0]);

    let rejects = fs::read_to_string(path("rejects.ndjson")).unwrap();
    let mended = rejects.replace(",six,", ",6,");
    fs::write(path("mended.ndjson"), &mended).unwrap();
    let answer = run("mended.ndjson").answer();
    assert_eq!(counts(&answer), [2, 2, 0, 2, 0, 0]);
    assert_eq!(answer["sales"]["by_month"]["2010-12"], "30.60");

    // The second row alone does not tell.
    fs::write(path("one.ndjson"), mended.lines().nth(1).unwrap()).unwrap();
    run("one.ndjson").ended().failed(2, &["--date-order"]);
}

#[tokio::main]
async fn all_stored(store: &Path, ids: &[DocId]) -> bool {
    let store = InvoiceStore::open(store, StoreOptions::default()).unwrap();
    for id in ids {
        if store.document(*id).await.unwrap().is_none() {
            return false;
        }
    }
    !ids.is_empty()
}

#[test]
fn the_number_of_partitions_is_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let run = |partitions: &str| generated(folder.path(), 100).with("--partitions", partitions);
    assert_eq!(run("3").answer()["lines"], 100);
    run("4")
        .ended()
        .failed(2, &["the log has 3 partitions, not 4", "log.db"]);
    assert_eq!(counts(&run("3").answer()), [100, 100, 0, 0, 100, 0]);
    assert_eq!(counts(&generated(folder.path(), 100).answer())[4], 100);
}

#[test]
fn another_group_reads_the_log_again_and_stores_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let first = generated(folder.path(), 1_000).answer();
    let other = generated(folder.path(), 1_000)
        .with("--group", "other")
        .answer();
    let [.., stored, duplicates, dead] = counts(&other);
    assert_eq!((stored, dead), (0, 0));
    assert_eq!(duplicates, 1_000, "each document of the input once");
    assert_eq!(other["sales"], first["sales"]);
    assert_eq!(other["lines"], 1_000);
}

#[test]
fn the_same_group_fills_another_store_and_one_that_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let run = || Run::new(data).with("--documents", "1000");
    let first = run().answer();
    let stored = counts(&first)[3];
    assert!(stored > 900, "vacuous: {stored}");

    let two = format!("sqlite:{}", data.join("two.db").display());
    let other = run().with("--store", two).answer();
    assert_eq!(counts(&other)[3], stored);
    assert_eq!(other["sales"], first["sales"]);

    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        // Only the first is certain to be there after a clean end.
        let _ = fs::remove_file(data.join(file));
    }
    assert!(!data.join("store.db").exists());
    let again = run().answer();
    assert_eq!(counts(&again)[3], stored);
    assert_eq!(again["sales"], first["sales"]);
    assert_eq!(counts(&run().answer())[3], 0);
}

/// SIGTERM while standard input is idle, before anything is accepted.
#[test]
fn a_signal_ends_the_survey_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Run::new(folder.path()).idle_stdin().started();
    let idle = child.stdin.take();
    while !folder.path().join("run.lock").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    terminate(&child);
    let ended = Ended::new(child.wait_with_output().unwrap());
    drop(idle);
    ended.failed(1, &["before anything was accepted"]);
}
