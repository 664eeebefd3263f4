//! Reading the log: both files at one moment each, as one sequence by time.
//!
//! A row is known by its file and its number. Rows come newest first. What it does not do: decide who may see a row.

use super::line::Row;
use super::merkle::Hash;
use super::pieces::{self, Pair};
use super::rows::{self, Kept};
use super::{merkle, tree};
use crate::engine::Bind::Int;
use crate::engine::Connection;
use crate::{Error, Place, Snapshot, Store, View};

/// Rows read at a time when all are gone through.
const CHUNK: u64 = 256;
/// The type under which ids of rows are made: that of no resource.
const ID_TYPE: i64 = -1;

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// Lines of writes, beside the record.
    Writes = 1,
    /// All other lines.
    Reads = 2,
}

impl Which {
    /// Both, in the order of equal times.
    pub const BOTH: [Which; 2] = [Which::Writes, Which::Reads];

    /// Its name in proofs and ids.
    pub fn name(self) -> &'static str {
        match self {
            Which::Writes => "writes",
            Which::Reads => "reads",
        }
    }
}

/// A row and where it stands.
#[derive(Debug, Clone)]
pub struct Entry {
    /// In which file.
    pub which: Which,
    /// Its number there.
    pub n: u64,
    /// The row.
    pub row: Row,
}

impl View {
    /// The id by which a row is known outside: it tells nothing of how many there are.
    pub fn row_id(&self, which: Which, n: u64) -> String {
        self.shared.ids.make(ID_TYPE, Place { part: which as i64, rid: n as i64 })
    }

    /// The row that an id was made for.
    pub fn row_of(&self, id: &str) -> Option<(Which, u64)> {
        let place = self.shared.ids.read(ID_TYPE, id)?;
        let which = Which::BOTH.into_iter().find(|which| *which as i64 == place.part)?;
        Some((which, u64::try_from(place.rid).ok()?))
    }
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only about these patients; none: about anybody.
    pub parts: Option<Vec<i64>>,
    /// From this time on.
    pub from: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Only what comes after this row, newest first.
    pub after: Option<(i64, Which, u64)>,
}

/// Both files, each at one moment.
pub struct Logs {
    store: Store,
    record: Snapshot,
    audit: Option<Connection>,
}

impl Store {
    /// The log as it is now.
    pub fn logs(&self) -> Result<Logs, Error> {
        // First the lines of reads: they may name what the record holds since.
        let audit = self.read_audit()?;
        Ok(Logs { store: self.clone(), record: self.read()?, audit: Some(audit) })
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(reader) = self.audit.take() {
            self.store.give_back_audit(reader);
        }
    }
}

impl Logs {
    pub(super) fn audit(&self) -> Result<&Connection, Error> {
        self.audit.as_ref().ok_or_else(|| Error::broken("the audit's reader is gone"))
    }

    pub(super) fn of(&self, which: Which) -> Result<&Connection, Error> {
        match which {
            Which::Writes => Ok(&self.record.connection),
            Which::Reads => self.audit(),
        }
    }

    /// The record at the moment of the log.
    pub fn record(&self) -> &Snapshot {
        &self.record
    }

    /// How many rows a file has.
    pub fn size(&self, which: Which) -> Result<u64, Error> {
        tree::size(self.of(which)?)
    }

    /// One row.
    pub fn row(&self, which: Which, n: u64) -> Result<Option<Kept>, Error> {
        rows::one(self.of(which)?, n)
    }

    /// Rows in order, from `low` to before `high`, for as long as `each` answers true.
    pub fn each(
        &self,
        which: Which,
        (low, high): (u64, u64),
        each: impl FnMut(Kept) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        rows::each(self.of(which)?, low, high, each)
    }

    /// The root over the first rows of a file.
    pub fn root(&self, which: Which, size: u64) -> Result<Hash, Error> {
        match size {
            0 => Ok(merkle::Frontier::default().root()),
            size => tree::range(self.of(which)?, 0, size),
        }
    }

    /// The proof that row `n` is among the first `size`.
    pub fn inclusion(&self, which: Which, n: u64, size: u64) -> Result<Vec<Hash>, Error> {
        let connection = self.of(which)?;
        merkle::inclusion(n, size, &mut |low, high| tree::range(connection, low, high))
    }

    /// The proof that the first `new` rows go on from the first `old`.
    pub fn consistency(&self, which: Which, old: u64, new: u64) -> Result<Vec<Hash>, Error> {
        let connection = self.of(which)?;
        merkle::consistency(old, new, &mut |low, high| tree::range(connection, low, high))
    }

