//! The server's side of the control room: takes requests from the socket and runs their commands.
//!
//! Promises: only processes of the server's own user, or of root, are heard; a lost or stopping asker stops its work; a
//! panic in a command ends that command only. Each asker has a thread of its own, as many as [`ASKERS_MAX`].

use std::fs::Permissions;
use std::io::{BufReader, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use akson_core::Core;
use rustix::event::{PollFd, PollFlags, poll};
use tokio::runtime::Handle;

use super::command::Failure;
use super::commands;
use super::desk::{Desk, Serving};
use super::messages::{MESSAGE_BYTES_MAX, Request, Said, Wish, receive, send};
use crate::config::Config;

/// Commands at the same time.
pub const ASKERS_MAX: usize = 16;
/// What a command has told and the socket has not taken yet.
const SAID_WAITING_MAX: usize = 256;
/// How long an asker may take for its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// What all askers share.
struct Shared {
    core: Core,
    settings: Config,
    serving: Serving,
    runtime: Handle,
    running: Mutex<Vec<Asker>>,
    ended: Condvar,
    closing: AtomicBool,
}

/// Somebody who is heard, and how to stop them: their work, and the connection.
struct Asker {
    stop: Arc<AtomicBool>,
    stream: UnixStream,
}

/// The open control room of a server.
pub struct Room {
    shared: Arc<Shared>,
    path: PathBuf,
    wake: UnixStream,
    thread: JoinHandle<()>,
}

/// Whether a socket can stand in this folder, before anything else is done.
pub fn fits(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(super::SOCKET);
    SocketAddr::from_pathname(&path).map(drop).map_err(|error| told(&path, &error).into())
}

impl Room {
    /// Listens in the data folder. The caller holds the record, so a socket that is there is a dead one.
    pub fn open(core: Core, settings: Config, serving: Serving, runtime: Handle) -> Result<Room, Failure> {
        let path = settings.data.join(super::SOCKET);
        let listener = bind(&path).map_err(|error| told(&path, &error))?;
        let (wake, woken) = UnixStream::pair()?;
        let (running, ended, closing) = (Mutex::default(), Condvar::new(), AtomicBool::new(false));
        let shared = Arc::new(Shared { core, settings, serving, runtime, running, ended, closing });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("control".to_owned());
        let thread = thread.spawn(move || accept(&theirs, &listener, &woken))?;
        Ok(Room { shared, path, wake, thread })
    }

    /// Hears no more, stops what runs, and waits for it so long.
    pub fn close(mut self, time: Duration) {
        self.shared.closing.store(true, Ordering::Release);
        let _ = self.wake.write_all(b".");
        let _ = self.thread.join();
        let _ = std::fs::remove_file(&self.path);
        let running = self.shared.running();
        for asker in running.iter() {
            asker.stop.store(true, Ordering::Release);
            let _ = asker.stream.shutdown(Shutdown::Read);
        }
        // What has not ended by then ends with the process, as it may at any line.
        let _ = self.shared.ended.wait_timeout_while(running, time, |running| !running.is_empty());
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, Vec<Asker>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that is whole and closed to others as soon as it has its name.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    let unnamed = path.with_extension("new");
    let _ = std::fs::remove_file(&unnamed);
    let listener = UnixListener::bind(&unnamed)?;
    std::fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
    std::fs::rename(&unnamed, path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Why a socket can't be used, in words.
pub(super) fn told(path: &Path, error: &std::io::Error) -> String {
    // The standard library says so of a path that does not fit into an address: 108 bytes on Linux, 104 elsewhere.
    if error.kind() == std::io::ErrorKind::InvalidInput {
        let length = path.as_os_str().len();
        return format!("the path of the control socket has {length} bytes, and about 100 fit: name a shorter --data");
    }
    format!("the control socket {}: {error}", path.display())
}

fn accept(shared: &Arc<Shared>, listener: &UnixListener, woken: &UnixStream) {
    while !shared.closing.load(Ordering::Acquire) {
        let mut waited = [PollFd::new(listener, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        let _ = poll(&mut waited, None);
        let Ok((stream, _)) = listener.accept() else { continue };
        if let Err(refused) = admit(shared, stream) {
            tracing::warn!(%refused, "a control connection was not heard");
        }
    }
}

/// Gives an asker its thread.
fn admit(shared: &Arc<Shared>, mut stream: UnixStream) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    let peer = rustix::net::sockopt::socket_peercred(&stream)?.uid;
    if peer != rustix::process::geteuid() && !peer.is_root() {
        return Err(std::io::Error::other("it is another user's"));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut running = shared.running();
    if running.len() >= ASKERS_MAX {
        return send(&mut stream, &Said::Failure(format!("{ASKERS_MAX} commands are running; try again later")));
    }
    running.push(Asker { stop: Arc::clone(&stop), stream: stream.try_clone()? });
    drop(running);
    let (theirs, their_stop) = (Arc::clone(shared), Arc::clone(&stop));
    let thread = std::thread::Builder::new().name("command".to_owned());
    let begun = thread.spawn(move || {
        // A connection that breaks is the asker's affair.
        let _ = hear(&theirs, &stream, &their_stop);
        leave(&theirs, &their_stop);
    });
    begun.map(drop).inspect_err(|_| leave(shared, &stop))
}

fn leave(shared: &Shared, stop: &Arc<AtomicBool>) {
    shared.running().retain(|other| !Arc::ptr_eq(&other.stop, stop));
    shared.ended.notify_all();
}

/// One asker, from its request to the end.
fn hear(shared: &Shared, stream: &UnixStream, stop: &Arc<AtomicBool>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(REQUEST_TIME))?;
    let mut from = BufReader::new(stream);
    let Some(request) = receive::<Request>(&mut from)? else { return Ok(()) };
    stream.set_read_timeout(None)?;
    let (out, said) = sync_channel(SAID_WAITING_MAX);
    std::thread::scope(|scope| {
        scope.spawn(|| listen_for_stop(from, stop));
        scope.spawn(|| pass_on(stream, said, stop));
        run(shared, request, out, stop);
    });
    Ok(())
}

/// Until the asker says stop or is gone.
fn listen_for_stop(mut from: BufReader<&UnixStream>, stop: &AtomicBool) {
    let wish = receive::<Wish>(&mut from);
    tracing::debug!(?wish, "an asker has no more wishes");
    stop.store(true, Ordering::Release);
}

/// What is told goes to the asker; then the connection ends, and with it the wait for wishes.
fn pass_on(mut stream: &UnixStream, said: Receiver<Said>, stop: &AtomicBool) {
    for said in said {
        if send(&mut stream, &said).is_err() {
            stop.store(true, Ordering::Release);
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn run(shared: &Shared, request: Request, out: SyncSender<Said>, stop: &Arc<AtomicBool>) {
    let done = catch_unwind(AssertUnwindSafe(|| run_command(shared, request, out.clone(), stop)));
    let last = match done {
        Ok(Ok(code)) => Said::End(code),
        Ok(Err(failure)) => Said::Failure(failure.to_string()),
        Err(_) => Said::Failure("the command failed; the server's log has the place".to_owned()),
    };
    let _ = out.send(last);
}

fn run_command(
    shared: &Shared,
    request: Request,
    out: SyncSender<Said>,
    stop: &Arc<AtomicBool>,
) -> Result<u8, Failure> {
    let own = env!("CARGO_PKG_VERSION");
    if request.version != own {
        let _ = out.send(Said::Line(format!("the server is Akson {own}, this program {}", request.version)));
    }
    let words = std::iter::once("akson".to_owned()).chain(request.words);
    let matches = commands::reader().try_get_matches_from(words)?;
    let asked = commands::asked(&matches).ok_or("the server has no such command")??;
    let (core, settings) = (shared.core.clone(), shared.settings.clone());
    let runtime = shared.runtime.clone();
    let mut desk = Desk::new(Some(core), settings, request.folder, runtime, out, Arc::clone(stop));
    desk.serving = Some(shared.serving.clone());
    Ok(asked.run(&desk)?.code())
}

const _: () = assert!(MESSAGE_BYTES_MAX > 1 << 20, "a shell may give a megabyte of file names");
