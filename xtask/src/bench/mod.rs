//! `cargo xtask bench`: loads bundles into a server, measures it at several numbers of connections, and prints a table for
//! docs/benchmarks.md, beside what the machine itself can do in the same run.
//!
//! With `--url BASE` any FHIR server is measured; then what needs the process or its folder is left out.

mod client;
mod data;
mod measure;
mod server;
mod shapes;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use client::{Base, Client};
use data::Bundles;
use measure::{Figures, measure};
use server::Server;
use shapes::Known;

use crate::Outcome;

/// What was asked for on the command line.
#[derive(Clone)]
struct Options {
    url: Option<String>,
    patients: usize,
    connections: Vec<usize>,
    seconds: f64,
    loaders: usize,
    /// Only shapes whose name contains this.
    only: String,
    /// The server's process, to tell what an answer costs it.
    process: Option<u32>,
}

const USAGE: &str = "bench: known are --url BASE, --patients N, --connections 1,8,32, --seconds S, --loaders N, --only NAME, \
                     --process ID";

fn options(arguments: &[String]) -> Outcome<Options> {
    let mut options = Options {
        url: None,
        patients: 200,
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
    let bundles = Bundles::read()?;
    println!("{} patients from {}\n", options.patients, bundles.from);
    if let Some(url) = &options.url {
        let base = Base::parse(url).ok_or("bench: the URL begins with http://")?;
        load(&base, &bundles, &options)?;
        return table(&base, &options, None);
    }
    server::build()?;
    let empty = Server::empty()?;
    let limit = measure(&empty.base, 32, options.seconds, &|_| empty.base.request("GET", "x", &[]));
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
    let (loaded, highest) = server.memory();
    server.stop();
    let bytes = server::size(folder);
    let bare = bare(folder)?;
    let server = Server::akson(folder)?;
    let again = server.start;
    table(&server.base, &Options { process: Some(server.id()), ..options.clone() }, Some(limit))?;
    let (now, _) = server.memory();
    server.stop();
    println!("\n| of the machine and the program | |\n|---|---:|");
    println!("| empty handler at 32 connections, answers/s | {:.0} |", limit.rate);
    println!("| bare SQLite writing the same rows, resources/s | {bare:.0} |");
    println!("| load, share of bare SQLite | {:.2} |", rate / bare);
    println!("| bytes on disk per resource | {:.0} |", bytes as f64 / count.max(1) as f64);
    println!("| memory after loading / highest / after the reads, MB | {loaded:.0} / {highest:.0} / {now:.0} |");
    println!(
        "| start on an empty folder / on the loaded one, ms | {} / {} |",
        first_start.as_millis(),
        again.as_millis()
    );
    let program = std::fs::metadata(server::program("akson"))?.len();
    println!("| program, MB | {:.1} |", program as f64 / 1e6);
    Ok(())
}

/// Sends the bundles over some connections; answers resources and resources per second.
fn load(base: &Base, bundles: &Bundles, options: &Options) -> Outcome<(usize, f64)> {
    let (next, done, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    // Made before the clock starts, some at a time would cost the server's cores.
    let texts: Vec<Vec<u8>> = (0..options.patients).map(|n| bundles.nth(n).into_bytes()).collect();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..options.loaders {
            scope.spawn(|| {
                let mut client = Client::new(base);
                while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match client.send(&base.request("POST", "", text)) {
                        Ok(answer) if answer.status == 200 => {
                            done.fetch_add(data::resources(&String::from_utf8_lossy(text)), Ordering::Relaxed)
                        }
                        Ok(answer) => {
                            eprintln!("load: a bundle was answered {}", answer.status);
                            refused.fetch_add(1, Ordering::Relaxed)
                        }
                        Err(error) => {
                            eprintln!("load: a bundle got no answer: {error}");
                            refused.fetch_add(1, Ordering::Relaxed)
                        }
                    };
                }
            });
        }
    });
    let (count, seconds) = (done.into_inner(), start.elapsed().as_secs_f64());
    let rate = count as f64 / seconds;
    println!("load: {count} resources in {seconds:.1} s, {rate:.0} resources/s over {} connections", options.loaders);
    match refused.into_inner() {
        0 => Ok((count, rate)),
        refused => {
            println!("load: {refused} of {} bundles were refused", options.patients);
            Ok((count, rate))
        }
    }
}

/// One line per kind of request, three columns per number of connections.
fn table(base: &Base, options: &Options, limit: Option<&Figures>) -> Outcome<()> {
    let known = Known::ask(base)?;
    let heads: Vec<String> = options.connections.iter().map(|n| format!("{n}: answers/s | p50 ms | p99 ms")).collect();
    println!("\n| request | {} | of the empty handler | CPU µs |", heads.join(" | "));
    println!("|---|{}---:|---:|", "---:|---:|---:|".repeat(options.connections.len()));
    let mut notes = Vec::new();
    for shape in known.shapes(base).into_iter().filter(|shape| shape.name.contains(&options.only)) {
        let mut cells = Vec::new();
        let mut best = 0.0_f64;
        let (before, mut answers) = (options.process.map(server::cpu_us), 0);
        for connections in &options.connections {
            let figures = measure(base, *connections, options.seconds, &shape.next);
            let (p50, p99) = (figures.p50_us as f64 / 1e3, figures.p99_us as f64 / 1e3);
            cells.push(format!("{:.0} | {p50:.2} | {p99:.2}", figures.rate));
            best = best.max(figures.rate);
            answers += figures.count;
            if !figures.refused.is_empty() {
                notes.push(format!("{} at {connections}: refused {:?}", shape.name, figures.refused));
            }
        }
        let share = limit.map_or_else(|| "–".to_owned(), |limit| format!("{:.2}", best / limit.rate));
        let used = options.process.map(server::cpu_us).zip(before).map(|(now, before)| now - before);
        let used = used.map_or_else(|| "–".to_owned(), |used| format!("{:.0}", used / answers.max(1) as f64));
        println!("| {} | {} | {share} | {used} |", shape.name, cells.join(" | "));
    }
    for note in notes {
        println!("\n{note}");
    }
    Ok(())
}

/// Writes the rows of the loaded folder into a bare database; answers resources per second.
fn bare(folder: &std::path::Path) -> Outcome<f64> {
    let output = Command::new(server::program("examples/bare")).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    rate.ok_or_else(|| format!("bench: bare said {text}{}", String::from_utf8_lossy(&output.stderr)).into())
}
