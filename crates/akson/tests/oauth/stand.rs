//! A server in this process with a clock of its own: its routers, its record, its clients.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use akson::config::Config;
use akson_core::identity::{Client, Presented, Profile, Scheme, SessionSeen, SignedIn, Site, TokenRefused};
use akson_core::{Caller, Core, Settings, Who};
use akson_fhir::resource::Resource;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::pair::{Pair, sha256};

pub const BASE: &str = "https://record.example.no/fhir";
pub const TOKEN: &str = "https://record.example.no/oauth/smart/token";
pub const FAPI: &str = "https://record.example.no/oauth/fapi";
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The first moment: 2026-11-22 at noon, when everybody of the sample is at work.
const BEGIN: i64 = 1_795_348_800;
/// Where the app of the tests is answered.
pub const CB: &str = "https://app.example.no/cb";
/// A code verifier.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A server.
#[derive(Clone)]
pub struct Stand {
    pub core: Core,
    pub router: Router,
    seconds: Arc<AtomicI64>,
    names: Arc<AtomicU64>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Stand {
    pub fn new() -> Stand {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let core = Core::in_memory(settings(&seconds)).unwrap();
        Stand::over(core, seconds)
    }

    /// Over a folder, so that it can be left and entered again.
    pub fn at(folder: &Path) -> Stand {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let core = Core::open(folder, settings(&seconds)).unwrap();
        Stand::over(core, seconds)
    }

    fn over(core: Core, seconds: Arc<AtomicI64>) -> Stand {
        Stand::set_up(core, seconds, Config::default())
    }

    /// One that fetches the keys of clients from this machine, or not.
    pub fn with_keys_from(here: bool) -> Stand {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let core = Core::in_memory(settings(&seconds)).unwrap();
        Stand::set_up(core, seconds, Config { keys_from_here: here, ..Config::default() })
    }

    fn set_up(core: Core, seconds: Arc<AtomicI64>, config: Config) -> Stand {
        let config = Config { public_url: BASE.to_string(), access_log: false, ..config };
        let house = akson::rest::serve::House::new(core.clone(), config.clone()).unwrap();
        let faces = akson::rest::serve::router(&house)
            .merge(akson::oauth::serve::router(core.clone(), config.clone()))
            .merge(akson::web::serve::router(core.clone(), config.clone()).unwrap());
        let faces = akson::web::serve::dressed(faces, &core, &config).unwrap();
        let router = akson::http::origins::opened(faces, &core);
        Stand { core, router, seconds, names: Arc::default() }
    }

    /// The same with the people of the sample.
    pub async fn with_sample() -> Stand {
        let stand = Stand::new();
        stand.core.identity().make_sandbox().await.unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
        for name in ["00-municipality.json", "01-kari.json", "02-aase.json"] {
            let bundle = Resource::parse_json(&std::fs::read(folder.join(name)).unwrap()).unwrap();
            let caller = Caller::job("sample", stand.core.now());
            stand.core.record(caller).transact(&bundle, "").await.unwrap();
        }
        stand
    }

    /// Somebody signs in.
    pub async fn sign_in(&self, person: &str) -> SessionSeen {
        let secret = self.secret(person).await;
        self.core.identity().session(&secret, self.core.now()).unwrap().unwrap()
    }

    /// The secret in the cookie of somebody who signs in.
    pub async fn secret(&self, person: &str) -> String {
        let identity = self.core.identity();
        let account = identity.sandbox_account(person).await.unwrap();
        let choices = identity.choices(&account.id, self.core.now()).unwrap();
        let role = choices.first().map_or(String::new(), |choice| choice.role.clone());
        let signed = SignedIn { account: account.id, role, level: 4 };
        identity.begin_session(signed, "sandbox").await.unwrap()
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A name that was not used before.
    pub fn name(&self) -> String {
        format!("name-{}-{}", self.now(), self.names.fetch_add(1, Ordering::SeqCst))
    }

    /// Registers a client.
    pub async fn client(&self, id: &str, profile: Profile, scopes: &str, keys: &[&Pair]) -> Option<String> {
        let client = Client {
            id: id.to_string(),
            profile,
            name: format!("App {id}"),
            redirects: if profile.has_users() { vec![CB.to_string()] } else { Vec::new() },
            launch: profile.has_users().then(|| "https://app.example.no/launch".to_string()),
            scopes: scopes.to_string(),
            keys: (!keys.is_empty()).then(|| json!({ "keys": keys.iter().map(|pair| pair.jwk()).collect::<Vec<_>>() })),
            keys_url: None,
            secret: None,
            population: None,
            by_law: false,
            emergency: false,
            introspects: false,
            made: 0,
        };
        self.core.identity().register(client).await.unwrap().1
    }

    /// The claims of an assertion as they should be.
    pub fn claims(&self, client: &str, audience: &str) -> Value {
        json!({
            "iss": client, "sub": client, "aud": audience, "jti": self.name(), "iat": self.now(),
            "exp": self.now() + 240,
        })
    }

    /// The claims of a proof as they should be.
    pub fn proof_claims(&self, method: &str, url: &str, token: Option<&str>) -> Value {
        let mut claims = json!({ "jti": self.name(), "htm": method, "htu": url, "iat": self.now() });
        if let Some(token) = token {
            claims["ath"] = json!(sha256(token));
        }
        claims
    }

    /// A proof as it should be.
    pub fn proof(&self, pair: &Pair, method: &str, url: &str, token: Option<&str>) -> String {
        pair.sign(&proof_header(pair), &self.proof_claims(method, url, token))
    }

    /// The form of a system that asks for a token.
    pub fn credentials<'f>(&self, assertion: &'f str, scope: &'f str) -> Vec<(&'f str, &'f str)> {
        vec![
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ]
    }

    pub async fn send(&self, line: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "here");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await
    }

