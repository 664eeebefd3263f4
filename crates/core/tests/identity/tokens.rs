//! A token's caller is remembered between requests, and never a moment longer than it holds.

use akson_core::Caller;
use akson_core::Who;
use akson_core::identity::{Presented, Scheme, Site};

use crate::stage::{HOUR, MINUTE, NOON, Stage, now, role};

/// Requests of Nina with a script's token.
struct Shown {
    stage: Stage,
    token: String,
}

impl Shown {
    fn new() -> Shown {
        let stage = Stage::sandbox();
        let site = Site::seen_as("http://127.0.0.1/fhir");
        let token = now(stage.core.identity().script_token(&site, "nina", None)).unwrap();
        Shown { stage, token }
    }

    fn ask(&self, token: &str) -> Option<Caller> {
        let site = Site::seen_as("http://127.0.0.1/fhir");
        let shown =
            Presented { scheme: Scheme::Bearer, token, proofs: &[], method: "GET", url: "http://127.0.0.1/fhir" };
        self.stage.core.identity().caller_of_token(&site, &shown, self.stage.core.now(), "r").ok()
    }

    fn unit(&self) -> Option<String> {
        match self.ask(&self.token)?.who {
            Who::Staff(staff) => Some(staff.unit.clone()),
            _ => None,
        }
    }
}

#[test]
fn a_token_stands_for_who_it_is_of_until_something_is_written_about_them() {
    let shown = Shown::new();
    for _ in 0..3 {
        assert_eq!(shown.unit().as_deref(), Some("Hjemmetjenesten"));
    }
    shown.stage.put(r#"{"resourceType":"Organization","id":"home","name":"Hjemmetjenesten nord","partOf":{"reference":"Organization/town"}}"#);
    assert_eq!(shown.unit().as_deref(), Some("Hjemmetjenesten nord"));
    shown.stage.put(&role("home", "nurse", r#","active":false"#));
    assert_eq!(shown.unit(), None);
    shown.stage.put(&role("home", "nurse", ""));
    assert!(shown.unit().is_some());
}

#[test]
fn a_token_of_a_closed_account_is_refused_at_the_next_request() {
    let shown = Shown::new();
    assert!(shown.unit().is_some());
    let account = now(shown.stage.core.identity().sandbox_account("nina")).unwrap().id;
    now(shown.stage.core.identity().set_account(&account, false)).unwrap();
    assert_eq!(shown.unit(), None);
    now(shown.stage.core.identity().set_account(&account, true)).unwrap();
    assert!(shown.unit().is_some());
}

#[test]
fn a_token_ends_with_its_time_and_a_role_with_its_own() {
    let shown = Shown::new();
    shown.stage.put(&role("home", "nurse", r#","period":{"end":"2026-11-22T14:00:00+01:00"}"#));
    assert!(shown.unit().is_some());
    shown.stage.set(NOON + HOUR - MINUTE);
    assert!(shown.unit().is_some());
    shown.stage.set(NOON + HOUR + MINUTE);
    assert_eq!(shown.unit(), None, "the role has ended, though nothing was written");
    shown.stage.put(&role("home", "nurse", ""));
    shown.stage.set(NOON + 8 * HOUR - MINUTE);
    assert!(shown.unit().is_some());
    shown.stage.set(NOON + 8 * HOUR + MINUTE);
    assert_eq!(shown.unit(), None, "the token has ended");
}

#[test]
fn a_token_that_differs_in_one_letter_is_another_one() {
    let shown = Shown::new();
    assert!(shown.unit().is_some());
    for at in [0, shown.token.len() / 2, shown.token.len() - 2] {
        let mut other = shown.token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        assert!(shown.ask(&String::from_utf8(other).unwrap()).is_none());
    }
    assert!(shown.ask(&shown.token[..shown.token.len() - 1]).is_none());
    assert!(shown.ask(&format!("{}.", shown.token)).is_none());
}

#[test]
fn the_caller_of_a_token_is_named_in_the_log_as_it_is() {
    let shown = Shown::new();
    let first = shown.ask(&shown.token).unwrap();
    let again = shown.ask(&shown.token).unwrap();
    assert_eq!((first.who, first.moment < again.moment), (again.who, true));
    assert_eq!(again.request, "r");
}
