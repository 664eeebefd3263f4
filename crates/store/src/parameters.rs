//! Search parameters in the database: their numbers, and those added at run time.

use akson_fhir::resource::Resource;

use crate::Error;
use crate::engine::{Bind, Connection};
use crate::search::custom::Custom;
use crate::search::registry::{Pin, Registry};

/// Parameters of one database.
const PARAMETERS_MAX: i64 = 100_000;

/// The registry; numbers given for the first time are kept. Called inside a transaction.
pub(crate) fn load(connection: &Connection) -> Result<Registry, Error> {
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
    let registry = Registry::build(&pins, &customs);
    for pin in registry.pins() {
        if pins.binary_search_by_key(&pin.number, |kept| kept.number).is_err() {
            let sql = "INSERT INTO parameter (id, type, code) VALUES ($1, $2, $3)";
            let number = Bind::Int(pin.number.into());
            connection.execute(sql, &[number, Bind::Text(&pin.type_name), Bind::Text(&pin.code)])?;
        }
    }
    Ok(registry)
}
