//! The words of all rules made one: what may be seen, searched and written.
//!
//! What a rule says of a type does not change from one request to the next, but for the moment; so the sights are made once
//! for callers about whom the same is known (`cache`) and get the request's moment.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use akson_fhir::definition::Definitions;
use akson_store::search::registry::Registry;
use akson_store::search::sight::{Limits, Scope, Sight};

use super::cache::Cache;
use super::kinds::class;
use super::redact::{self, Hides};
use super::rules::{self, RULES};
use super::{Action, All, Asked, Decision, Word, sees_everything};
use crate::caller::{Caller, Who};

/// How many ways to be allowed one type may have.
const WAYS_MAX: usize = 512;

/// What a caller may do. Used as a sight, it says what may be seen.
#[derive(Clone, Debug)]
pub struct Granted {
    /// What may be seen.
    pub sight: Sight,
    /// What conditions may match.
    pub searches: Sight,
    /// What a write may take from and lead to.
    pub writes: Sight,
    /// What is not shown of it.
    pub hides: Hides,
    /// The patients that are seen through whatever app, for who is to have no say in whom they care for.
    pub patients: Option<Sight>,
    /// The municipality and the unit that answer for what is new.
    pub answers: Option<(i64, i64)>,
    /// Whose openings are the ground for what is written.
    pub opener: Option<i64>,
}

impl Deref for Granted {
    type Target = Sight;

    fn deref(&self) -> &Sight {
        &self.sight
    }
}

impl Granted {
    /// The same sight for everything.
    pub fn alike(sight: Sight) -> Granted {
        Granted {
            searches: sight.clone(),
            writes: sight.clone(),
            sight,
            hides: Hides::default(),
            patients: None,
            answers: None,
            opener: None,
        }
    }
}

/// May the caller do this to resources of the type (empty: the whole record)?
pub fn permit(cache: &Cache, registry: &Arc<Registry>, caller: &Caller, action: Action, type_name: &str) -> Decision {
    let made = |action: Action| cache.sight(registry, caller, action, || make(registry, caller, action));
    if let Some(sight) = plain(caller) {
        let granted = Granted {
            answers: caller.controller.map(|controller| (controller, 0)),
            ..Granted::alike(sight.at(caller.moment))
        };
        return judged(granted, registry, caller, action, type_name);
    }
    let sight = match action {
        Action::Search => made(Action::Search),
        _ => made(Action::Read),
    };
    let granted = match action {
        Action::Create | Action::Update | Action::Delete => {
            let mut granted = Granted { searches: made(Action::Search), writes: made(action), ..Granted::alike(sight) };
            granted.answers = caller.controller.map(|controller| (controller, 0));
            if let Who::Staff(staff) = &caller.who {
                let alone = Caller { app: None, actor: None, ..caller.clone() };
                let patients = cache.sight(registry, &alone, Action::Read, || make(registry, &alone, Action::Read));
                granted.patients = Some(patients);
                granted.opener = rules::ground::opener(caller);
                granted.answers = staff.controllers.first().map(|controller| (*controller, staff.unit_number));
            }
            granted
        }
        _ => Granted::alike(sight),
    };
    let granted = Granted { hides: Hides::from(caller), ..granted };
    judged(granted, registry, caller, action, type_name)
}

/// The sight of callers for whom the rules have one word for everything.
fn plain(caller: &Caller) -> Option<Sight> {
    if caller.app.is_some() || !matches!(caller.who, Who::Operator | Who::Job(_)) {
        return None;
    }
    match &caller.within {
        Some(within) => Some(Sight::clone(within)),
        None => {
            static EVERYTHING: OnceLock<Sight> = OnceLock::new();
            Some(EVERYTHING.get_or_init(Sight::everything).clone())
        }
    }
}

/// The decision, which does not depend on data: whether there is anything that the caller may do this to.
fn judged(granted: Granted, registry: &Registry, caller: &Caller, action: Action, type_name: &str) -> Decision {
    if type_name.is_empty() {
        return match action {
            Action::History if !sees_everything(&granted) => {
                Decision::Denied("the history of the whole record is for those who see all of it")
            }
            _ => Decision::Granted(granted),
        };
    }
    let asked = if action.writes() { &granted.writes } else { &granted.sight };
    let Some(found) = Definitions::r4().resource(type_name) else {
        return Decision::Denied("there is no such type");
    };
    if !rules::smart::covers(caller, action, found.name) {
        return Decision::Denied(rules::smart::OUTSIDE);
    }
    match asked.of(found.name) {
        Scope::Nothing => Decision::Denied(reason(registry, caller, action, found.name)),
        _ => Decision::Granted(granted),
    }
}

/// Why nothing of a type is open.
fn reason(registry: &Registry, caller: &Caller, action: Action, type_name: &'static str) -> &'static str {
    if plain(caller).is_some() {
        return "this type of resource is not open to this caller";
    }
    match folded(&asked(registry, caller, asked_as(action), type_name)) {
        Err(reason) => reason,
        Ok(_) => "no rule allows this",
    }
}

/// Actions that the rules do not tell apart.
pub(super) fn asked_as(action: Action) -> Action {
    match action {
        Action::History | Action::Validate => Action::Read,
        other => other,
    }
}

/// The question to the rules.
pub(super) fn asked<'a>(
    registry: &'a Registry,
    caller: &'a Caller,
    action: Action,
    type_name: &'static str,
) -> Asked<'a> {
    Asked { caller, action, type_name, class: class(type_name), registry }
}

fn make(registry: &Registry, caller: &Caller, action: Action) -> Sight {
    let mut scopes = HashMap::new();
    for found in Definitions::r4().resource_types() {
        if let Ok(scope) = folded(&asked(registry, caller, action, found.name)) {
            scopes.insert(found.name, scope);
        }
    }
    Sight::hiding(scopes, Scope::Nothing, redact::hidden(registry, caller))
}

/// What the rules say together; or why not.
pub(super) fn folded(asked: &Asked<'_>) -> Result<Scope, &'static str> {
    let mut allowed: Option<Vec<All>> = None;
    let (mut within, mut except) = (Vec::new(), Vec::new());
    for (_, rule) in RULES {
        match rule(asked) {
            Word::Silent => {}
            Word::Deny(reason) => return Err(reason),
            Word::Allow(more) => allowed.get_or_insert_default().extend(more),
            Word::Within(narrower) => within.push(narrower),
            Word::Except(less) => except.extend(less),
        }
    }
    let mut only = allowed.ok_or("no rule allows this")?;
    for narrower in within {
        only = both(&only, &narrower);
    }
    if only.len() > WAYS_MAX {
        return Err("these scopes are too many to be answered at once");
    }
    if only.iter().any(Vec::is_empty) {
        only = vec![Vec::new()];
        if except.is_empty() {
            return Ok(Scope::Everything);
        }
    }
    Ok(Scope::Some(Limits { only, except }))
}

/// Where one of these and one of those hold.
fn both(these: &[All], those: &[All]) -> Vec<All> {
    let pairs = these.iter().flat_map(|one| those.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| one.iter().chain(other).cloned().collect()).collect()
}
