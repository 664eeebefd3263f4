//! The store: opening, reading, writing.
//!
//! Cheap to clone. The last one dropped waits for the writes that are queued.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use akson_fhir::definition::TypeId;
use akson_fhir::resource::Resource;
use arc_swap::ArcSwap;

use crate::dictionary::{self, Dictionaries};
use crate::engine::pool::Pool;
use crate::engine::sqlite::Keeping;
use crate::engine::{migrate, sqlite};
use crate::ids::Ids;
use crate::pending::{Pending, pending};
use crate::prepare::{Companions, Home, Prepared};
use crate::search::registry::Registry;
use crate::settings::{Pulse, Settings};
use crate::short::Owner;
use crate::writer::{Job, Note, Task, Writer};
use crate::{Error, Hashes, Line, Options, Snapshot, Transaction, View, audit, parameters};

/// What readers, the writer and preparations share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) hashes: Hashes,
    pub(crate) ids: Ids,
    pub(crate) token_key: [u8; 16],
    pub(crate) identity_key: [u8; 16],
    pub(crate) registry: ArcSwap<Registry>,
    pub(crate) dictionaries: Dictionaries,
    pub(crate) pool: Pool,
    pub(crate) stopped: AtomicBool,
    /// Space on the disk is short: the log is kept small.
    pub(crate) short: AtomicBool,
    next_number: AtomicI64,
    moved: AtomicBool,
}

impl Shared {
    /// A number nobody has.
    pub(crate) fn number(&self) -> i64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    /// No number from this on has been given out.
    pub(crate) fn numbers_end(&self) -> i64 {
        self.next_number.load(Ordering::Relaxed)
    }

    /// Whether any resource has ever moved to another part.
    pub(crate) fn any_moved(&self) -> bool {
        self.moved.load(Ordering::Relaxed)
    }

    pub(crate) fn note_moved(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }
}

/// A record's memory.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    queue: Mutex<Option<SyncSender<Box<dyn Task>>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    path: PathBuf,
    /// Removed at the end, if the store was only for a test.
    temporary: bool,
    /// Held until the writer is gone: the counters of two writers would give out the same numbers.
    _lock: File,
}

impl Store {
    /// Opens the database at `path`, a file; makes or migrates it as needed.
    pub fn open(path: &Path, options: Options) -> Result<Store, Error> {
        Store::open_as(path, options, Keeping::Durable)
    }

