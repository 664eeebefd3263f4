//! What an app or a system is answered instead of what it asked for, by OAuth's own words.
//!
//! Texts are for developers and hold nothing of anybody's data.
//! Spec: RFC 6749 sections 4.1.2.1 and 5.2, RFC 9449 section 5, RFC 9126 section 2.3.

use crate::error::Error;

/// A refusal in OAuth's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which.
    pub code: Code,
    /// What is wrong, for developers.
    pub text: String,
}

/// OAuth's words for what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words of the specifications")]
pub enum Code {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    InvalidDpopProof,
    AccessDenied,
    LoginRequired,
    ServerError,
    TemporarilyUnavailable,
    /// Too many failures; `text` is for developers, the seconds to wait stand in `Retry-After`.
    TooMany(i64),
}

impl Code {
    /// As it stands in an answer.
    pub fn word(self) -> &'static str {
        match self {
            Code::InvalidRequest => "invalid_request",
            Code::InvalidClient => "invalid_client",
            Code::InvalidGrant => "invalid_grant",
            Code::UnauthorizedClient => "unauthorized_client",
            Code::UnsupportedGrantType => "unsupported_grant_type",
            Code::UnsupportedResponseType => "unsupported_response_type",
            Code::InvalidScope => "invalid_scope",
            Code::InvalidDpopProof => "invalid_dpop_proof",
            Code::AccessDenied => "access_denied",
            Code::LoginRequired => "login_required",
            Code::ServerError => "server_error",
            Code::TemporarilyUnavailable | Code::TooMany(_) => "temporarily_unavailable",
        }
    }
}

impl Refused {
    /// A refusal with its reason.
    pub fn new(code: Code, text: impl Into<String>) -> Refused {
        Refused { code, text: text.into() }
    }

    pub(crate) fn request(text: impl Into<String>) -> Refused {
        Refused::new(Code::InvalidRequest, text)
    }

    pub(crate) fn client(text: impl Into<String>) -> Refused {
        Refused::new(Code::InvalidClient, text)
    }

    pub(crate) fn grant(text: impl Into<String>) -> Refused {
        Refused::new(Code::InvalidGrant, text)
    }

    pub(crate) fn scope(text: impl Into<String>) -> Refused {
        Refused::new(Code::InvalidScope, text)
    }

    pub(crate) fn proof(text: impl Into<String>) -> Refused {
        Refused::new(Code::InvalidDpopProof, text)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        match error {
            Error::Unavailable(_) | Error::Full | Error::TooMuch(_) => {
                Refused::new(Code::TemporarilyUnavailable, "try again in a moment")
            }
            _ => Refused::new(Code::ServerError, "the server failed"),
        }
    }
}

impl From<akson_store::Error> for Refused {
    fn from(error: akson_store::Error) -> Refused {
        Refused::from(Error::from(error))
    }
}
