//! Loads the Synthea bundles straight through the store and prints rates and sizes.
//!
//! `cargo run --release -p akson-store --example store_bench -- [resources] [folder of bundles]`. Bundles are repeated, with
//! new patients each time, until there are enough resources. Beside it: bare SQLite writing the same number of rows of
//! the same size.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use akson_fhir::json::{Splice, Tree};
use akson_fhir::resource::Resource;
use akson_store::{Companions, Expect, Home, Options, Store};

/// A bundle: each resource's address inside it, and its text.
type Bundle = Vec<(String, Resource)>;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let wanted: usize = arguments.next().map_or(30_000, |text| text.parse().unwrap());
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/synthea");
    let data = arguments.next().map_or(PathBuf::from(data), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&data) else {
        return println!("skipped: no shared data");
    };
    let bundles: Vec<Bundle> = entries.map(|entry| bundle(&entry.unwrap().path())).collect();
    let folder = std::env::var("AKSON_BENCH").map_or(std::env::temp_dir(), PathBuf::from).join("akson-store-bench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let store = Store::open(&folder.join("record.db"), Options::default()).unwrap();
    let places = load(&store, &bundles, wanted);
    read(&store, &places);
    drop(store);
    let begun = Instant::now();
    let store = Store::open(&folder.join("record.db"), Options::default()).unwrap();
    println!("open: {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    sizes(&store, places.len());
    if std::env::var("AKSON_BENCH_VERIFY").is_ok() {
        let begun = Instant::now();
        let report = store.verify().unwrap();
        println!("verify: {:.1} s, {report:?}", begun.elapsed().as_secs_f64());
    }
    drop(store);
    bare(&folder, wanted);
}

fn bundle(path: &Path) -> Bundle {
    let tree = Tree::parse(&std::fs::read(path).unwrap()).unwrap();
    let entries = tree.root().get("entry").unwrap();
    entries
        .items()
        .map(|entry| {
            let resource = Resource::parse_json(entry.get("resource").unwrap().raw().as_bytes()).unwrap();
            (entry.get("fullUrl").unwrap().str().unwrap().to_owned(), resource)
        })
        .collect()
}

/// Loads with two threads; one write per bundle. What was made.
fn load(store: &Store, bundles: &[Bundle], wanted: usize) -> Vec<Home> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let places = Mutex::new(Vec::new());
    let prepared_in = Mutex::new(Duration::ZERO);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut waiting = None;
                while done.load(Ordering::Relaxed) < wanted {
                    let bundle = &bundles[next.fetch_add(1, Ordering::Relaxed) % bundles.len()];
                    let from = Instant::now();
                    let (homes, prepared) = prepare(store, bundle);
                    *prepared_in.lock().unwrap() += from.elapsed();
                    done.fetch_add(prepared.len(), Ordering::Relaxed);
                    let write = store.write(move |tx| {
                        prepared.into_iter().try_for_each(|one| tx.put(one, Expect::Absent).map(|_| ()))
                    });
                    if let Some(last) = waiting.replace(write) {
                        let last: akson_store::Pending<()> = last;
                        last.wait().unwrap();
                    }
                    places.lock().unwrap().extend(homes);
                }
                if let Some(last) = waiting {
                    last.wait().unwrap();
                }
            });
        }
    });
    let (count, seconds) = (done.into_inner(), begun.elapsed().as_secs_f64());
    println!("load: {count} resources in {seconds:.2} s: {:.0}/s", count as f64 / seconds);
    let prepared = prepared_in.into_inner().unwrap().as_secs_f64();
    println!("  of these on two threads: preparing {:.1} µs each", prepared * 1e6 / count as f64);
    println!("  writer's processor time: {:.1} µs each", writer_seconds() * 1e6 / count as f64);
    places.into_inner().unwrap()
}

/// Processor time of the writer's thread so far, from the system's own books.
fn writer_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    let writer = stats.filter(|stat| stat.contains("(writer)")).filter_map(|stat| {
        let numbers: Vec<f64> =
            stat.split(')').nth(1)?.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // User and system time in hundredths of a second; the state before them is no number.
        Some((numbers.get(10)? + numbers.get(11)?) / 100.0)
    });
    writer.sum()
}

