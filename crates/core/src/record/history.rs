//! The history of a resource, of a type, of everything; newest first.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#history>.

use akson_fhir::definition::Definitions;
use akson_fhir::outcome::Issue;
use akson_fhir::value::date::{DateRange, Zone};
use akson_store::{HistoryScope, Line, View};

use super::audited::About;
use super::shown::Shower;
use super::{Record, Seen, look, sees_all};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

/// Whose history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// Of one resource.
    Instance(&'static str, String),
    /// Of a type.
    Type(&'static str),
    /// Of everything.
    System,
}

/// Some of a history.
#[derive(Clone, Debug)]
pub struct Past {
    /// Newest first.
    pub versions: Vec<Seen>,
    /// How many there are, if that is known.
    pub total: Option<u64>,
    /// The token of the next page.
    pub next: Option<String>,
}

struct Range {
    since: i64,
    before: Option<i64>,
    count: usize,
}

impl Record {
    /// Versions in a time, some at once: `_since`, `_at`, `_count`, `_page`.
    pub async fn history(&self, of: HistoryOf, pairs: &[Pair]) -> Result<Past, Error> {
        let about = match &of {
            HistoryOf::Instance(name, id) => About::one(Action::History, name, id),
            HistoryOf::Type(name) => About::new(Action::History, name, query::print(pairs)),
            HistoryOf::System => About::new(Action::History, "", query::print(pairs)),
        };
        let result = match self.view() {
            Ok(view) => self.history_in(&view, &about, &of, pairs),
            Err(error) => Err(error),
        };
        self.after_audit(about, result).await
    }

    /// Versions as they are at the moment of a view.
    pub(super) fn history_in(
        &self,
        view: &View,
        about: &About,
        of: &HistoryOf,
        pairs: &[Pair],
    ) -> Result<(Past, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let range = self.range(pairs)?;
        let definitions = Definitions::r4();
        let one = matches!(of, HistoryOf::Instance(..));
        let scope = match of {
            HistoryOf::System => HistoryScope::System,
            HistoryOf::Type(name) => {
                if !sees_all(&sight, name) {
                    let reason = "the history of a type is for those who see all of it";
                    return Err(Error::Denied(reason.to_string()));
                }
                HistoryScope::Type(definitions.resource(name).ok_or(Error::NotFound)?.id)
            }
            HistoryOf::Instance(name, id) => {
                let type_id = definitions.resource(name).ok_or(Error::NotFound)?.id;
                let head = view.get(type_id, id)?.ok_or(Error::NotFound)?;
                if !look::sees(view, &sight, &head)? {
                    return Err(Error::NotFound);
                }
                HistoryScope::Instance(head.place)
            }
        };
        let page = view.history(scope, range.since, range.before, range.count)?;
        let mut shower = Shower::new(view, &sight);
        let mut versions = Vec::with_capacity(page.versions.len());
        let mut lines = Vec::with_capacity(page.versions.len());
        for stored in &page.versions {
            if one && !view.sees_version(&sight, stored)? {
                continue;
            }
            lines.push(self.line_of(about, stored));
            versions.push(shower.show(stored)?);
        }
        // What is on the first and only page is everything.
        let whole = page.next.is_none() && range.before.is_none();
        let total = whole.then_some(versions.len() as u64);
        Ok((Past { versions, total, next: page.next.map(|next| next.to_string()) }, lines))
    }

    fn range(&self, pairs: &[Pair]) -> Result<Range, Error> {
        let limits = &self.core.settings().limits;
        let mut range = Range { since: i64::MIN, before: None, count: limits.page_default };
        let wrong = |name: &str, text: &'static str| {
            Error::Malformed(vec![Issue::error("value", format!("http.{name}"), text)])
        };
        for (name, value) in pairs {
            match name.as_str() {
                "_count" => {
                    let count: usize =
                        value.parse().map_err(|_| wrong("_count", "_count is a whole number from 1 on"))?;
                    range.count = count.clamp(1, limits.page);
                }
                "_since" => {
                    let found = moments(value)
                        .ok_or_else(|| wrong("_since", "_since is an instant such as 2026-01-31T12:00:00Z"))?;
                    range.since = found.0;
                }
                "_at" => {
                    let found =
                        moments(value.trim_start_matches("eq")).ok_or_else(|| wrong("_at", "_at is a date or time"))?;
                    range.since = range.since.max(found.0);
                    range.before = Some(range.before.map_or(found.1, |before| before.min(found.1)));
                }
                "_page" => {
                    let at: i64 = value.parse().map_err(|_| wrong("_page", "this is no page of a history"))?;
                    range.before = Some(range.before.map_or(at, |before| before.min(at)));
                }
                "_sort" | "_list" => return Err(wrong(name, "a history is always newest first")),
                _ => return Err(wrong("query", "a history takes _since, _at and _count")),
            }
        }
        Ok(range)
    }
}

/// The half-open range of microseconds that a date or time means.
fn moments(text: &str) -> Option<(i64, i64)> {
    // A plus sign in a query is a space.
    let text = text.replace(' ', "+");
    let range = DateRange::parse(&text, Zone(0))?;
    Some((range.low.checked_mul(1000)?, range.high.checked_mul(1000)?))
}
