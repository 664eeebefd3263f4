//! How systems show who they are: every wrong assertion is `invalid_client`, the right one is taken once.

use akson_core::identity::Profile;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::pair::{Pair, text, url_text};
use super::stand::{ASSERTION_TYPE, FAPI, Stand, TOKEN};

const SCOPE: &str = "system/Patient.rs";

async fn stand() -> (Stand, Pair) {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::ES384, "k1"));
    stand.client("lab", Profile::SmartBackend, "system/Patient.rs system/Observation.rs", &[&pair]).await;
    (stand, pair)
}

fn with(mut value: Value, name: &str, other: Value) -> Value {
    match other {
        Value::Null => {
            value.as_object_mut().unwrap().remove(name);
        }
        other => value[name] = other,
    }
    value
}

#[tokio::test]
async fn a_wrong_assertion_is_an_invalid_client() {
    let (stand, pair) = stand().await;
    let other = Pair::new(Algorithm::ES384, "k1");
    let short = Pair::new(Algorithm::ES256, "k1");
    let claims = || stand.claims("lab", TOKEN);
    let header = pair.header();
    let now = stand.now();
    let none = format!("{}.{}.", text(&json!({ "alg": "none" })), text(&claims()));
    let jwk = pair.jwk();
    let secret = jsonwebtoken::EncodingKey::from_secret(jwk.to_string().as_bytes());
    let symmetric = format!("{}.{}", text(&with(header.clone(), "alg", json!("HS256"))), text(&claims()));
    let mac = jsonwebtoken::crypto::sign(symmetric.as_bytes(), &secret, Algorithm::HS256).unwrap();
    let good = pair.sign(&header, &claims());
    let cases: Vec<(&str, String)> = vec![
        ("signature of another key", other.sign(&header, &claims())),
        ("another algorithm than the profile's", short.sign(&short.header(), &claims())),
        ("alg none", none),
        ("HS256 with the public key", format!("{symmetric}.{mac}")),
        ("signature cut off", good[..good.len() - 4].to_string()),
        ("claims exchanged", {
            let parts: Vec<&str> = good.split('.').collect();
            format!("{}.{}.{}", parts[0], text(&claims()), parts[2])
        }),
        ("unknown kid", pair.sign(&with(header.clone(), "kid", json!("k9")), &claims())),
        ("no kid", pair.sign(&with(header.clone(), "kid", Value::Null), &claims())),
        ("embedded key", other.sign(&with(header.clone(), "jwk", other.jwk()), &claims())),
        (
            "jku that is not registered",
            pair.sign(&with(header.clone(), "jku", json!("https://evil.example/k")), &claims()),
        ),
        ("crit", pair.sign(&with(header.clone(), "crit", json!(["exp"])), &claims())),
        ("iss of another", pair.sign(&header, &with(claims(), "iss", json!("other")))),
        ("sub of another", pair.sign(&header, &with(claims(), "sub", json!("other")))),
        ("no iss", pair.sign(&header, &with(claims(), "iss", Value::Null))),
        ("no sub", pair.sign(&header, &with(claims(), "sub", Value::Null))),
        ("aud of another", pair.sign(&header, &with(claims(), "aud", json!("https://other.example/token")))),
        (
            "aud is the issuer",
            pair.sign(&header, &with(claims(), "aud", json!("https://record.example.no/oauth/smart"))),
        ),
        ("aud of the other issuer", pair.sign(&header, &with(claims(), "aud", json!(format!("{FAPI}/token"))))),
        ("no aud", pair.sign(&header, &with(claims(), "aud", Value::Null))),
        ("no exp", pair.sign(&header, &with(claims(), "exp", Value::Null))),
        ("exp in the past", pair.sign(&header, &with(claims(), "exp", json!(now - 1)))),
        ("exp later than five minutes", pair.sign(&header, &with(claims(), "exp", json!(now + 400)))),
        ("exp as text", pair.sign(&header, &with(claims(), "exp", json!("soon")))),
        ("nbf in the future", pair.sign(&header, &with(claims(), "nbf", json!(now + 61)))),
        ("iat in the future", pair.sign(&header, &with(claims(), "iat", json!(now + 61)))),
        ("no jti", pair.sign(&header, &with(claims(), "jti", Value::Null))),
        ("empty jti", pair.sign(&header, &with(claims(), "jti", json!("")))),
        ("no token at all", "lab".to_string()),
        ("five parts", format!("{good}.a.b")),
        ("header is a list", format!("{}.{}.{}", url_text(b"[]"), text(&claims()), url_text(b"x"))),
    ];
    for (what, assertion) in cases {
        let answer = stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE)).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        answer.refuses(401, "invalid_client");
    }
    stand.post("/oauth/smart/token", &[], &stand.credentials(&good, SCOPE)).await.is(200);
}

