//! Requests to others: providers that say who people are, the keys of registered clients.
//!
//! Promises: https, or http on this machine; certificates are checked; no redirect is followed; an answer has a size and a
//! time. What a client has named is fetched from public addresses only: the name is resolved here, and what is connected
//! to is what was looked at. What it does not do: choose whom to ask, or keep anything.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{HeaderMap, Method, Request, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::builderstates::WantsSchemes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;

/// Bytes of an answer.
pub const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Whatever the operator has named.
    Named,
    /// Public ones only.
    Public,
    /// Public ones and this machine, for trying things out.
    PublicOrHere,
}

/// Who asks others.
#[derive(Clone)]
pub struct Fetch {
    client: Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>,
    reach: Reach,
    time: Duration,
}

/// What is asked.
pub struct Question<'q> {
    /// The verb.
    pub method: Method,
    /// The address.
    pub url: &'q str,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl<'q> Question<'q> {
    /// A question for what is there.
    pub fn get(url: &'q str) -> Question<'q> {
        let headers = vec![("accept", "application/json".to_string())];
        Question { method: Method::GET, url, headers, body: String::new() }
    }

    /// A form.
    pub fn form(url: &'q str, pairs: &[akson_core::query::Pair]) -> Question<'q> {
        let form = "application/x-www-form-urlencoded".to_string();
        let headers = vec![("accept", "application/json".to_string()), ("content-type", form)];
        Question { method: Method::POST, url, headers, body: akson_core::query::print(pairs) }
    }
}

/// What others answer.
#[derive(Debug)]
pub struct Fetched {
    /// The status; never a redirect.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    /// Not an address that is asked.
    #[error("the address is not one that is asked: https, and not inside a private network")]
    Address,
    /// Nobody there, or not who they should be.
    #[error("there is no connection")]
    Connection,
    /// It took too long.
    #[error("it took too long")]
    Time,
    /// Too long an answer.
    #[error("the answer is too long")]
    Size,
    /// Sent elsewhere.
    #[error("the answer leads elsewhere")]
    Redirect,
}

impl Fetch {
    /// One that reaches so far, and waits so long.
    pub fn new(reach: Reach, time: Duration) -> Fetch {
        let mut http = HttpConnector::new_with_resolver(Guarded(reach));
        http.enforce_http(false);
        http.set_connect_timeout(Some(time));
        let connector = tls().https_or_http().enable_http1();
        let connector = connector.wrap_connector(http);
        Fetch { client: Client::builder(TokioExecutor::new()).build(connector), reach, time }
    }

    /// The answer to a question.
    pub async fn ask(&self, question: Question<'_>) -> Result<Fetched, NotFetched> {
        let uri: Uri = question.url.parse().map_err(|_| NotFetched::Address)?;
        if !self.may_ask(&uri) {
            return Err(NotFetched::Address);
        }
        let mut request = Request::builder().method(question.method).uri(uri);
        for (name, value) in question.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(question.body))).map_err(|_| NotFetched::Address)?;
        let answer = async {
            let response = self.client.request(request).await.map_err(|_| NotFetched::Connection)?;
            if response.status().is_redirection() {
                return Err(NotFetched::Redirect);
            }
            let (head, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
                true => NotFetched::Size,
                false => NotFetched::Connection,
            })?;
            Ok(Fetched { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(self.time, answer).await.map_err(|_| NotFetched::Time)?
    }

    fn may_ask(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        let number: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let here = number.is_some_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost");
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") => true,
            _ => return false,
        };
        let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        !user
            && (!plain || here)
            && number.is_none_or(|ip| self.reach.has(ip))
            && (self.reach != Reach::Public || !here)
    }
}

impl Reach {
    /// Whether this address may be asked.
    fn has(self, ip: IpAddr) -> bool {
        match self {
            Reach::Named => true,
            Reach::Public => is_public(ip),
            Reach::PublicOrHere => is_public(ip) || ip.is_loopback(),
        }
    }
}

/// Resolves names, and leaves out what may not be asked: what is connected to was looked at here.
#[derive(Clone)]
struct Guarded(Reach);

impl tower::Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.has(address.ip())).collect();
            match allowed.is_empty() {
                true => Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied)),
                false => Ok(allowed.into_iter()),
            }
        })
    }
}

/// TLS with the certificates that this system trusts; without any nobody over TLS is believed.
fn tls() -> HttpsConnectorBuilder<WantsSchemes> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    match HttpsConnectorBuilder::new().with_provider_and_native_roots(provider) {
        Ok(builder) => builder,
        Err(error) => {
            tracing::warn!(%error, "the certificates of this system can't be read");
            let roots = rustls::RootCertStore::empty();
            let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
            HttpsConnectorBuilder::new().with_tls_config(config)
        }
    }
}

/// Whether an address is of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    // Addresses that hold others lead to those: none of them is needed here.
    let holds_another = ip.to_ipv4().is_some() || parts[0] == 0x2002 || (parts[0] == 0x2001 && parts[1] == 0);
    let translated = parts[0] == 0x64 && parts[1] == 0xff9b;
    let documentation = parts[0] == 0x2001 && parts[1] == 0xdb8;
    // Everything else that is public begins with 001.
    parts[0] & 0xe000 == 0x2000 && !holds_another && !translated && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_clients_are_not_fetched_from_inside() {
        for (ip, public) in [
            ("8.8.8.8", true),
            ("2a00:1450:400f::1", true),
            ("127.0.0.1", false),
            ("10.0.0.1", false),
            ("172.16.3.4", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("224.0.0.1", false),
            ("::1", false),
            ("::", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(ip.parse().unwrap()), public, "{ip}");
        }
    }

    #[test]
    fn only_tls_leaves_this_machine() {
        let check = |reach: Reach, url: &str, expected: bool| {
            let fetch = Fetch::new(reach, Duration::from_secs(1));
            assert_eq!(url.parse().is_ok_and(|uri| fetch.may_ask(&uri)), expected, "{reach:?} {url}");
        };
        for reach in [Reach::Named, Reach::Public, Reach::PublicOrHere] {
            check(reach, "https://keys.example.no/jwks", true);
            check(reach, "http://keys.example.no/jwks", false);
            check(reach, "ftp://keys.example.no/jwks", false);
            check(reach, "https://user@keys.example.no/jwks", false);
            check(reach, "/jwks", false);
        }
        check(Reach::Named, "http://127.0.0.1:1/jwks", true);
        check(Reach::Named, "https://10.0.0.1/jwks", true);
        check(Reach::Public, "https://10.0.0.1/jwks", false);
        check(Reach::Public, "https://[::1]/jwks", false);
        check(Reach::Public, "https://localhost/jwks", false);
        check(Reach::PublicOrHere, "http://localhost/jwks", true);
        check(Reach::PublicOrHere, "https://[::ffff:10.0.0.1]/jwks", false);
        check(Reach::PublicOrHere, "https://169.254.169.254/latest", false);
    }
}
