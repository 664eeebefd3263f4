//! Search: from a resource to its index rows, from a query to SQL.

pub mod rows;
