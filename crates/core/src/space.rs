//! Whether there is space on the disk for a write, so that there is always some for the audit.
//!
//! Nothing is shown without a durable line of audit, and a line needs space. So writes are refused before the disk is
//! full: while less is free than the log needs to go into the database, and some more for lines. Reading goes on, and
//! writes do as soon as there is space. When even that is used up by others, reading is refused too.

use std::path::{Path, PathBuf};

/// Bytes kept free for lines of audit, on a large disk.
const KEPT_BYTES_MAX: u64 = 64 << 20;
/// The part of a small disk that is kept free instead: one of this many.
const KEPT_PART: u64 = 10;

/// The disk of one record.
pub(crate) struct Space {
    folder: PathBuf,
    /// The write-ahead logs: of the record and of the audit.
    logs: [PathBuf; 2],
}

impl Space {
    /// Of the database at a path.
    pub(crate) fn of(database: &Path) -> Space {
        let log = |name: &str| database.with_file_name(format!("{name}-wal"));
        let record = database.file_name().unwrap_or_default().to_string_lossy();
        Space { folder: database.parent().unwrap_or(Path::new(".")).to_owned(), logs: [log(&record), log("audit.db")] }
    }

    /// Whether a write may use the disk. What can't be found out is left to the disk itself.
    pub(crate) fn is_left(&self) -> bool {
        let Ok(disk) = rustix::fs::statvfs(&self.folder) else {
            return true;
        };
        enough(disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize, self.log_bytes())
    }

    /// Bytes in the logs that are not in the databases yet.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.logs.iter().map(|log| std::fs::metadata(log).map_or(0, |data| data.len())).sum()
    }

    /// Bytes that are free.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        rustix::fs::statvfs(&self.folder).ok().map(|disk| disk.f_bavail * disk.f_frsize)
    }
}

fn enough(disk_bytes: u64, free_bytes: u64, log_bytes: u64) -> bool {
    let kept = KEPT_BYTES_MAX.min(disk_bytes / KEPT_PART);
    free_bytes >= kept.saturating_add(log_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_leave_space_for_the_audit() {
        for (disk, free, log, expected) in [
            (1 << 40, 64 << 20, 0, true),
            (1 << 40, (64 << 20) - 1, 0, false),
            (1 << 40, 64 << 20, 1, false),
            (100, 10, 0, true),
            (100, 9, 0, false),
            (100, 30, 20, true),
            (100, 29, 20, false),
        ] {
            assert_eq!(enough(disk, free, log), expected, "{disk} {free} {log}");
        }
    }
}
