//! What the tests of the store share: a store, resources, writes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.
#![allow(dead_code)]

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::resource::Resource;
use akson_store::{Companions, Error, Expect, Options, Store, Written};

/// Under which id.
#[derive(Clone, Copy)]
pub enum Put<'a> {
    /// A new one.
    New,
    /// This one.
    Under(&'a str),
}

/// A store that is gone with the test.
pub fn store() -> Store {
    Store::in_memory(Options::default()).unwrap()
}

/// A type by name.
pub fn type_id(name: &str) -> TypeId {
    Definitions::r4().type_id(name).unwrap()
}

/// A resource from its text.
pub fn resource(text: &str) -> Resource {
    Resource::parse_json(text.as_bytes()).unwrap()
}

/// A text with its reference.
pub fn text(text: &str, reference: &str) -> String {
    text.replace("REF", reference)
}

/// Writes a resource.
pub fn put(store: &Store, text: &str, id: Put<'_>) -> Written {
    try_put(store, text, id, Expect::Any).unwrap()
}

/// Writes a resource if what is expected holds.
pub fn try_put(store: &Store, text: &str, id: Put<'_>, expect: Expect) -> Result<Written, Error> {
    let prepared = prepare(store, text, id)?;
    store.write(move |tx| tx.put(prepared, expect)).wait()
}

/// Prepares a resource.
pub fn prepare(store: &Store, text: &str, id: Put<'_>) -> Result<akson_store::Prepared, Error> {
    let resource = resource(text);
    let view = store.read()?;
    let among = Companions::default();
    let home = match id {
        Put::New => store.new_home(&view, &resource, &among)?,
        Put::Under(id) => store.home(&view, resource.type_id, id)?,
    };
    store.prepare(&view, &resource, home, &among)
}

/// How many rows a table has.
pub fn count(store: &Store, table: &str) -> i64 {
    let view = store.read().unwrap();
    let sql = format!("SELECT COUNT(*) FROM {table} ORDER BY 1 LIMIT 1");
    view.connection().one(&sql, &[], |row| row.int(0)).unwrap().unwrap()
}
