//! Requests that change something come from our own pages: by their origin, and forms by a tag.
//!
//! A tag is made from the secret of the session or of the visit, so no other site, and no other session, can make one.

use akson_core::{Core, Error};
use axum::http::{HeaderMap, Method};

use crate::config::Config;
use crate::http::urls;

/// The name of the field in a form.
pub const FIELD: &str = "tag";
const PURPOSE: &str = "form";

/// Whether a verb changes nothing.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the request comes from a page of this server. Who says nothing of where it comes from is refused: browsers do.
pub fn is_own_origin(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("origin"), text("sec-fetch-site")) {
        (Some(origin), site) => {
            origin == urls::origin(config, headers) && site.is_none_or(|site| site == "same-origin")
        }
        (None, site) => site == Some("same-origin"),
    }
}

/// The tag for forms of somebody with this secret.
pub fn tag(core: &Core, secret: &str) -> Result<String, Error> {
    core.identity().tag(PURPOSE, secret)
}

/// Whether a form has its tag.
pub fn is_tagged(core: &Core, secret: &str, tag: &str) -> Result<bool, Error> {
    if secret.is_empty() {
        return Ok(false);
    }
    core.identity().is_tag(PURPOSE, secret, tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_origins_and_silence_are_refused() {
        let config = Config::default();
        let check = |origin: Option<&'static str>, site: Option<&'static str>, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1:8080".parse().unwrap());
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                value.map(|value| headers.insert(name, value.parse().unwrap()));
            }
            assert_eq!(is_own_origin(&config, &headers), expected, "{origin:?} {site:?}");
        };
        check(Some("http://127.0.0.1:8080"), None, true);
        check(Some("http://127.0.0.1:8080"), Some("same-origin"), true);
        check(None, Some("same-origin"), true);
        check(Some("http://127.0.0.1:8080"), Some("cross-site"), false);
        check(Some("http://127.0.0.1:8081"), None, false);
        check(Some("http://127.0.0.1:8080.evil.example"), None, false);
        check(Some("null"), None, false);
        check(None, Some("same-site"), false);
        check(None, Some("none"), false);
        check(None, None, false);
    }
}
