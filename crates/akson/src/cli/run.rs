//! Runs a command of the table: on the record itself if nobody holds it, else by the server that does.
//!
//! The first Ctrl-C asks the work to stop, the second ends this process.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use akson_core::{Core, Error};

use super::show::Show;
use crate::config::Config;
use crate::control::ask::{self, Line};
use crate::control::command::{Asked, Ending, Failure, Needs};
use crate::control::desk::Desk;
use crate::control::messages::Request;

/// How long a record may be held by somebody who does not listen: a server that is starting or stopping.
const HELD_TIME: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What has been told and is not drawn yet.
const SAID_WAITING_MAX: usize = 256;
/// The exit code of a process that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Runs it.
pub fn run(settings: Config, asked: Asked) -> Result<ExitCode, Failure> {
    let folder = &settings.data;
    match asked.needs {
        Needs::Nothing => return here(None, settings, asked),
        Needs::Record if !folder.is_dir() => {
            return Err(format!("there is no folder {}; name one with --data", folder.display()).into());
        }
        Needs::Record | Needs::RecordOrNew => {}
    }
    let until = Instant::now() + HELD_TIME;
    loop {
        match Core::open(folder, settings.core()) {
            Ok(core) => return here(Some(core), settings, asked),
            Err(Error::Held) => {}
            Err(error) => return Err(format!("opening {}: {error}", folder.display()).into()),
        }
        if let Some(line) = ask::connect(folder)? {
            return there(line);
        }
        if Instant::now() > until {
            let folder = folder.display();
            return Err(format!("another command has {folder} open; wait until it has ended").into());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// In this process.
fn here(core: Option<Core>, settings: Config, asked: Asked) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let stop = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&stop);
    on_interrupt(runtime.handle(), move || theirs.store(true, Ordering::Release))?;
    let (out, said) = sync_channel(SAID_WAITING_MAX);
    let desk = Desk::new(core.clone(), settings, std::env::current_dir()?, runtime.handle().clone(), out, stop);
    let ending = std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut show = Show::default();
            said.into_iter().for_each(|said| show.hear(said));
        });
        // The desk goes with the command: then there is nothing more to show.
        let desk = desk;
        asked.run(&desk)
    });
    if let Some(core) = core {
        runtime.block_on(core.close())?;
    }
    Ok(code(ending?.code()))
}

/// In the server at the other end.
fn there(line: Line) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    on_interrupt(runtime.handle(), line.stopper()?)?;
    let words = std::env::args_os().skip(1).map(|word| word.into_string());
    let words = words.collect::<Result<Vec<_>, _>>();
    let words = words.map_err(|word| format!("{} is not UTF-8", word.display()))?;
    let request = Request { version: env!("CARGO_PKG_VERSION").to_owned(), folder: std::env::current_dir()?, words };
    let mut show = Show::default();
    let done = line.ask(&request, |said| show.hear(said));
    drop(show);
    Ok(code(done?))
}

fn code(number: u8) -> ExitCode {
    if number == Ending::Stopped.code() {
        eprintln!("stopped");
    }
    ExitCode::from(number)
}

fn on_interrupt(runtime: &tokio::runtime::Handle, mut stop: impl FnMut() + Send + 'static) -> Result<(), Failure> {
    let _inside = runtime.enter();
    let mut interrupted = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    // It ends with the runtime, which this process drops at its end.
    runtime.spawn(async move {
        interrupted.recv().await;
        stop();
        interrupted.recv().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}
