//! What a caller may see: per resource type, which resources.
//!
//! Promises: what a sight does not mention cannot be seen. A scope stands at every row that a search looks at, also at
//! those it only passes on its way. Two sights with the same fingerprint show the same at the same moment. A sight can be
//! kept and used again: only its moment is of the request ([`Sight::at`]).
//! What it does not do: decide (the rules do), or remember.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use siphasher::sip::SipHasher13;

use super::expr::Expr;
use super::numbers::Numbers;
use super::registry::Parameter;
use crate::access::kind::KindSet;

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
///
/// Of a resource that several patients share, `Parts`, `Related` and `Opened` hold only if they hold for each of its
/// patients, `Blocked` if it holds for any of them. None of these holds for a resource without a patient.
#[derive(Debug, Clone)]
pub enum Clause {
    /// A search condition.
    Where(Expr),
    /// It belongs to one of these patients.
    Parts(Numbers),
    /// There is a care relation between its patient and one of these keys, now.
    Related {
        /// The numbers of people, roles, units, services, places, teams or groups.
        keys: Numbers,
        /// Which relations count.
        kinds: KindSet,
    },
    /// Its patient was opened by somebody, and that is not over yet.
    Opened {
        /// The number of the Practitioner.
        who: i64,
        /// Which openings count.
        kind: OpeningKind,
    },
    /// Its patient has blocked it for the caller, now.
    Blocked(Blocked),
    /// One of these municipalities answers for it.
    Controllers(Numbers),
    /// One of these units answers for it.
    Units(Numbers),
    /// It has one of these security labels: system (empty: any) and code.
    Label(Arc<[(String, String)]>),
    /// Not this.
    Not(Box<Clause>),
}

/// For whom a block is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Blocked {
    /// The numbers of the person, role, organisations, units and services.
    pub keys: Numbers,
    /// The codes of the role, as `system|code`.
    pub codes: Arc<[String]>,
    /// Which blocks count.
    pub blocks: Blocks,
}

/// Which blocks count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blocks {
    /// All.
    All,
    /// Those that hold in an emergency too.
    InEmergency,
}

/// On which ground a patient was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpeningKind {
    /// An emergency.
    Emergency = 1,
    /// A relation that the caller declares and that is plausible.
    Declared = 2,
}

/// What is not to be found out about some resources of a type: they are found and sorted as if these elements were empty.
#[derive(Debug, Clone)]
pub struct Redaction {
    /// The type.
    pub type_name: &'static str,
    /// The elements, by their names: `address`, `telecom`.
    pub elements: &'static [&'static str],
    /// Of those that satisfy all clauses of any of these.
    pub of: Vec<Vec<Clause>>,
}

impl Redaction {
    /// Whether a parameter could tell what is hidden: one that looks into the elements, or may look anywhere.
    pub(crate) fn covers(&self, parameter: &Parameter) -> bool {
        let path = parameter.expression.as_str();
        let within = |element: &str| path.split(['.', '|', ' ', '(', ')']).any(|step| step == element);
        let plain = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '|' | ' '));
        parameter.type_name == self.type_name
            && (self.elements.iter().any(|element| within(element)) || parameter.custom && !plain)
    }
}

/// What a caller may see.
#[derive(Debug, Clone)]
pub struct Sight {
    shown: Arc<Shown>,
    moment: i64,
}

#[derive(Debug)]
struct Shown {
    scopes: HashMap<&'static str, Scope>,
    otherwise: Scope,
    hidden: Vec<Redaction>,
    fingerprint: OnceLock<u64>,
}

impl Sight {
    /// Everything.
    pub fn everything() -> Sight {
        Sight::new(HashMap::new(), Scope::Everything)
    }

    /// These scopes, and one for all other types.
    pub fn new(scopes: HashMap<&'static str, Scope>, otherwise: Scope) -> Sight {
        Sight::hiding(scopes, otherwise, Vec::new())
    }

    /// The same, with elements of what is seen that are not to be found out.
    pub fn hiding(scopes: HashMap<&'static str, Scope>, otherwise: Scope, hidden: Vec<Redaction>) -> Sight {
        Sight { shown: Arc::new(Shown { scopes, otherwise, hidden, fingerprint: OnceLock::new() }), moment: 0 }
    }

