//! The tables of a log.

use crate::connection::Component;

/// `log_chunks.ids` is the lowest row of `log_ids` that may belong to the chunk.
/// `log_offsets.began` is where the group was last put, by epoch `since`: where it reads
/// from for a sink that has nothing of it. `next` is what it has committed.
pub(crate) const COMPONENT: Component = Component {
    name: "log",
    migrations: &["
CREATE TABLE log_state (id BLOB NOT NULL, partitions INTEGER NOT NULL) STRICT;
CREATE TABLE log_partitions (
    partition INTEGER PRIMARY KEY,
    next INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE log_chunks (
    partition INTEGER NOT NULL,
    base INTEGER NOT NULL,
    next INTEGER NOT NULL,
    appended_at INTEGER NOT NULL,
    ids INTEGER NOT NULL,
    records BLOB NOT NULL,
    PRIMARY KEY (partition, base)
) WITHOUT ROWID, STRICT;
CREATE TABLE log_ids (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    source BLOB NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    positions BLOB,
    hashes BLOB NOT NULL
) STRICT;
CREATE INDEX log_ids_by_source ON log_ids (source, last, first);
CREATE TABLE log_groups (
    name TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE log_offsets (
    grp TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    began INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (grp, partition)
) WITHOUT ROWID, STRICT;
"],
};
