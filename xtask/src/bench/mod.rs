//! `cargo xtask bench`: loads bundles into a server, measures it at several numbers of connections, and prints tables for
//! docs/benchmarks.md, beside what the machine itself can do in the same run.
//!
//! With `--url BASE` any FHIR server is measured; then what needs the process or its folder is left out.

mod answer;
mod client;
mod data;
mod measure;
mod server;
mod shapes;
mod staff;
mod table;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::{Base, Client};
use data::Bundles;
use measure::{Figures, measure};
use server::Server;
use table::{Whole, requests, whole};

use crate::Outcome;

/// How many bundles are made before they are sent: as texts they are ten times as large as in the record.
const AT_ONCE: usize = 200;

/// With more patients the rows would fill the memory.
const BARE_MAX: usize = 400;

/// What was asked for on the command line.
#[derive(Clone)]
struct Options {
    url: Option<String>,
    patients: usize,
    /// What each patient is made of: `bundles` or `small`.
    of: String,
    connections: Vec<usize>,
    seconds: f64,
    loaders: usize,
    /// Only shapes whose name contains this.
    only: String,
    /// The server's process, to tell what an answer costs it.
    process: Option<u32>,
}

const USAGE: &str = "bench: known are --url BASE, --patients N, --of bundles|small, --connections 1,8,32, --seconds S, \
                     --loaders N, --only NAME, --process ID";

fn options(arguments: &[String]) -> Outcome<Options> {
    let mut options = Options {
        url: None,
        patients: 200,
        of: "bundles".to_owned(),
        connections: vec![1, 8, 32],
        seconds: 3.0,
        loaders: 4,
        only: String::new(),
        process: None,
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().ok_or(USAGE)?;
        match name.as_str() {
            "--url" => options.url = Some(value.clone()),
            "--patients" => options.patients = value.parse()?,
            "--of" => options.of.clone_from(value),
            "--process" => options.process = Some(value.parse()?),
            "--only" => options.only.clone_from(value),
            "--seconds" => options.seconds = value.parse()?,
            "--loaders" => options.loaders = value.parse()?,
            "--connections" => options.connections = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(options)
}

/// Runs the measurements.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    let options = options(arguments)?;
    let bundles = if options.of == "small" { Bundles::small() } else { Bundles::read()? };
    println!("`cargo xtask bench {}`: {} patients from {}.", arguments.join(" "), options.patients, bundles.from);
    println!("{}\n", server::machine());
    if let Some(url) = &options.url {
        let base = Base::parse(url).ok_or("bench: the URL begins with http://")?;
        load(&base, &bundles, &options)?;
        return requests(&base, &options, None);
    }
    server::build()?;
    let empty = Server::empty()?;
    let request = empty.base.request("GET", "x", &[]);
    let limit = measure(&empty.base, 32, options.seconds, &move |_, out| out.extend_from_slice(&request))?;
    empty.stop();
    let folder = std::env::temp_dir().join(format!("akson-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = own(&folder, &bundles, &options, &limit);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

/// Measures the program of this repository on a fresh folder.
fn own(folder: &std::path::Path, bundles: &Bundles, options: &Options, limit: &Figures) -> Outcome<()> {
    let server = Server::akson(folder)?;
    let first_start = server.start;
    let (count, rate) = load(&server.base, bundles, options)?;
    let loading = server.memory();
    server.stop();
    let bytes = server::size(folder) as f64 / count.max(1) as f64;
    let bare = if options.patients <= BARE_MAX { Some(bare(folder)?) } else { None };
    let server = Server::akson(folder)?;
    let start = server.start;
    let options = Options { process: Some(server.id()), ..options.clone() };
    requests(&server.base, &options, Some(limit))?;
    let answering = server.memory();
    let patients = staff::employ(&server.base)?;
    staff::rules(&server.base, folder, &options, patients)?;
    server.stop();
    let program = std::fs::metadata(server::program("akson"))?.len() as f64 / 1e6;
    whole(&Whole { count, rate, bare, bytes, loading, answering, first_start, start, program, empty: limit.rate });
    Ok(())
}

/// Sends the bundles over some connections; answers resources and resources per second.
fn load(base: &Base, bundles: &Bundles, options: &Options) -> Outcome<(usize, f64)> {
    let (mut count, mut time, mut first) = (0, Duration::ZERO, 0);
    while first < options.patients {
        // Made while the clock stands: some at a time would cost the server's cores.
        let end = options.patients.min(first + AT_ONCE);
        let texts: Vec<Vec<u8>> = (first..end).map(|n| bundles.nth(n).into_bytes()).collect();
        let start = Instant::now();
        count += load_some(base, &texts, options.loaders);
        time += start.elapsed();
        first = end;
    }
    let seconds = time.as_secs_f64();
    let rate = count as f64 / seconds;
    println!("load: {count} resources in {seconds:.1} s, {rate:.0} resources/s over {} connections", options.loaders);
    Ok((count, rate))
}

/// Answers how many resources were taken.
fn load_some(base: &Base, texts: &[Vec<u8>], loaders: usize) -> usize {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..loaders {
            scope.spawn(|| {
                let mut client = Client::new(base);
                while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match client.send(&base.request("POST", "", text)) {
                        Ok(answer) if answer.status == 200 => {
                            done.fetch_add(data::resources(&String::from_utf8_lossy(text)), Ordering::Relaxed);
                        }
                        Ok(answer) => eprintln!("load: a bundle was answered {}", answer.status),
                        Err(error) => eprintln!("load: a bundle got no answer: {error}"),
                    }
                }
            });
        }
    });
    done.into_inner()
}

/// Writes the rows of the loaded folder into a bare database; answers resources per second.
fn bare(folder: &std::path::Path) -> Outcome<f64> {
    let output = Command::new(server::program("examples/bare")).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    rate.ok_or_else(|| format!("bench: bare said {text}{}", String::from_utf8_lossy(&output.stderr)).into())
}
