//! What is left of the attacks on authorization servers: weak keys, names that come again, tokens of another key, pages in
//! frames. The others stand with what they attack; docs/conformance/fapi.md says where.

use std::collections::BTreeSet;

use akson_core::identity::{Answer as Said, Client, Issuer, Profile, Site};
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::pair::{Pair, sha256, url_text};
use super::stand::{BASE, CB, Stand, TOKEN, VERIFIER, parameter};

const SCOPE: &str = "launch/patient openid offline_access patient/Patient.rs";

#[tokio::test]
async fn a_weak_key_is_no_key() {
    let stand = Stand::new();
    let sound = Pair::new(Algorithm::RS384, "k1").jwk();
    let short = |bytes: usize| {
        let mut jwk = sound.clone();
        jwk["n"] = json!(url_text(&vec![0xc5; bytes]));
        jwk
    };
    let curve = json!({ "kty": "EC", "crv": "P-192", "kid": "k1", "x": url_text(&[1; 24]), "y": url_text(&[1; 24]) });
    let octets = json!({ "kty": "oct", "kid": "k1", "k": url_text(&[1; 64]) });
    for (what, key, taken) in [
        ("RSA of 2048 bits", sound.clone(), true),
        ("RSA of 1024 bits", short(128), false),
        ("RSA of 512 bits", short(64), false),
        ("a small curve", curve, false),
        ("a shared secret", octets, false),
        (
            "no kid",
            {
                let mut key = sound.clone();
                key.as_object_mut().unwrap().remove("kid");
                key
            },
            false,
        ),
        (
            "a private key",
            {
                let mut key = sound.clone();
                key["d"] = json!("AAAA");
                key
            },
            false,
        ),
    ] {
        let client = Client {
            id: String::new(),
            profile: Profile::SmartBackend,
            name: "lab".to_string(),
            redirects: Vec::new(),
            launch: None,
            scopes: "system/Patient.rs".to_string(),
            keys: Some(json!({ "keys": [key] })),
            keys_url: None,
            secret: None,
            population: None,
            by_law: false,
            emergency: false,
            introspects: false,
            made: 0,
        };
        assert_eq!(stand.core.identity().register(client).await.is_ok(), taken, "{what}");
    }
}

#[tokio::test]
async fn keys_keep_names_of_their_own_through_rotation() {
    let stand = Stand::new();
    for _ in 0..3 {
        stand.core.identity().public_keys(Issuer::Smart).await.unwrap();
        stand.core.identity().rotate_keys().await.unwrap();
        stand.pass(1);
    }
    for path in ["/oauth/smart/jwks", "/oauth/fapi/jwks"] {
        let keys = stand.get(path).await.is(200).value();
        let names: Vec<&str> = keys["keys"].as_array().unwrap().iter().filter_map(|key| key["kid"].as_str()).collect();
        assert!(names.len() > 2, "{path}: {names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{path}: {names:?}");
    }
}

