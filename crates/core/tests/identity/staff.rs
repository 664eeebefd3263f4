//! Somebody at work is a caller for as long as the record says so.

use std::future::Future;

use akson_core::identity::{Kind, Proven};
use akson_core::{Caller, Duty, Expected, Who};
use akson_fhir::resource::Resource;

use crate::stage::{HOUR, NOON, Stage, now, role};

fn staff(stage: &Stage, account: &str, role: &str) -> akson_core::Staff {
    let Who::Staff(staff) = stage.caller(account, role).unwrap().who else { panic!("no staff") };
    (*staff).clone()
}

#[test]
fn a_role_gives_name_unit_organisation_and_keys() {
    let stage = Stage::new();
    let account = stage.account(Kind::Staff, "nina");
    let nina = staff(&stage, &account, "home-role");
    assert_eq!((nina.name.as_str(), nina.hpr.as_str()), ("Nina Prøve", "9990001"));
    assert_eq!((nina.unit.as_str(), nina.organisation.as_str()), ("Hjemmetjenesten", "Prøvevik kommune"));
    assert_eq!(nina.duty, Duty::Nurse);
    // Practitioner, role, the unit and the one below it; not the municipality.
    assert_eq!(nina.keys.len(), 4);
    assert!(nina.keys.contains(&nina.number) && nina.keys.contains(&nina.unit_number));
    assert!(!nina.user.contains("nina") && !account.contains("21905297101"));
}

#[test]
fn a_role_at_the_top_does_not_lead_to_the_units() {
    let stage = Stage::new();
    stage.put(&role("town", "nurse", ""));
    let account = stage.account(Kind::Staff, "nina");
    assert_eq!(staff(&stage, &account, "town-role").keys.len(), 3);
}

