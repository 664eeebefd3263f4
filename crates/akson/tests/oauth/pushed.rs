//! FAPI 2.0: pushed requests, tokens bound to keys; by the names of the OpenID Foundation's modules where there is one.

use akson_core::identity::{Answer as Said, Profile, Scheme, SessionSeen, Site};
use jsonwebtoken::Algorithm;

use super::pair::{Pair, sha256};
use super::stand::{ASSERTION_TYPE, Answer, BASE, CB, FAPI, Stand, VERIFIER, parameter};

const SCOPE: &str = "openid fhirUser offline_access user/Patient.rs";

struct Bench {
    stand: Stand,
    client: Pair,
    holder: Pair,
    session: SessionSeen,
    challenge: String,
}

type Pairs = Vec<(String, String)>;

fn own(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

impl Bench {
    async fn new() -> Bench {
        let (stand, client) = (Stand::with_sample().await, Pair::new(Algorithm::PS256, "k1"));
        stand.client("hub", Profile::Fapi2, SCOPE, &[&client]).await;
        stand.client("second", Profile::Fapi2, SCOPE, &[&client]).await;
        stand.client("smart", Profile::SmartPublic, "patient/Patient.rs", &[]).await;
        let session = stand.sign_in("astrid-lege").await;
        let holder = Pair::new(Algorithm::ES256, "");
        Bench { stand, client, holder, session, challenge: sha256(VERIFIER) }
    }

    fn request(&self) -> Pairs {
        own(&[
            ("client_id", "hub"),
            ("redirect_uri", CB),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("state", "s1"),
            ("nonce", &"n".repeat(64)),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", "S256"),
        ])
    }

    async fn send(&self, path: &str, client: &str, proofs: &[&str], pairs: &Pairs) -> Answer {
        let assertion = self.client.sign(&self.client.header(), &self.stand.claims(client, FAPI));
        let mut form = own(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]);
        form.extend(pairs.iter().cloned());
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
        self.stand.post(path, &headers, &form).await
    }

    async fn push(&self, pairs: &Pairs) -> Answer {
        self.send("/oauth/fapi/par", "hub", &[], pairs).await
    }

    async fn pushed(&self) -> String {
        let answer = self.push(&self.request()).await;
        let value = answer.is(201).value();
        assert!(value["expires_in"].as_i64().unwrap() < 600);
        value["request_uri"].as_str().unwrap().to_string()
    }

    /// What the authorization endpoint says to a reference.
    async fn go(&self, client: &str, reference: &str) -> Answer {
        let pairs = own(&[("client_id", client), ("request_uri", reference)]);
        self.stand.get(&format!("/oauth/fapi/authorize?{}", akson_core::query::print(&pairs))).await
    }

    async fn waits(&self, reference: &str) -> String {
        let answer = self.go("hub", reference).await;
        answer.is(303).header("location").rsplit('/').next().unwrap().to_string()
    }

    async fn yes(&self, told: &str) -> Result<String, akson_core::identity::Refused> {
        let said = Said::Yes(None);
        self.stand.core.identity().answer(&Site::at(BASE), told, &self.session, said).await
    }

    async fn code(&self, reference: &str) -> String {
        let address = self.yes(&self.waits(reference).await).await.unwrap();
        assert_eq!(parameter(&address, "iss").as_deref(), Some(FAPI));
        parameter(&address, "code").unwrap()
    }

    fn exchange(&self, code: &str) -> Pairs {
        own(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CB), ("code_verifier", VERIFIER)])
    }

    fn proof(&self, holder: &Pair) -> String {
        self.stand.proof(holder, "POST", &format!("{FAPI}/token"), None)
    }
}

fn changed(pairs: Pairs, name: &str, value: &str) -> Pairs {
    let mut pairs: Pairs = pairs.into_iter().filter(|pair| pair.0 != name).collect();
    if !value.is_empty() {
        pairs.push((name.to_string(), value.to_string()));
    }
    pairs
}

