//! A provider in this process that says what a test tells it to say: right, but for one lie.

use std::sync::{Arc, Mutex};

use akson_core::query;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::pair::{Pair, text, url_text};

/// What it does and says.
pub struct Says {
    /// Over the claims of the ID token; null takes one out.
    pub claims: Value,
    /// Over its header.
    pub header: Value,
    /// The key that signs.
    pub signer: Arc<Pair>,
    /// The keys that are published.
    pub keys: Vec<Value>,
    /// Over what is published about it.
    pub metadata: Value,
    /// What the token endpoint answers instead.
    pub instead: Option<(u16, Value)>,
    /// No signature at all.
    pub unsigned: bool,
}

/// A request to the token endpoint: its form and its proof.
pub type Request = (Vec<query::Pair>, String);

/// The provider.
#[derive(Clone)]
pub struct Liar {
    pub issuer: String,
    pub says: Arc<Mutex<Says>>,
    /// Every request to the token endpoint: its form and its proof.
    pub asked: Arc<Mutex<Vec<Request>>>,
    /// How often its keys were read.
    pub keys_read: Arc<Mutex<u32>>,
    /// The nonce of the request that it answers.
    pub nonce: Arc<Mutex<String>>,
}

impl Liar {
    pub async fn start() -> Liar {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let signer = Arc::new(Pair::new(Algorithm::ES256, "one"));
        let says = Says {
            claims: json!({}),
            header: json!({}),
            keys: vec![signer.jwk()],
            signer,
            metadata: json!({}),
            instead: None,
            unsigned: false,
        };
        let says = Arc::new(Mutex::new(says));
        let liar = Liar { issuer, says, asked: Arc::default(), keys_read: Arc::default(), nonce: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(liar.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        liar
    }

    /// Changes what it says.
    pub fn now(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().unwrap());
    }

    /// A token with these claims, as it signs now.
    pub fn sign(&self, claims: &Value) -> String {
        let says = self.says.lock().unwrap();
        let mut header = says.signer.header();
        lay_over(&mut header, &says.header);
        if says.unsigned {
            return format!("{}.{}.{}", text(&header), text(claims), url_text(b""));
        }
        says.signer.sign(&header, claims)
    }
}

fn lay_over(value: &mut Value, over: &Value) {
    for (name, new) in over.as_object().unwrap() {
        match new {
            Value::Null => {
                value.as_object_mut().unwrap().remove(name);
            }
            new => value[name] = new.clone(),
        }
    }
}

async fn metadata(State(liar): State<Liar>) -> String {
    let issuer = &liar.issuer;
    let mut value = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
    });
    lay_over(&mut value, &liar.says.lock().unwrap().metadata);
    value.to_string()
}

async fn keys(State(liar): State<Liar>) -> String {
    *liar.keys_read.lock().unwrap() += 1;
    json!({ "keys": liar.says.lock().unwrap().keys }).to_string()
}

async fn token(State(liar): State<Liar>, headers: HeaderMap, form: String) -> (StatusCode, String) {
    let proof = headers.get("dpop").map(|proof| proof.to_str().unwrap().to_string()).unwrap_or_default();
    liar.asked.lock().unwrap().push((query::parse(&form).unwrap(), proof));
    if let Some((status, body)) = liar.says.lock().unwrap().instead.clone() {
        return (StatusCode::from_u16(status).unwrap(), body.to_string());
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({
        "iss": liar.issuer, "aud": "akson", "sub": "kari-at-the-provider", "iat": now, "exp": now + 60,
        "nonce": *liar.nonce.lock().unwrap(), "acr": "idporten-loa-high", "pid": super::stand::KARI,
    });
    lay_over(&mut claims, &liar.says.lock().unwrap().claims);
    let body = json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": liar.sign(&claims) });
    (StatusCode::OK, body.to_string())
}
