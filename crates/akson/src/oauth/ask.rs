//! A request to the authorization server, read: its parameters, how the client shows who it is, its proofs.
//!
//! A parameter that stands twice is refused, as RFC 6749 section 3.1 says; one without a value counts as absent.

use akson_core::identity::{Credentials, Issuer, Refused, Site};
use akson_core::query::Pair;
use akson_core::{base64, query};
use axum::http::{HeaderMap, Method, header};
use bytes::Bytes;

use super::serve::Desk;

/// Parameters of one request.
const PARAMETERS_MAX: usize = 60;

/// A request.
pub struct Ask {
    /// What all share.
    pub desk: std::sync::Arc<Desk>,
    /// The issuer that was asked.
    pub issuer: Issuer,
    /// This server's addresses.
    pub site: Site,
    /// Where it comes from.
    pub address: Option<std::net::IpAddr>,
    /// The verb.
    pub method: Method,
    /// The headers.
    pub headers: HeaderMap,
    /// The parameters: of the form, or else of the address.
    pub pairs: Vec<Pair>,
    /// The last parts of the path that the route leaves open.
    pub rest: Vec<String>,
    /// The path.
    pub path: String,
}

impl Ask {
    /// A parameter.
    pub fn get(&self, name: &str) -> Option<String> {
        let found = self.pairs.iter().find(|pair| pair.0 == name);
        found.map(|pair| pair.1.clone()).filter(|value| !value.is_empty())
    }

    /// How the client shows who it is.
    pub fn credentials(&self) -> Credentials {
        Credentials {
            id: self.get("client_id"),
            basic: basic(&self.headers),
            secret: self.get("client_secret"),
            assertion_type: self.get("client_assertion_type"),
            assertion: self.get("client_assertion"),
        }
    }

    /// Every DPoP header.
    pub fn proofs(&self) -> Vec<String> {
        let all = self.headers.get_all("dpop").iter();
        all.map(|value| value.to_str().unwrap_or_default().to_string()).collect()
    }
}

/// The pairs of a query or a form, each name once.
pub fn pairs(text: &str) -> Result<Vec<Pair>, Refused> {
    let wrong = |text: &str| Refused::new(akson_core::identity::Code::InvalidRequest, text);
    if text.split('&').count() > PARAMETERS_MAX {
        return Err(wrong("too many parameters"));
    }
    let pairs = query::parse(&text.replace('+', "%20")).map_err(|_| wrong("the parameters can't be read"))?;
    let mut names: Vec<&str> = pairs.iter().map(|pair| pair.0.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return Err(wrong("a parameter stands twice"));
    }
    Ok(pairs)
}

/// The pairs of a form.
pub fn form(headers: &HeaderMap, body: &Bytes) -> Result<Vec<Pair>, Refused> {
    let wrong = |text: &str| Refused::new(akson_core::identity::Code::InvalidRequest, text);
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(wrong("the body is application/x-www-form-urlencoded"));
    }
    pairs(std::str::from_utf8(body).map_err(|_| wrong("the form is not UTF-8"))?)
}

/// Name and password of an Authorization header. Spec: RFC 6749 section 2.3.1.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(base64::decode(rest.trim())?).ok()?;
    let (name, password) = text.split_once(':')?;
    let plain = |text: &str| {
        let pair = query::parse(&format!("x={}", text.replace('+', "%20").replace('&', "%26")));
        pair.ok()?.into_iter().next().map(|pair| pair.1)
    };
    Some((plain(name)?, plain(password)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_stands_twice_is_refused() {
        assert!(pairs("a=1&b=2&a=1").is_err());
        assert_eq!(pairs("a=1+2&b=%2B").unwrap()[0].1, "1 2");
    }

    #[test]
    fn name_and_password_are_decoded() {
        let mut headers = HeaderMap::new();
        let mut text = String::from("Basic ");
        base64::encode(b"app%3A1:p%2Bq r", &mut text);
        headers.insert(header::AUTHORIZATION, text.parse().unwrap());
        assert_eq!(basic(&headers), Some(("app:1".to_string(), "p+q r".to_string())));
    }
}
