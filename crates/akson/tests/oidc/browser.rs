//! A browser that keeps cookies for each origin, follows where it is sent, and fills in the provider's form.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::ServiceExt;

use super::stand::{HERE, Stand};

/// Sendings-on that are followed.
const HOPS: usize = 20;

/// A browser.
pub struct Browser {
    router: Router,
    /// By origin and name.
    pub cookies: BTreeMap<(String, String), String>,
    /// Every address it was at.
    pub history: Vec<String>,
}

/// What it shows.
#[derive(Debug)]
pub struct Page {
    pub url: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of an attribute after some text.
    pub fn after(&self, before: &str) -> String {
        let rest = self.text.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {}", self.text));
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }
}

fn origin(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

impl Browser {
    pub fn new(stand: &Stand) -> Browser {
        Browser { router: stand.router.clone(), cookies: BTreeMap::new(), history: Vec::new() }
    }

    /// One request, not followed.
    pub async fn send(&mut self, method: &str, url: &str, form: &str) -> Page {
        self.history.push(url.to_string());
        let home = origin(url);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((origin, _), _)| *origin == home)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let host = home.split("://").nth(1).unwrap().to_string();
        let local = home == HERE;
        let target = if local { url[home.len()..].to_string() } else { url.to_string() };
        let mut request = Request::builder().method(method).uri(target).header("accept", "text/html");
        request = request.header("host", host);
        if method == "POST" {
            request = request.header("origin", &home).header("content-type", "application/x-www-form-urlencoded");
        }
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let (head, text) = match local {
            true => {
                let request = request.body(Body::from(form.to_string())).unwrap();
                let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
                (head, body.collect().await.unwrap().to_bytes())
            }
            false => {
                let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
                let request = request.body(Full::new(Bytes::from(form.to_string()))).unwrap();
                let (head, body) = client.request(request).await.unwrap().into_parts();
                (head, body.collect().await.unwrap().to_bytes())
            }
        };
        for line in head.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let key = (home.clone(), name.to_string());
            match line.to_lowercase().contains("max-age=0") || value.is_empty() {
                true => self.cookies.remove(&key),
                false => self.cookies.insert(key, value.to_string()),
            };
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        Page { url: url.to_string(), status: head.status.as_u16(), headers: head.headers, text }
    }

    /// A page, and where it sends on to, until there is one that stays.
    pub async fn follow(&mut self, method: &str, url: &str, form: &str) -> Page {
        let mut page = self.send(method, url, form).await;
        for _ in 0..HOPS {
            if !(300..400).contains(&page.status) {
                return page;
            }
            let to = page.header("location").to_string();
            let to = if to.starts_with('/') { format!("{}{to}", origin(&page.url)) } else { to };
            page = self.send("GET", &to, "").await;
        }
        panic!("sent on without end: {:?}", self.history);
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.follow("GET", &format!("{HERE}{path}"), "").await
    }

    /// The form of one of Akson's pages.
    pub async fn post(&mut self, path: &str, page: &Page, form: &str) -> Page {
        let tag = page.after("name=\"tag\" value=\"");
        self.follow("POST", &format!("{HERE}{path}"), &format!("tag={tag}&{form}")).await
    }

    /// Goes to a provider, says who it is, and comes back to where that leads.
    pub async fn sign_in(&mut self, provider: &str, login: &str, back: &str) -> Page {
        let form = self.get(&format!("/signin/{provider}?return={back}")).await;
        self.fill_in(&form, login).await
    }

    /// Fills in the provider's form.
    pub async fn fill_in(&mut self, form: &Page, login: &str) -> Page {
        assert!(form.text.contains("name=\"login\""), "{form:?}");
        let action = format!("{}{}", origin(&form.url), form.after("action=\""));
        let page = self.follow("POST", &action, &format!("login={login}")).await;
        // A script would send this on: the provider ends the session of whoever was there before.
        match page.text.contains("name=\"xsrf\"") {
            true => self.agree(&page).await,
            false => page,
        }
    }

    /// Agrees to sign out at the provider.
    pub async fn agree(&mut self, page: &Page) -> Page {
        let (action, xsrf) = (page.after("action=\""), page.after("name=\"xsrf\" value=\""));
        self.follow("POST", &action, &format!("xsrf={xsrf}&logout=yes")).await
    }

    /// The secret of the session here.
    pub fn session(&self) -> Option<&String> {
        self.cookies.get(&(HERE.to_string(), "akson".to_string()))
    }
}
