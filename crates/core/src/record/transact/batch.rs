//! A batch: its entries, each by itself and with its own answer.
//!
//! Writes are begun together, so that they share commits; what is to be seen comes after them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use akson_fhir::json::Tree;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;

use super::entry::{Entry, Get, Which, Wish};
use super::in_entry;
use super::plan::patch_of;
use crate::error::Error;
use crate::record::{EntryAnswer, Expected, Record};

type Answering<'a> = Pin<Box<dyn Future<Output = EntryAnswer> + Send + 'a>>;

impl Record {
    /// Carries out the entries.
    pub(super) async fn batch(&self, entries: &[Entry<'_>]) -> Vec<EntryAnswer> {
        let writes = entries.iter().filter(|entry| !matches!(entry.wish, Wish::Get(_)));
        let numbers: Vec<usize> = writes.clone().map(|entry| entry.number).collect();
        let written = All::new(writes.map(|entry| self.answering(entry)).collect()).await;
        let mut answers: Vec<Option<EntryAnswer>> = entries.iter().map(|_| None).collect();
        for (number, answer) in numbers.into_iter().zip(written) {
            if let Some(place) = answers.get_mut(number) {
                *place = Some(answer);
            }
        }
        for entry in entries.iter().filter(|entry| matches!(entry.wish, Wish::Get(_))) {
            let answer = self.answering(entry).await;
            if let Some(place) = answers.get_mut(entry.number) {
                *place = Some(answer);
            }
        }
        answers.into_iter().map(|answer| answer.unwrap_or(EntryAnswer::Nothing)).collect()
    }

    fn answering<'a>(&'a self, entry: &'a Entry<'a>) -> Answering<'a> {
        Box::pin(async move {
            let answer = self.entry(entry).await;
            answer.unwrap_or_else(|error| EntryAnswer::Refused(in_entry(entry.number, error)))
        })
    }

    async fn entry(&self, entry: &Entry<'_>) -> Result<EntryAnswer, Error> {
        // A key of the whole batch is none of its entries'.
        let record = Record { core: self.core.clone(), caller: crate::Caller { once: None, ..self.caller.clone() } };
        match &entry.wish {
            Wish::Create(_, unless) => {
                let written = record.create(resource(entry)?, unless.clone()).await?;
                Ok(EntryAnswer::Written(written))
            }
            Wish::Update(which, expected) => {
                let resource = resource(entry)?;
                let written = match which {
                    Which::Id(name, id) => {
                        if resource.id() != Some(id) || resource.type_name() != *name {
                            let text = "the resource of an update has the type and id of its url";
                            return Err(Error::Malformed(vec![Issue::error("value", format!("{name}.id"), text)]));
                        }
                        record.update(resource, *expected).await?
                    }
                    Which::Matching(_, criteria) => {
                        record.update_matching(resource, criteria.clone(), *expected).await?
                    }
                };
                Ok(EntryAnswer::Written(written))
            }
            Wish::Patch(which, expected) => record.patch_entry(entry, which, *expected).await,
            Wish::Delete(Which::Id(name, id), version) => {
                record.delete(name, id, *version).await.map(EntryAnswer::Written)
            }
            Wish::Delete(Which::Matching(name, criteria), _) => {
                let deleted = record.delete_matching(name, criteria.clone()).await?;
                Ok(deleted.map_or(EntryAnswer::Nothing, EntryAnswer::Written))
            }
            Wish::Get(get) => record.get(get).await,
        }
    }

    async fn patch_entry(&self, entry: &Entry<'_>, which: &Which, expected: Expected) -> Result<EntryAnswer, Error> {
        let patch = patch_of(entry)?;
        let written = match which {
            Which::Id(name, id) => self.patch(name, id, patch, expected).await?,
            Which::Matching(name, criteria) => self.patch_matching(name, criteria.clone(), patch, expected).await?,
        };
        Ok(EntryAnswer::Written(written))
    }

    async fn get(&self, get: &Get) -> Result<EntryAnswer, Error> {
        match get {
            Get::Read(name, id, unless) => {
                let seen = self.read(name, id).await?;
                let known = *unless == Some(seen.version);
                Ok(if known { EntryAnswer::NotChanged(seen) } else { EntryAnswer::Seen(seen) })
            }
            Get::Vread(name, id, version) => self.vread(name, id, *version).await.map(EntryAnswer::Seen),
            Get::Search(of, pairs) => self.search(of.clone(), pairs.clone(), false).await.map(EntryAnswer::Found),
            Get::History(of, pairs) => self.history(of.clone(), pairs).await.map(EntryAnswer::Past),
        }
    }
}

fn resource(entry: &Entry<'_>) -> Result<Resource, Error> {
    let Some(value) = entry.resource else {
        return Err(Error::Broken("an entry lost its resource".to_string()));
    };
    let tree = Tree::parse(value.raw().as_bytes()).map_err(|error| Error::Malformed(vec![Issue::from(error)]))?;
    Resource::from_tree(tree).map_err(Error::Malformed)
}

/// All of several futures.
struct All<'a> {
    waiting: Vec<Result<EntryAnswer, Answering<'a>>>,
}

impl<'a> All<'a> {
    fn new(futures: Vec<Answering<'a>>) -> All<'a> {
        All { waiting: futures.into_iter().map(Err).collect() }
    }
}

impl Future for All<'_> {
    type Output = Vec<EntryAnswer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<EntryAnswer>> {
        let mut open = false;
        for one in &mut self.waiting {
            if let Err(future) = one {
                match future.as_mut().poll(context) {
                    Poll::Ready(answer) => *one = Ok(answer),
                    Poll::Pending => open = true,
                }
            }
        }
        if open {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut self.waiting).into_iter().filter_map(Result::ok).collect())
    }
}
