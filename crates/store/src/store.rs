//! The store: opening, reading, writing.
//!
//! Cheap to clone. The last one dropped waits for the writes that are queued.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use akson_fhir::definition::TypeId;
use akson_fhir::resource::Resource;
use arc_swap::ArcSwap;

use crate::audit::{Chore, Keeper, Log, Note, Order};
use crate::bodies::Bodies;
use crate::clock::Moments;
use crate::dictionary::{self, Dictionaries};
use crate::engine::pool::Pool;
use crate::engine::sqlite::Keeping;
use crate::engine::{Connection, migrate, sqlite};
use crate::ids::Ids;
use crate::pending::{Pending, pending};
use crate::prepare::{Companions, Home, Prepared};
use crate::reindex;
use crate::search::registry::Registry;
use crate::settings::{self, Pulse, Settings};
use crate::short::Owner;
use crate::writer::{Job, Task, Writer};
use crate::{Error, Hashes, Line, Options, Snapshot, Transaction, View, audit, opening, parameters, rules};

/// What readers, the writer and preparations share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) hashes: Hashes,
    pub(crate) ids: Ids,
    pub(crate) token_key: [u8; 16],
    pub(crate) identity_key: [u8; 16],
    pub(crate) registry: ArcSwap<Registry>,
    pub(crate) dictionaries: Dictionaries,
    /// Bodies read not long ago.
    pub(crate) bodies: Bodies,
    pub(crate) pool: Pool,
    /// Readers of the audit's own file.
    pub(crate) audit: Pool,
    pub(crate) moments: Moments,
    pub(crate) stopped: AtomicBool,
    /// Space on the disk is short: the log is kept small.
    pub(crate) short: AtomicBool,
    next_number: AtomicI64,
    moved: AtomicBool,
    /// Commits that changed accounts or sessions.
    pub(crate) identities: AtomicU64,
    /// Commits that wrote about those at work.
    pub(crate) staff: AtomicU64,
    /// The whole index is being made anew: it may lack something until then.
    pub(crate) reindexing: AtomicBool,
    /// Readers that wait for their lines.
    waiting: AtomicI64,
    /// Readers whose lines were kept, or could not be.
    noted: AtomicU64,
    /// Until when the longest opening lasts.
    pub(crate) opened: AtomicI64,
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

    /// Counts readers that have their answer from the audit.
    pub(crate) fn noted(&self, count: usize) {
        self.waiting.fetch_sub(count as i64, Ordering::Relaxed);
        self.noted.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// A record's memory.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    queue: Mutex<Option<SyncSender<Box<dyn Task>>>>,
    notes: Mutex<Option<SyncSender<Order>>>,
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
        let lines = audit::open(path, &options, keeping)?;
        connection.execute("BEGIN IMMEDIATE", &[])?;
        let kept = Settings::load(&connection)?;
        let registry = parameters::load(&connection, &options.base)?;
        let mut log = Log::load(&connection)?;
        audit::take_over(&connection, &mut log)?;
        rules::check(&connection, (options.clock)())?;
        let reindexing = reindex::is_open(&connection)?;
        settings::note_base(&connection, &options.base)?;
        connection.execute("COMMIT", &[])?;
        let opened = opening::last_end(&connection)?;
        let moved = connection.one("SELECT rid FROM moved ORDER BY rid LIMIT 1", &[], |_| Ok(()))?.is_some();
        // A commit of audit lines alone keeps its time in its lines only.
        let moment = kept.pulse.moment.max(audit::last_moment(&connection)?).max(audit::last_moment(&lines)?);
        let pulse = Pulse { moment, ..kept.pulse };
        let shared = Arc::new(Shared {
            hashes: Hashes::new(kept.hash_key),
            ids: Ids::new(kept.id_key),
            token_key: kept.token_key,
            identity_key: kept.identity_key,
            registry: ArcSwap::from_pointee(registry),
            dictionaries: Dictionaries::load(&connection, options.samples)?,
            bodies: Bodies::default(),
            pool: Pool::of_told(path.to_owned(), options.clone()),
            audit: Pool::new(audit::path(path), options.clone()),
            moments: Moments::new(options.clock.clone(), moment),
            stopped: AtomicBool::new(false),
            short: AtomicBool::new(false),
            next_number: AtomicI64::new(kept.pulse.number),
            moved: AtomicBool::new(moved),
            identities: AtomicU64::new(0),
            staff: AtomicU64::new(0),
            reindexing: AtomicBool::new(reindexing),
            waiting: AtomicI64::new(0),
            noted: AtomicU64::new(0),
            opened: AtomicI64::new(opened),
            options,
        });
        let (sender, receiver) = sync_channel(shared.options.queue_max);
        let writer = Writer::new(View { connection, shared: shared.clone() }, pulse, log);
        let writer = thread("writer", move || writer.run(&receiver))?;
        let (notes, receiver) = sync_channel(shared.options.queue_max);
        let keeper = Keeper::new(lines, shared.clone())?;
        let keeper = thread("audit", move || keeper.run(&receiver))?;
        Ok(Store(Arc::new(Inner {
            shared,
            queue: Mutex::new(Some(sender)),
            notes: Mutex::new(Some(notes)),
            threads: Mutex::new(vec![writer, keeper]),
            path: path.to_owned(),
            temporary,
            _lock: lock,
        })))
    }

    /// Everything as it is now, for reading.
    pub fn read(&self) -> Result<Snapshot, Error> {
        Ok(Snapshot::new(self.0.shared.pool.take()?, self.0.shared.clone()))
    }

    /// A reader of the audit's own file.
    pub(crate) fn read_audit(&self) -> Result<Connection, Error> {
        self.0.shared.audit.take()
    }

    /// The reader is not needed any more.
    pub(crate) fn give_back_audit(&self, reader: Connection) {
        self.0.shared.audit.give_back(reader);
    }

    /// Queues a write. All of it is kept, or nothing if it answers an error.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Pending<T> {
        let (promise, pending) = pending();
        self.queue(Box::new(Job { job: Some(job), value: None, promise }), pending)
    }

    /// Queues audit lines alone, for the audit's own file.
    pub fn note(&self, lines: Arc<Vec<Line>>) -> Pending<()> {
        let (promise, pending) = pending();
        let waiting = &self.0.shared.waiting;
        waiting.fetch_add(1, Ordering::Relaxed);
        let answer = send(&self.0.notes, Order::Note(Note { lines, promise }), pending);
        answer.unwrap_or_else(|error| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            Pending::ready(Err(error))
        })
    }

    /// Queues a small change in the audit's own file.
    pub(crate) fn chore(&self, change: impl FnOnce(&Connection) -> Result<(), Error> + Send + 'static) -> Pending<()> {
        let (promise, pending) = pending();
        let order = Order::Chore(Chore { change: Box::new(change), promise });
        send(&self.0.notes, order, pending).unwrap_or_else(|error| Pending::ready(Err(error)))
    }

    fn queue<T>(&self, task: Box<dyn Task>, pending: Pending<T>) -> Pending<T> {
        send(&self.0.queue, task, pending).unwrap_or_else(|error| Pending::ready(Err(error)))
    }

    /// Counts the commits since the start that changed accounts or sessions. What is read after looking at this number holds as
    /// long as the number stays.
    pub fn identities(&self) -> u64 {
        self.0.shared.identities.load(Ordering::Acquire)
    }

    /// Counts the commits since the start that wrote about those at work, in the same way.
    pub fn staff(&self) -> u64 {
        self.0.shared.staff.load(Ordering::Acquire)
    }

    /// How many readers wait for their lines, and of how many the lines were kept.
    pub fn audit_figures(&self) -> (i64, u64) {
        (self.0.shared.waiting.load(Ordering::Relaxed), self.0.shared.noted.load(Ordering::Relaxed))
    }

    /// Whether writing has stopped after a failure of the disk.
    pub fn is_stopped(&self) -> bool {
        self.0.shared.stopped.load(Ordering::Acquire)
    }

    /// Says whether space on the disk is short; while it is, the log is copied into the database early.
    pub fn space_is_short(&self, short: bool) {
        self.0.shared.short.store(short, Ordering::Release);
    }

    /// Whether anything can be open at a moment: costs nothing to ask.
    pub fn may_be_open(&self, moment: i64) -> bool {
        moment < self.0.shared.opened.load(Ordering::Relaxed)
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
        let mut threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).split_off(2);
        for thread in threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Puts something into a queue.
fn send<T, A>(queue: &Mutex<Option<SyncSender<T>>>, what: T, answer: A) -> Result<A, Error> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match queue.ok_or(Error::Stopped)?.try_send(what) {
        Ok(()) => Ok(answer),
        Err(TrySendError::Full(_)) => Err(Error::Busy),
        Err(TrySendError::Disconnected(_)) => Err(Error::Stopped),
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map_err(|error| Error::Unusable(error.to_string()))
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

/// Trains a dictionary and keeps it. Without one, bodies are only larger; then it is tried again with others.
fn train(store: &Weak<Inner>, type_number: i64, samples: &[u8], lengths: &[usize]) {
    let trained = dictionary::train(samples, lengths);
    let Some(store) = store.upgrade().map(Store) else { return };
    let Some(bytes) = trained else { return store.0.shared.dictionaries.sample_again(type_number) };
    let kept = store.write(move |tx| {
        let kept = dictionary::keep(&tx.connection, type_number, bytes)?;
        tx.gathered.dictionaries.push(kept);
        Ok(())
    });
    if kept.wait().is_err() {
        store.0.shared.dictionaries.sample_again(type_number);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.notes.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
