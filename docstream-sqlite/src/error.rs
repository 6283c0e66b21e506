//! What an error of SQLite means for a pipeline.

use docstream_core::{Class, Error};
use rusqlite::ErrorCode;

/// Turns an error of SQLite into ours; for `map_err`.
pub(crate) fn sqlite(operation: &'static str) -> impl FnOnce(rusqlite::Error) -> Error {
    move |error| Error::new(classify(&error), operation, error.to_string()).caused_by(error)
}

/// The class of an error of SQLite.
pub(crate) fn classify(error: &rusqlite::Error) -> Class {
    use rusqlite::Error as E;

    match error {
        E::SqliteFailure(failure, _) => classify_code(failure.code),
        // SQL of ours that does not compile: the tables are not those we know.
        E::SqlInputError { error, .. } => match classify_code(error.code) {
            Class::Suspect => Class::Config,
            class => class,
        },
        // What is in the file is not what we put there.
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..)
        | E::InvalidPath(_)
        | E::NulError(_)
        | E::SqliteSingleThreadedMode => Class::Config,
        E::ToSqlConversionFailure(_) | E::UnwindingPanic => Class::Suspect,
        _ => Class::Bug,
    }
}

fn classify_code(code: ErrorCode) -> Class {
    match code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory
        | ErrorCode::OperationAborted
        | ErrorCode::OperationInterrupted
        | ErrorCode::FileLockingProtocolFailed => Class::Transient,
        ErrorCode::PermissionDenied
        | ErrorCode::ReadOnly
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::CannotOpen
        | ErrorCode::SchemaChanged
        | ErrorCode::NoLargeFileSupport
        | ErrorCode::AuthorizationForStatementDenied => Class::Config,
        ErrorCode::InternalMalfunction
        | ErrorCode::NotFound
        | ErrorCode::ApiMisuse
        | ErrorCode::ParameterOutOfRange => Class::Bug,
        ErrorCode::TooBig
        | ErrorCode::ConstraintViolation
        | ErrorCode::TypeMismatch
        | ErrorCode::Unknown => Class::Suspect,
        // A code newer than this table.
        _ => Class::Suspect,
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn every_result_code_has_its_class() {
        use Class::{Bug, Config, Suspect, Transient};
        let table = [
            (ffi::SQLITE_ERROR, Suspect),
            (ffi::SQLITE_INTERNAL, Bug),
            (ffi::SQLITE_PERM, Config),
            (ffi::SQLITE_ABORT, Transient),
            (ffi::SQLITE_BUSY, Transient),
            (ffi::SQLITE_BUSY_SNAPSHOT, Transient),
            (ffi::SQLITE_LOCKED, Transient),
            (ffi::SQLITE_NOMEM, Transient),
            (ffi::SQLITE_READONLY, Config),
            (ffi::SQLITE_INTERRUPT, Transient),
            (ffi::SQLITE_IOERR, Transient),
            (ffi::SQLITE_IOERR_FSYNC, Transient),
            (ffi::SQLITE_IOERR_WRITE, Transient),
            (ffi::SQLITE_CORRUPT, Config),
            (ffi::SQLITE_NOTFOUND, Bug),
            (ffi::SQLITE_FULL, Transient),
            (ffi::SQLITE_CANTOPEN, Config),
            (ffi::SQLITE_PROTOCOL, Transient),
            (ffi::SQLITE_SCHEMA, Config),
            (ffi::SQLITE_TOOBIG, Suspect),
            (ffi::SQLITE_CONSTRAINT, Suspect),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, Suspect),
            (ffi::SQLITE_MISMATCH, Suspect),
            (ffi::SQLITE_MISUSE, Bug),
            (ffi::SQLITE_NOLFS, Config),
            (ffi::SQLITE_AUTH, Config),
            (ffi::SQLITE_RANGE, Bug),
            (ffi::SQLITE_NOTADB, Config),
        ];
        for (code, class) in table {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(classify(&error), class, "{code}");
        }
    }

    #[test]
    fn a_missing_table_is_not_the_fault_of_a_document() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let error = conn.prepare("SELECT * FROM nothing").unwrap_err();
        assert_eq!(classify(&error), Class::Config);
    }

    #[test]
    fn the_cause_is_kept() {
        let error = sqlite("read")(rusqlite::Error::QueryReturnedNoRows);
        assert_eq!(error.class(), Class::Bug);
        assert!(std::error::Error::source(&error).is_some());
    }
}
