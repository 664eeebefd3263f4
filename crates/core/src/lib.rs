//! The rules: the door to the record, decisions about access, audit. No HTTP, no HTML, no sockets, no SQL.
//!
//! `Core::open` opens a record, `Core::record` gives its door to a named caller. Everything that reads or writes goes
//! through `Record`.

pub mod access;
pub mod audit;
mod backup;
pub mod base64;
mod caller;
mod error;
pub mod identity;
mod jobs;
mod limits;
mod maintain;
mod oslo;
pub mod query;
mod record;
pub mod scores;
mod space;
mod veil;

pub use akson_store::access::kind::Kind as RelationKind;
pub use akson_store::opening::Opening;
pub use akson_store::search::{expr, sight};
pub use akson_store::{Next, Step, Watch, instant};
pub use backup::{CopiedFile, LogEnd, Manifest};
pub use caller::{App, Caller, Citizen, Duty, OnBehalf, Partner, Representation, Responsibility, Staff, System, Who};
pub use error::Error;
pub use limits::Limits;
pub use maintain::{Health, OpenWork, Proved, Report};
pub use oslo::{day_bounds, zone as norway};
pub use record::{
    Because, Change, Chart, Check, Day, EntryAnswer, Expected, ExportPage, Found, HistoryOf, InRole, KnownParameter,
    LOG_PARAMETERS, MetaChange, Mode, OPENING_SYSTEM, Past, Patch, Pattern, PatternKind, Reason, Record, Says,
    SearchOf, Seen, Standing, Standpoint, ToOpen, ToReview, Verdict, Visit, Wanted, Written, is_sealed,
};

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use akson_store::Store;
use sha2::{Digest, Sha256};

use jobs::{Job, Jobs};
use record::Profiles;
use space::Space;

/// How a record is opened.
#[derive(Clone)]
pub struct Settings {
    /// This server's own address, if it has a fixed one: references below it are local.
    pub base: String,
    /// The municipality that answers for what is written.
    pub controller: i64,
    /// Whether resources are validated before they are written.
    pub validate: bool,
    /// What is too much.
    pub limits: Limits,
    /// How the store is opened; its base and controller are taken from here.
    pub store: akson_store::Options,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            base: String::new(),
            controller: 0,
            validate: true,
            limits: Limits::default(),
            store: akson_store::Options::default(),
        }
    }
}

/// A record. Cheap to clone.
#[derive(Clone)]
pub struct Core(Arc<Inner>);

struct Inner {
    /// Before the store: what uses it ends first.
    jobs: Jobs,
    sealer: audit::Sealer,
    store: Store,
    space: Space,
    settings: Settings,
    profiles: Profiles,
    people: identity::People,
    /// What callers may see, as it was worked out for earlier requests.
    sights: access::Cache,
    apps: identity::Apps,
    started: i64,
}

impl Core {
    /// Opens the record in a folder; makes both if there is none.
    pub fn open(folder: &Path, settings: Settings) -> Result<Core, Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::Unavailable(error.to_string()))?;
        let store = Store::open(&folder.join("record.db"), options(&settings))?;
        Core::over(store, settings, identity::Seal::of(folder)?)
    }

    /// A record that is gone when it is dropped, for tests.
    pub fn in_memory(settings: Settings) -> Result<Core, Error> {
        let store = Store::in_memory(options(&settings))?;
        Core::over(store, settings, identity::Seal::passing()?)
    }

    fn over(store: Store, settings: Settings, seal: identity::Seal) -> Result<Core, Error> {
        let started = (settings.store.clock)();
        let space = Space::of(store.path());
        let jobs = Jobs::start(&store)?;
        let apps = identity::Apps::load(&store, seal, started)?;
        let sealer = audit::Sealer::start(&store)?;
        Ok(Core(Arc::new(Inner {
            jobs,
            sealer,
            space,
            store,
            settings,
            profiles: Profiles::default(),
            people: identity::People::default(),
            sights: access::Cache::default(),
            apps,
            started,
        })))
    }

    /// The door, for a caller.
    pub fn record(&self, caller: Caller) -> Record {
        Record { core: self.clone(), caller }
    }

    /// The present moment in microseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.0.settings.store.clock)()
    }

    /// The number of a resource, by which care relations and callers know it.
    pub fn number(&self, type_name: &str, id: &str) -> Result<Option<i64>, Error> {
        let Some(found) = akson_fhir::definition::Definitions::r4().resource(type_name) else {
            return Ok(None);
        };
        Ok(self.0.store.read()?.place(found.id, id)?.map(|place| place.rid))
    }

    /// When this record was opened.
    pub fn started(&self) -> i64 {
        self.0.started
    }

    /// A version was written: what is derived from such resources is made anew.
    fn wrote(&self, written: &Written) {
        self.0.profiles.note(written.seen.type_name, &written.seen.id);
        if written.seen.type_name == "SearchParameter" {
            // What is deleted may have stood before another of the same address.
            let gone = written.change == Change::Deleted;
            self.0.jobs.wake(if gone { Job::Parameters } else { Job::Index });
        }
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn space(&self) -> &Space {
        &self.0.space
    }

    fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    fn sealer(&self) -> &audit::Sealer {
        &self.0.sealer
    }

    fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn sights(&self) -> &access::Cache {
        &self.0.sights
    }

    fn profiles(&self) -> &Profiles {
        &self.0.profiles
    }
}

fn options(settings: &Settings) -> akson_store::Options {
    akson_store::Options { base: settings.base.clone(), controller: settings.controller, ..settings.store.clone() }
}

thread_local! {
    /// Random bytes that nobody has had yet: the system is asked once for many names.
    static RANDOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A random name for a request.
pub fn random_name() -> String {
    RANDOM.with_borrow_mut(|random| {
        if random.len() < 16 {
            random.resize(1024, 0);
            // Without random numbers a name only tells less.
            let _ = getrandom::fill(random);
        }
        let name = hex(&random[random.len() - 16..]);
        random.truncate(random.len() - 16);
        name
    })
}

/// The fingerprint of some bytes: SHA-256 as hexadecimal digits.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
