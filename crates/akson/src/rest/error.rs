//! Refusals as HTTP statuses with an OperationOutcome: the one place that maps them.
//!
//! Texts say what to do and carry no data of patients; causes of broken invariants go to the log only.
//! Spec: <https://hl7.org/fhir/R4/http.html#Status-Codes>.

use akson_core::Error;
use akson_core::identity::TokenRefused;
use akson_fhir::outcome::{Issue, Severity};

use super::routes::Interaction;
use crate::http::caller::NoEntry;

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What to tell.
    pub issues: Vec<Issue>,
    /// How to show who asks, for 401.
    pub challenge: Option<String>,
}

impl Refusal {
    /// A refusal with one issue.
    pub fn new(status: u16, code: &'static str, text: impl Into<String>) -> Refusal {
        let issue = Issue::error(code, String::new(), text.into());
        Refusal { status, issues: vec![issue], challenge: None }
    }

    /// 400 with one issue.
    pub fn bad_request(code: &'static str, text: impl Into<String>) -> Refusal {
        Refusal::new(400, code, text)
    }

    /// The content can't be read at all: 400, or 413 if a limit was met.
    pub fn unreadable(issues: Vec<Issue>) -> Refusal {
        Refusal { status: 400, issues, challenge: None }
    }

    /// 401: nobody is named, or nobody who may come in; what to do about it.
    pub fn unknown(challenge: String, sandbox: bool) -> Refusal {
        let text = match sandbox {
            true => {
                "say who asks: send Authorization: Bearer with what `akson sandbox token operator` prints, or sign in"
            }
            false => "say who asks: send a token of this server's authorization server, or sign in",
        };
        Refusal { challenge: Some(challenge), ..Refusal::new(401, "login", text) }
    }

    /// 404 for a route or type that does not exist.
    pub fn no_such(text: impl Into<String>) -> Refusal {
        Refusal::new(404, "not-found", text)
    }
}

/// What is said to who may open records and was told that there is nothing.
const WAY: &str = "if it is in the record of a patient whom you have a reason to treat, that record can be opened for some \
                   hours: POST Patient/[id]/$open";

impl Refusal {
    /// The same for who may open records: that there is this way. It is said of every id, so that it tells of none.
    pub fn with_way(mut self, interaction: &Interaction) -> Refusal {
        let reads = matches!(interaction, Interaction::Type("read" | "vread" | "history-instance"))
            || matches!(interaction, Interaction::Operation("everything", _));
        if self.status == 404 && reads {
            self.issues.push(Issue::information("suppressed", WAY));
        }
        self
    }
}

impl From<NoEntry> for Refusal {
    fn from(entry: NoEntry) -> Refusal {
        match entry {
            NoEntry::Unknown(challenge) => Refusal::unknown(challenge, false),
            NoEntry::NoRole => {
                let challenge = Some(TokenRefused::invitation());
                Refusal { challenge, ..Refusal::new(401, "login", "you are signed in, but without a role: choose one") }
            }
            NoEntry::Failed(error) => error.into(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        match error {
            Error::Malformed(issues) => Refusal { status: 400, issues, challenge: None },
            Error::Invalid(issues) => Refusal { status: 422, issues, challenge: None },
            Error::Denied(reason) => Refusal::new(403, "forbidden", reason),
            Error::NotFound => Refusal::new(404, "not-found", "there is no such resource"),
            Error::Gone => Refusal::new(410, "deleted", "the resource was deleted"),
            Error::Conflict(text) => Refusal::new(409, "conflict", text),
            Error::Precondition(text) => Refusal::new(412, "conflict", text),
            Error::TooMuch(text) => Refusal::new(413, "too-costly", text),
            Error::Held | Error::Interrupted => Refusal::new(503, "transient", error.to_string()),
            Error::Unavailable(text) => Refusal::new(503, "transient", text),
            Error::Full => {
                Refusal::new(507, "no-store", "the disk is full; nothing was changed; try again when there is space")
            }
            Error::Broken(cause) => {
                tracing::error!(%cause, "an invariant does not hold");
                let text = "the server failed; the request id finds the cause in its log";
                let mut refusal = Refusal::new(500, "exception", text);
                if let Some(issue) = refusal.issues.first_mut() {
                    issue.severity = Severity::Fatal;
                }
                refusal
            }
        }
    }
}
