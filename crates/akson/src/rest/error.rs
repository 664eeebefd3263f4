//! Refusals as HTTP statuses with an OperationOutcome: the one place that maps them.
//!
//! Texts say what to do and carry no data of patients; causes of broken invariants go to the log only.
//! Spec: <https://hl7.org/fhir/R4/http.html#Status-Codes>.

use akson_core::Error;
use akson_fhir::outcome::{Issue, Severity};

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What to tell.
    pub issues: Vec<Issue>,
}

impl Refusal {
    /// A refusal with one issue.
    pub fn new(status: u16, code: &'static str, text: impl Into<String>) -> Refusal {
        let issue = Issue::error(code, String::new(), text.into());
        Refusal { status, issues: vec![issue] }
    }

    /// 400 with one issue.
    pub fn bad_request(code: &'static str, text: impl Into<String>) -> Refusal {
        Refusal::new(400, code, text)
    }

    /// The content can't be read at all: 400, or 413 if a limit was met.
    pub fn unreadable(issues: Vec<Issue>) -> Refusal {
        Refusal { status: 400, issues }
    }

    /// 404 for a route or type that does not exist.
    pub fn no_such(text: impl Into<String>) -> Refusal {
        Refusal::new(404, "not-found", text)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        match error {
            Error::Malformed(issues) => Refusal { status: 400, issues },
            Error::Invalid(issues) => Refusal { status: 422, issues },
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
