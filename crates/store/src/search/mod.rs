//! Search: from a resource to its index rows, from a query to SQL.

pub mod custom;
pub mod index;
pub mod registry;
pub mod rows;
