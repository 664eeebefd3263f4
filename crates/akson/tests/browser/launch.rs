//! fhirclient gets access as SMART App Launch says, uses it, and loses it.

use std::time::{Duration, Instant};

use crate::stage::Stage;

/// How long something that was revoked may go on.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

/// The app is back with what it was granted.
fn is_granted(stage: &mut Stage, patient: &str) {
    stage.browser.wait_for("window.trouble || window.client !== undefined");
    assert_eq!(stage.browser.text(), "An app\n\nready");
    assert_eq!(stage.browser.run("return client.patient.id"), patient);
}

/// Reads, searches, and meets the end of what it may.
fn uses_it(stage: &mut Stage, patient: &str) {
    let browser = &mut stage.browser;
    let read = browser.run_to_end("return await client.patient.read()");
    assert_eq!((&read["resourceType"], &read["id"]), (&"Patient".into(), &patient.into()));
    let found =
        browser.run_to_end("return await client.request(`Observation?patient=${client.patient.id}&_count=100`)");
    let entries = found["entry"].as_array().expect("entries");
    assert!(!entries.is_empty());
    let subject = format!("Patient/{patient}");
    assert!(entries.iter().all(|entry| entry["resource"]["subject"]["reference"] == *subject), "{found}");
    let flat = browser.run_to_end("return await client.patient.request('Observation', { flat: true, pageLimit: 0 })");
    assert!(flat.as_array().is_some_and(|all| all.len() >= entries.len()), "{flat}");
    let user = browser.run_to_end("return { is: client.user.fhirUser, id: client.user.id }");
    assert_eq!(user["id"], "astrid-lege", "{user}");
    for (request, status) in [("Patient/aase", 404), ("Condition?patient=kari", 403)] {
        let refused = browser.run_to_end(&format!("return await client.request('{request}')"));
        assert_eq!(refused["status"], status, "{request}: {refused}");
    }
}

/// A new access token for the refresh token, which turns.
fn refreshes(stage: &mut Stage) {
    let tokens =
        "const { access_token, refresh_token } = client.state.tokenResponse; return [access_token, refresh_token]";
    let before = stage.browser.run(tokens);
    let after = stage.browser.run_to_end(&format!("await client.refresh(); {tokens}"));
    assert!(after[0].is_string() && after[0] != before[0], "{after}");
    assert!(after[1].is_string() && after[1] != before[1], "{after}");
}

/// Whether the app is turned away within the time that is promised, and can't get back by itself.
fn is_ended(stage: &mut Stage) {
    let begin = Instant::now();
    let read = "const r = await fetch(client.state.serverUrl + '/Patient/' + client.patient.id,
        { headers: { authorization: 'Bearer ' + client.state.tokenResponse.access_token } }); return r.status";
    while stage.browser.run_to_end(read) != 401 {
        assert!(begin.elapsed() < REVOKED_WITHIN, "it still reads");
    }
    let refreshed = stage.browser.run_to_end("return await client.refresh()");
    assert!(refreshed["failed"].is_string(), "{refreshed}");
}

#[test]
fn a_client_of_others_starts_by_itself_and_is_revoked() {
    let Some(mut stage) = Stage::set() else { return };
    stage.start_app();
    stage.sign_in("astrid-lege");
    stage.browser.wait_for("location.pathname.startsWith('/oauth/smart/consent/')");
    assert!(stage.browser.text().contains("Blodtrykk"));
    stage.choose("Kari", "kari");
    stage.browser.click("button[value=yes]");
    is_granted(&mut stage, "kari");
    uses_it(&mut stage, "kari");
    refreshes(&mut stage);
    uses_it(&mut stage, "kari");
    let revoked = stage.browser.run_to_end(
        "const body = new URLSearchParams({ token: client.state.tokenResponse.refresh_token, client_id: 'app' });
         const r = await fetch(client.state.tokenUri.replace('/token', '/revoke'), { method: 'POST', body });
         return r.status",
    );
    assert_eq!(revoked, 200);
    is_ended(&mut stage);
}

#[test]
fn a_client_of_others_is_started_for_a_patient() {
    let Some(mut stage) = Stage::set() else { return };
    stage.sign_in("astrid-lege");
    stage.go("/oauth/smart/apps");
    stage.choose("Kari", "kari");
    stage.browser.click("button[value=app]");
    stage.browser.wait_for("location.pathname.startsWith('/oauth/smart/consent/')");
    assert!(!stage.browser.text().contains("Hvilken pasient"), "the patient is known");
    stage.browser.click("button[value=yes]");
    is_granted(&mut stage, "kari");
    let told = stage.browser.run("return client.state.tokenResponse");
    assert_eq!((&told["need_patient_banner"], &told["token_type"]), (&true.into(), &"Bearer".into()));
    uses_it(&mut stage, "kari");
    refreshes(&mut stage);
    // Their user ends it in another window.
    stage.browser.run("window.open()");
    let own = stage.browser.window(1);
    stage.go("/oauth/apps");
    assert!(stage.browser.text().contains("Blodtrykk"), "{}", stage.browser.text());
    stage.browser.click("button[name=client]");
    stage.browser.wait_for("document.querySelector('[role=status]') !== null");
    stage.browser.show(&own);
    is_ended(&mut stage);
    // A link that was used, or invented, opens nothing.
    let again = format!("{}?iss={}&launch=used", stage.app.page("launch.html"), stage.at("/fhir"));
    stage.browser.open(&again);
    stage.browser.wait_for("window.trouble !== undefined");
    assert!(stage.browser.text().contains("launch is unknown"), "{}", stage.browser.text());
}
