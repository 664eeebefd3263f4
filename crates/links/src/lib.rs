//! The messengers: links to other systems, each a pure translation and a way to carry it.
//!
//! There are none yet. What will be here keeps a message before it acts on it, passes the door of `akson_core` under its
//! own name (`Caller::link`), and sends nothing before it is committed. It does not know HTTP, pages or the database.
