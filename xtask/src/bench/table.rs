//! The tables for docs/benchmarks.md: each figure beside its target, met or missed.

use std::time::Duration;

use super::Options;
use super::client::Base;
use super::measure::{Figures, measure};
use super::server;
use super::shapes::{Known, Target};
use crate::Outcome;

/// A read by id should reach this share of the empty handler.
const SHARE_MIN: f64 = 1.0 / 3.0;

/// What is measured of the program as a whole; memory in MB, now and at its highest.
pub(super) struct Whole {
    pub count: usize,
    pub rate: f64,
    pub bare: Option<f64>,
    pub bytes: f64,
    pub loading: (f64, f64),
    pub answering: (f64, f64),
    pub first_start: Duration,
    pub start: Duration,
    pub program: f64,
    pub empty: f64,
}

/// One line per kind of request, three columns per number of connections.
pub(super) fn requests(base: &Base, options: &Options, limit: Option<&Figures>) -> Outcome<()> {
    let known = Known::ask(base)?;
    let heads: Vec<String> = options.connections.iter().map(|n| format!("{n}: answers/s | p50 ms | p99 ms")).collect();
    println!("\n| request | {} | of the empty handler | CPU µs | target |", heads.join(" | "));
    println!("|---|{}---:|---:|---|", "---:|---:|---:|".repeat(options.connections.len()));
    let mut notes = Vec::new();
    for shape in known.shapes(base).into_iter().filter(|shape| shape.name.contains(&options.only)) {
        let mut cells = Vec::new();
        let mut best = 0.0_f64;
        let mut told = String::new();
        let (before, mut answers) = (options.process.map(server::cpu_us), 0);
        for connections in &options.connections {
            let figures = measure(base, *connections, options.seconds, &shape.next)?;
            let (p50, p99) = (figures.p50_us as f64 / 1e3, figures.p99_us as f64 / 1e3);
            cells.push(format!("{:.0} | {p50:.2} | {p99:.2}", figures.rate));
            best = best.max(figures.rate);
            answers += figures.count;
            if let Some(target) = shape.target.filter(|target| target.connections == *connections) {
                told = verdict(&target, &figures);
            }
            if !figures.refused.is_empty() {
                notes.push(format!("{} at {connections}: refused {:?}", shape.name, figures.refused));
            }
        }
        if let Some(limit) = limit.filter(|_| shape.name == "read by id") {
            told += &format!("; 1/3 of the empty handler: {}", met(best >= limit.rate * SHARE_MIN));
        }
        let share = limit.map_or_else(|| "–".to_owned(), |limit| format!("{:.2}", best / limit.rate));
        let used = options.process.map(server::cpu_us).zip(before).map(|(now, before)| now - before);
        let used = used.map_or_else(|| "–".to_owned(), |used| format!("{:.0}", used / answers.max(1) as f64));
        println!("| {} | {} | {share} | {used} | {told} |", shape.name, cells.join(" | "));
    }
    for note in notes {
        println!("\n{note}");
    }
    Ok(())
}

fn verdict(target: &Target, figures: &Figures) -> String {
    let Target { connections, rate, p99_ms } = *target;
    let mut text = format!("{rate:.0}/s at {connections}: {}", met(figures.rate >= rate));
    if p99_ms < f64::MAX {
        text += &format!("; p99 under {p99_ms:.0} ms: {}", met(figures.p99_us as f64 <= p99_ms * 1e3));
    }
    text
}

pub(super) fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}

/// The program as a whole.
pub(super) fn whole(of: &Whole) {
    let row = |name: &str, figure: String, target: &str| println!("| {name} | {figure} | {target} |");
    let judged = |target: &str, is_met: bool| format!("{target}: {}", met(is_met));
    println!("\n| of the machine and the program | measured | target |\n|---|---:|---|");
    row("empty handler at 32 connections, answers/s", format!("{:.0}", of.empty), "–");
    row("load over HTTP, resources/s", format!("{:.0}", of.rate), &judged("8000", of.rate >= 8000.0));
    if let Some(bare) = of.bare {
        let share = of.rate / bare;
        row("bare SQLite writing the same rows, resources/s", format!("{bare:.0}"), "–");
        row("load, share of bare SQLite", format!("{share:.2}"), &judged("1/2", share >= 0.5));
    }
    let name = format!("bytes on disk per resource, of {}", of.count);
    row(&name, format!("{:.0}", of.bytes), &judged("800", of.bytes <= 800.0));
    let memory = |(now, highest): (f64, f64)| (format!("{now:.0} / {highest:.0}"), judged("250", highest <= 250.0));
    let (loading, answering) = (memory(of.loading), memory(of.answering));
    row("memory while loading, at the end / highest, MB", loading.0, &loading.1);
    row("memory while answering, at the end / highest, MB", answering.0, &answering.1);
    row("start on an empty folder, ms", of.first_start.as_millis().to_string(), "–");
    let start = of.start.as_millis();
    row("start on the loaded folder, ms", start.to_string(), &judged("300", start <= 300));
    row("program, MB", format!("{:.1}", of.program), &judged("40", of.program <= 40.0));
}
