//! One resource on a walk: whether the caller sees it, and the key it stands by.

use super::page::Cursor;
use super::registry::Parameter;
use super::sql::Sql;
use super::walk::{Key, Walk, Walker, place_of};
use crate::{Error, Place, Stored};

impl Walker<'_> {
    /// The key of the last match, whose text a token may have cut.
    pub(super) fn whole_key(&self, walk: &Walk<'_>, cursor: &Cursor) -> Result<Key, Error> {
        let Key::Text(start) = &cursor.key else { return Ok(cursor.key.clone()) };
        if !super::page::is_cut(start) {
            return Ok(cursor.key.clone());
        }
        let whole = self.text_at(walk, cursor.place, start)?;
        // What is no longer there is passed with all that begin alike: pages must come to an end.
        let descending = matches!(walk.order, super::walk::Order::By(_, true));
        let passed = if descending { start.clone() } else { format!("{start}\u{10ffff}") };
        Ok(Key::Text(whole.unwrap_or(passed)))
    }

    /// Whether a parameter may tell what it says of the resource at a place.
    pub fn tells(&self, type_name: &'static str, place: Place, parameter: &Parameter) -> Result<bool, Error> {
        if !self.sight.hidden(type_name).any(|redaction| redaction.covers(parameter)) {
            return Ok(true);
        }
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
        sql.push("SELECT 1 FROM resource r WHERE r.part = ").int(place.part).push(" AND r.rid = ").int(place.rid);
        sql.push(" AND ");
        super::visible::told(&mut sql, &super::sql::At::resource("r", type_name), parameter);
        sql.push("1 = 1 ORDER BY r.part LIMIT 1");
        Ok(self.view.connection.one(&sql.text, &super::walk::binds(&sql.binds), |_| Ok(()))?.is_some())
    }

    /// The live resource at a place, if the caller sees it.
    pub fn seen_at(&self, type_name: &'static str, place: Place) -> Result<Option<Stored>, Error> {
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
        sql.push("SELECT r.part, r.rid, r.type, r.version, r.updated, r.controller, r.state, r.patients, r.sum, r.dict, r.body ");
        sql.push("FROM resource r WHERE r.part = ").int(place.part).push(" AND r.rid = ").int(place.rid);
        sql.push(" AND r.type = ").int(super::compile::type_number(type_name)).push(" AND r.state = 1 AND ");
        super::visible::visible(&mut sql, &super::sql::At::resource("r", type_name));
        sql.push(" ORDER BY r.part LIMIT 1");
        self.view.connection.one(&sql.text, &super::walk::binds(&sql.binds), |row| self.view.stored(row))
    }
}
