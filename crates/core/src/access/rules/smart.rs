//! Apps and systems: no more than the scopes they were granted, and never more than their user.
//!
//! `patient/` scopes are kept to the patient of the launch, `user/` scopes to the user, `system/` scopes to the system. A
//! scope with search parameters is kept to what matches. Through `r` a resource can be read, through `s` found; what is
//! included or passed on the way of a search needs one of the two, the type that is searched needs `s`.
//! Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html>.

use akson_fhir::value::date::Zone;
use akson_store::search::numbers::Numbers;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::sight::Clause;
use std::sync::Arc;

use crate::access::kinds::Class;
use crate::access::{Action, All, Asked, Word};
use crate::caller::{App, Caller, Who};
use crate::identity::scopes::{Level, ResourceScope, Rights, Scopes};

/// Why not.
pub const OUTSIDE: &str = "no scope that was granted covers this";

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Some(app) = &asked.caller.app else {
        return match asked.caller.who {
            Who::System(_) => Word::Deny(OUTSIDE),
            _ => Word::Silent,
        };
    };
    if asked.class == Class::Audit {
        return Word::Deny("the audit is not for apps");
    }
    let scopes = scopes(app);
    let mut found = ways(app, &scopes, asked, |rights| has(rights, asked.action));
    if found.is_empty() && asked.action == Action::Search {
        found = ways(app, &scopes, asked, |rights| rights.read);
    }
    match found.is_empty() {
        true => Word::Deny(OUTSIDE),
        false => Word::Within(found),
    }
}

/// Whether an app's scopes cover an action on a type at all. What has no app is covered.
pub fn covers(caller: &Caller, action: Action, type_name: &str) -> bool {
    let Some(app) = &caller.app else {
        return true;
    };
    let scopes = scopes(app);
    scopes.resources().any(|scope| {
        counts(caller, app, scope) && scope.type_name.is_none_or(|name| name == type_name) && has(scope.rights, action)
    })
}

fn scopes(app: &App) -> Scopes {
    Scopes::parse(&app.scopes.join(" "))
}

fn has(rights: Rights, action: Action) -> bool {
    match action {
        Action::Read | Action::History | Action::Validate | Action::Operate => rights.read,
        Action::Search => rights.search,
        Action::Create => rights.create,
        Action::Update => rights.update,
        Action::Delete => rights.delete,
    }
}

/// Whether a scope is of this kind of caller. Rights of systems and of people never count together.
fn counts(caller: &Caller, app: &App, scope: &ResourceScope) -> bool {
    match (&caller.who, scope.level) {
        (Who::System(_), level) => level == Level::System,
        (_, Level::System) => false,
        (_, Level::Patient) => app.patient.is_some(),
        (_, Level::User) => true,
    }
}

fn ways(app: &App, scopes: &Scopes, asked: &Asked<'_>, has: impl Fn(Rights) -> bool) -> Vec<All> {
    let fits = |scope: &&ResourceScope| {
        counts(asked.caller, app, scope)
            && scope.type_name.is_none_or(|name| name == asked.type_name)
            && has(scope.rights)
    };
    scopes.resources().filter(fits).filter_map(|scope| way(app, scope, asked)).collect()
}

/// What a scope is kept to. One whose search parameters can't be read is none.
fn way(app: &App, scope: &ResourceScope, asked: &Asked<'_>) -> Option<All> {
    let mut all = Vec::new();
    if scope.level == Level::Patient && asked.class == Class::Personal {
        all.push(Clause::Parts(Numbers::new(vec![app.patient?])));
    }
    if !scope.query.is_empty() {
        let codes = Arc::default;
        let now_ms = asked.caller.moment.div_euclid(1000);
        let reading = Reading { registry: asked.registry, base: "", zone: Zone(0), now_ms, codes: &codes };
        let query = Query::parse(&reading, Some(asked.type_name), &scope.query, Handling::Strict).ok()?;
        all.extend(query.parts.into_iter().map(|(_, expr)| Clause::Where(expr)));
    }
    Some(all)
}
