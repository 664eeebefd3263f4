//! One file per kind of search parameter: how a value is read, how a resource is indexed, how it becomes SQL.

pub mod composite;
pub mod date;
pub mod number;
pub mod quantity;
pub mod reference;
pub mod special;
pub mod string;
pub mod token;
pub mod uri;
