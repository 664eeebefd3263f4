//! Index rows made again beside traffic: for a changed rule, a new search parameter, or after damage.
//!
//! Works through all resources in small writes, and notes in `job` how far it is, so that it goes on after a restart. Each
//! resource gets the rows it lacks, its `present` bits, and a body packed with its type's newest dictionary. Rows that should
//! not be there are taken out at the end. Search answers while it runs, by the rows that are there, and is told so
//! ([`crate::View::answers_are_old`]).

use std::sync::atomic::Ordering;

use akson_fhir::definition::Definitions;

use crate::compartment::Whose;
use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Connection;
use crate::keep::{self, Settled};
use crate::view::{State, Stored};
use crate::watch::{Counter, Step, Watch};
use crate::writer::Transaction;
use crate::{Error, Place, Store, rules, types, verify};

/// Resources in one write.
const BATCH: usize = 100;
/// Resources looked at in one write, if most are passed over.
const SCANNED: usize = 1000;
/// Rows taken out in one write.
const ROWS: usize = 1000;

/// A piece of background work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Its number.
    pub id: i64,
    /// `reindex` or `parameter`.
    pub kind: String,
    /// What it is about: a parameter's address; for a reindex nothing, or `rules`.
    pub subject: String,
    /// Resources done.
    pub done: i64,
    /// When it was begun, in microseconds since 1970.
    pub started: i64,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    On,
    /// Stop here; the work can be taken up again.
    Stop,
}

impl Store {
    /// How many resources there are, live and deleted.
    pub fn resources(&self) -> Result<u64, Error> {
        verify::heads(&*self.read()?)
    }

    /// How many resources of a type there are, live and deleted.
    pub fn resources_of(&self, type_name: &str) -> Result<u64, Error> {
        let Some(number) = number_of(type_name) else { return Ok(0) };
        let sql = "SELECT COUNT(*) FROM resource WHERE type = $1 ORDER BY 1 LIMIT 1";
        let count = self.read()?.connection.one(sql, &[Int(number)], |row| row.int(0))?;
        Ok(count.map_or(0, i64::unsigned_abs))
    }

    /// How many resources a piece of work has done.
    pub fn done(&self, work: &Work) -> Result<u64, Error> {
        let sql = "SELECT done FROM job WHERE id = $1 ORDER BY id LIMIT 1";
        let done = self.read()?.connection.one(sql, &[Int(work.id)], |row| row.int(0))?;
        Ok(done.map_or(0, i64::unsigned_abs))
    }

    /// Work that was begun and is not finished.
    pub fn open_work(&self) -> Result<Vec<Work>, Error> {
        let sql = "SELECT id, kind, subject, done, started FROM job WHERE state = 1 ORDER BY id LIMIT 1000";
        self.read()?.connection.query(sql, &[], |row| {
            let (kind, subject) = (row.text(1)?.to_owned(), row.text(2)?.to_owned());
            Ok(Work { id: row.int(0)?, kind, subject, done: row.int(3)?, started: row.int(4)? })
        })
    }

    /// Notes that all index rows shall be made again; [`Store::work`] does it.
    pub fn reindex(&self) -> Result<Work, Error> {
        let work = self.write(|tx| tx.begin_work("reindex", "")).wait()?;
        self.note_reindexing()?;
        Ok(work)
    }

    /// Lets views know whether the whole index is being made anew.
    fn note_reindexing(&self) -> Result<(), Error> {
        let view = self.read()?;
        view.shared.reindexing.store(is_open(&view.connection)?, Ordering::Release);
        Ok(())
    }

    /// Does work until it is finished, or `watch` says to stop. Whether it is finished.
    pub fn work(&self, work: &Work, mut watch: impl FnMut(Step) -> Next) -> Result<bool, Error> {
        let id = work.id;
        let total = self.resources()?;
        loop {
            let Some(done) = self.write(move |tx| tx.batch(id)).wait()? else { break };
            let step = Step { stage: "indexing", done: done.unsigned_abs(), total };
            if watch(step) == Next::Stop {
                return Ok(false);
            }
        }
        if work.kind != "parameter" {
            match self.sweep(&mut watch) {
                Err(Error::Interrupted) => return Ok(false),
                done => done?,
            }
        }
        let ended = work.clone();
        self.write(move |tx| tx.end_work(&ended)).wait()?;
        self.note_reindexing()?;
        Ok(true)
    }

    /// Takes out index rows that no resource gives.
    fn sweep(&self, watch: Watch<'_>) -> Result<(), Error> {
        let view = self.read()?;
        let look = verify::Look::at(&view)?;
        let mut counter = Counter::new(watch);
        let different = verify::different(&look, &mut counter)?;
        if different.is_empty() {
            return Ok(());
        }
        let strays = verify::differences(&look, &different, &mut counter)?.into_iter().filter(|found| !found.missing);
        let strays: Vec<verify::IndexRow> = strays.map(|found| found.row).collect();
        drop(look);
        drop(view);
        for some in strays.chunks(ROWS) {
            let some = some.to_vec();
            self.write(move |tx| some.iter().try_for_each(|row| tx.take_out(row))).wait()?;
        }
        Ok(())
    }
}

fn number_of(type_name: &str) -> Option<i64> {
    Definitions::r4().resource(type_name).map(|found| types::number(found.id))
}

/// Whether the whole index is being made anew.
pub(crate) fn is_open(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT id FROM job WHERE kind = 'reindex' AND state = 1 ORDER BY id LIMIT 1";
    Ok(connection.one(sql, &[], |_| Ok(()))?.is_some())
}