#[tokio::test]
async fn happy_flow_with_bound_tokens_and_refresh_that_does_not_turn() {
    let bench = Bench::new().await;
    let code = bench.code(&bench.pushed().await).await;
    let form = bench.exchange(&code);
    bench.send("/oauth/fapi/token", "hub", &[], &form).await.refuses(400, "invalid_dpop_proof");
    let value = bench.send("/oauth/fapi/token", "hub", &[&bench.proof(&bench.holder)], &form).await.is(200).value();
    assert_eq!(value["token_type"], "DPoP");
    assert_eq!(value["scope"], SCOPE);
    let token = value["access_token"].as_str().unwrap();
    let url = format!("{BASE}/Patient/1");
    let shown = |holder: &Pair| bench.stand.proof(holder, "GET", &url, Some(token));
    assert!(bench.stand.caller(Scheme::Dpop, token, &[shown(&bench.holder)]).is_ok());
    assert!(bench.stand.caller(Scheme::Dpop, token, &[shown(&Pair::new(Algorithm::ES256, ""))]).is_err());
    assert!(bench.stand.caller(Scheme::Bearer, token, &[]).is_err());
    let renewing = value["refresh_token"].as_str().unwrap();
    let form = own(&[("grant_type", "refresh_token"), ("refresh_token", renewing)]);
    for _ in 0..2 {
        let value = bench.send("/oauth/fapi/token", "hub", &[&bench.proof(&bench.holder)], &form).await.is(200).value();
        assert_eq!(value["refresh_token"], renewing);
    }
    bench
        .send("/oauth/fapi/token", "second", &[&bench.proof(&bench.holder)], &form)
        .await
        .refuses(400, "invalid_grant");
    let form = own(&[("token", token)]);
    let value = bench.send("/oauth/fapi/introspect", "hub", &[], &form).await.is(200).value();
    assert_eq!(
        (value["token_type"].as_str(), value["cnf"]["jkt"].as_str()),
        (Some("DPoP"), Some(bench.holder.thumbprint().as_str()))
    );
}