    /// Goes through what is wanted, newest first, for as long as `each` answers true.
    pub fn walk(&self, wanted: &Wanted, mut each: impl FnMut(&Entry) -> Result<bool, Error>) -> Result<(), Error> {
        let mut sides = Vec::with_capacity(2);
        for which in Which::BOTH {
            sides.push(Side::new(self, which, wanted)?);
        }
        loop {
            for side in &mut sides {
                side.fill(self, wanted)?;
            }
            let key = |side: &Side| side.next.last().map(|entry| (entry.row.at, entry.which, entry.n));
            let newest = if key(&sides[0]) > key(&sides[1]) { 0 } else { 1 };
            let Some(entry) = sides[newest].next.pop() else { return Ok(()) };
            if !each(&entry)? {
                return Ok(());
            }
        }
    }

    /// The number of the first row from a time on: times never go back.
    fn first_from(&self, which: Which, at: i64) -> Result<u64, Error> {
        let (mut low, mut high) = (0, self.size(which)?);
        while low < high {
            let middle = low + (high - low) / 2;
            match rows::moment(self.of(which)?, middle)? < at {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }

    /// The rows about a patient between two numbers, in order.
    fn about(&self, which: Which, part: i64, (low, high): (u64, u64)) -> Result<Vec<u64>, Error> {
        let (mut found, mut behind) = (Vec::new(), 0);
        for piece in pieces::pieces(self.audit()?, which as i64)? {
            behind = piece.1;
            if piece.1 > low && piece.0 < high {
                found.extend(pieces::of(self.audit()?, which as i64, piece, part)?);
            }
        }
        if behind < high {
            let pairs = self.pairs(which, (behind.max(low), high))?;
            found.extend(pairs.into_iter().filter(|pair| pair.0 == part).map(|pair| pair.1));
        }
        found.retain(|n| (low..high).contains(n));
        Ok(found)
    }

    /// The patients of rows: whose part it is, or who was named in what is nobody's alone.
    pub(super) fn pairs(&self, which: Which, (low, high): (u64, u64)) -> Result<Vec<Pair>, Error> {
        let mut pairs = Vec::new();
        let mut shared = Vec::new();
        let sql = "SELECT n, part, what FROM line WHERE n >= $1 AND n < $2 AND part <> 0 ORDER BY n LIMIT $3";
        self.of(which)?.each(sql, &[Int(low as i64), Int(high as i64), Int(i64::MAX)], |row| {
            let (n, part) = (row.int(0)? as u64, row.int(1)?);
            match part > 0 {
                true => pairs.push((part, n)),
                false => shared.push((n, part, row.bytes(2)?.to_vec())),
            }
            Ok(())
        })?;
        for (n, part, what) in shared {
            for named in super::line::unpack(&what) {
                let patients = self.record.patients_of(Place { part, rid: named.rid }, named.version)?;
                pairs.extend(patients.into_iter().map(|patient| (patient, n)));
            }
        }
        pairs.dedup();
        Ok(pairs)
    }
}

/// One file of a walk.
struct Side {
    which: Which,
    /// Rows still to come lie between these.
    low: u64,
    high: u64,
    /// Their numbers, if they were looked up.
    numbers: Option<Vec<u64>>,
    /// Read already, the next one last.
    next: Vec<Entry>,
}

impl Side {
    fn new(logs: &Logs, which: Which, wanted: &Wanted) -> Result<Side, Error> {
        let low = wanted.from.map_or(Ok(0), |from| logs.first_from(which, from))?;
        let mut high = wanted.until.map_or_else(|| logs.size(which), |until| logs.first_from(which, until))?;
        if let Some((at, other, n)) = wanted.after {
            high = high.min(match (which == other, which < other) {
                (true, _) => n,
                (false, true) => logs.first_from(which, at.saturating_add(1))?,
                (false, false) => logs.first_from(which, at)?,
            });
        }
        let mut numbers = None;
        if let Some(parts) = &wanted.parts {
            let mut all = Vec::new();
            for part in parts {
                all.extend(logs.about(which, *part, (low, high))?);
            }
            all.sort_unstable();
            all.dedup();
            numbers = Some(all);
        }
        Ok(Side { which, low, high, numbers, next: Vec::new() })
    }

    /// Reads on if nothing is waiting.
    fn fill(&mut self, logs: &Logs, wanted: &Wanted) -> Result<(), Error> {
        while self.next.is_empty() {
            match &mut self.numbers {
                Some(numbers) => {
                    let Some(n) = numbers.pop() else { return Ok(()) };
                    if let Some(Kept::Row(row, _)) = logs.row(self.which, n)? {
                        self.next.push(Entry { which: self.which, n, row });
                    }
                }
                None => {
                    if self.low >= self.high {
                        return Ok(());
                    }
                    let from = self.high.saturating_sub(CHUNK).max(self.low);
                    let (which, next, mut n) = (self.which, &mut self.next, from);
                    logs.each(which, (from, self.high), |kept| {
                        if let Kept::Row(row, _) = kept {
                            next.push(Entry { which, n, row });
                        }
                        n += 1;
                        Ok(true)
                    })?;
                    self.high = from;
                }
            }
        }
        let _ = wanted;
        Ok(())
    }
}
