//! Pages of a record through the door: who sees it, what is saved from a page, and once.

use akson_core::{Caller, SearchOf};

use crate::stand::{Browser, Stand};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"aase","identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"02913800004"}],"name":[{"family":"Testmyr","given":["Åse"]}],"birthDate":"1938-11-02","gender":"female"}"#;

async fn stand() -> (Stand, Browser) {
    let stand = Stand::new().await;
    for text in [
        PATIENT,
        r#"{"resourceType":"EpisodeOfCare","id":"e1","status":"active","type":[{"text":"Vedtak om hjemmesykepleie"}],"patient":{"reference":"Patient/aase"},"managingOrganization":{"reference":"Organization/home"}}"#,
        r#"{"resourceType":"AllergyIntolerance","id":"a1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"criticality":"high","code":{"text":"Penicillin"},"patient":{"reference":"Patient/aase"}}"#,
        r#"{"resourceType":"Flag","id":"f1","status":"active","code":{"text":"Fallrisiko"},"subject":{"reference":"Patient/aase"}}"#,
        r#"{"resourceType":"Composition","id":"c1","status":"final","type":{"text":"Notat"},"subject":{"reference":"Patient/aase"},"date":"2026-11-20T10:00:00+01:00","author":[{"reference":"Practitioner/olga"}],"title":"Kveldsbesøk"}"#,
        r#"{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","medicationCodeableConcept":{"text":"metformin"},"subject":{"reference":"Patient/aase"},"dosageInstruction":[{"text":"500 mg morgen"}]}"#,
    ] {
        stand.put(text).await;
    }
    let mut browser = stand.browser();
    browser.sign_in("olga", "/").await;
    (stand, browser)
}

async fn observations(stand: &Stand) -> usize {
    let record = stand.core.record(Caller::job("test", stand.core.now()));
    let of = SearchOf { type_name: Some("Observation"), compartment: None };
    record.search(of, Vec::new(), false).await.unwrap().entries.len()
}

#[tokio::test]
async fn a_record_says_whose_it_is_on_every_page() {
    let (_stand, mut browser) = stand().await;
    for place in ["", "/timeline", "/medicines", "/measurements", "/measurements/new", "/number"] {
        let page = browser.get(&format!("/patients/aase{place}")).await;
        assert_eq!(page.status, 200, "{place}: {}", page.text);
        assert!(page.text.contains("<title>Åse Testmyr · "), "{place}");
        assert!(page.text.contains("Testmyr, Åse") && page.text.contains("class=\"ak-crit\""), "{place}");
        assert!(page.text.contains("vedtak om hjemmesykepleie") && page.text.contains("loggført"), "{place}");
        assert!(page.text.contains("Fallrisiko") && page.text.contains("Penicillin"), "{place}");
        assert_eq!(page.text.contains("02913800004"), place == "/number", "{place}");
    }
    let page = browser.get("/patients/aase").await;
    assert!(page.text.contains("Kveldsbesøk") && page.text.contains("Olga Test") && page.text.contains("Metformin"));
    assert!(page.text.contains("Ingen målinger er registrert"));
}

#[tokio::test]
async fn a_record_one_may_not_see_is_not_told_of() {
    let (_stand, mut browser) = stand().await;
    for id in ["kari", "nobody"] {
        for place in ["", "/timeline", "/medicines", "/measurements", "/measurements/new", "/number"] {
            let page = browser.get(&format!("/patients/{id}{place}")).await;
            assert_eq!(page.status, 404, "{id}{place}");
            assert!(!page.text.contains("Prøvedal"), "{id}{place}");
        }
    }
}

fn field<'t>(text: &'t str, name: &str) -> &'t str {
    let after = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default()
}

#[tokio::test]
async fn a_set_is_saved_once_with_its_sum() {
    let (stand, mut browser) = stand().await;
    let page = browser.get("/patients/aase/measurements/new").await;
    let values = "respiration=22&saturation=94&scale=1&oxygen=no&systolic=118&diastolic=64&pulse=96&consciousness=A&temperature=38,3";
    let form = format!("tag={}&once={}&{values}&do=save", page.tag(), field(&page.text, "once"));
    let path = "/patients/aase/measurements/new";
    // Counted without script: nothing is saved.
    let counted = browser.post(path, &form.replace("do=save", "do=count")).await;
    assert!(counted.status == 200 && counted.text.contains("middels risiko"), "{}", counted.text);
    assert_eq!(observations(&stand).await, 0);
    for _ in 0..5 {
        let saved = browser.post(path, &form).await;
        assert_eq!(saved.to(), "/patients/aase/measurements?period=24t&saved=all");
    }
    assert_eq!(observations(&stand).await, 7);
    let page = browser.get("/patients/aase/measurements?period=24t&saved=all").await;
    assert!(page.text.contains("118/64") && page.text.contains("38,3") && page.text.contains("Målingene er lagret."));
    let page = browser.get("/patients/aase").await;
    assert!(page.text.contains("NEWS2 5 kl. ") && page.text.contains("middels risiko"), "{}", page.text);
}

