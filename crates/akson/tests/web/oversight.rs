//! Opening a record, the log, the review and why, as a browser goes through them.

use crate::stand::{Browser, MINUTE, Stand};

const NUMBER: &str = "01815012345";

async fn town() -> Stand {
    let stand = Stand::new().await;
    stand.role("olga-leads", "olga", "leader", "home").await;
    stand
        .put(&format!(
            r#"{{"resourceType":"Patient","id":"kari","identifier":[{{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"{NUMBER}"}}],"name":[{{"family":"Prøvedal","given":["Kari"]}}],"birthDate":"1950-01-01"}}"#
        ))
        .await;
    for (id, duty) in [("pia", "privacy-officer"), ("adam", "administrator"), ("vera", "nurse")] {
        stand
            .put(&format!(
                r#"{{"resourceType":"Practitioner","id":"{id}","name":[{{"family":"Rolle","given":["{id}"]}}]}}"#
            ))
            .await;
        stand.role(&format!("{id}-role"), id, duty, "home").await;
    }
    stand
}

/// Somebody of the stand, in a role if they have several.
async fn signed(stand: &Stand, person: &str, role: &str) -> Browser {
    let mut browser = stand.browser();
    browser.sign_in(person, "/session").await;
    if !role.is_empty() {
        let tag = browser.get("/role").await.tag();
        browser.post("/role", &format!("tag={tag}&role={role}&return=/session")).await.to();
    }
    browser
}

/// What follows a text up to a quote.
fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    text.split(mark).nth(1).unwrap_or_else(|| panic!("no {mark} in {text}")).split('"').next().unwrap()
}

#[tokio::test]
async fn a_nurse_opens_a_record_with_a_reason_and_ends_it() {
    let stand = town().await;
    let mut vera = signed(&stand, "vera", "").await;
    assert!(vera.get("/").await.text.contains("href=\"/open\""));
    let tag = vera.get("/open").await.tag();
    for wrong in ["", "1234", "01815012346", "kari", "0181501234*"] {
        let answer = vera.post("/open", &format!("tag={tag}&number={wrong}")).await;
        assert_eq!(answer.status, 404, "{wrong}");
        assert!(!answer.text.contains("Prøvedal"));
    }
    assert_eq!(vera.post("/open", &format!("tag={tag}&number=018150 12345")).await.to(), "/patients/kari/open");
    let page = vera.get("/patients/kari/open").await;
    assert!(page.text.contains("Kari Prøvedal") && page.text.contains("får pasienten melding"));
    for (why, text) in [
        ("", "lang nok begrunnelse"),
        ("HPAKUTT", "kort"),
        ("XXX", "lang nok begrunnelse"),
        ("HPAKUTT", &"x".repeat(1001)),
    ] {
        let answer = vera.post("/patients/kari/open", &format!("tag={tag}&why={why}&text={text}")).await;
        assert_eq!(answer.status, 422, "{why} {text}");
        assert!(answer.text.contains("role=\"alert\""));
        assert!(text.len() > 1000 || answer.text.contains(text), "what was written is kept");
    }
    assert_eq!(vera.get("/fhir/Patient/kari").await.status, 404);
    let form = format!("tag={tag}&why=HPAKUTT&text=funnet bevisstløs");
    assert_eq!(vera.post("/patients/kari/open", &form).await.to(), "/patients/kari/open");
    let page = vera.get("/patients/kari/open").await;
    assert!(page.text.contains("4 t 0 min igjen") && page.text.contains("Avslutt nå"), "{}", page.text);
    assert_eq!(vera.get("/fhir/Patient/kari").await.status, 200);
    stand.pass(10 * MINUTE);
    assert!(vera.get("/patients/kari/open").await.text.contains("3 t 50 min igjen"));
    assert_eq!(vera.post("/patients/kari/open/end", &format!("tag={tag}")).await.to(), "/patients/kari/open?ended=1");
    assert!(vera.get("/patients/kari/open?ended=1").await.text.contains("Åpningen er avsluttet"));
    assert_eq!(vera.get("/fhir/Patient/kari").await.status, 404);
    assert_eq!(vera.get("/patients/nobody/open").await.status, 404);
    for person in ["pia", "adam", "operator"] {
        let mut other = signed(&stand, person, "").await;
        for path in ["/open", "/patients/kari/open", "/patients/nobody/open"] {
            let answer = other.get(path).await;
            assert_eq!(answer.status, 403, "{person} {path}");
            assert!(!answer.text.contains("Prøvedal"));
        }
    }
    // Without its tag a form opens nothing.
    assert_eq!(vera.post("/patients/kari/open", &form.replace(&tag, "x")).await.status, 403);
}