/// Notes work to be done; the same work begun before is given up. Called inside a transaction.
pub(crate) fn begin(connection: &Connection, kind: &str, subject: &str, at: i64) -> Result<Work, Error> {
    let sql = "UPDATE job SET state = 2 WHERE kind = $1 AND subject = $2 AND state = 1";
    connection.execute(sql, &[Text(kind), Text(subject)])?;
    let last = connection.one("SELECT MAX(id) FROM job ORDER BY 1 LIMIT 1", &[], |row| row.int_or_null(0))?;
    let id = last.flatten().unwrap_or(0) + 1;
    let sql = "INSERT INTO job (id, kind, subject, state, part, rid, done, started) \
               VALUES ($1, $2, $3, 1, $4, $5, 0, $6)";
    let least = Int(i64::MIN);
    connection.execute(sql, &[Int(id), Text(kind), Text(subject), least, least, Int(at)])?;
    Ok(Work { id, kind: kind.to_owned(), subject: subject.to_owned(), done: 0, started: at })
}

impl Transaction<'_> {
    /// Notes work to be done; the same work begun before is given up.
    pub(crate) fn begin_work(&mut self, kind: &str, subject: &str) -> Result<Work, Error> {
        begin(&self.connection, kind, subject, self.at)
    }

    /// Notes that work is done, unless it was given up. A search parameter can be searched from then on.
    fn end_work(&mut self, work: &Work) -> Result<(), Error> {
        let sql = "UPDATE job SET state = 2 WHERE id = $1 AND state = 1";
        match (self.connection.execute(sql, &[Int(work.id)])?, work.kind.as_str(), work.subject.as_str()) {
            (1, "parameter", url) => self.parameter_is_live(url),
            (1, "reindex", rules::RULES) => rules::are_kept(&self.connection),
            _ => Ok(()),
        }
    }

    /// The next few resources; how many are done by now, or nothing if there are no more.
    fn batch(&mut self, id: i64) -> Result<Option<i64>, Error> {
        let sql = "SELECT part, rid, done, kind, subject FROM job WHERE id = $1 AND state = 1 ORDER BY id LIMIT 1";
        let found = self.connection.one(sql, &[Int(id)], |row| {
            let subject = if row.text(3)? == "parameter" { row.text(4)?.to_owned() } else { String::new() };
            Ok((row.int(0)?, row.int(1)?, row.int(2)?, subject))
        })?;
        let Some((part, rid, done, parameter)) = found else { return Ok(None) };
        let only =
            self.known_parameter(&parameter)?.map(|known| known.types().filter_map(number_of).collect::<Vec<_>>());
        let sql = "SELECT part, rid, type FROM resource WHERE (part, rid) > ($1, $2) ORDER BY part, rid LIMIT $3";
        let places = self.connection.query(sql, &[Int(part), Int(rid), Int(SCANNED as i64)], |row| {
            Ok((Place { part: row.int(0)?, rid: row.int(1)? }, row.int(2)?))
        })?;
        let (mut last, mut passed, mut indexed) = (None, 0, 0);
        for (place, type_number) in places {
            if indexed == BATCH {
                break;
            }
            (last, passed) = (Some(place), passed + 1);
            if only.as_ref().is_some_and(|types| !types.contains(&type_number)) {
                continue;
            }
            indexed += 1;
            if let Some(stored) = self.at(place)?.filter(|stored| stored.state == State::Live) {
                self.index_again(&stored, only.is_none())?;
            }
        }
        let Some(last) = last else { return Ok(None) };
        let done = done + passed;
        let sql = "UPDATE job SET part = $1, rid = $2, done = $3 WHERE id = $4";
        self.connection.execute(sql, &[Int(last.part), Int(last.rid), Int(done), Int(id)])?;
        // Numbers are given to resources one by one, so that the last one tells nearly how many there are.
        let percent = done.saturating_mul(100) / self.numbers_end().max(1);
        self.registry().note_progress(&parameter, percent.clamp(0, 99) as u8);
        Ok(Some(done))
    }

    fn index_again(&mut self, stored: &Stored, pack: bool) -> Result<(), Error> {
        let type_number = types::number(stored.type_id);
        let index = self.shared.index_text(self, stored.bare(), &self.registry())?;
        let targets = self.settle(&index)?;
        let settled = Settled::new(&index, type_number, stored.place.rid, targets);
        if settled.place != stored.place && index.whose != Whose::Bucket {
            return Err(Error::broken("a resource is not in the part its content says"));
        }
        keep::insert_missing(&self.connection, &settled)?;
        self.note_words(&settled)?;
        if !pack {
            return Ok(());
        }
        let dictionary = self.shared.dictionaries.newest(type_number);
        let blob = stored.pack(&self.shared.ids, dictionary.as_deref())?;
        let sql = "UPDATE resource SET present = $1, dict = $2, body = $3 WHERE part = $4 AND rid = $5";
        let dict = dictionary.map_or(0, |dictionary| dictionary.id);
        let (part, rid) = (Int(stored.place.part), Int(stored.place.rid));
        self.connection.execute(sql, &[Int(settled.rows.present as i64), Int(dict), Bytes(&blob), part, rid])?;
        Ok(())
    }

    /// Takes a row out, unless its resource has come to give it.
    fn take_out(&mut self, row: &verify::IndexRow) -> Result<(), Error> {
        if let Some(stored) = self.at(row.place)?.filter(|stored| stored.state == State::Live) {
            let index = self.shared.index_text(self, stored.bare(), &self.registry())?;
            let targets = self.settle(&index)?;
            let settled = Settled::new(&index, types::number(stored.type_id), stored.place.rid, targets);
            if verify::index_rows(&settled).contains(row) {
                return Ok(());
            }
        }
        let (sql, binds) = row.removal();
        self.connection.execute(&sql, &binds)?;
        Ok(())
    }
}
