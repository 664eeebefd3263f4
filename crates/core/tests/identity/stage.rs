//! A small municipality whose people sign in, and a clock that the test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use akson_core::identity::{Kind, SignedIn};
use akson_core::{Caller, Core, Expected, Settings};
use akson_fhir::resource::Resource;

pub use crate::wait::now;

/// 2026-11-22T12:00:00Z.
pub const NOON: i64 = 1_795_348_800_000_000;
pub const MINUTE: i64 = 60_000_000;
pub const HOUR: i64 = 60 * MINUTE;

/// A record and its clock.
pub struct Stage {
    pub core: Core,
    clock: Arc<AtomicI64>,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::made(|_| ())
    }

    /// The same in a sandbox.
    pub fn sandbox() -> Stage {
        Stage::made(|core| now(core.identity().make_sandbox()).unwrap())
    }

    fn made(first: impl FnOnce(&Core)) -> Stage {
        let clock = Arc::new(AtomicI64::new(NOON));
        let theirs = Arc::clone(&clock);
        let mut settings = Settings::default();
        settings.store.clock = Arc::new(move || theirs.fetch_add(1, Ordering::Relaxed));
        let stage = Stage { core: Core::in_memory(settings).unwrap(), clock };
        first(&stage.core);
        stage.put(r#"{"resourceType":"Organization","id":"town","name":"Prøvevik kommune"}"#);
        stage.put(r#"{"resourceType":"Organization","id":"home","name":"Hjemmetjenesten","partOf":{"reference":"Organization/town"}}"#);
        stage.put(
            r#"{"resourceType":"Organization","id":"east","name":"Øst","partOf":{"reference":"Organization/home"}}"#,
        );
        stage.put(
            r#"{"resourceType":"Practitioner","id":"nina","identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.4","value":"9990001"},
            {"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"21905297101"}],"name":[{"family":"Prøve","given":["Nina"]}]}"#,
        );
        stage.put(&role("home", "nurse", ""));
        stage
    }

    pub fn put(&self, text: &str) {
        self.put_of(0, text);
    }

    /// Puts a resource there, for which a municipality answers.
    pub fn put_of(&self, controller: i64, text: &str) {
        let caller = Caller::job("test", self.core.now()).answering(controller);
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        now(self.core.record(caller).update(resource, Expected::Any)).unwrap();
    }

    pub fn set(&self, moment: i64) {
        self.clock.store(moment, Ordering::Relaxed);
    }

    pub fn account(&self, kind: Kind, person: &str) -> String {
        now(self.core.identity().add_account(kind, person)).unwrap().id
    }

    /// The caller of an account, or why there is none.
    pub fn caller(&self, account: &str, role: &str) -> Result<Caller, String> {
        let signed = SignedIn { account: account.to_string(), role: role.to_string(), level: 4 };
        let moment = self.clock.load(Ordering::Relaxed);
        self.core.identity().caller_for(&signed, moment, "r").map_err(|error| error.to_string())
    }
}

/// A role of Nina's.
pub fn role(unit: &str, duty: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"PractitionerRole","id":"{unit}-role","practitioner":{{"reference":"Practitioner/nina"}},
        "organization":{{"reference":"Organization/{unit}"}},"code":[{{"coding":[{{"system":"urn:akson:duty","code":"{duty}"}}]}}]{more}}}"#
    )
}
