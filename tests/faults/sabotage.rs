//! Wrong on purpose: the audit has to find exactly that.

use std::path::Path;

use rusqlite::Connection;

use docstream::{AuditReport, DocId};

use crate::input::Input;
use crate::program::Job;
use crate::truth::audited;

fn stored() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let input = Input::generated(2_000, 31);
    let job = Job {
        data: folder.path(),
        input: &input,
    };
    job.finish();
    assert!(audited(folder.path()).is_clean());
    folder
}

fn store(data: &Path) -> Connection {
    Connection::open(data.join("store.db")).unwrap()
}

/// The id in the middle of the store.
fn victim(conn: &Connection) -> DocId {
    let sql = "SELECT doc_id FROM invoice_lines ORDER BY doc_id LIMIT 1 OFFSET 1000";
    DocId::from_bytes(conn.query_row(sql, [], |row| row.get(0)).unwrap())
}

/// How many are lost, doubled, phantom and unexplained.
fn found(report: &AuditReport) -> [u64; 4] {
    [
        &report.lost,
        &report.doubled,
        &report.phantom,
        &report.unexplained,
    ]
    .map(|finding| finding.count)
}

#[test]
fn a_row_that_is_taken_away_is_lost() {
    let folder = stored();
    let conn = store(folder.path());
    let id = victim(&conn);
    let sql = "DELETE FROM invoice_lines WHERE doc_id = ?1";
    assert_eq!(conn.execute(sql, [id.to_bytes()]).unwrap(), 1);
    let report = audited(folder.path());
    assert_eq!(report.lost.first, [id], "{report}");
    assert_eq!(found(&report), [1, 0, 0, 0], "{report}");
}

#[test]
fn a_row_that_was_never_accepted_is_a_phantom() {
    let folder = stored();
    let conn = store(folder.path());
    let id = DocId::from_bytes([7; 24]);
    conn.execute_batch("CREATE TEMP TABLE copy AS SELECT * FROM invoice_lines LIMIT 1")
        .unwrap();
    conn.execute("UPDATE copy SET doc_id = ?1", [id.to_bytes()])
        .unwrap();
    conn.execute("INSERT INTO invoice_lines SELECT * FROM copy", [])
        .unwrap();
    let report = audited(folder.path());
    assert_eq!(report.phantom.first, [id], "{report}");
    assert_eq!(found(&report), [0, 0, 1, 0], "{report}");
}

#[test]
fn a_row_with_other_content_is_unexplained() {
    let folder = stored();
    let conn = store(folder.path());
    let id = victim(&conn);
    let sql = "UPDATE invoice_lines SET content_hash = zeroblob(16) WHERE doc_id = ?1";
    assert_eq!(conn.execute(sql, [id.to_bytes()]).unwrap(), 1);
    let report = audited(folder.path());
    assert_eq!(report.unexplained.first, [id], "{report}");
    assert_eq!(found(&report), [0, 0, 0, 1], "{report}");
}