/// The code that a user gives the app.
async fn code(stand: &Stand) -> String {
    let challenge = sha256(VERIFIER);
    let pairs = [
        ("client_id", "app"),
        ("redirect_uri", CB),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("aud", BASE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let (site, identity) = (Site::at(BASE), stand.core.identity());
    let session = stand.sign_in("astrid-lege").await;
    let told = identity.authorize(&site, Issuer::Smart, &pairs).await.unwrap();
    let address = identity.answer(&site, &told, &session, Said::Yes(Some("kari".to_string()))).await.unwrap();
    parameter(&address, "code").unwrap()
}

async fn with_app() -> Stand {
    let stand = Stand::with_sample().await;
    stand.client("app", Profile::SmartPublic, SCOPE, &[]).await;
    stand
}

fn exchange(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("code", code),
        ("redirect_uri", CB),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test]
async fn secrets_are_long_and_none_comes_twice() {
    let stand = with_app().await;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let code = code(&stand).await;
        let value = stand.post("/oauth/smart/token", &[], &exchange(&code)).await.is(200).value();
        for secret in [code.as_str(), value["refresh_token"].as_str().unwrap()] {
            // 43 letters of base64url are 256 bits.
            assert!(secret.len() >= 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert!(seen.insert(secret.to_string()), "{secret}");
        }
        assert!(seen.insert(value["access_token"].as_str().unwrap().to_string()));
    }
}

#[tokio::test]
async fn a_public_app_with_a_key_refreshes_with_that_key_only() {
    let stand = with_app().await;
    let (holder, other) = (Pair::new(Algorithm::ES256, ""), Pair::new(Algorithm::ES256, ""));
    let proof = |pair: &Pair| stand.proof(pair, "POST", TOKEN, None);
    let code = code(&stand).await;
    let answer = stand.post("/oauth/smart/token", &[("dpop", &proof(&holder))], &exchange(&code)).await;
    let value = answer.is(200).value();
    assert_eq!(value["token_type"], "DPoP");
    let token = value["refresh_token"].as_str().unwrap();
    let renew = [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token)];
    let nameless = &renew[..1].iter().chain(&renew[2..]).copied().collect::<Vec<_>>();
    for form in [&renew[..], nameless] {
        stand.post("/oauth/smart/token", &[], form).await.refuses(400, "invalid_dpop_proof");
        stand.post("/oauth/smart/token", &[("dpop", &proof(&other))], form).await.refuses(400, "invalid_dpop_proof");
        let value = stand.post("/oauth/smart/token", &[("dpop", &proof(&holder))], form).await.is(200).value();
        assert_eq!((value["refresh_token"].as_str(), value["token_type"].as_str()), (Some(token), Some("DPoP")));
    }
}

#[tokio::test]
async fn the_name_of_a_scheme_is_read_in_any_case() {
    let stand = with_app().await;
    let value = stand.post("/oauth/smart/token", &[], &exchange(&code(&stand).await)).await.is(200).value();
    let token = value["access_token"].as_str().unwrap();
    for (scheme, status) in [("Bearer", 200), ("bearer", 200), ("BEARER", 200), ("Bearer:", 401), ("Token", 401)] {
        let shown = format!("{scheme} {token}");
        stand.send("GET /fhir/Patient/kari", &[("authorization", &shown)], "").await.is(status);
    }
}

/// What every page has, whoever looks at it; and a way to another page leads nowhere else and tells nothing.
#[tokio::test]
async fn every_page_has_the_headers_that_keep_it() {
    let stand = with_app().await;
    let cookie = format!("__Host-akson={}", stand.secret("astrid-lege").await);
    let web = akson::web::routes::ROUTES.iter().map(|route| (route.method, route.path));
    let oauth = akson::oauth::routes::ROUTES.iter().map(|route| (route.method, route.path));
    let (mut pages, mut ways) = (0, 0);
    for (_, path) in web.chain(oauth).chain([("GET", "/nothing")]).filter(|(method, _)| *method == "GET") {
        let path = path.split('{').next().unwrap();
        let path = if path.ends_with('/') && path.len() > 1 { format!("{path}x") } else { path.to_string() };
        for cookie in ["", cookie.as_str()] {
            let headers = [("cookie", cookie), ("accept", "text/html")];
            let answer = stand.send(&format!("GET {path}"), &headers, "").await;
            if (300..400).contains(&answer.status) {
                ways += 1;
                assert_eq!((answer.status, answer.header("cache-control")), (303, "no-store"), "{path}");
                assert!(!answer.header("referrer-policy").is_empty(), "{path}");
                let to = answer.header("location");
                assert!(to.starts_with('/') && !to.starts_with("//"), "{path} leads to {to}");
            }
            if !answer.header("content-type").starts_with("text/html") {
                continue;
            }
            pages += 1;
            for (name, value) in [
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("access-control-allow-origin", ""),
            ] {
                assert_eq!(answer.header(name), value, "{path}: {name}");
            }
            let policy = answer.header("content-security-policy");
            for word in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
                assert!(policy.contains(word), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
            assert!(!answer.header("permissions-policy").is_empty(), "{path}");
        }
    }
    assert!(pages > 12 && ways > 3, "{pages} pages, {ways} ways");
}