fn prepare(store: &Store, bundle: &Bundle) -> (Vec<Home>, Vec<akson_store::Prepared>) {
    let view = store.read().unwrap();
    let mut among = Companions::default();
    let mut homes = Vec::with_capacity(bundle.len());
    for (url, resource) in bundle {
        let home = store.new_home(&view, resource, &among).unwrap();
        among.add(url, &home);
        homes.push(home);
    }
    let prepared = bundle.iter().zip(&homes).map(|((_, resource), home)| {
        let mut splice = Splice::new(&resource.tree);
        for reference in akson_fhir::reference::references(&resource.tree) {
            if let Some(text) = reference.str().and_then(|text| among.reference(text)) {
                splice.replace(reference, &format!("\"{text}\""));
            }
        }
        let resource = Resource::parse_json(splice.finish().as_bytes()).unwrap();
        store.prepare(&view, &resource, home.clone(), &among).unwrap()
    });
    let prepared = prepared.collect();
    (homes, prepared)
}

fn read(store: &Store, places: &[Home]) {
    let begun = Instant::now();
    let (mut bytes, mut count) = (0, 0);
    let mut at = 1;
    while begun.elapsed() < Duration::from_secs(2) {
        let view = store.read().unwrap();
        for _ in 0..10 {
            at = (at * 7_919 + 13) % places.len();
            bytes += view.get(places[at].type_id, &places[at].id).unwrap().unwrap().text().len();
            count += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("read by id: {:.0}/s on one thread, {} bytes each", f64::from(count) / seconds, bytes / count as usize);
}

fn sizes(store: &Store, count: usize) {
    let view = store.read().unwrap();
    let size = std::fs::metadata(store.path()).unwrap().len() as f64;
    println!("size: {:.0} bytes per resource", size / count as f64);
    let sql = "SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 30";
    let found = view.connection().query(sql, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)?)));
    for (name, bytes) in found.unwrap_or_default() {
        let rows = format!("SELECT COUNT(*) FROM {name} ORDER BY 1 LIMIT 1");
        let rows = view.connection().one(&rows, &[], |row| row.int(0)).ok().flatten().unwrap_or_default();
        println!("  {name}: {:.1} ({:.2} rows)", bytes as f64 / count as f64, rows as f64 / count as f64);
    }
    let sql = "SELECT SUM(length(body)) FROM resource ORDER BY 1 LIMIT 1";
    let bodies = view.connection().one(sql, &[], |row| row.int(0)).unwrap().unwrap();
    println!("  bodies alone: {:.1}", bodies as f64 / count as f64);
}

/// The rows of the store's file, copied table by table in chunks into another file: what the engine alone can do.
fn bare(folder: &Path, wanted: usize) {
    let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -98304",
        )
        .unwrap();
    connection.execute("ATTACH DATABASE ?1 AS source", [folder.join("record.db").to_str().unwrap()]).unwrap();
    let sql = "SELECT name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name LIMIT 100";
    let mut statement = connection.prepare(sql).unwrap();
    let schema: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    schema.iter().for_each(|(_, sql)| connection.execute_batch(sql).unwrap());
    let tables = ["resource", "token", "string", "date", "quantity", "reference", "pair", "compartment"];
    let (low, high): (i64, i64) = connection
        .query_row("SELECT MIN(rid), MAX(rid) FROM source.resource", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    // Rows are gathered outside the time, in the order of the resources.
    for table in tables {
        let sql = format!("CREATE TEMP TABLE of_{table} AS SELECT * FROM source.{table} ORDER BY rid");
        connection.execute_batch(&sql).unwrap();
        connection.execute_batch(&format!("CREATE INDEX temp.by_{table} ON of_{table} (rid)")).unwrap();
    }
    let begun = Instant::now();
    let step = 300;
    let mut from = low;
    while from <= high {
        connection.execute_batch("BEGIN").unwrap();
        for table in tables {
            let sql = format!("INSERT INTO main.{table} SELECT * FROM temp.of_{table} WHERE rid >= ?1 AND rid < ?2");
            connection.prepare_cached(&sql).unwrap().execute([from, from + step]).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
        from += step;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("bare SQLite, same rows, one commit per 300: {:.0}/s", wanted as f64 / seconds);
}
