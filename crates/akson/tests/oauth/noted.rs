//! What apps and systems get, and what users give and take back, stands in the log.

use akson_core::identity::{Answer as Said, Site};
use akson_core::{Caller, SearchOf};
use serde_json::Value;

use super::flow::{ASKED, refresh, stand, text, tokens, waits};
use super::stand::{ASSERTION_TYPE, BASE, Stand, TOKEN};

/// The newest entries about comings and goings: what, by whom, through which app, how it ended.
async fn noted(stand: &Stand, count: usize) -> Vec<(String, String, String, String)> {
    let of = SearchOf { type_name: Some("AuditEvent"), compartment: None };
    let pairs = akson_core::query::parse(&format!("type=110114&_count={count}")).unwrap();
    let operator = Caller::operator(stand.core.now(), "o");
    let found = stand.core.record(operator).search(of, pairs, false).await.unwrap();
    let one = |text: &[u8]| {
        let event: Value = serde_json::from_slice(text).unwrap();
        let what = event["subtype"].as_array().unwrap().last().unwrap()["code"].as_str().unwrap().to_string();
        let shown = |at: usize| event["agent"][at]["who"]["display"].as_str().unwrap_or_default().to_string();
        let agents = event["agent"].as_array().unwrap();
        let is_app = |agent: &Value| agent["type"]["coding"][0]["code"] == "110150";
        let app = agents.iter().position(is_app).map(shown).unwrap_or_default();
        (what, shown(0), app, event["outcome"].as_str().unwrap().to_string())
    };
    found.entries.iter().map(|(seen, _)| one(&seen.text)).collect()
}

fn line(what: &str, who: &str, app: &str, outcome: &str) -> (String, String, String, String) {
    (what.to_string(), who.to_string(), app.to_string(), outcome.to_string())
}

#[tokio::test]
async fn what_users_give_to_apps_and_take_back_is_in_the_log() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("kari").await;
    let kari = stand.core.identity().name_of(&session.signed.account).unwrap();
    let told = tokens(&stand, &session, ASKED).await;
    refresh(&stand, text(&told, "refresh_token"), "").await.is(200);
    let no = waits(&stand, "app", ASKED).await;
    stand.core.identity().answer(&Site::at(BASE), &no, &session, Said::No).await.unwrap();
    stand.core.identity().end_app(&session.signed.account, "app").await.unwrap();
    let found = noted(&stand, 5).await;
    let app = "App app";
    let wanted = [
        line("withdrawal", &kari, app, "0"),
        line("consent", &kari, app, "4"),
        line("refresh", &kari, app, "0"),
        line("token", &kari, app, "0"),
        line("consent", &kari, app, "0"),
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn what_systems_get_give_back_and_fail_at_is_in_the_log() {
    let (stand, pair) = (Stand::new(), super::pair::Pair::new(jsonwebtoken::Algorithm::ES384, "k1"));
    stand.client("lab", akson_core::identity::Profile::SmartBackend, "system/*.rs", &[&pair]).await;
    let token = stand.system_token("lab", &pair, "system/Patient.rs").await;
    let assertion = pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
    let form = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
        ("token", token.as_str()),
    ];
    stand.post("/oauth/smart/revoke", &[], &form).await.is(200);
    let wrong = pair.sign(&pair.header(), &stand.claims("lab", "https://evil.example"));
    stand.post("/oauth/smart/token", &[], &stand.credentials(&wrong, "system/*.rs")).await.is(401);
    let found = noted(&stand, 10).await;
    let unknown = line("token", "unknown", "App lab", "4");
    assert_eq!(found, [unknown, line("revoke", "App lab", "App lab", "0"), line("token", "App lab", "App lab", "0")]);
}