#[tokio::test]
async fn pushing_refuses_what_authorizing_would() {
    let bench = Bench::new().await;
    for (name, value, status, error) in [
        ("redirect_uri", "", 400, "invalid_request"),
        ("redirect_uri", "https://app.example.no/other", 400, "invalid_request"),
        ("response_type", "code id_token", 400, "unsupported_response_type"),
        ("response_type", "token", 400, "unsupported_response_type"),
        ("code_challenge", "", 400, "invalid_request"),
        ("code_challenge_method", "plain", 400, "invalid_request"),
        ("code_challenge_method", "", 400, "invalid_request"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", 400, "invalid_request"),
        ("request", "eyJ", 400, "invalid_request"),
        ("scope", "system/Patient.rs", 400, "invalid_scope"),
        ("client_id", "second", 401, "invalid_client"),
        ("aud", "https://other.example/fhir", 400, "invalid_request"),
    ] {
        let answer = bench.push(&changed(bench.request(), name, value)).await;
        assert_eq!(answer.status, status, "{name}={value}: {}", answer.text());
        answer.refuses(status, error);
    }
    for (name, value) in [("state", ""), ("nonce", ""), ("scope", "fhirUser user/Patient.rs openid")] {
        bench.push(&changed(bench.request(), name, value)).await.is(201);
    }
    let pairs = bench.request();
    let form: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    bench.stand.post("/oauth/fapi/par", &[], &form).await.refuses(401, "invalid_client");
    let mut twice = bench.request();
    twice.push(("scope".to_string(), "openid".to_string()));
    bench.push(&twice).await.refuses(400, "invalid_request");
    assert_eq!(bench.stand.get("/oauth/fapi/par").await.status, 405);
}

#[tokio::test]
async fn a_reference_is_for_one_client_until_its_user_has_answered() {
    let bench = Bench::new().await;
    let told = |answer: Answer| assert_eq!((answer.status, answer.header("location")), (400, ""), "{}", answer.text());
    let pairs = bench.request();
    told(bench.stand.get(&format!("/oauth/fapi/authorize?{}", akson_core::query::print(&pairs))).await);
    told(bench.go("hub", "urn:ietf:params:oauth:request_uri:unknown").await);
    told(bench.go("hub", "https://evil.example/request").await);
    let reference = bench.pushed().await;
    told(bench.go("second", &reference).await);
    told(bench.go("smart", &reference).await);
    // It may be opened again as long as nobody has answered, and then no more.
    let (first, second) = (bench.waits(&reference).await, bench.waits(&reference).await);
    assert!(bench.yes(&first).await.is_ok());
    assert!(bench.yes(&second).await.is_err());
    told(bench.go("hub", &reference).await);
    let late = bench.pushed().await;
    bench.stand.pass(301);
    told(bench.go("hub", &late).await);
    let smart = own(&[("client_id", "smart"), ("request_uri", &late)]);
    told(bench.stand.get(&format!("/oauth/smart/authorize?{}", akson_core::query::print(&smart))).await);
}

#[tokio::test]
async fn a_code_is_bound_to_the_key_of_its_request() {
    let bench = Bench::new().await;
    let (other, holder) = (Pair::new(Algorithm::ES256, ""), &bench.holder);
    let par = format!("{FAPI}/par");
    let reference = |answer: Answer| answer.is(201).value()["request_uri"].as_str().unwrap().to_string();
    let by_name = changed(bench.request(), "dpop_jkt", &holder.thumbprint());
    let by_proof = bench.stand.proof(holder, "POST", &par, None);
    let references = [
        reference(bench.push(&by_name).await),
        reference(bench.send("/oauth/fapi/par", "hub", &[&by_proof], &bench.request()).await),
    ];
    for reference in references {
        let form = bench.exchange(&bench.code(&reference).await);
        let answer = bench.send("/oauth/fapi/token", "hub", &[&bench.proof(&other)], &form).await;
        answer.refuses(400, "invalid_dpop_proof");
        bench.send("/oauth/fapi/token", "hub", &[&bench.proof(holder)], &form).await.is(200);
    }
    let mismatch = bench.stand.proof(&other, "POST", &par, None);
    bench.send("/oauth/fapi/par", "hub", &[&mismatch], &by_name).await.refuses(400, "invalid_dpop_proof");
    let used = bench.stand.proof(holder, "POST", &format!("{FAPI}/token"), None);
    bench.send("/oauth/fapi/par", "hub", &[&used], &bench.request()).await.refuses(400, "invalid_dpop_proof");
    let code = bench.code(&bench.pushed().await).await;
    bench
        .send("/oauth/fapi/token", "second", &[&bench.proof(holder)], &bench.exchange(&code))
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_client_of_one_issuer_is_unknown_at_the_other() {
    let bench = Bench::new().await;
    let form = own(&[("grant_type", "client_credentials"), ("scope", "user/Patient.rs")]);
    bench.send("/oauth/smart/token", "hub", &[], &form).await.refuses(401, "invalid_client");
    let smart = [("grant_type", "authorization_code"), ("client_id", "smart"), ("code", "x")];
    bench.stand.post("/oauth/fapi/token", &[], &smart).await.refuses(401, "invalid_client");
    let fapi = bench.stand.get("/oauth/fapi/.well-known/openid-configuration").await.is(200).value();
    assert_eq!(fapi["issuer"], FAPI);
    assert_eq!(fapi["require_pushed_authorization_requests"], true);
    assert_eq!(fapi["token_endpoint_auth_methods_supported"], serde_json::json!(["private_key_jwt"]));
    let algorithms = fapi["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap();
    assert!(algorithms.iter().all(|known| ["PS256", "ES256", "EdDSA"].contains(&known.as_str().unwrap())));
    assert!(!fapi.to_string().contains("RS256") && !fapi.to_string().contains("/oauth/smart"));
    let smart = bench.stand.get("/oauth/smart/.well-known/openid-configuration").await.is(200).value();
    assert!(
        !smart.to_string().contains("PS256\",\"ES256\",\"EdDSA\"],\"token")
            && !smart.to_string().contains("/oauth/fapi")
    );
}
