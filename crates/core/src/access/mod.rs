//! What a caller may do: a fold over a fixed list of rules.
//!
//! A rule is silent, allows, excepts, keeps within, or denies. Any denial wins, allowances are united, what is kept within
//! narrows them, exceptions are taken away, and nobody whom no rule allows gets anywhere. The answer is a `Sight`:
//! conditions in the language of search, which the store puts into every row it looks at, so that reading and searching
//! cannot disagree. Pure: what the rules need to know is in the caller; the larger facts are rows that conditions ask for.
//! What it does not do: look at data (`ground` and `why` do, for a patient).

pub mod age;
mod cache;
mod fold;
pub mod kinds;
pub mod labels;
pub mod redact;
mod rules;

pub use cache::Cache;
pub use fold::{Granted, permit};
pub use rules::ground::{may_declare, may_open, may_review, opener};
pub use rules::{RULES, Rule};

use akson_store::search::registry::Registry;
use akson_store::search::sight::{Clause, Sight};

use crate::caller::Caller;
use kinds::Class;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// To see one resource.
    Read,
    /// To look for resources.
    Search,
    /// To see earlier versions.
    History,
    /// To make a new one.
    Create,
    /// To write a new version.
    Update,
    /// To delete.
    Delete,
    /// To try out whether a resource is valid.
    Validate,
    /// To do something else: open a record, review that.
    Operate,
}

impl Action {
    /// The number in the audit.
    pub fn number(self) -> i64 {
        self as i64 + 1
    }

    /// Whether it changes something.
    pub fn writes(self) -> bool {
        matches!(self, Action::Create | Action::Update | Action::Delete)
    }
}

/// What a rule is asked about.
pub struct Asked<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// What is to be done: `Read` stands for `History` and `Validate` too.
    pub action: Action,
    /// To resources of which type.
    pub type_name: &'static str,
    /// What the type is about.
    pub class: Class,
    /// The search parameters, for conditions.
    pub registry: &'a Registry,
}

/// All of these conditions together.
pub type All = Vec<Clause>;

/// What one rule says.
#[derive(Clone, Debug)]
pub enum Word {
    /// It has nothing to say here.
    Silent,
    /// Allowed where all conditions of any of these hold; with none: nothing, but it may be asked for.
    Allow(Vec<All>),
    /// But not where all conditions of any of these hold.
    Except(Vec<All>),
    /// Only where all conditions of any of these hold, whatever else allows.
    Within(Vec<All>),
    /// Never.
    Deny(&'static str),
}

impl Word {
    /// All there is.
    pub fn everything() -> Word {
        Word::Allow(vec![Vec::new()])
    }

    /// Nothing that there is; to ask for it is no offence.
    pub fn nothing() -> Word {
        Word::Allow(Vec::new())
    }
}

/// The decision.
#[derive(Debug)]
pub enum Decision {
    /// As far as this goes.
    Granted(Granted),
    /// No, and why.
    Denied(&'static str),
}

/// Whether a sight shows all of all types.
pub fn sees_everything(sight: &Sight) -> bool {
    sight.fingerprint() == akson_store::search::sight::all().fingerprint()
}