#[test]
fn a_role_ends_with_its_period_to_the_moment() {
    let stage = Stage::new();
    stage.put(&role("home", "nurse", r#","period":{"start":"2026-11-22","end":"2026-11-22"}"#));
    let account = stage.account(Kind::Staff, "nina");
    stage.set(NOON + 11 * HOUR - 1);
    assert!(stage.caller(&account, "home-role").is_ok());
    stage.set(NOON + 11 * HOUR);
    assert_eq!(stage.caller(&account, "home-role").unwrap_err(), "the role has ended");
    stage.set(NOON - 14 * HOUR);
    assert_eq!(stage.caller(&account, "home-role").unwrap_err(), "the role has ended");
}

#[test]
fn what_is_written_counts_in_the_next_request() {
    let stage = Stage::new();
    let account = stage.account(Kind::Staff, "nina");
    let check = |text: &str| {
        stage.put(&role("home", "nurse", ""));
        stage.put(r#"{"resourceType":"Practitioner","id":"nina","active":true}"#);
        stage.put(r#"{"resourceType":"Organization","id":"town","name":"Prøvevik kommune"}"#);
        assert!(stage.caller(&account, "home-role").is_ok());
        stage.put(text);
        assert_eq!(stage.caller(&account, "home-role").unwrap_err(), "the role has ended", "{text}");
    };
    check(&role("home", "nurse", r#","active":false"#));
    check(&role("home", "king", ""));
    check(&role("home", "nurse", "").replace("Practitioner/nina", "Practitioner/other"));
    check(r#"{"resourceType":"Practitioner","id":"nina","active":false}"#);
    check(r#"{"resourceType":"Organization","id":"town","active":false,"name":"x"}"#);
}

#[test]
fn nobody_works_without_a_role_or_in_anothers() {
    let stage = Stage::new();
    stage.put(r#"{"resourceType":"Practitioner","id":"olga"}"#);
    let (nina, olga) = (stage.account(Kind::Staff, "nina"), stage.account(Kind::Staff, "olga"));
    assert_eq!(stage.caller(&nina, "").unwrap_err(), "no role is chosen");
    assert_eq!(stage.caller(&olga, "home-role").unwrap_err(), "the role has ended");
    assert_eq!(stage.caller("nobody", "home-role").unwrap_err(), "this account is not open");
    assert_eq!(stage.core.identity().choices(&olga, NOON).unwrap(), []);
    assert_eq!(stage.core.identity().choices(&nina, NOON).unwrap().len(), 1);
}

#[test]
fn a_closed_account_is_closed_for_the_next_request() {
    let stage = Stage::new();
    let account = stage.account(Kind::Staff, "nina");
    assert!(stage.caller(&account, "home-role").is_ok());
    assert!(now(stage.core.identity().set_account(&account, false)).unwrap());
    assert_eq!(stage.caller(&account, "home-role").unwrap_err(), "this account is not open");
}

#[test]
fn a_team_gives_its_number_while_somebody_is_a_member() {
    let stage = Stage::new();
    stage.put(r#"{"resourceType":"Patient","id":"kari"}"#);
    let account = stage.account(Kind::Staff, "nina");
    let before = staff(&stage, &account, "home-role").keys.len();
    stage.put(
        r#"{"resourceType":"CareTeam","id":"t","status":"active","subject":{"reference":"Patient/kari"},
        "participant":[{"member":{"reference":"Practitioner/nina"},"period":{"end":"2026-11-22T15:00:00+01:00"}}]}"#,
    );
    assert_eq!(staff(&stage, &account, "home-role").keys.len(), before + 1);
    stage.set(NOON + 2 * HOUR);
    assert_eq!(staff(&stage, &account, "home-role").keys.len(), before);
}

fn proven(provider: &str, national: &str, hpr: &str) -> Proven {
    let (provider, subject) = (provider.to_string(), "s".to_string());
    Proven {
        provider,
        kind: Kind::Staff,
        subject,
        national: national.into(),
        hpr: hpr.into(),
        level: 4,
        organisations: Vec::new(),
    }
}

#[test]
fn who_proves_their_number_gets_their_own_account() {
    let stage = Stage::new();
    let identity = stage.core.identity();
    let made = stage.account(Kind::Staff, "nina");
    let by_number = now(identity.sign_in(&proven("helseid", "21905297101", ""))).unwrap();
    assert_eq!(by_number.id, made);
    assert_eq!(now(identity.sign_in(&proven("helseid", "21905297101", "9990001"))).unwrap().id, made);
    assert!(now(identity.sign_in(&proven("helseid", "13717404089", ""))).is_err());
    assert!(now(identity.sign_in(&proven("helseid", "", ""))).is_err());
    stage.put(
        r#"{"resourceType":"Practitioner","id":"olga","identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.4","value":"777"}]}"#,
    );
    // Two numbers that lead to two persons.
    assert!(now(identity.sign_in(&proven("helseid", "21905297101", "777"))).is_err());
}

#[test]
fn who_changes_a_number_in_the_record_takes_over_nobodys_account() {
    let stage = Stage::new();
    let identity = stage.core.identity();
    now(identity.sign_in(&proven("helseid", "21905297101", ""))).unwrap();
    stage.put(
        r#"{"resourceType":"Practitioner","id":"nina","identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13717404089"}]}"#,
    );
    assert!(now(identity.sign_in(&proven("helseid", "13717404089", ""))).is_err());
}

#[test]
fn what_is_written_counts_though_nobody_waits_for_it() {
    let stage = Stage::new();
    let account = stage.account(Kind::Staff, "nina");
    // The writer may be done before anybody could wait: until it is not.
    let left = (0..1000).any(|_| {
        stage.put(&role("home", "nurse", ""));
        assert!(stage.caller(&account, "home-role").is_ok());
        let ended = Resource::parse_json(role("home", "nurse", r#","active":false"#).as_bytes()).unwrap();
        let record = stage.core.record(Caller::job("test", stage.core.now()));
        let mut write = Box::pin(record.update(ended, Expected::Any));
        let mut nobody = std::task::Context::from_waker(std::task::Waker::noop());
        write.as_mut().poll(&mut nobody).is_pending()
    });
    assert!(left, "the write is in the queue, and who asked for it has gone away");
    stage.put(r#"{"resourceType":"Basic","id":"next","code":{"text":"written after it"}}"#);
    assert_eq!(stage.caller(&account, "home-role").unwrap_err(), "the role has ended");
}
