//! `Observation/$lastn`: the latest observations of each code among those that match.
//!
//! Spec: <https://hl7.org/fhir/R4/observation-operation-lastn.html>.

use std::collections::HashMap;

use akson_fhir::json::{Tree, Value};
use akson_fhir::outcome::Issue;
use akson_store::Line;

use super::audited::About;
use super::search::{Found, Mode};
use super::shown::Shower;
use super::{Record, look};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

impl Record {
    /// The latest `max` (1, if nothing is said) of each code.
    pub async fn lastn(&self, pairs: Vec<Pair>, lenient: bool) -> Result<Found, Error> {
        let about = About::new(Action::Search, "Observation", format!("$lastn {}", query::print(&pairs)));
        let result = self.lastn_now(&about, pairs, lenient);
        self.after_audit(about, result).await
    }

    fn lastn_now(&self, about: &About, pairs: Vec<Pair>, lenient: bool) -> Result<(Found, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let wrong = |name: &str, text: &'static str| {
            Error::Malformed(vec![Issue::error("value", format!("http.{name}"), text)])
        };
        let max = match query::last(&pairs, "max") {
            None => 1,
            Some(text) => text
                .parse()
                .ok()
                .filter(|max| *max > 0)
                .ok_or_else(|| wrong("max", "max is a whole number from 1 on"))?,
        };
        if !pairs.iter().any(|(name, _)| name.starts_with("patient") || name.starts_with("subject")) {
            return Err(wrong("patient", "$lastn needs patient or subject"));
        }
        let mut asked: Vec<Pair> = pairs.iter().filter(|(name, _)| name != "max").cloned().collect();
        asked.retain(|(name, _)| !matches!(name.as_str(), "_sort" | "_count" | "_page"));
        asked.push(("_sort".to_string(), "-date".to_string()));
        asked.push(("_count".to_string(), "1000".to_string()));
        let fixed = asked.len();
        let view = self.view()?;
        let mut shower = Shower::new(&view, &sight);
        let mut counts: HashMap<String, usize> = HashMap::new();
        let (mut entries, mut lines, mut looked_at) = (Vec::new(), Vec::new(), 0);
        loop {
            let query = self.query(&view, (Some("Observation"), None, &asked), lenient)?;
            let page = look::run(&view, &query, &sight)?;
            looked_at += page.entries.len();
            for (stored, _) in &page.entries {
                let count = counts.entry(code_of(stored.bare())).or_default();
                if *count < max {
                    *count += 1;
                    lines.push(self.line_of(about, stored));
                    entries.push((shower.show(stored)?, Mode::Match));
                }
            }
            let Some(next) = page.next else {
                break;
            };
            if looked_at > self.core.settings().limits.everything {
                return Err(Error::TooMuch(
                    "too many observations match; ask for a code, a category or a date".to_string(),
                ));
            }
            asked.truncate(fixed);
            asked.push(("_page".to_string(), next));
        }
        let total = Some(entries.len() as u64);
        let path = "Observation/$lastn".to_string();
        Ok((
            Found { path, entries, total, page: None, next: None, used: pairs, issues: look::told(&view, Vec::new()) },
            lines,
        ))
    }
}

/// What makes observations the same kind: the first coding, or the text.
fn code_of(text: &str) -> String {
    let Ok(tree) = Tree::parse(text.as_bytes()) else {
        return String::new();
    };
    let code = tree.root().get("code");
    let coding = code.and_then(|code| code.get("coding")).and_then(|codings| codings.items().next());
    let part = |value: Option<Value<'_>>, name: &str| {
        value
            .and_then(|value| value.get(name))
            .and_then(|part| part.as_str())
            .map(|text| text.into_owned())
            .unwrap_or_default()
    };
    match coding {
        Some(_) => format!("{}|{}", part(coding, "system"), part(coding, "code")),
        None => part(code, "text"),
    }
}
