//! The control room: an operator's commands, in a process of their own or inside the server that holds the record.
//!
//! A command is a function over a [`desk::Desk`]: the record, the words it was given, and a way to tell lines and progress.
//! One table names them all (`commands/mod.rs`). When no server holds the record, the program opens it and runs the
//! command itself. Otherwise it hands the words over a Unix domain socket in the data folder, the server runs the same
//! function, and what it tells comes back (`docs/decisions/0010-control-socket.md`).
//! What it does not do: draw on a terminal (`cli`), or decide who may do what beyond whose process it is.

pub mod ask;
pub mod command;
pub mod commands;
pub mod desk;
pub mod listen;
pub mod messages;
pub mod settle;

/// The name of the socket in the data folder.
pub const SOCKET: &str = "control.sock";
