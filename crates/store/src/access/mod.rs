//! What access rests on, as index rows: who is in care by whom, and what patients have blocked.
//!
//! Rows are made from resources in the transaction that writes them, like all index rows: a function of the resource,
//! rebuilt by `reindex` and proven by `verify`. A sight asks for them in every row that a search looks at
//! (`search::visible`).
//! What it does not do: decide what a relation or a block means for whom (the rules do).

pub(crate) mod block;
pub(crate) mod facts;
pub mod grounds;
pub mod kind;
mod oslo;
mod period;
mod relation;
