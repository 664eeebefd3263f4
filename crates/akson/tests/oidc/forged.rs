//! A provider that lies, a browser that is led astray: each is refused, and the same without the lie is not.

use std::sync::Arc;

use akson::http::peer::Peer;
use akson_core::identity::{Dialect, SIGN_INS_MAX};
use akson_core::{Caller, Core, SearchOf, Settings, query};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::browser::{Browser, Page};
use super::liar::Liar;
use super::pair::{Pair, sha256};
use super::stand::{HERE, Stand, provider};

struct Scene {
    stand: Stand,
    liar: Liar,
}

impl Scene {
    async fn new() -> Scene {
        let liar = Liar::start().await;
        let core = Core::in_memory(Settings::default()).unwrap();
        let stand = Stand::over(core, vec![provider("id", Dialect::Idporten, &liar.issuer)]).await;
        Scene { stand, liar }
    }

    /// Leaves for the provider; the parameters it is given.
    async fn leave(&self, browser: &mut Browser) -> Vec<query::Pair> {
        let away = browser.send("GET", &format!("{HERE}/signin/id?return=/session"), "").await;
        let (to, asked) = away.header("location").split_once('?').unwrap();
        assert_eq!(to, format!("{}/authorize", self.liar.issuer));
        let pairs = query::parse(asked).unwrap();
        *self.liar.nonce.lock().unwrap() = get(&pairs, "nonce");
        pairs
    }

    /// Comes back with these parameters over those that are right.
    async fn back(&self, browser: &mut Browser, asked: &[query::Pair], over: &[(&str, &str)]) -> Page {
        let (state, issuer) = (get(asked, "state"), self.liar.issuer.clone());
        let mut pairs = vec![("code", "abc".to_string()), ("state", state), ("iss", issuer)];
        for (name, value) in over {
            pairs.retain(|pair| pair.0 != *name);
            if !value.is_empty() {
                pairs.push((name, value.to_string()));
            }
        }
        let pairs: Vec<query::Pair> = pairs.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        browser.follow("GET", &format!("{HERE}/signin/id/back?{}", query::print(&pairs)), "").await
    }

    /// One sign-in from its beginning to its end.
    async fn sign_in(&self, over: &[(&str, &str)]) -> Page {
        let mut browser = Browser::new(&self.stand);
        let asked = self.leave(&mut browser).await;
        let page = self.back(&mut browser, &asked, over).await;
        assert_eq!(browser.session().is_some(), page.url.ends_with("/session"), "{}", page.url);
        page
    }

    #[track_caller]
    fn is_in(page: &Page) {
        assert!(page.url.ends_with("/session") && page.text.contains("Kari Prøvedal"), "{} {}", page.url, page.text);
    }

    #[track_caller]
    fn is_out(page: &Page, what: &str) {
        assert!(page.url.contains("/denied?why="), "{what}: {} {}", page.url, page.text);
        assert!((400..=502).contains(&page.status), "{what}: {}", page.status);
    }
}

fn get(pairs: &[query::Pair], name: &str) -> String {
    query::last(pairs, name).unwrap_or_default().to_string()
}

