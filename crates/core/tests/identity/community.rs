//! Two municipalities with one record: who works for which, and who lets whom in.

use akson_core::Who;
use akson_core::identity::Kind;

use crate::stage::{HOUR, NOON, Stage};

const TOWN: i64 = 3203;
const ISLAND: i64 = 1811;

/// A town and an island with one unit each. Nina works in both.
fn two() -> Stage {
    let stage = Stage::new();
    for (number, name) in [(TOWN, "by"), (ISLAND, "island")] {
        stage.put_of(number, &format!(r#"{{"resourceType":"Organization","id":"{name}","name":"{name}"}}"#));
        stage.put_of(number, &unit(name));
        stage.put_of(number, &role(name));
    }
    stage
}

fn unit(of: &str) -> String {
    let part = format!(r#""partOf":{{"reference":"Organization/{of}"}}"#);
    format!(r#"{{"resourceType":"Organization","id":"{of}-home","name":"Hjemmetjenesten",{part}}}"#)
}

fn role(of: &str) -> String {
    crate::stage::role(&format!("{of}-home"), "nurse", "")
}

/// `opens` lets `joins` in.
fn agreement(id: &str, opens: &str, joins: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"OrganizationAffiliation","id":"{id}","active":true,"organization":{{"reference":"Organization/{opens}"}},
        "participatingOrganization":{{"reference":"Organization/{joins}"}},
        "code":[{{"coding":[{{"system":"urn:akson:affiliation","code":"shared-record"}}]}}]{more}}}"#
    )
}

fn reached(stage: &Stage, account: &str, of: &str) -> Vec<i64> {
    let Who::Staff(staff) = stage.caller(account, &format!("{of}-home-role")).unwrap().who else { panic!("no staff") };
    staff.controllers.to_vec()
}

#[test]
fn somebody_works_for_the_municipality_that_answers_for_their_organisation() {
    let stage = two();
    let nina = stage.account(Kind::Staff, "nina");
    assert_eq!(reached(&stage, &nina, "by"), [TOWN]);
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
}

#[test]
fn an_agreement_lets_the_other_in_one_way() {
    let stage = two();
    let nina = stage.account(Kind::Staff, "nina");
    stage.put_of(TOWN, &agreement("a", "by", "island", ""));
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND, TOWN]);
    assert_eq!(reached(&stage, &nina, "by"), [TOWN]);
    stage.put_of(TOWN, &agreement("a", "by", "island", "").replace(r#""active":true"#, r#""active":false"#));
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
}

#[test]
fn nobody_lets_themselves_in() {
    let stage = two();
    let nina = stage.account(Kind::Staff, "nina");
    stage.put_of(ISLAND, &agreement("own", "by", "island", ""));
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
    stage.put_of(TOWN, &agreement("other", "by", "island-home", "").replace("shared-record", "supplier"));
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
}

#[test]
fn an_agreement_begins_and_ends_with_its_period() {
    let stage = two();
    let nina = stage.account(Kind::Staff, "nina");
    let day = r#","period":{"start":"2026-11-22","end":"2026-11-22"}"#;
    stage.put_of(TOWN, &agreement("a", "by", "island", day));
    stage.set(NOON + 11 * HOUR - 1);
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND, TOWN]);
    stage.set(NOON + 11 * HOUR);
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
    stage.set(NOON - 14 * HOUR);
    assert_eq!(reached(&stage, &nina, "island"), [ISLAND]);
}

#[test]
fn a_role_that_another_municipality_made_gives_nothing() {
    let stage = two();
    let nina = stage.account(Kind::Staff, "nina");
    let forged = role("by").replace("by-home-role", "forged");
    stage.put_of(ISLAND, &forged);
    assert_eq!(stage.caller(&nina, "forged").unwrap_err(), "the role has ended");
    stage.put_of(TOWN, &forged.replace("forged", "given"));
    assert!(stage.caller(&nina, "given").is_ok());
}
