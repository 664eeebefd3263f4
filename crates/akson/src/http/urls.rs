//! This server's own addresses, as a request sees them.
//!
//! With `server.public_url` they are fixed. Without it the server is for this machine: then the Host header says which of
//! its names was used, and pages answer only to names of this machine, so that no name of somebody else's leads here.

use axum::http::{HeaderMap, header};

use crate::config::Config;

/// The FHIR base as the client sees it.
pub fn base(config: &Config, headers: &HeaderMap) -> String {
    if !config.public_url.is_empty() {
        return config.public_url.clone();
    }
    match host(headers) {
        // Without the machinery of formats: every request asks for it.
        Some(host) => ["http://", host, "/fhir"].concat(),
        None => format!("http://{}/fhir", config.listen),
    }
}

/// Scheme, host and port: what an Origin header says.
pub fn origin(config: &Config, headers: &HeaderMap) -> String {
    let base = base(config, headers);
    let after = base.find("://").map_or(0, |at| at + 3);
    let end = base[after..].find('/').map_or(base.len(), |at| after + at);
    base[..end].to_ascii_lowercase()
}

/// Whether browsers reach this server over TLS.
pub fn is_secure(config: &Config) -> bool {
    config.public_url.starts_with("https://")
}

/// Whether a page may be shown under the name that was used.
pub fn is_own_name(config: &Config, headers: &HeaderMap) -> bool {
    if !config.public_url.is_empty() {
        return true;
    }
    let Some(host) = host(headers) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip| ip.is_loopback() || ip == config.listen.ip())
}

fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let sound = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    sound.then_some(host)
}

/// A path of this server to go back to; anything else leads to the start page.
pub fn local_path(text: &str) -> &str {
    let sound = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 4096
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if sound { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_back_to() {
        for text in ["/", "/session", "/oauth/smart/authorize?a=b&c=https://x"] {
            assert_eq!(local_path(text), text);
        }
        for text in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/\t/evil.example"] {
            assert_eq!(local_path(text), "/", "{text}");
        }
    }

    #[test]
    fn names_of_others_show_no_page() {
        let config = Config::default();
        let check = |host: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(is_own_name(&config, &headers), expected, "{host}");
        };
        for host in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "127.8.9.1"] {
            check(host, true);
        }
        for host in ["evil.example:8080", "10.0.0.1", "localhost.evil.example", "a b"] {
            check(host, false);
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        let config = Config { public_url: "https://Record.example.no/a/fhir".into(), ..Config::default() };
        assert_eq!(origin(&config, &HeaderMap::new()), "https://record.example.no");
        assert!(is_secure(&config));
    }
}
