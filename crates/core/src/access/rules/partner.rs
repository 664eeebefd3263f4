//! An exchange partner, another organisation that a link carries messages to and from: what is addressed to it and what it
//! has sent, of its registered patients if it has such, and nothing else. It sends in its own name and changes nothing.
//!
//! Who is addressed is known by the organisation. What a patient has blocked for it is left out (`block`).

use std::sync::Arc;

use akson_fhir::value::date::Zone;
use akson_store::access::kind::{Kind, KindSet};
use akson_store::search::numbers::Numbers;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::sight::Clause;

use crate::access::kinds::Class;
use crate::access::{Action, All, Asked, Word};
use crate::caller::{Partner, Who};

/// What is sent between organisations: the type, and the search parameters of whom it is for and whom it is from.
const MESSAGES: &[(&str, &str, &str)] = &[
    ("Communication", "recipient", "sender"),
    ("CommunicationRequest", "recipient", "sender"),
    ("DocumentReference", "custodian", "author"),
    ("ServiceRequest", "performer", "requester"),
    ("Task", "owner", "requester"),
];

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    let Who::Link(partner) = &asked.caller.who else {
        return Word::Silent;
    };
    let message = MESSAGES.iter().find(|(name, ..)| *name == asked.type_name);
    match asked.class {
        Class::Shared | Class::Directory | Class::Machinery => Word::Silent,
        Class::Audit => Word::Deny("the audit is not for an exchange partner"),
        // Content is sent before what refers to it.
        Class::Binary if asked.action == Action::Create => Word::everything(),
        Class::Binary | Class::Personal if asked.action.writes() && asked.action != Action::Create => {
            Word::Deny("an exchange partner changes nothing; it sends anew")
        }
        Class::Binary => Word::nothing(),
        Class::Personal => match (message, asked.action) {
            (None, Action::Create) => Word::Deny("an exchange partner sends messages, referrals and documents"),
            (None, _) => Word::nothing(),
            (Some((_, _, from)), Action::Create) => Word::Allow(way(partner, asked, from).into_iter().collect()),
            (Some((_, to, from)), _) => {
                Word::Allow([*to, *from].into_iter().filter_map(|end| way(partner, asked, end)).collect())
            }
        },
    }
}

/// What names the partner at one end of a message.
fn way(partner: &Partner, asked: &Asked<'_>, end: &str) -> Option<All> {
    if partner.organisation.is_empty() {
        return None;
    }
    let codes = Arc::default;
    let now_ms = asked.caller.moment.div_euclid(1000);
    let reading = Reading { registry: asked.registry, base: "", zone: Zone(0), now_ms, codes: &codes };
    let pairs = [(end.to_string(), format!("Organization/{}", partner.organisation))];
    let query = Query::parse(&reading, Some(asked.type_name), &pairs, Handling::Strict).ok()?;
    let mut all: All = query.parts.into_iter().map(|(_, expr)| Clause::Where(expr)).collect();
    if let Some(group) = partner.group {
        let kinds = KindSet::NONE.and(Kind::Member);
        all.push(Clause::Related { keys: Numbers::new(vec![group]), kinds });
    }
    Some(all)
}
