//! Who fails too often waits: by client and address, by address, and nobody else.

use akson::http::peer::Peer;
use akson_core::identity::{ADDRESS_FAILURES_MAX, CLIENT_FAILURES_MAX, Profile};
use axum::body::Body;
use axum::http::Request;
use jsonwebtoken::Algorithm;
use tower::ServiceExt;

use super::pair::Pair;
use super::stand::{Stand, TOKEN};

/// Asks for a token from an address; the status, and after how many seconds to come again.
async fn ask(stand: &Stand, address: &str, assertion: &str) -> (u16, u64) {
    let form: Vec<_> = stand.credentials(assertion, "system/*.rs");
    let form: Vec<_> = form.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let mut request = Request::post("/oauth/smart/token").header("host", "here");
    request = request.header("content-type", "application/x-www-form-urlencoded");
    let mut request = request.body(Body::from(akson_core::query::print(&form))).unwrap();
    request.extensions_mut().insert(Peer(address.parse().unwrap()));
    let response = stand.router.clone().oneshot(request).await.unwrap();
    let after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    (response.status().as_u16(), after.unwrap_or(0))
}

#[tokio::test]
async fn who_fails_too_often_waits_and_nobody_else() {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::ES384, "k1"));
    for client in ["lab", "other"] {
        stand.client(client, Profile::SmartBackend, "system/*.rs", &[&pair]).await;
    }
    let right = |client: &str| pair.sign(&pair.header(), &stand.claims(client, TOKEN));
    let wrong = |client: &str| pair.sign(&pair.header(), &stand.claims(client, "https://evil.example"));
    for _ in 0..CLIENT_FAILURES_MAX - 1 {
        assert_eq!(ask(&stand, "192.0.2.1", &wrong("lab")).await, (401, 0));
    }
    assert_eq!(ask(&stand, "192.0.2.1", &right("lab")).await.0, 200, "one below the limit");
    assert_eq!(ask(&stand, "192.0.2.1", &wrong("lab")).await.0, 401);
    let (status, after) = ask(&stand, "192.0.2.1", &right("lab")).await;
    assert!(status == 429 && (1..=61).contains(&after), "{status} {after}");
    // Neither another client there nor the same elsewhere has to wait.
    assert_eq!(ask(&stand, "192.0.2.1", &right("other")).await.0, 200);
    assert_eq!(ask(&stand, "192.0.2.2", &right("lab")).await.0, 200);
    stand.pass(61);
    assert_eq!(ask(&stand, "192.0.2.1", &right("lab")).await.0, 200);
}

#[tokio::test]
async fn an_address_that_fails_with_many_names_waits() {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::ES384, "k1"));
    stand.client("lab", Profile::SmartBackend, "system/*.rs", &[&pair]).await;
    let right = || pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
    for name in 0..ADDRESS_FAILURES_MAX {
        assert_eq!(ask(&stand, "2001:db8::1", &right()).await.0, 200, "{name}");
        let wrong = pair.sign(&pair.header(), &stand.claims(&format!("guess-{name}"), TOKEN));
        assert_eq!(ask(&stand, "2001:db8::1", &wrong).await.0, 401, "{name}");
    }
    assert_eq!(ask(&stand, "2001:db8::2", &right()).await.0, 429, "the same net");
    assert_eq!(ask(&stand, "2001:db8:0:1::1", &right()).await.0, 200);
}
