//! A batch: its entries, each by itself and with its own answer.
//!
//! Writes are begun together, so that they share commits; what is to be seen comes after them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;

use super::entry::{Entry, Get, Which, Wish};
use super::plan::{own_resource, patch_of};
use super::{about, in_entry};
use crate::error::Error;
use crate::record::once::Once;
use crate::record::{EntryAnswer, Patch, Record};

type Answering<'a> = Pin<Box<dyn Future<Output = EntryAnswer> + Send + 'a>>;

impl Record {
    /// Carries out the entries; under a key, each that writes at most once.
    pub(super) async fn batch_once(
        &self,
        bundle: &Resource,
        entries: Vec<Result<Entry<'_>, Issue>>,
    ) -> Result<Vec<EntryAnswer>, Error> {
        let once = Once::of(self, "batch", &[bundle.text()]);
        let known = match once.answer(self) {
            Ok(answer) => answer.is_some(),
            Err(error) => return self.after_write(about("batch"), Err(error)).await,
        };
        let answers = self.batch(entries).await;
        if self.caller.once.is_some() && !known {
            let noted = self.begin(move |tx| match once.check(tx) {
                // The same batch at the same time has noted it.
                Err(akson_store::Error::Aborted(_)) => Ok(()),
                other => other.and_then(|()| once.remember(tx, std::iter::empty())),
            });
            noted.await.map_err(Error::from)?;
        }
        Ok(answers)
    }

    /// Carries out the entries.
    async fn batch(&self, entries: Vec<Result<Entry<'_>, Issue>>) -> Vec<EntryAnswer> {
        let mut answers: Vec<Option<EntryAnswer>> = entries.iter().map(|_| None).collect();
        let (mut writes, mut gets) = (Vec::new(), Vec::new());
        for (entry, place) in entries.into_iter().zip(&mut answers) {
            match entry {
                Ok(entry) if matches!(entry.wish, Wish::Get(_)) => gets.push((entry, place)),
                Ok(entry) => writes.push((entry, place)),
                Err(issue) => {
                    let refused = self.after_write(about("batch"), Err(Error::Malformed(vec![issue]))).await;
                    *place = Some(refused.unwrap_or_else(EntryAnswer::Refused));
                }
            }
        }
        let written = All::new(writes.iter().map(|(entry, _)| self.answering(entry)).collect()).await;
        for ((_, place), answer) in writes.iter_mut().zip(written) {
            **place = Some(answer);
        }
        for (entry, place) in gets {
            *place = Some(self.answering(&entry).await);
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
        let once = self.caller.once.as_ref().map(|key| format!("{key}\n{}", entry.number));
        let record = Record { core: self.core.clone(), caller: crate::Caller { once, ..self.caller.clone() } };
        let given = match given(entry) {
            Ok(given) => given,
            Err(error) => return record.after_write(about("batch"), Err(error)).await,
        };
        match (&entry.wish, given) {
            (Wish::Create(_, unless), Given::Resource(resource)) => {
                record.create(resource, unless.clone()).await.map(EntryAnswer::Written)
            }
            (Wish::Update(which, expected), Given::Resource(resource)) => {
                let written = match which {
                    Which::Id(..) => record.update(resource, *expected).await?,
                    Which::Matching(_, criteria) => {
                        record.update_matching(resource, criteria.clone(), *expected).await?
                    }
                };
                Ok(EntryAnswer::Written(written))
            }
            (Wish::Patch(which, expected), Given::Patch(patch)) => {
                let written = match which {
                    Which::Id(name, id) => record.patch(name, id, patch, *expected).await?,
                    Which::Matching(name, criteria) => {
                        record.patch_matching(name, criteria.clone(), patch, *expected).await?
                    }
                };
                Ok(EntryAnswer::Written(written))
            }
            (Wish::Delete(Which::Id(name, id), version), _) => {
                record.delete(name, id, *version).await.map(EntryAnswer::Written)
            }
            (Wish::Delete(Which::Matching(name, criteria), version), _) => {
                let deleted = record.delete_matching(name, criteria.clone(), *version).await?;
                Ok(deleted.map_or(EntryAnswer::Nothing, EntryAnswer::Written))
            }
            (Wish::Get(get), _) => record.get(get).await,
            _ => Err(Error::Broken("an entry lost its resource".to_string())),
        }
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

/// What an entry gives.
enum Given {
    Resource(Resource),
    Patch(Patch),
    Nothing,
}

/// The resource or patch of an entry, which must fit its url.
fn given(entry: &Entry<'_>) -> Result<Given, Error> {
    match &entry.wish {
        Wish::Create(name, _) => own_resource(entry, name).map(Given::Resource),
        Wish::Update(which, _) => {
            let resource = own_resource(entry, which.type_name())?;
            if let Which::Id(name, id) = which
                && resource.id() != Some(id)
            {
                let text = "the resource of an update has the same id as its url";
                return Err(Error::Malformed(vec![Issue::error("value", format!("{name}.id"), text)]));
            }
            Ok(Given::Resource(resource))
        }
        Wish::Patch(..) => patch_of(entry).map(Given::Patch),
        Wish::Delete(..) | Wish::Get(_) => Ok(Given::Nothing),
    }
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
