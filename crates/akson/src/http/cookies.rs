//! Cookies: reading them, and the attributes that all of ours have.
//!
//! HttpOnly and for this host and all paths; over TLS also Secure and under the `__Host-` name, which browsers take from
//! this host alone. Spec: RFC 6265 and its successor's section on name prefixes.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Config;
use crate::http::urls;

/// The cookie of a session.
pub const SESSION: &str = "akson";
/// The cookie of a visit, before anybody has signed in.
pub const VISIT: &str = "akson-visit";
/// The cookie of a chosen language.
pub const LANGUAGE: &str = "akson-language";
/// The cookie of a chosen look.
pub const LOOK: &str = "akson-look";

/// The value of a cookie. One that stands twice has none: somebody else may have set the other.
pub fn get<'h>(config: &Config, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let wanted = full_name(config, name);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// A header line that sets a cookie until the browser is closed. Values are letters, digits and hyphens.
pub fn set(config: &Config, name: &str, value: &str) -> Option<HeaderValue> {
    line(config, name, value, "")
}

/// A header line that takes a cookie away.
pub fn clear(config: &Config, name: &str) -> Option<HeaderValue> {
    line(config, name, "", "; Max-Age=0")
}

fn line(config: &Config, name: &str, value: &str, more: &str) -> Option<HeaderValue> {
    let secure = if urls::is_secure(config) { "; Secure" } else { "" };
    let name = full_name(config, name);
    // Lax: the way back from a provider is a navigation from elsewhere; unsafe verbs are checked by their origin.
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}")).ok()
}

fn full_name(config: &Config, name: &str) -> String {
    if urls::is_secure(config) { format!("__Host-{name}") } else { name.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_stands_twice_has_no_value() {
        let config = Config::default();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "x=1; akson=abc".parse().unwrap());
        assert_eq!(get(&config, &headers, SESSION), Some("abc"));
        headers.append(header::COOKIE, "akson=evil".parse().unwrap());
        assert_eq!(get(&config, &headers, SESSION), None);
    }

    #[test]
    fn over_tls_a_cookie_is_of_this_host_alone() {
        let config = Config { public_url: "https://record.example.no/fhir".into(), ..Config::default() };
        let line = set(&config, SESSION, "abc").unwrap();
        assert_eq!(line, "__Host-akson=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = set(&Config::default(), SESSION, "abc").unwrap();
        assert_eq!(plain, "akson=abc; Path=/; HttpOnly; SameSite=Lax");
    }
}
