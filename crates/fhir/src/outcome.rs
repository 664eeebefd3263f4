//! Issues about data, and the OperationOutcome that tells them.
//!
//! Everything in this crate that can refuse data answers with issues; faces show them as they like.
//! What it does not do: choose an HTTP status or hide anything. Texts carry no values of people's records.
//! Spec: <https://hl7.org/fhir/R4/operationoutcome.html>.

use std::borrow::Cow;

use crate::json::{JsonError, write_string};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The action was carried out or is fine; said for the reader's sake.
    Information,
    /// Probably not what was meant.
    Warning,
    /// The content is refused.
    Error,
    /// Nothing further could be checked.
    Fatal,
}

impl Severity {
    /// The code of <http://hl7.org/fhir/issue-severity>.
    pub fn code(self) -> &'static str {
        match self {
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Fatal => "fatal",
        }
    }
}

/// One thing to say about data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// A code of <http://hl7.org/fhir/issue-type>: `structure`, `required`, `value`, `invariant`…
    pub code: &'static str,
    /// Where, as a FHIRPath: `Patient.name[0].given[1]`; empty if nowhere in particular.
    pub expression: String,
    /// What is wrong and what to do about it.
    pub text: Cow<'static, str>,
}

impl Issue {
    /// An error.
    pub fn error(code: &'static str, expression: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Issue {
        Issue { severity: Severity::Error, code, expression: expression.into(), text: text.into() }
    }

    /// A warning.
    pub fn warning(code: &'static str, expression: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Issue {
        Issue { severity: Severity::Warning, code, expression: expression.into(), text: text.into() }
    }

    /// Something to know.
    pub fn information(code: &'static str, text: impl Into<Cow<'static, str>>) -> Issue {
        Issue { severity: Severity::Information, code, expression: String::new(), text: text.into() }
    }

    /// Whether the content is refused because of it.
    pub fn refuses(&self) -> bool {
        self.severity >= Severity::Error
    }
}

impl From<JsonError> for Issue {
    fn from(error: JsonError) -> Issue {
        let text = format!("{} (line {}, column {})", error.message, error.line, error.column);
        Issue { severity: Severity::Fatal, code: "structure", expression: error.path, text: text.into() }
    }
}

impl std::fmt::Display for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.severity.code(), self.code)?;
        if !self.expression.is_empty() {
            write!(f, " at {}", self.expression)?;
        }
        write!(f, ": {}", self.text)
    }
}

/// The issues as an OperationOutcome in JSON. No issues give the one issue FHIR wants: "all fine".
pub fn outcome(issues: &[Issue]) -> String {
    let fine = [Issue::information("informational", "no issues")];
    let issues = if issues.is_empty() { &fine[..] } else { issues };
    let mut out = String::with_capacity(64 + issues.len() * 160);
    out.push_str("{\"resourceType\":\"OperationOutcome\",\"issue\":[");
    for (n, issue) in issues.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str("{\"severity\":\"");
        out.push_str(issue.severity.code());
        out.push_str("\",\"code\":\"");
        out.push_str(issue.code);
        out.push_str("\",\"details\":{\"text\":");
        write_string(&mut out, &issue.text);
        out.push('}');
        if !issue.expression.is_empty() {
            out.push_str(",\"expression\":[");
            write_string(&mut out, &issue.expression);
            out.push(']');
        }
        out.push('}');
    }
    out.push_str("]}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_told_with_place_and_text() {
        let text = outcome(&[Issue::error("value", "Patient.birthDate", "not a date: \"x\"")]);
        assert_eq!(
            text,
            r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"value","details":{"text":"not a date: \"x\""},"expression":["Patient.birthDate"]}]}"#
        );
    }

    #[test]
    fn no_issues_still_make_an_outcome() {
        assert!(outcome(&[]).contains("informational"));
    }
}
