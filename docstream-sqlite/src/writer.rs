//! One thread that owns the write connection, and its group commit.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use docstream_core::{Class, Error, Result, crash_point};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::classify;

/// How many jobs may wait; a sender waits beyond that.
const QUEUE: usize = 256;

/// Runs jobs against one connection, each all or nothing.
///
/// There is no linger: the thread takes every job that queued while the last commit
/// ran, runs each in a savepoint of one transaction, commits once and answers all.
/// So one fsync serves as many callers as there are.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the thread that owns `conn` from now on.
    pub(crate) fn start(conn: Connection) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("docstream-sqlite".to_owned())
            .spawn(move || serve(&conn, queue))
            .map_err(|error| {
                Error::transient("start the writer", "cannot start a thread").caused_by(error)
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction, committed before this ends with `Ok`. An error
    /// of `work` undoes what it did and nothing else.
    ///
    /// Cancel safe in that a job is done as a whole or not at all.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Task {
            work: Some(work),
            result: None,
            answer,
        });
        let Some(jobs) = &self.jobs else {
            return Err(gone());
        };
        jobs.send(job).await.map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(cut_off()))
    }
}

impl Drop for Writer {
    /// Waits for the jobs that are queued: they were promised.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been answered to its callers as `gone`.
            let _ = thread.join();
        }
    }
}

/// No repetition brings the thread back: only a new start does.
fn gone() -> Error {
    let message = "the thread that writes has panicked: start the program again";
    Error::bug("write to the database", message)
}

/// The thread went while it had the job.
fn cut_off() -> Error {
    let message = "the thread that writes panicked before it answered";
    Error::unknown("write to the database", message)
}

/// A job with the type of its result erased.
trait Job: Send {
    /// Does the work; `false` if it has to be undone.
    fn run(&mut self, conn: &Connection) -> bool;
    /// Tells the caller: the result of the work, or that it came to nothing.
    fn answer(self: Box<Self>, failure: Option<&Failure>);
}

struct Task<W, R> {
    work: Option<W>,
    result: Option<Result<R>>,
    answer: oneshot::Sender<Result<R>>,
}

impl<R: Send, W: FnOnce(&Connection) -> Result<R> + Send> Job for Task<W, R> {
    fn run(&mut self, conn: &Connection) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result =
            catch_unwind(AssertUnwindSafe(|| work(conn))).unwrap_or_else(|panic| Err(bug(&panic)));
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn answer(self: Box<Self>, failure: Option<&Failure>) {
        let result = match (self.result, failure) {
            (Some(Err(error)), _) => Err(error),
            (Some(result), None) => result,
            (_, Some(failure)) => Err(failure.error()),
            (None, None) => Err(cut_off()),
        };
        // The caller may have given up waiting; then nobody is left to tell.
        let _ = self.answer.send(result);
    }
}

fn bug(panic: &Box<dyn Any + Send>) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("a write panicked: {}", said.unwrap_or("no message"));
    Error::bug("write to the database", message)
}

/// Why a whole group came to nothing; an [`Error`] for each of its callers.
struct Failure {
    class: Class,
    operation: &'static str,
    message: String,
}

impl Failure {
    fn new(class: Class, operation: &'static str, error: &rusqlite::Error) -> Self {
        Self {
            class,
            operation,
            message: error.to_string(),
        }
    }

    fn error(&self) -> Error {
        Error::new(self.class, self.operation, self.message.clone())
    }
}

fn serve(conn: &Connection, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let mut group = Vec::with_capacity(QUEUE);
    while let Some(job) = queue.blocking_recv() {
        group.push(job);
        while group.len() < QUEUE {
            match queue.try_recv() {
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        let failure = commit_group(conn, &mut group).err();
        for job in group.drain(..) {
            job.answer(failure.as_ref());
        }
    }
}

/// Runs `group` in one transaction and commits it.
fn commit_group(conn: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let begin = "begin a transaction";
    execute(conn, "BEGIN IMMEDIATE").map_err(|e| Failure::new(classify(&e), begin, &e))?;
    let run = group.iter_mut().try_for_each(|job| savepoint(conn, job));
    crash_point("sql_before_tx_commit");
    let result = run.and_then(|()| {
        execute(conn, "COMMIT")
            .map_err(|error| Failure::new(class_of_commit(&error), "commit", &error))
    });
    if result.is_err() && !conn.is_autocommit() {
        // If that fails too, the next BEGIN says so.
        let _ = execute(conn, "ROLLBACK");
    }
    if result.is_ok() {
        crash_point("sql_after_tx_commit");
    }
    result
}

/// Runs one job so that its failure undoes it and no other.
fn savepoint(conn: &Connection, job: &mut Box<dyn Job>) -> Result<(), Failure> {
    let failed = |error: rusqlite::Error| Failure::new(classify(&error), "set a savepoint", &error);
    execute(conn, "SAVEPOINT job").map_err(failed)?;
    let done = job.run(conn);
    if conn.is_autocommit() {
        // SQLite undoes the whole transaction by itself on errors such as a full disk.
        return Err(Failure {
            class: Class::Transient,
            operation: "write to the database",
            message: "the transaction was undone by the error of another write".to_owned(),
        });
    }
    if !done {
        execute(conn, "ROLLBACK TO job").map_err(failed)?;
    }
    execute(conn, "RELEASE job").map_err(failed)
}

/// After an I/O error in the middle of a commit nobody knows what is on the disk.
fn class_of_commit(error: &rusqlite::Error) -> Class {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::SystemIoFailure) => Class::Unknown,
        _ => classify(error),
    }
}

fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::sqlite;

    fn count(conn: &Connection) -> Result<i64> {
        conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .map_err(sqlite("count"))
    }

    fn insert(conn: &Connection, value: i64) -> Result<()> {
        conn.execute("INSERT INTO t VALUES (?1)", [value])
            .map(|_| ())
            .map_err(sqlite("insert"))
    }

    fn table() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (a INTEGER UNIQUE)")
            .unwrap();
        conn
    }

    #[tokio::test]
    async fn a_failed_job_undoes_itself_and_no_other() {
        let writer = Writer::start(table()).unwrap();
        let jobs = (0..100).map(|n| {
            writer.run(move |conn| {
                insert(conn, n)?;
                // Every tenth comes after its predecessor's value and fails late.
                if n % 10 == 9 {
                    insert(conn, n - 1)
                } else {
                    Ok(())
                }
            })
        });
        let answers = futures_util::future::join_all(jobs).await;
        for (n, answer) in answers.iter().enumerate() {
            assert_eq!(answer.is_err(), n % 10 == 9, "{n}: {answer:?}");
        }
        assert_eq!(writer.run(count).await.unwrap(), 90);
    }

    #[tokio::test]
    async fn a_panic_is_the_error_of_its_own_job() {
        let writer = Writer::start(table()).unwrap();
        let panicking = writer.run(|conn| -> Result<()> {
            insert(conn, 1)?;
            panic!("on purpose");
        });
        let (panicked, fine) = tokio::join!(panicking, writer.run(|conn| insert(conn, 2)));
        assert_eq!(panicked.unwrap_err().class(), Class::Bug);
        fine.unwrap();
        assert_eq!(writer.run(count).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_writer_that_has_panicked_says_so_and_is_not_tried_for_ever() {
        let (jobs, queue) = mpsc::channel::<Box<dyn Job>>(QUEUE);
        let thread = std::thread::spawn(move || {
            let _queue = queue;
            std::panic::panic_any("outside of any job");
        });
        while !thread.is_finished() {
            tokio::task::yield_now().await;
        }
        let writer = Writer {
            jobs: Some(jobs),
            thread: Some(thread),
        };
        let error = writer.run(count).await.unwrap_err();
        assert_eq!(error.class(), Class::Bug, "{error}");
    }

    /// A child may come before its parent, if both are there at the commit.
    fn family() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "PRAGMA foreign_keys=ON; CREATE TABLE t (a INTEGER PRIMARY KEY, \
             parent INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
        )
        .unwrap();
        conn
    }

    fn child(conn: &Connection, id: i64, parent: i64) -> Result<()> {
        conn.execute("INSERT INTO t VALUES (?1, ?2)", [id, parent])
            .map(|_| ())
            .map_err(sqlite("insert"))
    }

    #[test]
    fn what_waits_is_committed_as_one_group() {
        let (jobs, queue) = mpsc::channel::<Box<dyn Job>>(QUEUE);
        let answers: Vec<_> = (0..50)
            .map(|n| {
                let (answer, answered) = oneshot::channel();
                let job = Task {
                    work: Some(move |conn: &Connection| child(conn, n, (n + 1) % 50)),
                    result: None,
                    answer,
                };
                jobs.try_send(Box::new(job)).ok().unwrap();
                answered
            })
            .collect();
        drop(jobs);
        serve(&family(), queue);
        for answer in answers {
            answer.blocking_recv().unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn a_commit_that_fails_is_told_and_the_next_one_works() {
        let writer = Writer::start(family()).unwrap();
        let orphan = writer.run(|conn| child(conn, 1, 2)).await;
        assert_eq!(orphan.unwrap_err().operation(), "commit");
        writer.run(|conn| child(conn, 1, 1)).await.unwrap();
        assert_eq!(writer.run(count).await.unwrap(), 1);
    }
}
