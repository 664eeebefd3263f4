//! Profiles: StructureDefinitions that say more than the specification, and codes that come with them.
//!
//! A profile is compiled to a tree of only what it adds (`load`, `snapshot`); a resource is then
//! held against that tree (`check`, `gather`, `slicing`, `matching`). Compilation happens once, at
//! the first use; the specification's own profiles are shared by the whole process. What it does
//! not do: fetch a profile that is not given. Spec: <https://hl7.org/fhir/R4/profiling.html>.

mod check;
mod elements;
mod gather;
mod load;
mod matching;
mod slicing;
mod snapshot;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use load::Profile;

use crate::codes::Codes;
use crate::definition::Definitions;
use crate::json::{Tree, Value};
use crate::resource::Resource;

/// Profiles, value sets and code systems given at run time. Cheap to clone.
#[derive(Debug, Default, Clone)]
pub struct Profiles {
    given: HashMap<String, Vec<Arc<Given>>>,
    codes: Arc<Codes>,
}

/// A StructureDefinition as it was given, and compiled once it is needed.
#[derive(Debug)]
struct Given {
    version: String,
    tree: Tree,
    compiled: OnceLock<Option<Box<Profile>>>,
}

impl Profiles {
    /// Nothing beyond the profiles of the specification.
    pub fn new() -> Profiles {
        Profiles::default()
    }

    /// Takes a StructureDefinition, ValueSet or CodeSystem; another resource is let go. One with the
    /// same address and version replaces what was there. Answers whether it was taken.
    pub fn add(&mut self, resource: &Resource) -> bool {
        match (resource.type_name(), text(resource.root(), "url")) {
            ("StructureDefinition", Some(url)) => self.add_profile(url, resource.tree.clone()),
            _ => return Arc::make_mut(&mut self.codes).add(resource),
        }
        true
    }

    fn add_profile(&mut self, url: &str, tree: Tree) {
        let version = text(tree.root(), "version").unwrap_or_default().to_owned();
        // What is compiled may lean on what is replaced, so it is compiled anew.
        for old in self.given.values_mut().flatten().filter(|old| old.compiled.get().is_some()) {
            *old = Arc::new(Given { version: old.version.clone(), tree: old.tree.clone(), compiled: OnceLock::new() });
        }
        let list = self.given.entry(url.to_owned()).or_default();
        list.retain(|old| old.version != version);
        list.push(Arc::new(Given { version, tree, compiled: OnceLock::new() }));
    }

    /// Takes a profile, value set or code system away.
    pub fn remove(&mut self, url: &str) {
        self.given.remove(url);
        Arc::make_mut(&mut self.codes).remove(url);
    }

    /// A profile by its address, with a version or without; those given come before those of the
    /// specification, the last one given before the earlier ones.
    pub fn find(&self, url: &str) -> Option<&Profile> {
        match self.given(url) {
            Some(given) => given.compiled.get_or_init(|| snapshot::compile(&given.tree, self).map(Box::new)).as_deref(),
            None => shipped(bare(url)),
        }
    }

    fn given(&self, url: &str) -> Option<&Arc<Given>> {
        let (address, version) = url.split_once('|').unwrap_or((url, ""));
        let list = self.given.get(address)?;
        list.iter().rev().find(|given| version.is_empty() || is_version(&given.version, version))
    }

    /// The StructureDefinition of an address, for compiling what is derived from it.
    fn source(&self, url: &str) -> Option<Tree> {
        match self.given(url) {
            Some(given) => Some(given.tree.clone()),
            None => Tree::parse(Definitions::r4().profile_text(bare(url))?.as_bytes()).ok(),
        }
    }

    /// The addresses that the parts of a complex extension may have; empty if it names none.
    pub(super) fn parts_of(profile: &Profile) -> Vec<&str> {
        let Some(root) = profile.nodes.first() else { return Vec::new() };
        let node = |index: &usize| profile.nodes.get(*index);
        let lists = root.children.iter().filter_map(node).filter(|child| child.name == "extension");
        let slices = lists.flat_map(|list| list.slices.iter()).filter_map(node);
        let urls = slices.flat_map(|slice| slice.children.iter()).filter_map(node).filter(|child| child.name == "url");
        urls.filter_map(|url| url.fixed.as_ref().and_then(|fixed| fixed.root().str())).collect()
    }

    /// The value sets and code systems among what was given.
    pub fn codes(&self) -> &Arc<Codes> {
        &self.codes
    }
}

/// An address without its version.
pub(super) fn bare(url: &str) -> &str {
    url.split_once('|').map_or(url, |(address, _)| address)
}

/// Whether a version is the one asked for: `4.0.1` is also `4.0`.
fn is_version(version: &str, asked: &str) -> bool {
    version.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn text<'a>(value: Value<'a>, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::str)
}

/// A profile of the specification, compiled once per process.
fn shipped(url: &str) -> Option<&'static Profile> {
    static SHIPPED: OnceLock<HashMap<&'static str, OnceLock<Option<Profile>>>> = OnceLock::new();
    let all = SHIPPED.get_or_init(|| Definitions::r4().profile_urls().map(|url| (url, OnceLock::new())).collect());
    let compile = || {
        let tree = Tree::parse(Definitions::r4().profile_text(url)?.as_bytes()).ok()?;
        snapshot::compile(&tree, &Profiles::new())
    };
    all.get(url)?.get_or_init(compile).as_ref()
}