    /// The same at a moment, in microseconds since 1970: relations, blocks and openings are those of that moment.
    #[must_use]
    pub fn at(&self, moment: i64) -> Sight {
        Sight { shown: Arc::clone(&self.shown), moment }
    }

    /// The moment.
    pub fn moment(&self) -> i64 {
        self.moment
    }

    /// What can be seen of a type.
    pub fn of(&self, type_name: &str) -> &Scope {
        self.shown.scopes.get(type_name).unwrap_or(&self.shown.otherwise)
    }

    /// Whether anything is not to be found out.
    pub(crate) fn hides(&self) -> bool {
        !self.shown.hidden.is_empty()
    }

    /// What is not to be found out about a type.
    pub(crate) fn hidden<'s>(&'s self, type_name: &str) -> impl Iterator<Item = &'s Redaction> + use<'s> {
        let type_name = type_name.to_owned();
        self.shown.hidden.iter().filter(move |redaction| redaction.type_name == type_name)
    }

    /// The same for sights that show the same. The moment is not in it, so that a page can be turned later.
    pub fn fingerprint(&self) -> u64 {
        *self.shown.fingerprint.get_or_init(|| self.shown.mark())
    }
}

impl Shown {
    fn mark(&self) -> u64 {
        let mut sorted: Vec<_> = self.scopes.iter().collect();
        sorted.sort_by_key(|(name, _)| **name);
        // Its result stands in page tokens, which outlive this program: it is the same in the next one.
        let mut hasher = SipHasher13::new();
        for (name, scope) in sorted {
            name.hash(&mut hasher);
            mark_scope(scope, &mut hasher);
        }
        mark_scope(&self.otherwise, &mut hasher);
        for redaction in &self.hidden {
            (redaction.type_name, redaction.elements).hash(&mut hasher);
            mark_all(&redaction.of, &mut hasher);
        }
        hasher.finish()
    }
}

fn mark_scope(scope: &Scope, hasher: &mut impl Hasher) {
    match scope {
        Scope::Nothing => 0_u8.hash(hasher),
        Scope::Everything => 1_u8.hash(hasher),
        Scope::Some(limits) => {
            2_u8.hash(hasher);
            mark_all(&limits.only, hasher);
            mark_all(&limits.except, hasher);
        }
    }
}

fn mark_all(all: &[Vec<Clause>], hasher: &mut impl Hasher) {
    all.len().hash(hasher);
    for clauses in all {
        clauses.len().hash(hasher);
        clauses.iter().for_each(|clause| clause.mark(hasher));
    }
}

impl Clause {
    /// Whether it is surely the same condition.
    pub(crate) fn is(&self, other: &Clause) -> bool {
        match (self, other) {
            (Clause::Parts(a), Clause::Parts(b))
            | (Clause::Controllers(a), Clause::Controllers(b))
            | (Clause::Units(a), Clause::Units(b)) => a == b,
            (Clause::Related { keys: a, kinds: of_a }, Clause::Related { keys: b, kinds: of_b }) => {
                a == b && of_a == of_b
            }
            (Clause::Label(a), Clause::Label(b)) => a == b,
            (Clause::Blocked(a), Clause::Blocked(b)) => a == b,
            _ => false,
        }
    }

    fn mark(&self, hasher: &mut impl Hasher) {
        std::mem::discriminant(self).hash(hasher);
        match self {
            Clause::Where(expr) => format!("{expr:?}").hash(hasher),
            Clause::Parts(numbers) | Clause::Controllers(numbers) | Clause::Units(numbers) => numbers.hash(hasher),
            Clause::Related { keys, kinds } => (keys, kinds).hash(hasher),
            Clause::Opened { who, kind } => (who, kind).hash(hasher),
            Clause::Blocked(blocked) => blocked.hash(hasher),
            Clause::Label(labels) => labels.hash(hasher),
            Clause::Not(inner) => inner.mark(hasher),
        }
    }
}

/// The sight of everything.
pub fn all() -> &'static Sight {
    static ALL: OnceLock<Sight> = OnceLock::new();
    ALL.get_or_init(Sight::everything)
}