    /// A store in a temporary folder, for tests: quick, because it does not wait for the disk, and gone when it is dropped.
    pub fn in_memory(options: Options) -> Result<Store, Error> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(|_| Error::broken("the system gives no random numbers"))?;
        let folder = std::env::temp_dir().join(format!("akson-{:016x}", u64::from_le_bytes(name)));
        std::fs::create_dir(&folder).map_err(|error| Error::Unusable(error.to_string()))?;
        Store::open_as(&folder.join("record.db"), options, Keeping::Temporary)
    }

    fn open_as(path: &Path, options: Options, keeping: Keeping) -> Result<Store, Error> {
        let lock = lock(path)?;
        let connection = sqlite::open_writer(path, &options, keeping)?;
        let temporary = keeping == Keeping::Temporary;
        migrate::migrate(&connection, migrate::STEPS)?;
        connection.execute("BEGIN IMMEDIATE", &[])?;
        let settings = Settings::load(&connection)?;
        let registry = parameters::load(&connection, &options.base)?;
        connection.execute("COMMIT", &[])?;
        let moved = connection.one("SELECT rid FROM moved ORDER BY rid LIMIT 1", &[], |_| Ok(()))?.is_some();
        let (sealed_at, seal) = audit::last_seal(&connection)?;
        let shared = Arc::new(Shared {
            hashes: Hashes::new(settings.hash_key),
            ids: Ids::new(settings.id_key),
            token_key: settings.token_key,
            identity_key: settings.identity_key,
            registry: ArcSwap::from_pointee(registry),
            dictionaries: Dictionaries::load(&connection, options.samples)?,
            pool: Pool::new(path.to_owned(), options.clone()),
            stopped: AtomicBool::new(false),
            short: AtomicBool::new(false),
            next_number: AtomicI64::new(settings.pulse.number),
            moved: AtomicBool::new(moved),
            options,
        });
        let (sender, receiver) = sync_channel(shared.options.queue_max);
        // A commit of audit lines alone keeps its time in its seal only.
        let pulse = Pulse { moment: settings.pulse.moment.max(sealed_at), ..settings.pulse };
        let writer = Writer::new(View { connection, shared: shared.clone() }, pulse, seal);
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run(&receiver));
        let thread = thread.map_err(|error| Error::Unusable(error.to_string()))?;
        let (queue, threads) = (Mutex::new(Some(sender)), Mutex::new(vec![thread]));
        Ok(Store(Arc::new(Inner { shared, queue, threads, path: path.to_owned(), temporary, _lock: lock })))
    }

    /// Everything as it is now, for reading.
    pub fn read(&self) -> Result<Snapshot, Error> {
        Ok(Snapshot::new(self.0.shared.pool.take()?, self.0.shared.clone()))
    }

    /// Queues a write. All of it is kept, or nothing if it answers an error.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Pending<T> {
        let (promise, pending) = pending();
        self.queue(Box::new(Job { job: Some(job), value: None, promise }), pending)
    }

    /// Queues audit lines alone.
    pub fn note(&self, lines: Arc<Vec<Line>>) -> Pending<()> {
        let (promise, pending) = pending();
        self.queue(Box::new(Note { lines, promise }), pending)
    }

    fn queue<T>(&self, task: Box<dyn Task>, pending: Pending<T>) -> Pending<T> {
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Pending::ready(Err(Error::Stopped)) };
        match queue.try_send(task) {
            Ok(()) => pending,
            Err(TrySendError::Full(_)) => Pending::ready(Err(Error::Busy)),
            Err(TrySendError::Disconnected(_)) => Pending::ready(Err(Error::Stopped)),
        }
    }

    /// Whether writing has stopped after a failure of the disk.
    pub fn is_stopped(&self) -> bool {
        self.0.shared.stopped.load(Ordering::Acquire)
    }

    /// Says whether space on the disk is short; while it is, the log is copied into the database early.
    pub fn space_is_short(&self, short: bool) {
        self.0.shared.short.store(short, Ordering::Release);
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The search parameters.
    pub fn registry(&self) -> Arc<Registry> {
        self.0.shared.registry.load_full()
    }

    /// How this store was opened.
    pub fn options(&self) -> &Options {
        &self.0.shared.options
    }

    /// A home for a new resource under an id made here. `among` are the other resources of its bundle.
    pub fn new_home(&self, view: &View, resource: &Resource, among: &Companions) -> Result<Home, Error> {
        self.0.shared.new_home(view, resource, among)
    }

    /// The home of a resource under a given id: where it is, or a new place.
    pub fn home(&self, view: &View, type_id: TypeId, id: &str) -> Result<Home, Error> {
        self.0.shared.home(view, type_id, id)
    }

    /// Prepares a version outside the writer. References must have their final text; the id is taken from `home`.
    pub fn prepare(&self, view: &View, resource: &Resource, home: Home, among: &Companions) -> Result<Prepared, Error> {
        let prepared = self.0.shared.prepare(view, resource, home, among)?;
        if prepared.dict == 0 {
            self.sample(&prepared);
        }
        Ok(prepared)
    }

    /// Takes a body as a sample; trains the type's dictionary when there are enough.
    fn sample(&self, prepared: &Prepared) {
        let (shared, type_number) = (&self.0.shared, prepared.type_number);
        let short = || prepared.text.short(Owner { ids: &shared.ids, type_number, place: prepared.packed_for });
        let Some((samples, lengths)) = shared.dictionaries.sample(type_number, short) else { return };
        let store = Arc::downgrade(&self.0);
        let train = move || train(&store, type_number, &samples, &lengths);
        if let Ok(thread) = std::thread::Builder::new().name("dictionary".to_owned()).spawn(train) {
            self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
    }

    /// Waits until all dictionaries in training are in use.
    pub fn settle_dictionaries(&self) {
        let mut threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).split_off(1);
        for thread in threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Keeps all others from writing to the database; the system lets go of it whatever ends this process.
fn lock(path: &Path) -> Result<File, Error> {
    let name = path.with_added_extension("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(name);
    let file = file.map_err(|error| Error::Unusable(error.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Held),
        Err(TryLockError::Error(error)) => Err(Error::Unusable(format!("it cannot be locked: {error}"))),
    }
}

/// Trains a dictionary and keeps it. Without one, bodies are only larger.
fn train(store: &Weak<Inner>, type_number: i64, samples: &[u8], lengths: &[usize]) {
    let Some(bytes) = dictionary::train(samples, lengths) else { return };
    let Some(store) = store.upgrade().map(Store) else { return };
    let kept = store.write(move |tx| {
        let kept = dictionary::keep(&tx.connection, type_number, bytes)?;
        tx.gathered.dictionaries.push(kept);
        Ok(())
    });
    let _ = kept.wait();
}

impl Drop for Inner {
    fn drop(&mut self) {
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
        if self.temporary
            && let Some(folder) = self.path.parent()
        {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