#[tokio::test]
async fn an_assertion_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(Algorithm::ES384, "k1");
    let (assertion, from) = {
        let stand = Stand::at(folder.path());
        stand.client("lab", Profile::SmartBackend, SCOPE, &[&pair]).await;
        let assertion = pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
        stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE)).await.is(200);
        stand
            .post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE))
            .await
            .refuses(401, "invalid_client");
        (assertion, stand.now())
    };
    let stand = Stand::at(folder.path());
    assert_eq!(stand.now(), from);
    let answer = stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE)).await;
    answer.refuses(401, "invalid_client");
}

#[tokio::test]
async fn the_same_assertion_at_once_is_taken_once() {
    let (stand, pair) = stand().await;
    let assertion = pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (stand, assertion) = (stand.clone(), assertion.clone());
        tasks.spawn(async move {
            stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE)).await.status
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn every_algorithm_of_a_profile_is_taken_and_no_other() {
    let stand = Stand::new();
    for (algorithm, smart, fapi) in [
        (Algorithm::RS384, true, false),
        (Algorithm::ES384, true, false),
        (Algorithm::PS256, false, true),
        (Algorithm::ES256, false, true),
        (Algorithm::EdDSA, false, true),
    ] {
        let pair = Pair::new(algorithm, "k1");
        let id = format!("client-{algorithm:?}");
        let profile = if smart { Profile::SmartBackend } else { Profile::Fapi2 };
        stand.client(&id, profile, SCOPE, &[&pair]).await;
        let assertion = pair.sign(&pair.header(), &stand.claims(&id, TOKEN));
        let answer = stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, SCOPE)).await;
        assert_eq!(answer.status == 200, smart, "{algorithm:?} {}", answer.text());
        let assertion = pair.sign(&pair.header(), &stand.claims(&id, FAPI));
        let proof = stand.proof(&Pair::new(Algorithm::ES256, ""), "POST", &format!("{FAPI}/token"), None);
        let form = stand.credentials(&assertion, SCOPE);
        let answer = stand.post("/oauth/fapi/token", &[("dpop", &proof)], &form).await;
        assert_eq!(answer.status == 200, fapi, "{algorithm:?} {}", answer.text());
    }
}

