//! The stories open for those whom they ask to sign in as, a municipality is settled once, and a record that may hold real
//! people is left alone.
#![allow(clippy::unwrap_used, reason = "a test")]

use akson::control::settle::{claim, settle};
use akson::demo::{Day, Plan, story};
use akson_core::identity::{Kind, SignedIn};
use akson_core::{Caller, Core, Settings};
use akson_fhir::resource::Resource;

/// The stories, the sample and the units: nobody else.
const FEW: u64 = 20;

fn plan(core: &Core) -> Plan {
    Plan::first(Day::at_moment(core.now()), FEW)
}

/// Whether somebody sees a patient in one of their roles, or for themselves.
async fn sees(core: &Core, person: &str, patient: &str) -> bool {
    let account = core.identity().sandbox_account(person).await.unwrap();
    let mut roles: Vec<String> =
        core.identity().choices(&account.id, core.now()).unwrap().into_iter().map(|choice| choice.role).collect();
    if account.kind == Kind::Citizen {
        roles.push(String::new());
    }
    for role in roles {
        let signed = SignedIn { account: account.id.clone(), role, level: 4 };
        let caller = core.identity().caller_for(&signed, core.now(), "").unwrap();
        if core.record(caller).read("Patient", patient).await.is_ok() {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn each_story_opens_for_its_person() {
    let core = Core::in_memory(Settings::default()).unwrap();
    claim(&core).await.unwrap();
    let settled = settle(&core, plan(&core), |_| true).await.unwrap();
    assert_eq!(settled.already, 0);
    for story in story::stories().iter().filter(|story| !story.patient.is_empty()) {
        assert!(sees(&core, story.person, story.patient).await, "{}: {} {}", story.id, story.person, story.patient);
    }
    // What is blocked, hidden or nobody's business stays so.
    for (person, patient) in [
        ("camilla-sykepleier", "torgeir-testesen"),
        ("hedda-legevakt", "oddvar-testesen"),
        ("jorunn-leder", "borghild-testesen"),
        ("paal-proveson", "sander-testesen"),
    ] {
        assert!(!sees(&core, person, patient).await, "{person} {patient}");
    }
    let again = settle(&core, plan(&core), |_| true).await.unwrap();
    assert_eq!(again.already, again.resources(), "it was there already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_people_in_it_is_refused() {
    let core = Core::in_memory(Settings::default()).unwrap();
    let patient = Resource::parse_json(br#"{"resourceType":"Patient","active":true}"#).unwrap();
    core.record(Caller::job("test", core.now())).create(patient, None).await.unwrap();
    let refused = claim(&core).await.unwrap_err();
    assert!(refused.to_string().contains("no sandbox"), "{refused}");
}
