//! A server in this process with a clock of its own, and a browser that keeps cookies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use akson::config::Config;
use akson_core::{Core, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::house;

pub const HOST: &str = "127.0.0.1:8080";
pub const MINUTE: i64 = 60_000_000;
const PEOPLE: &[&str] = &[
    r#"{"resourceType":"Organization","id":"town","name":"Prøvevik kommune"}"#,
    r#"{"resourceType":"Organization","id":"home","name":"Hjemmetjenesten","partOf":{"reference":"Organization/town"}}"#,
    r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Prøve","given":["Nina"]}]}"#,
    r#"{"resourceType":"Practitioner","id":"olga","name":[{"family":"Test","given":["Olga"]}]}"#,
    r#"{"resourceType":"Patient","id":"kari","name":[{"family":"Prøvedal","given":["Kari"]}]}"#,
];

/// A server.
pub struct Stand {
    pub core: Core,
    pub router: Router,
    clock: Arc<AtomicI64>,
}

impl Stand {
    pub async fn new() -> Stand {
        Stand::with(Config::default(), true).await
    }

    pub async fn with(config: Config, sandbox: bool) -> Stand {
        let clock = Arc::new(AtomicI64::new(1_795_348_800_000_000));
        let theirs = Arc::clone(&clock);
        let mut settings = Settings::default();
        settings.store.clock = Arc::new(move || theirs.fetch_add(1, Ordering::Relaxed));
        let core = Core::in_memory(settings).unwrap();
        if sandbox {
            core.identity().make_sandbox().await.unwrap();
        }
        let config = Config { access_log: false, ..config };
        let router = house::router(&core, &config);
        let stand = Stand { core, router, clock };
        for text in PEOPLE {
            stand.put(text).await;
        }
        stand.role("nina-home", "nina", "nurse", "home").await;
        stand.role("nina-town", "nina", "leader", "town").await;
        stand.role("olga-home", "olga", "nurse", "home").await;
        stand
    }

    pub async fn put(&self, text: &str) {
        house::put(&self.core, text).await;
    }

    pub async fn role(&self, id: &str, who: &str, duty: &str, unit: &str) {
        house::role(&self.core, id, who, duty, unit).await;
    }

    pub fn pass(&self, time: i64) {
        self.clock.fetch_add(time, Ordering::Relaxed);
    }

    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), host: HOST.to_string() }
    }
}

/// A browser.
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub host: String,
}

/// What it got.
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it sends the browser.
    #[track_caller]
    pub fn to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location")
    }

    /// The tag of its first form.
    pub fn tag(&self) -> String {
        let after = self.text.split("name=\"tag\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_string()
    }
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[("accept", "text/html")], "").await
    }

    /// Sends a form from our own page.
    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        let origin = format!("http://{}", self.host);
        self.send("POST", path, &[("origin", &origin)], form).await
    }

    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", all.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        for line in head.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            assert!(line.contains("; HttpOnly") && line.contains("; Path=/") && line.contains("; SameSite=Lax"));
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            match line.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_string(), value.to_string()),
            };
        }
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, text }
    }

    /// Signs in as somebody of the sandbox; where it leads.
    pub async fn sign_in(&mut self, person: &str, back: &str) -> Answer {
        let tag = self.get("/signin").await.tag();
        self.post("/signin/sandbox", &format!("tag={tag}&person={person}&return={back}")).await
    }
}