#[tokio::test]
async fn fapi_takes_its_issuer_alone_as_audience() {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::PS256, "k1"));
    stand.client("hub", Profile::Fapi2, SCOPE, &[&pair]).await;
    let holder = Pair::new(Algorithm::ES256, "");
    for (audience, taken) in [
        (json!(FAPI), true),
        (json!(format!("{FAPI}/token")), false),
        (json!(format!("{FAPI}/par")), false),
        (json!([FAPI]), false),
        (json!([FAPI, format!("{FAPI}/token")]), false),
        (json!(format!("{FAPI}/")), false),
        (json!("https://record.example.no/oauth/smart"), false),
    ] {
        let mut claims = stand.claims("hub", "");
        claims["aud"] = audience.clone();
        let assertion = pair.sign(&pair.header(), &claims);
        let proof = stand.proof(&holder, "POST", &format!("{FAPI}/token"), None);
        let form = stand.credentials(&assertion, SCOPE);
        let answer = stand.post("/oauth/fapi/token", &[("dpop", &proof)], &form).await;
        assert_eq!(answer.status == 200, taken, "{audience}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_in_the_words_of_the_specification() {
    let (stand, pair) = stand().await;
    let assertion = || pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
    let form = |name: &str, value: &str| {
        let assertion: &'static str = Box::leak(assertion().into_boxed_str());
        let mut form: Vec<(String, String)> = stand
            .credentials(assertion, SCOPE)
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        form.retain(|pair| pair.0 != name);
        if !value.is_empty() {
            form.push((name.to_string(), value.to_string()));
        }
        form
    };
    for (name, value, status, error) in [
        ("grant_type", "", 400, "invalid_request"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("grant_type", "implicit", 400, "unsupported_grant_type"),
        ("client_assertion_type", "", 401, "invalid_client"),
        ("client_assertion_type", "urn:x", 401, "invalid_client"),
        ("client_assertion", "", 401, "invalid_client"),
        ("scope", "", 400, "invalid_scope"),
        ("scope", "system/Patient.dus", 400, "invalid_scope"),
        ("scope", "system/Patient.rs user/Patient.rs", 400, "invalid_scope"),
        ("scope", "system/Patient.rs openid", 400, "invalid_scope"),
        ("scope", "system/Condition.rs", 400, "invalid_scope"),
        ("scope", "system/Patient.cud", 400, "invalid_scope"),
        ("client_secret", "x", 400, "invalid_request"),
        ("client_id", "other", 401, "invalid_client"),
    ] {
        let form = form(name, value);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = stand.post("/oauth/smart/token", &[], &form).await;
        assert_eq!(answer.status, status, "{name}={value}: {}", answer.text());
        answer.refuses(status, error);
        assert_eq!(answer.header("pragma"), "no-cache");
    }
    let twice = format!("grant_type=client_credentials&grant_type=client_credentials&client_assertion={}", assertion());
    let form = [("content-type", "application/x-www-form-urlencoded")];
    stand.send("POST /oauth/smart/token", &form, twice).await.refuses(400, "invalid_request");
    stand.send("POST /oauth/smart/token", &[], "{}").await.refuses(400, "invalid_request");
    let large = "x=".to_string() + &"y".repeat(70_000);
    stand.send("POST /oauth/smart/token", &form, large).await.refuses(400, "invalid_request");
    assert_eq!(stand.get("/oauth/smart/token").await.status, 405);
}

#[tokio::test]
async fn a_system_is_granted_what_it_is_registered_for() {
    let (stand, pair) = stand().await;
    for (asked, granted) in [
        ("system/Patient.rs", "system/Patient.rs"),
        ("system/Patient.read", "system/Patient.read"),
        ("system/*.cruds", "system/Patient.rs system/Observation.rs"),
        ("system/Patient.r system/Condition.r", "system/Patient.r"),
        ("system/Observation.rs?category=x", "system/Observation.rs?category=x"),
    ] {
        let assertion = pair.sign(&pair.header(), &stand.claims("lab", TOKEN));
        let answer = stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, asked)).await;
        let value = answer.is(200).value();
        assert_eq!(value["scope"], granted, "{asked}");
        assert_eq!(value["token_type"], "Bearer");
        assert_eq!(value["expires_in"], 600);
        assert_eq!(value.get("refresh_token"), None);
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let caller = stand.caller(akson_core::identity::Scheme::Bearer, value["access_token"].as_str().unwrap(), &[]);
        let app = caller.unwrap().app.unwrap();
        assert_eq!(app.scopes.join(" "), granted);
    }
    let _ = ASSERTION_TYPE;
}