#[tokio::test]
async fn the_patient_reads_the_log_and_reports_and_others_answer() {
    let stand = town().await;
    let mut vera = signed(&stand, "vera", "").await;
    let tag = vera.get("/open").await.tag();
    vera.post("/patients/kari/open", &format!("tag={tag}&why=HPAKUTT&text=funnet bevisstløs")).await.to();
    vera.get("/fhir/Patient/kari").await;
    let mut kari = signed(&stand, "kari", "").await;
    let page = kari.get("/log").await;
    assert!(page.text.contains("vera Rolle") && page.text.contains("Åpnet i nødssituasjon"), "{}", page.text);
    assert!(page.text.contains("«funnet bevisstløs»") && page.text.contains("Hjemmetjenesten, Prøvevik kommune"));
    assert!(!page.text.contains(NUMBER));
    assert_eq!(vera.get("/log?patient=kari").await.status, 404);
    let event = after(&page.text, "/log/report?event=").to_string();
    let report = kari.get(&format!("/log/report?event={event}")).await;
    assert!(report.text.contains("innen 30 dager"));
    assert_eq!(kari.get("/log/report?event=nothing").await.status, 404);
    let tag = report.tag();
    assert_eq!(kari.post("/log/report", &format!("tag={tag}&event={event}&words=hvem?")).await.to(), "/log?sent=1");
    assert!(kari.get("/log?sent=1").await.text.contains("Venter på svar"));

    let mut pia = signed(&stand, "pia", "").await;
    let page = pia.get("/review").await;
    assert!(
        page.text.contains("Kari Prøvedal") && page.text.contains("funnet bevisstløs") && page.text.contains("«hvem?»")
    );
    let tag = page.tag();
    let opening = after(&page.text, "name=\"opening\" value=\"").to_string();
    let case = after(&page.text, "name=\"case\" value=\"").to_string();
    assert_eq!(pia.post("/review", &format!("tag={tag}&opening={opening}")).await.status, 422);
    let theirs = vera.get("/open").await.tag();
    let form = format!("tag={theirs}&opening={opening}&verdict=justified");
    assert_eq!(vera.post("/review", &form).await.status, 403);
    let verdict = format!("tag={tag}&opening={opening}&verdict=not-justified&note=ingen grunn");
    assert_eq!(pia.post("/review", &verdict).await.to(), "/review?told=reviewed");
    assert_eq!(pia.post("/review", &verdict).await.status, 409);
    assert_eq!(pia.post("/review/answer", &format!("tag={tag}&case={case}&answer=")).await.status, 422);
    let answer = format!("tag={tag}&case={case}&answer=En vakt.");
    assert_eq!(pia.post("/review/answer", &answer).await.to(), "/review?told=answered");
    assert_eq!(pia.post("/review/answer", &answer).await.status, 409);
    let page = pia.get("/review?told=answered").await;
    assert!(page.text.contains("Ingen åpne saker") && page.text.contains("Ingen åpninger venter"));
    let page = kari.get("/log").await;
    assert!(page.text.contains("Besvart") && page.text.contains("En vakt."), "{}", page.text);
    assert!(pia.get("/log?patient=kari").await.text.contains("vera Rolle"));
    // A leader has no cases; who neither leads nor watches has nothing here.
    let mut leader = signed(&stand, "olga", "olga-leads").await;
    let page = leader.get("/review").await;
    assert!(page.status == 200 && !page.text.contains("Saker fra pasienter"));
    assert_eq!(kari.get("/review").await.status, 403);
}

#[tokio::test]
async fn an_administrator_asks_why() {
    let stand = town().await;
    signed(&stand, "vera", "").await;
    let mut adam = signed(&stand, "adam", "").await;
    assert_eq!(adam.get("/why").await.status, 200);
    let page = adam.get("/why?person=vera&patient=kari&type=Observation").await;
    assert!(page.text.contains("Har ikke tilgang") && page.text.contains("behandlingsrelasjon"), "{}", page.text);
    assert_eq!(adam.get("/why?person=vera&patient=nobody").await.status, 404);
    assert_eq!(adam.get("/why?person=vera&patient=kari&type=Human").await.status, 404);
    let mut vera = signed(&stand, "vera", "").await;
    for path in ["/why", "/why?person=vera&patient=kari"] {
        assert_eq!(vera.get(path).await.status, 403, "{path}");
    }
}
