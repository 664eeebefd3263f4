//! What a caller may see: per resource type, which resources.
//!
//! Promises: what a sight does not mention cannot be seen. A scope stands at every row that a search looks at, also at
//! those it only passes on its way. Two sights with the same fingerprint show the same.
//! What it does not do: decide (the rules do), or remember.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::expr::Expr;

/// Which resources of a type can be seen.
#[derive(Debug, Clone, Default)]
pub enum Scope {
    /// None; asking for the type at all is refused.
    #[default]
    Nothing,
    /// All.
    Everything,
    /// Some.
    Some(Limits),
}

/// Which of the resources of a type can be seen.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Those that satisfy all clauses of any of these; of none: no resource.
    pub only: Vec<Vec<Clause>>,
    /// But not those that satisfy all clauses of any of these.
    pub except: Vec<Vec<Clause>>,
}

/// One condition of a scope.
#[derive(Debug, Clone)]
pub enum Clause {
    /// A search condition.
    Where(Expr),
    /// It belongs to one of these patients; what belongs to several, only if all of them are among these.
    Parts(Arc<[i64]>),
}

/// What a caller may see.
#[derive(Debug, Clone)]
pub struct Sight {
    scopes: HashMap<&'static str, Scope>,
    otherwise: Scope,
    fingerprint: u64,
}

impl Sight {
    /// Everything.
    pub fn everything() -> Sight {
        Sight::new(HashMap::new(), Scope::Everything)
    }

    /// These scopes, and one for all other types.
    pub fn new(scopes: HashMap<&'static str, Scope>, otherwise: Scope) -> Sight {
        let mut sorted: Vec<_> = scopes.iter().collect();
        sorted.sort_by_key(|(name, _)| **name);
        let mut hasher = DefaultHasher::new();
        format!("{sorted:?} {otherwise:?}").hash(&mut hasher);
        Sight { fingerprint: hasher.finish(), scopes, otherwise }
    }

    /// What can be seen of a type.
    pub fn of(&self, type_name: &str) -> &Scope {
        self.scopes.get(type_name).unwrap_or(&self.otherwise)
    }

    /// The same for sights that show the same.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

/// The sight of everything.
pub fn all() -> &'static Sight {
    static ALL: std::sync::OnceLock<Sight> = std::sync::OnceLock::new();
    ALL.get_or_init(Sight::everything)
}
