//! Parsing speed beside another parser: `cargo run --release -p akson-fhir --example json_bench -- FILE…`.
//! Prints MB/s for the tape, for `serde_json::Value`, and the ratio.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use akson_fhir::json::Tree;

fn main() {
    let texts: Vec<Vec<u8>> = std::env::args().skip(1).map(|path| std::fs::read(path).unwrap()).collect();
    let compact: Vec<Vec<u8>> =
        texts.iter().map(|text| Tree::parse(text).unwrap().text().as_bytes().to_vec()).collect();
    for (name, texts) in [("as given", &texts), ("compact", &compact)] {
        let ours = rate(texts, |text| drop(black_box(Tree::parse(text).unwrap())));
        let theirs = rate(texts, |text| drop(black_box(serde_json::from_slice::<serde_json::Value>(text).unwrap())));
        println!("{name}: tape {ours:.0} MB/s, serde_json::Value {theirs:.0} MB/s, ratio {:.1}", ours / theirs);
    }
}

/// MB/s over all texts, best of several rounds.
fn rate(texts: &[Vec<u8>], parse: impl Fn(&[u8])) -> f64 {
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let mut best = Duration::MAX;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(2) {
        let round = Instant::now();
        texts.iter().for_each(|text| parse(text));
        best = best.min(round.elapsed());
    }
    bytes as f64 / 1e6 / best.as_secs_f64()
}
