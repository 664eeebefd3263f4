//! Pieces that stand on several pages: a card, measurements as a figure and a table, medicines, events. Each is a view: values,
//! HTML, and a sample.
//!
//! What they do not do: read anything, or compute.

pub mod card;
pub mod events;
pub mod medicines;
pub mod vitals;
pub mod words;
