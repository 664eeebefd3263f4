//! Search parameters in the database: their numbers, and those added at run time.

use std::sync::Arc;

use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_fhir::value::date::Zone;

use crate::engine::{Bind, Connection};
use crate::reindex::Work;
use crate::search::custom::Custom;
use crate::search::registry::{Pin, Registry};
use crate::writer::Transaction;
use crate::{Error, Store, verify};

/// Parameters of one database.
const PARAMETERS_MAX: i64 = 100_000;

/// The registry; numbers given for the first time are kept. Called inside a transaction.
pub(crate) fn load(connection: &Connection, base: &str) -> Result<Registry, Error> {
    let limit = [Bind::Int(PARAMETERS_MAX)];
    let sql = "SELECT id, type, code FROM parameter ORDER BY id LIMIT $1";
    let pins = connection.query(sql, &limit, |row| {
        Ok(Pin { number: row.int(0)? as i32, type_name: row.text(1)?.to_owned(), code: row.text(2)?.to_owned() })
    })?;
    let sql = "SELECT state, definition FROM custom ORDER BY url LIMIT $1";
    let mut customs = Vec::new();
    for (live, text) in connection.query(sql, &limit, |row| Ok((row.int(0)? == 1, row.bytes(1)?.to_vec())))? {
        let found = Resource::parse_json(&text).and_then(|resource| Custom::read(&resource, live));
        customs.push(found.map_err(|_| Error::Damaged("a search parameter cannot be read".to_owned()))?);
    }
    let registry = Registry::build(&pins, &customs).located(base, Zone::default());
    for pin in registry.pins() {
        if pins.binary_search_by_key(&pin.number, |kept| kept.number).is_err() {
            let sql = "INSERT INTO parameter (id, type, code) VALUES ($1, $2, $3)";
            let number = Bind::Int(pin.number.into());
            connection.execute(sql, &[number, Bind::Text(&pin.type_name), Bind::Text(&pin.code)])?;
        }
    }
    Ok(registry)
}

impl Store {
    /// Adds or changes a search parameter (a SearchParameter resource). It can be searched when [`Store::work`] has done
    /// the work that is answered; nothing, if it means the same as before.
    pub fn add_parameter(&self, definition: &Resource) -> Result<Result<Option<Work>, Vec<Issue>>, Error> {
        let definition = definition.clone();
        self.write(move |tx| tx.use_parameter(&definition)).wait()
    }

    /// Takes a search parameter of this database away; its rows go with it. Whether there was one.
    pub fn remove_parameter(&self, url: &str) -> Result<bool, Error> {
        let url = url.to_owned();
        self.write(move |tx| tx.drop_parameter(&url)).wait()
    }
}

impl Transaction<'_> {
    /// Adds or changes a search parameter. The work answered indexes by it; nothing, if it means the same as before. What
    /// cannot be searched is refused, and is not in use then.
    pub fn use_parameter(&mut self, definition: &Resource) -> Result<Result<Option<Work>, Vec<Issue>>, Error> {
        let custom = match Custom::read(definition, false) {
            Ok(custom) => custom,
            Err(issues) => return Ok(Err(issues)),
        };
        let url = custom.url().to_owned();
        if let Some(issue) = custom.collision(&self.registry()) {
            return Ok(Err(vec![issue]));
        }
        let text = definition.text().as_bytes();
        if self.known_parameter(&url)?.is_some_and(|known| known.means(&custom)) {
            let sql = "UPDATE custom SET definition = $1 WHERE url = $2";
            self.connection.execute(sql, &[Bind::Bytes(text), Bind::Text(&url)])?;
            return Ok(Ok(None));
        }
        self.drop_parameter(&url)?;
        let sql = "INSERT INTO custom (url, state, definition) VALUES ($1, 2, $2)";
        self.connection.execute(sql, &[Bind::Text(&url), Bind::Bytes(text)])?;
        self.parameters_changed()?;
        if let Some(issue) = custom.left_out(&self.registry()) {
            self.drop_parameter(&url)?;
            return Ok(Err(vec![issue]));
        }
        self.begin_work("parameter", &url).map(|work| Ok(Some(work)))
    }

    /// A search parameter of this database.
    pub(crate) fn known_parameter(&self, url: &str) -> Result<Option<Custom>, Error> {
        let sql = "SELECT definition FROM custom WHERE url = $1 ORDER BY url LIMIT 1";
        let text = self.connection.one(sql, &[Bind::Text(url)], |row| Ok(row.bytes(0)?.to_vec()))?;
        Ok(text.and_then(|text| Custom::read(&Resource::parse_json(&text).ok()?, false).ok()))
    }

    /// Reads the parameters again; they are in use from the commit on.
    fn parameters_changed(&mut self) -> Result<(), Error> {
        self.gathered.registry = Some(Arc::new(load(&self.connection, &self.shared.options.base)?));
        Ok(())
    }

    /// All resources are indexed: it can be searched.
    pub(crate) fn parameter_is_live(&mut self, url: &str) -> Result<(), Error> {
        self.connection.execute("UPDATE custom SET state = 1 WHERE url = $1", &[Bind::Text(url)])?;
        self.parameters_changed()
    }

    /// Takes a parameter and its rows away. Whether there was one.
    pub fn drop_parameter(&mut self, url: &str) -> Result<bool, Error> {
        if self.connection.execute("DELETE FROM custom WHERE url = $1", &[Bind::Text(url)])? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE job SET state = 2 WHERE kind = 'parameter' AND subject = $1 AND state = 1";
        self.connection.execute(sql, &[Bind::Text(url)])?;
        let before = self.registry().pins();
        self.parameters_changed()?;
        let after = self.gathered.registry.as_ref().map(|registry| registry.pins()).unwrap_or_default();
        for pin in before.iter().filter(|pin| !after.contains(pin)) {
            self.remove_rows(pin.number)?;
        }
        Ok(true)
    }

    fn remove_rows(&mut self, number: i32) -> Result<(), Error> {
        for (table, columns) in verify::TABLES {
            if columns.starts_with("param") {
                let sql = format!("DELETE FROM {table} WHERE param = $1");
                self.connection.execute(&sql, &[Bind::Int(number.into())])?;
            }
        }
        self.connection.execute("DELETE FROM word WHERE param = $1", &[Bind::Int(number.into())])?;
        self.forget_words();
        Ok(())
    }
}
