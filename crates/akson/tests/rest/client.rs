//! A client of a router in this process, over a record of its own.

use akson::config::Config;
use akson::rest::serve::{House, router};
use akson_core::identity::Site;
use akson_core::{Core, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A router and its record.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Client {
    pub fn new() -> Client {
        Client::with(Config::default())
    }

    pub fn with(config: Config) -> Client {
        let settings =
            Settings { base: config.public_url.clone(), limits: config.limits.record.clone(), ..Settings::default() };
        let core = Core::in_memory(settings).unwrap();
        let token = operator_of(&core, &config);
        let house = House::new(core, Config { access_log: false, ..config }).unwrap();
        Client { router: router(&house), token }
    }

    /// A client of the operator over a record that the test holds too.
    pub async fn over(core: Core) -> Client {
        let config = Config { access_log: false, ..Config::default() };
        let token = operator_of(&core, &config);
        let house = House::new(core, config).unwrap();
        Client { router: router(&house), token }
    }

    /// The same server, for somebody of the sandbox.
    pub async fn of(&self, core: &Core, person: &str) -> Client {
        let site = Site::seen_as("http://here/fhir");
        let token = core.identity().script_token(&site, person, None).await.unwrap();
        Client { token, ..self.clone() }
    }

    /// Sends a request: verb and address, headers, body.
    pub async fn send(&self, line: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "here");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await
    }

    /// Sends JSON.
    pub async fn json(&self, line: &str, body: &str) -> Answer {
        self.send(line, &[("content-type", "application/fhir+json")], body.to_string()).await
    }

    /// Puts a resource there, which must succeed.
    pub async fn put(&self, text: &str) -> Answer {
        let value: Value = serde_json::from_str(text).unwrap();
        let path = format!("/fhir/{}/{}", value["resourceType"].as_str().unwrap(), value["id"].as_str().unwrap());
        let answer = self.json(&format!("PUT {path}"), text).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        answer
    }
}

impl Answer {
    pub fn text(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.bytes))
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The ids of the matches.
    pub fn ids(&self) -> Vec<String> {
        let value = self.value();
        let entries = value["entry"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> =
            entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap_or("").to_string()).collect();
        ids.sort();
        ids
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// A refusal: status and the code.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str) {
        self.is(status);
        let value = self.value();
        assert_eq!(value["resourceType"], "OperationOutcome", "{}", self.text());
        assert_eq!(value["issue"][0]["code"], code, "{}", self.text());
        assert!(value["issue"][0]["details"]["text"].as_str().is_some_and(|text| text.len() > 5), "{}", self.text());
    }
}

/// Makes the record a sandbox; a token of its operator.
fn operator_of(core: &Core, config: &Config) -> String {
    let site = match config.public_url.as_str() {
        "" => Site::seen_as("http://here/fhir"),
        fixed => Site::at(fixed),
    };
    let core = core.clone();
    // Tests run on a runtime already, where nothing may wait.
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            core.identity().make_sandbox().await.unwrap();
            core.identity().script_token(&site, "operator", None).await.unwrap()
        })
    });
    asked.join().unwrap()
}
