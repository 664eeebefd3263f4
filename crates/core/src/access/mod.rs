//! What a caller may do: a fold over a fixed list of rules.
//!
//! Any denial wins, allowances are united, and nobody who is not allowed by some rule gets anywhere. The answer is a
//! `Sight`: conditions in the language of search, which the store puts into every row it looks at, so that reading and
//! searching cannot disagree. Pure: what the rules need to know is in the caller.

mod rules;

use std::sync::{Arc, OnceLock};

use akson_store::search::sight::Sight;

use crate::caller::Caller;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl Action {
    /// The number in the audit.
    pub fn number(self) -> i64 {
        self as i64 + 1
    }
}

/// What one rule says.
#[derive(Debug)]
pub enum Word {
    /// It has nothing to say here.
    Silent,
    /// Allowed, as far as this goes.
    Allow(Arc<Sight>),
    /// Never.
    Deny(&'static str),
}

/// A rule: pure, about a caller, an action and a type of resource (empty: the whole record).
pub type Rule = fn(&Caller, Action, &str) -> Word;

/// Every rule.
pub const RULES: &[Rule] = &[rules::machine::rule, rules::operator::rule, rules::limited::rule];

/// The decision.
#[derive(Debug)]
pub enum Decision {
    /// As far as this goes.
    Granted(Arc<Sight>),
    /// No, and why.
    Denied(&'static str),
}

/// May the caller do this to resources of the type?
pub fn permit(caller: &Caller, action: Action, type_name: &str) -> Decision {
    let mut granted = None;
    for rule in RULES {
        match rule(caller, action, type_name) {
            Word::Silent => {}
            Word::Deny(reason) => return Decision::Denied(reason),
            // A later allowance is the narrower one: rules stand in that order until there are scopes to unite.
            Word::Allow(sight) => granted = Some(sight),
        }
    }
    match granted {
        Some(sight) => Decision::Granted(sight),
        None => Decision::Denied("no rule allows this"),
    }
}

/// To see everything.
pub fn everything() -> Arc<Sight> {
    static EVERYTHING: OnceLock<Arc<Sight>> = OnceLock::new();
    Arc::clone(EVERYTHING.get_or_init(|| Arc::new(Sight::everything())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_store::search::sight::Scope;
    use std::collections::HashMap;

    const ACTIONS: [Action; 7] = [
        Action::Read,
        Action::Search,
        Action::History,
        Action::Create,
        Action::Update,
        Action::Delete,
        Action::Validate,
    ];

    #[test]
    fn a_caller_without_a_type_in_sight_is_denied_it() {
        let sight = Sight::new(HashMap::from([("Patient", Scope::Everything)]), Scope::Nothing);
        let caller = Caller::link("ward-7", 0).limited_to(sight);
        for action in ACTIONS {
            assert!(matches!(permit(&caller, action, "Observation"), Decision::Denied(_)), "{action:?}");
            assert!(matches!(permit(&caller, action, "Patient"), Decision::Granted(_)), "{action:?}");
        }
        assert!(matches!(permit(&caller, Action::History, ""), Decision::Denied(_)));
    }

    #[test]
    fn the_operator_sees_everything() {
        let caller = Caller::operator(0, "r");
        for action in ACTIONS {
            let Decision::Granted(sight) = permit(&caller, action, "Patient") else {
                panic!("{action:?}");
            };
            assert!(matches!(sight.of("Observation"), Scope::Everything));
        }
    }
}
