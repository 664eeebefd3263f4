//! Batch and transaction.
//!
//! A transaction is prepared outside the writer (ids, references, validation, index rows), then written in one piece:
//! deletions, new resources, new versions, and at last what is to be seen. Conditions are looked up beforehand and looked
//! up again inside; if they have changed, all of it is prepared anew. A batch is its entries, each by itself.
//! Spec: <https://hl7.org/fhir/R4/http.html#transaction>.

mod batch;
mod commit;
mod entry;
mod plan;
pub(super) mod rewrite;

use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;

use std::collections::HashSet;

use self::entry::{Entry, Wish};
use super::audited::About;
use super::once::Once;
use super::{EntryAnswer, Record};
use crate::access::Action;
use crate::error::Error;

impl Record {
    /// Carries out a bundle; `base` is this server's address as the bundle may use it. One answer per entry, in order.
    pub async fn transact(&self, bundle: &Resource, base: &str) -> Result<Vec<EntryAnswer>, Error> {
        let entries = match self.entries(bundle, base) {
            Ok(entries) => entries,
            Err(error) => return self.after_write(about("transaction"), Err(error)).await,
        };
        match bundle.root().get("type").and_then(|kind| kind.str()) {
            Some("batch") => self.batch_once(bundle, entries).await,
            Some("transaction") => {
                let result = match all(entries) {
                    Ok(entries) => self.transaction(bundle, &entries).await,
                    Err(error) => Err(error),
                };
                self.after_write(about("transaction"), result).await
            }
            _ => {
                let issue = Issue::error("value", "Bundle.type", "the type is batch or transaction");
                self.after_write(about("bundle"), Err(Error::Malformed(vec![issue]))).await
            }
        }
    }

    async fn transaction(&self, bundle: &Resource, entries: &[Entry<'_>]) -> Result<Vec<EntryAnswer>, Error> {
        let once = Once::of(self, "transaction", &[bundle.text()]);
        if let Some(done) = once.answer(self)? {
            return self.told_again(entries, done).await;
        }
        for _ in 0..self.core.settings().limits.attempts {
            let plan = self.plan(entries)?;
            if let Some(answers) = self.commit(plan, entries.len(), once.clone()).await? {
                return Ok(answers);
            }
        }
        Err(Error::Unavailable("others keep changing what the bundle's conditions match; try again".to_string()))
    }

    /// The answers to a transaction that was done before; what is only to be seen is looked at now.
    async fn told_again(
        &self,
        entries: &[Entry<'_>],
        done: Vec<Option<super::Written>>,
    ) -> Result<Vec<EntryAnswer>, Error> {
        let (answers, lines) = {
            let view = self.view()?;
            let (mut answers, mut lines) = (Vec::with_capacity(entries.len()), Vec::new());
            for (entry, written) in entries.iter().zip(done) {
                answers.push(match (&entry.wish, written) {
                    (_, Some(written)) => {
                        lines.push(self.line_again(&view, &about("transaction"), &written)?);
                        EntryAnswer::Written(written)
                    }
                    (Wish::Get(get), None) => {
                        let (answer, shown) = self.get_in(&view, get)?;
                        lines.extend(shown);
                        answer
                    }
                    (_, None) => EntryAnswer::Nothing,
                });
            }
            (answers, lines)
        };
        self.keep(lines).await?;
        Ok(answers)
    }

    fn entries<'a>(&self, bundle: &'a Resource, base: &str) -> Result<Vec<Result<Entry<'a>, Issue>>, Error> {
        let list = bundle.root().get("entry");
        let count = list.map_or(0, |list| list.len());
        let limit = self.core.settings().limits.entries;
        if count > limit {
            return Err(Error::TooMuch(format!("the bundle has {count} entries, at most {limit} are taken at once")));
        }
        let items = list.into_iter().flat_map(|list| list.items()).enumerate();
        Ok(items.map(|(number, item)| entry::read(number, item, base)).collect())
    }
}

/// The entries of a transaction: all can be read, and no two that are written have the same address.
fn all<'a>(read: Vec<Result<Entry<'a>, Issue>>) -> Result<Vec<Entry<'a>>, Error> {
    let (mut entries, mut issues) = (Vec::with_capacity(read.len()), Vec::new());
    let mut addresses = HashSet::new();
    for entry in read {
        match entry {
            Ok(entry) => {
                let written = !matches!(entry.wish, Wish::Get(_) | Wish::Delete(..));
                if let Some(address) = entry.full_url.clone().filter(|_| written)
                    && !addresses.insert(address)
                {
                    let text = "two entries have this fullUrl: a reference to it could mean either";
                    issues.push(Issue::error("invalid", format!("Bundle.entry[{}].fullUrl", entry.number), text));
                }
                entries.push(entry);
            }
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() { Ok(entries) } else { Err(Error::Malformed(issues)) }
}

/// What the lines say of all that is no entry's own.
fn about(what: &'static str) -> About {
    About::new(Action::Update, "", what)
}

/// An error of one entry, told as one of the bundle.
fn in_entry(number: usize, error: Error) -> Error {
    let place = format!("Bundle.entry[{number}]");
    let moved = |issues: Vec<Issue>| {
        let mut issues = issues;
        for issue in &mut issues {
            let rest = issue.expression.find(['.', '[']).map_or("", |at| &issue.expression[at..]);
            issue.expression = match issue.expression.starts_with("Bundle.entry") {
                true => std::mem::take(&mut issue.expression),
                false => format!("{place}.resource{rest}"),
            };
        }
        issues
    };
    match error {
        Error::Invalid(issues) => Error::Invalid(moved(issues)),
        Error::Malformed(issues) => Error::Malformed(moved(issues)),
        Error::Conflict(text) => Error::Conflict(format!("{place}: {text}")),
        Error::Precondition(text) => Error::Precondition(format!("{place}: {text}")),
        Error::Denied(text) => Error::Denied(format!("{place}: {text}")),
        other => other,
    }
}