#[tokio::test]
async fn what_can_not_be_true_is_kept_in_the_form_and_not_saved() {
    let (stand, mut browser) = stand().await;
    let page = browser.get("/patients/aase/measurements/new").await;
    let form = format!("tag={}&once=a1&respiration=220&pulse=72&do=save", page.tag());
    let answer = browser.post("/patients/aase/measurements/new", &form).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("href=\"#respiration\"") && answer.text.contains("value=\"220\""));
    assert!(answer.text.contains("value=\"72\"") && answer.text.contains("aria-invalid=\"true\""));
    assert_eq!(observations(&stand).await, 0);
    let form = format!("tag={}&once=a2&pulse=72&do=save", page.tag());
    let answer = browser.post("/patients/aase/measurements/new", &form).await;
    assert!(answer.to().ends_with("saved=part"));
    assert_eq!(observations(&stand).await, 1);
}

#[tokio::test]
async fn nothing_is_saved_into_a_record_one_may_not_see() {
    let (stand, mut browser) = stand().await;
    let tag = browser.get("/patients/aase/measurements/new").await.tag();
    let form = format!("tag={tag}&once=a3&pulse=72&do=save");
    assert_eq!(browser.post("/patients/kari/measurements/new", &form).await.status, 404);
    assert_eq!(observations(&stand).await, 0);
}

#[tokio::test]
async fn who_has_no_role_yet_is_led_to_choose_one() {
    let (_stand, _) = stand().await;
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("nina", "/").await;
    assert_eq!(browser.get("/patients/aase").await.to(), "/role?return=/patients/aase");
}

#[tokio::test]
async fn a_day_has_the_tasks_of_oneself_and_of_the_unit_and_counts_them() {
    let (stand, mut browser) = stand().await;
    let task = |id: &str, owner: &str, title: &str| {
        format!(
            r#"{{"resourceType":"Task","id":"{id}","status":"requested","intent":"order","description":"{title}","for":{{"reference":"Patient/aase"}},"owner":{{"reference":"{owner}"}}}}"#
        )
    };
    stand.put(&task("t1", "Practitioner/olga", "Ring fastlegen")).await;
    stand.put(&task("t2", "Organization/home", "Hent utstyr")).await;
    stand.put(&task("t3", "Practitioner/nina", "Noe helt annet")).await;
    stand.put(r#"{"resourceType":"Observation","id":"n1","status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"1104051000000101"}]},"subject":{"reference":"Patient/aase"},"effectiveDateTime":"2026-11-22T12:20:00+01:00","valueInteger":7}"#).await;
    let page = browser.get("/").await;
    assert!(page.text.contains("<h1>Min dag</h1>"), "{}", page.text);
    assert!(page.text.contains("Ring fastlegen") && page.text.contains("Hent utstyr"));
    assert!(!page.text.contains("Noe helt annet"));
    assert!(page.text.contains("class=\"ak-cnt\">2<"), "{}", page.text);
    assert!(page.text.contains("ak-pt3") && page.text.contains("href=\"/patients/aase\""));
}

#[tokio::test]
async fn what_waits_for_somebody_is_on_the_overview_and_what_is_planned_is_not() {
    let (stand, mut browser) = stand().await;
    for (id, day) in [("gone", "2026-11-20"), ("comes", "2026-11-25")] {
        stand.put(&format!(r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","start":"{day}T08:00:00+01:00","end":"{day}T08:20:00+01:00",
            "participant":[{{"actor":{{"reference":"Patient/aase"}},"status":"accepted"}}]}}"#)).await;
    }
    let task = |id: &str, status: &str, focus: &str| {
        format!(
            r#"{{"resourceType":"Task","id":"{id}","status":"{status}","intent":"order","code":{{"text":"Tiltak {id}"}},"for":{{"reference":"Patient/aase"}}{focus}}}"#
        )
    };
    stand.put(&task("asked", "requested", "")).await;
    stand.put(&task("taken", "accepted", "")).await;
    stand.put(&task("forgotten", "accepted", r#","focus":{"reference":"Appointment/gone"}"#)).await;
    stand.put(&task("planned", "accepted", r#","focus":{"reference":"Appointment/comes"}"#)).await;
    stand.put(&task("finished", "completed", "")).await;
    let page = browser.get("/patients/aase").await;
    for id in ["asked", "taken", "forgotten"] {
        assert!(page.text.contains(&format!("Tiltak {id}")), "{id}");
    }
    for id in ["planned", "finished"] {
        assert!(!page.text.contains(&format!("Tiltak {id}")), "{id}");
    }
}
