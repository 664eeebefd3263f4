//! The record over HTTP: nobody by default, a token, a session from our own pages.

use akson::config::Config;
use akson_core::identity::Site;

use crate::stand::{HOST, MINUTE, Stand};

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_a_session() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let requests = [
        ("GET", "/fhir/Patient"),
        ("GET", "/fhir/Patient/kari"),
        ("GET", "/fhir/Patient/nobody"),
        ("GET", "/fhir/_history"),
        ("GET", "/fhir"),
        ("POST", "/fhir"),
        ("POST", "/fhir/Patient/_search"),
        ("PUT", "/fhir/Patient/kari"),
        ("DELETE", "/fhir/Patient/kari"),
        ("GET", "/fhir/Patient/kari/$everything"),
    ];
    for (method, path) in requests {
        let answer = browser.send(method, path, &[], "").await;
        assert_eq!(answer.status, 401, "{method} {path}");
        assert!(answer.header("www-authenticate").starts_with("Bearer realm="), "{method} {path}");
        assert!(answer.text.contains("akson sandbox token operator"), "{}", answer.text);
    }
    let style = akson::http::assets::style().path.as_str();
    for path in ["/health", "/metrics", "/fhir/metadata", "/", "/signin", style] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_says_so_and_no_more() {
    let stand = Stand::new().await;
    let site = Site::seen_as(&format!("http://{HOST}/fhir"));
    let good = stand.core.identity().script_token(&site, "operator", None).await.unwrap();
    let mut browser = stand.browser();
    let bearer = |token: &str| format!("Bearer {token}");
    let answer = browser.send("GET", "/fhir/Patient/kari", &[("authorization", &bearer(&good))], "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let other = format!("{}x", &good[..good.len() - 1]);
    let wrong =
        [bearer("x"), bearer(&other), "Bearer".into(), "Basic eDp5".into(), format!("DPoP {good}"), good.clone()];
    for shown in wrong {
        let answer = browser.send("GET", "/fhir/Patient/kari", &[("authorization", &shown)], "").await;
        assert_eq!(answer.status, 401, "{shown}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{shown}");
        assert!(!answer.text.contains("kari"));
    }
    let twice = [("authorization", bearer(&good)), ("authorization", bearer(&good))];
    let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.send("GET", "/fhir/Patient/kari", &twice, "").await.status, 401);
    let answer = browser.get(&format!("/fhir/Patient/kari?access_token={good}")).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_session_reads_and_writes_only_from_our_pages() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("operator", "/").await.to();
    assert_eq!(browser.get("/fhir/Patient/kari").await.status, 200);
    let body = r#"{"resourceType":"Patient"}"#;
    let own = [("content-type", "application/fhir+json"), ("origin", "http://127.0.0.1:8080")];
    assert_eq!(browser.send("POST", "/fhir/Patient", &own, body).await.status, 201);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:9"] {
        let headers = [("content-type", "application/fhir+json"), ("origin", origin)];
        assert_eq!(browser.send("POST", "/fhir/Patient", &headers, body).await.status, 401, "{origin}");
    }
    let silent = [("content-type", "application/fhir+json")];
    assert_eq!(browser.send("POST", "/fhir/Patient", &silent, body).await.status, 401);
    stand.pass(16 * MINUTE);
    assert_eq!(browser.get("/fhir/Patient/kari").await.status, 401);
}

#[tokio::test]
async fn a_closed_account_and_an_ended_role_are_out_at_once() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    assert_eq!(browser.sign_in("olga", "/").await.to(), "/");
    assert_eq!(browser.get("/fhir/Organization/home").await.status, 200);
    stand.put(r#"{"resourceType":"PractitionerRole","id":"olga-home","active":false}"#).await;
    let answer = browser.get("/fhir/Organization/home").await;
    assert_eq!(answer.status, 401);
    assert!(answer.text.contains("without a role"), "{}", answer.text);
    stand.role("olga-home", "olga", "nurse", "home").await;
    assert_eq!(browser.get("/fhir/Organization/home").await.status, 200);
    let account = stand.core.identity().sandbox_account("olga").await.unwrap();
    stand.core.identity().set_account(&account.id, false).await.unwrap();
    assert_eq!(browser.get("/fhir/Organization/home").await.status, 401);
}

#[tokio::test]
async fn a_database_that_is_no_sandbox_offers_nobody() {
    let stand = Stand::with(Config::default(), false).await;
    let mut browser = stand.browser();
    let page = browser.get("/signin").await;
    assert!(!page.text.contains("SYNTETISKE") && !page.text.contains("nina"), "{}", page.text);
    let tag = page.tag();
    let answer = browser.post("/signin/sandbox", &format!("tag={tag}&person=operator&return=/")).await;
    assert_eq!(answer.status, 403);
    assert!(!browser.cookies.contains_key("akson"));
    let answer = browser.get("/fhir/Patient").await;
    assert!(answer.status == 401 && !answer.text.contains("sandbox"));
}

#[tokio::test]
async fn a_story_of_the_sandbox_opens_the_record_that_it_is_about() {
    let stand = Stand::new().await;
    stand.put(r#"{"resourceType":"Practitioner","id":"camilla-sykepleier","name":[{"text":"Camilla Test"}]}"#).await;
    stand.role("camilla-home", "camilla-sykepleier", "nurse", "home").await;
    let mut browser = stand.browser();
    assert!(!browser.get("/signin").await.text.contains("value=\"fall\""), "its patient is not here");
    stand.put(r#"{"resourceType":"Patient","id":"borghild-testesen","name":[{"text":"Borghild Testesen"}]}"#).await;
    let page = browser.get("/signin").await;
    assert!(page.text.contains("value=\"fall\"") && !page.text.contains("value=\"dementia\""), "{}", page.text);
    let signed_in = browser.post("/signin/sandbox", &format!("tag={}&return=/session&story=fall", page.tag())).await;
    assert_eq!(signed_in.to(), "/patients/borghild-testesen");
    assert!(browser.get("/session").await.text.contains("Camilla Test"));
}