fn seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// A sign-in with these claims over the right ones.
async fn with_claims(claims: Value, is_good: bool) {
    let scene = Scene::new().await;
    scene.liar.now(|says| says.claims = claims.clone());
    let page = scene.sign_in(&[]).await;
    match is_good {
        true => Scene::is_in(&page),
        false => Scene::is_out(&page, &claims.to_string()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_holds_what_it_must_and_nothing_of_anybody() {
    let scene = Scene::new().await;
    let mut browser = Browser::new(&scene.stand);
    let asked = scene.leave(&mut browser).await;
    assert_eq!(get(&asked, "response_type"), "code");
    assert_eq!(get(&asked, "code_challenge_method"), "S256");
    assert_eq!(get(&asked, "acr_values"), "idporten-loa-high");
    assert_eq!(get(&asked, "redirect_uri"), format!("{HERE}/signin/id/back"));
    for name in ["state", "nonce", "code_challenge"] {
        assert!(get(&asked, name).len() >= 43, "{name}");
    }
    Scene::is_in(&scene.back(&mut browser, &asked, &[]).await);
    let told = scene.liar.asked.lock().unwrap();
    let (form, proof) = &told[0];
    let field = |name: &str| get(form, name);
    assert_eq!(sha256(&field("code_verifier")), get(&asked, "code_challenge"));
    assert_eq!((field("code").as_str(), field("redirect_uri")), ("abc", get(&asked, "redirect_uri")));
    assert!(field("client_assertion").split('.').count() == 3 && field("client_secret").is_empty());
    assert!(proof.is_empty(), "no proof where none is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_nonce_is_refused() {
    with_claims(json!({}), true).await;
    with_claims(json!({"nonce": "another"}), false).await;
    with_claims(json!({ "nonce": null }), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_issuer_is_refused() {
    with_claims(json!({"iss": "https://evil.example"}), false).await;
    with_claims(json!({ "iss": null }), false).await;
    let scene = Scene::new().await;
    for issuer in ["https://evil.example", ""] {
        Scene::is_out(&scene.sign_in(&[("iss", issuer)]).await, "the issuer of the answer");
    }
    let scene = Scene::new().await;
    scene.liar.now(|says| says.metadata = json!({"issuer": "https://evil.example"}));
    let mut browser = Browser::new(&scene.stand);
    let page = browser.get("/signin/id").await;
    assert_eq!(page.status, 502, "metadata of another issuer: {}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_somebody_else_is_refused() {
    with_claims(json!({"aud": "another"}), false).await;
    with_claims(json!({ "aud": null }), false).await;
    with_claims(json!({"aud": ["another"]}), false).await;
    with_claims(json!({"aud": ["akson", "another"]}), false).await;
    with_claims(json!({"aud": ["akson", "another"], "azp": "another"}), false).await;
    with_claims(json!({"azp": "another"}), false).await;
    with_claims(json!({"aud": ["akson", "another"], "azp": "akson"}), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_early_token_is_refused() {
    let now = seconds();
    with_claims(json!({"exp": now - 11}), false).await;
    with_claims(json!({"exp": now - 5}), true).await;
    with_claims(json!({ "exp": null }), false).await;
    with_claims(json!({"iat": now - 700}), false).await;
    with_claims(json!({"iat": now + 60}), false).await;
    with_claims(json!({ "iat": null }), false).await;
    with_claims(json!({"nbf": now + 60}), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_beside_another_access_token_is_refused() {
    with_claims(json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), false).await;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"opaque");
    with_claims(json!({"at_hash": super::pair::url_text(&hash.as_ref()[..16])}), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_low_a_level_is_refused() {
    for level in ["idporten-loa-substantial", "idporten-loa-low", "Level4", ""] {
        with_claims(json!({ "acr": level }), false).await;
    }
    with_claims(json!({ "acr": null }), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_or_nobodys_is_refused() {
    for number in ["1311690021", "131169002161", "1311690021x", "", "21905297101"] {
        with_claims(json!({ "pid": number }), false).await;
    }
    with_claims(json!({ "sub": "" }), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_token_is_refused() {
    let scene = Scene::new().await;
    for algorithm in ["none", "None", "NONE", "HS256"] {
        scene.liar.now(|says| {
            says.header = json!({ "alg": algorithm });
            says.unsigned = true;
        });
        Scene::is_out(&scene.sign_in(&[]).await, algorithm);
    }
    // Right by its header, and without a signature.
    scene.liar.now(|says| says.header = json!({}));
    Scene::is_out(&scene.sign_in(&[]).await, "no signature");
    scene.liar.now(|says| says.unsigned = false);
    Scene::is_in(&scene.sign_in(&[]).await);
    for (name, value) in [("typ", json!("at+jwt")), ("crit", json!(["exp"])), ("alg", json!("ES384"))] {
        scene.liar.now(|says| says.header = json!({ name: value }));
        Scene::is_out(&scene.sign_in(&[]).await, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_refused_and_looked_for_once() {
    let scene = Scene::new().await;
    Scene::is_in(&scene.sign_in(&[]).await);
    let read = || *scene.liar.keys_read.lock().unwrap();
    assert_eq!(read(), 1);
    let other = Arc::new(Pair::new(Algorithm::ES256, "two"));
    scene.liar.now(|says| says.signer = Arc::clone(&other));
    for _ in 0..3 {
        Scene::is_out(&scene.sign_in(&[]).await, "an unknown key");
    }
    assert_eq!(read(), 1, "keys are not read again at once");
    // The known name on another key, and a key in the header, are no better.
    scene.liar.now(|says| says.header = json!({ "kid": "one" }));
    Scene::is_out(&scene.sign_in(&[]).await, "another key under a known name");
    scene.liar.now(|says| says.header = json!({ "kid": null, "jwk": other.jwk(), "jku": "http://127.0.0.1:1/" }));
    Scene::is_out(&scene.sign_in(&[]).await, "a key in the header");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_come_back_with_once_and_in_its_own_browser() {
    let scene = Scene::new().await;
    let mut browser = Browser::new(&scene.stand);
    let asked = scene.leave(&mut browser).await;
    // Somebody else's browser, with their own code, and with ours.
    let mut other = Browser::new(&scene.stand);
    other.get("/signin").await;
    Scene::is_out(&scene.back(&mut other, &asked, &[]).await, "another browser");
    assert!(other.session().is_none());
    // A state that nobody gave out.
    Scene::is_out(&scene.back(&mut other, &asked, &[("state", "x")]).await, "a made-up state");
    Scene::is_out(&scene.back(&mut other, &asked, &[("state", "")]).await, "no state");
    // Our own goes through, once.
    Scene::is_in(&scene.back(&mut browser, &asked, &[]).await);
    let used = scene.liar.asked.lock().unwrap().len();
    Scene::is_out(&scene.back(&mut browser, &asked, &[]).await, "a state that was used");
    assert_eq!(scene.liar.asked.lock().unwrap().len(), used, "the provider was not even asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_browser_signs_nobody_in() {
    let scene = Scene::new().await;
    let (mut thief, mut victim) = (Browser::new(&scene.stand), Browser::new(&scene.stand));
    scene.leave(&mut thief).await;
    let asked = scene.leave(&mut victim).await;
    // The victim's way back, with the thief's code: the ID token has the thief's nonce.
    *scene.liar.nonce.lock().unwrap() = "the thief's".to_string();
    Scene::is_out(&scene.back(&mut victim, &asked, &[("code", "stolen")]).await, "an injected code");
    assert!(victim.session().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_is_told_apart() {
    let scene = Scene::new().await;
    Scene::is_out(&scene.sign_in(&[("code", ""), ("error", "access_denied")]).await, "the person gave up");
    Scene::is_out(&scene.sign_in(&[("code", "")]).await, "no code");
    for (status, body) in [(400, json!({"error": "invalid_grant"})), (200, json!({})), (500, json!("x"))] {
        scene.liar.now(|says| says.instead = Some((status, body)));
        let page = scene.sign_in(&[]).await;
        assert_eq!(page.status, 502, "{}", page.text);
        assert!(page.text.contains("svarer ikke som den skal"), "{}", page.text);
    }
    let mut browser = Browser::new(&scene.stand);
    assert_eq!(browser.get("/signin/nobody").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_is_not_opened_by_an_earlier_sign_in() {
    let scene = Scene::new().await;
    let mut browser = Browser::new(&scene.stand);
    let asked = scene.leave(&mut browser).await;
    let page = scene.back(&mut browser, &asked, &[]).await;
    browser.post("/lock", &page, "").await;
    scene.liar.now(|says| says.claims = json!({ "auth_time": seconds() - 3600 }));
    let asked = scene.leave(&mut browser).await;
    assert_eq!(get(&asked, "prompt"), "login");
    Scene::is_out(&scene.back(&mut browser, &asked, &[]).await, "signed in an hour ago");
    scene.liar.now(|says| says.claims = json!({ "auth_time": seconds() }));
    let asked = scene.leave(&mut browser).await;
    Scene::is_in(&scene.back(&mut browser, &asked, &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_for_proofs_is_given_back() {
    let scene = Scene::new().await;
    scene.liar.now(|says| says.metadata = json!({"dpop_signing_alg_values_supported": ["ES256"]}));
    Scene::is_in(&scene.sign_in(&[]).await);
    let asked = scene.liar.asked.lock().unwrap();
    assert_eq!(asked[0].1.split('.').count(), 3, "a proof was shown");
}

/// What the log says of comings and goings, newest first.
async fn noted(core: &Core) -> Vec<Value> {
    let of = SearchOf { type_name: Some("AuditEvent"), compartment: None };
    let pairs = query::parse("type=110114").unwrap();
    let found = core.record(Caller::operator(core.now(), "o")).search(of, pairs, false).await.unwrap();
    found.entries.iter().map(|(seen, _)| serde_json::from_slice(&seen.text).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn comings_and_goings_are_in_the_log() {
    let scene = Scene::new().await;
    let mut browser = Browser::new(&scene.stand);
    let asked = scene.leave(&mut browser).await;
    let page = scene.back(&mut browser, &asked, &[]).await;
    browser.post("/lock", &page, "").await;
    let asked = scene.leave(&mut browser).await;
    let page = scene.back(&mut browser, &asked, &[]).await;
    browser.post("/signout", &page, "").await;
    scene.liar.now(|says| says.claims = json!({ "acr": "idporten-loa-low" }));
    scene.sign_in(&[]).await;
    let events = noted(&scene.stand.core).await;
    let words: Vec<_> = events
        .iter()
        .map(|event| event["subtype"].as_array().unwrap().last().unwrap()["code"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["sign-in", "sign-out", "unlock", "lock", "sign-in"]);
    assert_eq!((events[0]["outcome"].as_str(), events[4]["outcome"].as_str()), (Some("4"), Some("0")));
    assert_eq!(events[4]["subtype"][0]["code"], "110122");
    assert_eq!(events[4]["agent"][0]["name"], "Kari Prøvedal");
    assert!(events.iter().all(|event| !event.to_string().contains(super::stand::KARI)), "a number in the log");
    // They are valid, and of nobody's record.
    for event in events {
        scene.stand.put(&event.to_string()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_at_one_address_have_a_number() {
    let scene = Scene::new().await;
    let away = |address: &'static str| {
        let mut request = axum::http::Request::get("/signin/id").header("host", "127.0.0.1:8080");
        request = request.header("accept", "text/html");
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(address.parse().unwrap()));
        let router = scene.stand.router.clone();
        async move { router.oneshot(request).await.unwrap() }
    };
    for _ in 0..SIGN_INS_MAX {
        assert_eq!(away("192.0.2.1").await.status(), 303);
    }
    let refused = away("192.0.2.1").await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"60".parse().unwrap()));
    assert_eq!(away("192.0.2.2").await.status(), 303);
}
