//! `akson serve`: opens the record, settles a synthetic municipality at the first start, serves until told to stop.
//!
//! This is the one place where a command starts a face.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use akson_core::Core;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::control::command::Failure;
use crate::control::desk::Serving;
use crate::control::listen::{self, Room};
use crate::control::settle;
use crate::demo::{Day, Plan};
use crate::http::{origins, server};
use crate::oauth;
use crate::rest::serve::{House, router};
use crate::web;

/// Why a server that others can reach does not start.
const UNSAFE: &str = "others can reach this address, and what they send would not be hidden: put a proxy with TLS in front of the \
                      server and name its address in server.public_url, such as https://record.example.no/fhir; or listen on 127.0.0.1";

/// After this a helper without work ends.
const HELPER_IDLE: Duration = Duration::from_secs(600);

/// How often it is looked whether writing has stopped.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Serves until SIGINT or SIGTERM, or until the disk fails; that is a failure of the process too.
pub fn serve(settings: Config) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    // A panic's own text may quote the string it failed on, which may be a person's: only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.workers.max(1))
        .max_blocking_threads(settings.helpers.max(1))
        // Each thread keeps what it needs for compressing and reading; making that anew costs more than an idle thread.
        .thread_keep_alive(HELPER_IDLE)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        listen::fits(&settings.data)?;
        // Ask for the port first: with a wrong one nothing else should happen.
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|error| format!("listening on {}: {error}", settings.listen))?;
        let address = listener.local_addr()?;
        let core = super::open(&settings)?;
        if core.is_empty()? {
            // Where others can reach it, a new database is nobody's sandbox.
            let sandbox = settings.sandbox && address.ip().is_loopback();
            first_start(&core, sandbox, settings.sample).await?;
        }
        if core.identity().is_sandbox()? && !address.ip().is_loopback() {
            return Err(format!(
                "{} is a sandbox, in which anybody can sign in as anybody: it is served on this machine only. \
                 Listen on 127.0.0.1, or name a folder of your own with --data and AKSON_STORE_SANDBOX=false",
                settings.data.display()
            )
            .into());
        }
        if !address.ip().is_loopback() && !settings.public_url.starts_with("https://") {
            return Err(UNSAFE.into());
        }
        let limits = settings.limits.clone();
        let house = House::new(core.clone(), Config { listen: address, ..settings })?;
        let faces = router(&house)
            .merge(oauth::serve::router(core.clone(), house.config.clone()))
            .merge(web::serve::router(core.clone(), house.config.clone())?);
        let router = origins::opened(web::serve::dressed(faces, &core, &house.config)?, &core);
        let room = open_room(&house)?;
        let stop = stop(core.clone())?;
        announce(&house.config, started);
        warn(&core)?;
        let stop_time = limits.stop_time;
        server::serve(listener, router, limits, Arc::clone(&house.metrics), stop).await;
        tokio::task::block_in_place(|| room.close(stop_time));
        core.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Opens the control room: commands on this folder come in from now on.
fn open_room(house: &House) -> Result<Room, Failure> {
    let serving = Serving { base: format!("http://{}/fhir", house.config.listen) };
    Room::open(house.core.clone(), house.config.clone(), serving, tokio::runtime::Handle::current())
}

fn announce(settings: &Config, started: Instant) {
    let base = format!("http://{}", settings.listen);
    println!("Akson {} is up after {} ms.", env!("CARGO_PKG_VERSION"), started.elapsed().as_millis());
    println!("  Open        {base}/");
    println!("  FHIR base   {base}/fhir");
    println!("  Sign in     {base}/signin");
    println!("  Programs    akson sandbox token operator prints a token, in a sandbox");
    println!("  Database    {}", settings.data.display());
    println!("Stop with Ctrl-C.");
}

/// Says what an operator should know from the start; `akson doctor` says the same.
fn warn(core: &Core) -> Result<(), Failure> {
    let health = core.health();
    if let Some(former) = &health.former_base {
        eprintln!(
            "warning: the record was made under {former}, and server.public_url is another one now: references that were \
             written with the former address do not lead to its resources"
        );
    }
    if let Some(mode) = health.shared_mode
        && !core.identity().is_sandbox()?
    {
        eprintln!(
            "warning: the folder of the database has the rights {mode:03o}: others on this machine may read it; run chmod 700"
        );
    }
    Ok(())
}

/// What a new database begins with.
async fn first_start(core: &Core, sandbox: bool, inhabitants: u64) -> Result<(), Failure> {
    if sandbox {
        core.identity().make_sandbox().await?;
    }
    if sandbox && inhabitants > 0 {
        settle_first(core, inhabitants).await?;
    }
    Ok(())
}

/// Settles the municipality that a sandbox begins with.
async fn settle_first(core: &Core, inhabitants: u64) -> Result<(), Failure> {
    println!("Making a synthetic municipality of {inhabitants} inhabitants, this once …");
    let today = Day::at_moment(core.now());
    let settled = settle::settle(core, Plan::first(today, inhabitants), |_| true).await;
    let settled = settled.map_err(|error| format!("settling the synthetic municipality: {error}"))?;
    println!("A new database with a synthetic municipality of {} inhabitants was made.", settled.patients);
    Ok(())
}

/// Ready when the process is told to stop, or can't write any more: what the disk has kept is known only after a new start.
/// It listens from the call on, not only when it is awaited.
fn stop(core: Core) -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            () = no_writing(&core) => {}
        }
    })
}

async fn no_writing(core: &Core) {
    while !core.is_stopped() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
