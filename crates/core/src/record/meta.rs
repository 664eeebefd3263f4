//! `$meta`, `$meta-add` and `$meta-delete`: profiles, tags and security labels of a resource.
//!
//! A change is a new version, unless it changes nothing.
//! Spec: <https://hl7.org/fhir/R4/resource-operation-meta.html>.

use akson_fhir::json::{Tree, Value, write_string};
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::{Line, State};

use super::audited::About;
use super::once::Once;
use super::patch::resource_of;
use super::profiles::each;
use super::{Expected, Record, Seen, sees_all};
use crate::access::Action;
use crate::error::Error;

/// What to do with labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaChange {
    /// Add them.
    Add,
    /// Take them away.
    Remove,
}

const LISTS: [&str; 3] = ["profile", "security", "tag"];

impl Record {
    /// The `meta` of a resource, as JSON.
    pub async fn meta(&self, type_name: &'static str, id: &str) -> Result<String, Error> {
        let seen = self.read(type_name, id).await?;
        meta_in(&seen)
    }

    /// The profiles, tags and labels in use, in a type or everywhere, as a `meta`.
    pub async fn meta_of(&self, type_name: Option<&'static str>) -> Result<String, Error> {
        let about = About::new(Action::Search, type_name.unwrap_or(""), "$meta");
        let result = self.meta_of_now(&about, type_name);
        self.after_audit(about, result).await
    }

    fn meta_of_now(&self, about: &About, type_name: Option<&'static str>) -> Result<(String, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let definitions = akson_fhir::definition::Definitions::r4();
        let names: Vec<&'static str> = match type_name {
            Some(name) => vec![name],
            None => definitions.resource_types().map(|found| found.name).collect(),
        };
        if names.iter().any(|name| !sees_all(&sight, name)) {
            return Err(Error::Denied("the labels in use are for those who see all resources".to_string()));
        }
        let view = self.view()?;
        let mut labels = Labels::default();
        for name in names {
            each(&view, name, |resource| {
                if let Some(meta) = resource.root().get("meta") {
                    labels.add(meta);
                }
            })?;
        }
        Ok((labels.print(&[]), Vec::new()))
    }

    /// Adds or removes profiles, tags and labels; the `meta` after it.
    pub async fn change_meta(
        &self,
        type_name: &'static str,
        id: &str,
        meta: &str,
        change: MetaChange,
    ) -> Result<String, Error> {
        let about = About::one(Action::Update, type_name, id);
        let result = self.change_meta_now(&about, id, meta, change).await;
        let seen = self.after_write(about, result).await?;
        meta_in(&seen)
    }

    /// The version with the change.
    async fn change_meta_now(&self, about: &About, id: &str, meta: &str, change: MetaChange) -> Result<Seen, Error> {
        let tree = Tree::parse(meta.as_bytes()).map_err(|error| Error::Malformed(vec![Issue::from(error)]))?;
        self.granted(about.action, about.type_name)?;
        let once = Once::of(self, "meta", &[about.type_name, id, meta, &format!("{change:?}")]);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done.seen);
        }
        let mut attempts = self.core.settings().limits.attempts;
        loop {
            let stored = self.current(about, id)?;
            if stored.state == State::Deleted {
                return Err(Error::Gone);
            }
            let before = resource_of(&stored)?;
            let Some(after) = changed(&before, tree.root(), change)? else {
                self.keep(vec![self.line_of(about, &stored)]).await?;
                return Ok(Seen::of(&stored));
            };
            match self.write_version(about, after, Expected::Version(stored.version as u64), once.clone()).await {
                Err(Error::Precondition(_)) if attempts > 1 => attempts -= 1,
                other => return other.map(|written| written.seen),
            }
        }
    }
}

fn meta_in(seen: &Seen) -> Result<String, Error> {
    let tree = Tree::parse(&seen.text).map_err(|error| Error::Broken(error.message))?;
    Ok(tree.root().get("meta").map_or("{}".to_string(), |meta| meta.raw().to_string()))
}

/// Labels without doubles.
#[derive(Default)]
struct Labels([Vec<String>; 3]);

impl Labels {
    fn add(&mut self, meta: Value<'_>) {
        for (list, name) in self.0.iter_mut().zip(LISTS) {
            for item in meta.get(name).into_iter().flat_map(|items| items.items()) {
                if !list.iter().any(|old| same(name, old, item)) {
                    list.push(item.raw().to_string());
                }
            }
        }
    }

    fn remove(&mut self, meta: Value<'_>) {
        for (list, name) in self.0.iter_mut().zip(LISTS) {
            for item in meta.get(name).into_iter().flat_map(|items| items.items()) {
                list.retain(|old| !same(name, old, item));
            }
        }
    }

    /// As a `meta` after these other members.
    fn print(&self, others: &[(&str, &str)]) -> String {
        let mut out = String::from("{");
        let mut member = |name: &str, text: &str| {
            if out.len() > 1 {
                out.push(',');
            }
            write_string(&mut out, name);
            out.push(':');
            out.push_str(text);
        };
        for (name, text) in others {
            member(name, text);
        }
        for (list, name) in self.0.iter().zip(LISTS) {
            if !list.is_empty() {
                member(name, &format!("[{}]", list.join(",")));
            }
        }
        out.push('}');
        out
    }
}

/// Labels are the same by system and code, profiles by their address.
fn same(list: &str, old: &str, new: Value<'_>) -> bool {
    if list == "profile" {
        return old == new.raw();
    }
    let Ok(tree) = Tree::parse(old.as_bytes()) else {
        return false;
    };
    let part =
        |value: Value<'_>, name: &str| value.get(name).and_then(|part| part.as_str()).map(|text| text.into_owned());
    ["system", "code"].iter().all(|name| part(tree.root(), name) == part(new, name))
}

fn changed(resource: &Resource, meta: Value<'_>, change: MetaChange) -> Result<Option<Resource>, Error> {
    let old = resource.root().get("meta");
    let mut labels = Labels::default();
    if let Some(old) = old {
        labels.add(old);
    }
    let before = labels.0.clone();
    match change {
        MetaChange::Add => labels.add(meta),
        MetaChange::Remove => labels.remove(meta),
    }
    if labels.0 == before {
        return Ok(None);
    }
    let others: Vec<(&str, &str)> = old
        .into_iter()
        .flat_map(|old| old.members())
        .filter(|(name, _)| !LISTS.contains(name))
        .map(|(name, value)| (name, value.raw()))
        .collect();
    let meta = labels.print(&others);
    let text = resource.text();
    let whole = match old {
        Some(old) => {
            let (from, to) = old.span();
            format!("{}{meta}{}", &text[..from], &text[to..])
        }
        None => format!("{},\"meta\":{meta}}}", &text[..text.len() - 1]),
    };
    Resource::parse_json(whole.as_bytes()).map(Some).map_err(Error::Invalid)
}
