//! The rules of access: one file each, one line each in `RULES`.

pub mod block;
pub mod care;
pub mod controller;
pub mod emergency;
pub mod ground;
pub mod limited;
pub mod machine;
pub mod open;
pub mod operator;
pub mod oversight;
pub mod own_record;
pub mod parent;
pub mod partner;
pub mod proxy;
pub mod role;
pub mod sensitive;
pub mod smart;
pub mod system;
pub mod withheld;

use super::{Asked, Word};

/// A rule: pure.
pub type Rule = fn(&Asked<'_>) -> Word;

/// Every rule, with the name by which `why` tells it.
pub const RULES: &[(&str, Rule)] = &[
    ("operator", operator::rule),
    ("machine", machine::rule),
    ("open to all", open::rule),
    ("role", role::rule),
    ("care relation", care::rule),
    ("declared ground", ground::rule),
    ("emergency opening", emergency::rule),
    ("block", block::rule),
    ("sensitive category", sensitive::rule),
    ("oversight", oversight::rule),
    ("controller", controller::rule),
    ("own record", own_record::rule),
    ("parent", parent::rule),
    ("guardian or proxy", proxy::rule),
    ("withheld", withheld::rule),
    ("system", system::rule),
    ("exchange partner", partner::rule),
    ("confidential address", system::hidden),
    ("app", smart::rule),
    ("limit", limited::rule),
];
