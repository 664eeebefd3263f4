//! Sessions: locked when nobody is there, gone when ended, the same person goes on.

use akson_core::identity::{Kind, SignedIn};

use crate::stage::{HOUR, MINUTE, NOON, Stage, now, role};

fn begun(stage: &Stage) -> (String, String) {
    let account = stage.account(Kind::Staff, "nina");
    let signed = SignedIn { account: account.clone(), role: "home-role".into(), level: 4 };
    (account, now(stage.core.identity().begin_session(signed, "helseid")).unwrap())
}

#[test]
fn a_session_is_locked_after_fifteen_minutes_alone() {
    let stage = Stage::new();
    let (_, secret) = begun(&stage);
    let identity = stage.core.identity();
    let locked = |moment: i64| identity.session(&secret, moment).unwrap().unwrap().locked;
    assert!(!locked(NOON + 14 * MINUTE));
    // Somebody was there: a write later, the time counts from then.
    for _ in 0..100 {
        if !locked(NOON + 16 * MINUTE) {
            break;
        }
        std::thread::yield_now();
    }
    assert!(!locked(NOON + 28 * MINUTE));
    let session = identity.session(&secret, NOON + 60 * MINUTE).unwrap().unwrap();
    assert!(session.locked);
    assert!(identity.caller_of_session(&session, NOON + 60 * MINUTE, "r").is_err());
}

#[test]
fn the_same_person_goes_on_and_another_begins_afresh() {
    let stage = Stage::new();
    stage.put(r#"{"resourceType":"Practitioner","id":"olga"}"#);
    stage.put(&role("east", "nurse", "").replace("Practitioner/nina", "Practitioner/olga"));
    let (_, secret) = begun(&stage);
    let identity = stage.core.identity();
    let check = |person: &str, same: bool, secret: &str| {
        now(identity.lock_session(secret)).unwrap();
        let session = identity.session(secret, NOON).unwrap().unwrap();
        assert!(session.locked);
        let account = now(identity.add_account(Kind::Staff, person)).unwrap();
        let (next, is_same) = now(identity.enter(&account, (4, "helseid", &[]), Some((secret, &session)))).unwrap();
        assert_eq!(is_same, same);
        assert!(identity.session(secret, NOON).unwrap().is_none(), "the old secret is no longer good");
        let after = identity.session(&next, NOON).unwrap().unwrap();
        assert_eq!(after.id == session.id, same);
        assert_eq!(after.signed.account, account.id);
        next
    };
    let secret = check("nina", true, &secret);
    check("olga", false, &secret);
}

#[test]
fn an_ended_session_is_gone_and_does_not_come_back() {
    let stage = Stage::new();
    let (account, secret) = begun(&stage);
    let identity = stage.core.identity();
    let session = identity.session(&secret, NOON).unwrap().unwrap();
    assert!(identity.session_goes_on(&account, &session.id).unwrap());
    assert!(now(identity.end_session(&secret)).unwrap());
    assert!(identity.session(&secret, NOON).unwrap().is_none());
    assert!(!identity.session_goes_on(&account, &session.id).unwrap());
    assert!(now(identity.go_on(&secret, &session, session.signed.clone())).is_err());
}

#[test]
fn closing_an_account_ends_its_sessions() {
    let stage = Stage::new();
    let (account, secret) = begun(&stage);
    now(stage.core.identity().set_account(&account, false)).unwrap();
    assert!(stage.core.identity().session(&secret, NOON).unwrap().is_none());
}

#[test]
fn a_session_ends_after_a_working_day_whatever_happens() {
    let stage = Stage::new();
    let (_, secret) = begun(&stage);
    assert!(stage.core.identity().session(&secret, NOON + 13 * HOUR).unwrap().is_none());
    assert!(stage.core.identity().session("guessed", NOON).unwrap().is_none());
}

#[test]
fn a_sandbox_has_persons_and_another_record_has_none() {
    let stage = Stage::new();
    let identity = stage.core.identity();
    assert!(identity.sandbox_persons(NOON).is_err());
    assert!(now(identity.sandbox_account("operator")).is_err());
    assert!(now(identity.make_sandbox()).is_err(), "there are resources in it");
    let fresh = akson_core::Core::in_memory(akson_core::Settings::default()).unwrap();
    now(fresh.identity().make_sandbox()).unwrap();
    assert!(fresh.identity().is_sandbox().unwrap());
    let operator = now(fresh.identity().sandbox_account("operator")).unwrap();
    let signed = SignedIn { account: operator.id, role: String::new(), level: 4 };
    assert_eq!(fresh.identity().caller_for(&signed, NOON, "r").unwrap().who, akson_core::Who::Operator);
    assert!(now(fresh.identity().sandbox_account("nobody")).is_err());
}
