//! The rules of access: one file each, one line each in `RULES`.

pub mod limited;
pub mod machine;
pub mod operator;