    /// Posts a form.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> = form.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let headers = [headers, &[("content-type", "application/x-www-form-urlencoded")]].concat();
        self.send(&format!("POST {path}"), &headers, akson_core::query::print(&pairs)).await
    }

    /// The access token of a system of this scope.
    pub async fn system_token(&self, client: &str, pair: &Pair, scope: &str) -> String {
        let assertion = pair.sign(&pair.header(), &self.claims(client, TOKEN));
        let answer = self.post("/oauth/smart/token", &[], &self.credentials(&assertion, scope)).await;
        answer.is(200).value()["access_token"].as_str().unwrap().to_string()
    }

    /// Who a token stands for at a read of a patient.
    pub fn caller(&self, scheme: Scheme, token: &str, proofs: &[String]) -> Result<Caller, TokenRefused> {
        let url = format!("{BASE}/Patient/1");
        let shown = Presented { scheme, token, proofs, method: "GET", url: &url };
        self.core.identity().caller_of_token(&Site::at(BASE), &shown, self.core.now(), "r")
    }

    /// Whether a token without a proof stands for somebody.
    pub fn takes(&self, token: &str) -> bool {
        self.caller(Scheme::Bearer, token, &[]).is_ok()
    }

    /// The system that a token stands for.
    pub fn system(&self, token: &str) -> String {
        match self.caller(Scheme::Bearer, token, &[]).unwrap().who {
            Who::System(system) => system.client.clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn settings(seconds: &Arc<AtomicI64>) -> Settings {
    let seconds = Arc::clone(seconds);
    let mut settings = Settings::default();
    settings.store.clock = Arc::new(move || seconds.load(Ordering::SeqCst) * 1_000_000);
    settings
}

/// The value of a parameter in an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let pairs = akson_core::query::parse(query).unwrap();
    pairs.into_iter().find(|pair| pair.0 == name).map(|pair| pair.1)
}

/// The header of a proof as it should be.
pub fn proof_header(pair: &Pair) -> Value {
    let mut jwk = pair.jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    json!({ "typ": "dpop+jwt", "alg": format!("{:?}", pair.algorithm), "jwk": jwk })
}

impl Answer {
    pub fn text(&self) -> String {
        format!("{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.bytes))
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// A refusal in OAuth's words.
    #[track_caller]
    pub fn refuses(&self, status: u16, error: &str) {
        self.is(status);
        assert_eq!(self.value()["error"], error, "{}", self.text());
        assert_eq!(self.header("cache-control"), "no-store");
    }
}
