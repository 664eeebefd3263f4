//! From which address a request comes: of the connection, or as a proxy of ours says.
//!
//! `X-Forwarded-For` counts only from the proxies that the operator has named, and only its last part that is none of them:
//! everything before it anybody may have written.

use std::net::IpAddr;

use axum::http::{Extensions, HeaderMap};

use crate::config::Config;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The address that asks; nothing if there is no connection.
pub fn address(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    let Peer(peer) = *extensions.get::<Peer>()?;
    if !config.proxies.contains(&peer) {
        return Some(peer);
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let told: Vec<IpAddr> = lines.flat_map(|line| line.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    told.into_iter().rev().find(|one| !config.proxies.contains(one)).or(Some(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_believed_and_nobody_else() {
        let proxies = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let config = Config { proxies, ..Config::default() };
        let check = |peer: &str, told: &[&'static str], expected: &str| {
            let (mut headers, mut extensions) = (HeaderMap::new(), Extensions::new());
            for line in told {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            extensions.insert(Peer(peer.parse().unwrap()));
            assert_eq!(address(&config, &headers, &extensions), expected.parse().ok(), "{peer} {told:?}");
        };
        check("192.0.2.9", &[], "192.0.2.9");
        check("192.0.2.9", &["198.51.100.1"], "192.0.2.9");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }
}
