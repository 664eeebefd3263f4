//! Figures of the process as Prometheus text, counted in atomics.
//!
//! No label holds anything that a caller sent: routes are patterns of our own table.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Upper bounds of the time buckets in microseconds.
const BOUNDS_US: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000, 10_000_000];

/// Counts of one route.
#[derive(Default)]
pub struct RouteFigures {
    classes: [AtomicU64; 6],
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    time_us: AtomicU64,
    bytes: AtomicU64,
}

/// Counts of the process.
pub struct Metrics {
    routes: Vec<(&'static str, &'static str, RouteFigures)>,
    /// Connections that are open.
    pub connections: AtomicI64,
    /// Connections that were refused since there were too many.
    pub connections_refused: AtomicU64,
    /// Requests in flight.
    pub in_flight: AtomicI64,
}

impl Metrics {
    /// Counters for these routes: verb and pattern.
    pub fn new(routes: impl Iterator<Item = (&'static str, &'static str)>) -> Metrics {
        Metrics {
            routes: routes.map(|(method, path)| (method, path, RouteFigures::default())).collect(),
            connections: AtomicI64::new(0),
            connections_refused: AtomicU64::new(0),
            in_flight: AtomicI64::new(0),
        }
    }

    /// Counts one answer of a route, by its place in the table.
    pub fn count(&self, route: usize, status: u16, time_us: u64, bytes: u64) {
        let Some((_, _, figures)) = self.routes.get(route) else {
            return;
        };
        let class = usize::from(status / 100).min(5);
        figures.classes[class].fetch_add(1, Ordering::Relaxed);
        let bucket = BOUNDS_US.partition_point(|bound| *bound < time_us);
        figures.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        figures.time_us.fetch_add(time_us, Ordering::Relaxed);
        figures.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The figures as text.
    pub fn print(&self) -> String {
        let mut out = String::with_capacity(8 << 10);
        let gauges = [
            ("akson_connections", self.connections.load(Ordering::Relaxed)),
            ("akson_requests_in_flight", self.in_flight.load(Ordering::Relaxed)),
        ];
        for (name, value) in gauges {
            let _ = writeln!(out, "# TYPE {name} gauge\n{name} {value}");
        }
        let refused = self.connections_refused.load(Ordering::Relaxed);
        let _ = writeln!(out, "# TYPE akson_connections_refused_total counter");
        let _ = writeln!(out, "akson_connections_refused_total {refused}");
        let _ = writeln!(out, "# TYPE akson_requests_total counter");
        self.each(|method, path, figures| {
            for (class, count) in figures.classes.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let _ = writeln!(
                        out,
                        "akson_requests_total{{method=\"{method}\",route=\"{path}\",status=\"{class}xx\"}} {count}"
                    );
                }
            }
        });
        let _ = writeln!(out, "# TYPE akson_request_seconds histogram");
        self.each(|method, path, figures| print_times(&mut out, method, path, figures));
        let _ = writeln!(out, "# TYPE akson_answer_bytes_total counter");
        self.each(|method, path, figures| {
            let bytes = figures.bytes.load(Ordering::Relaxed);
            let _ = writeln!(out, "akson_answer_bytes_total{{method=\"{method}\",route=\"{path}\"}} {bytes}");
        });
        out
    }

    fn each(&self, mut print: impl FnMut(&str, &str, &RouteFigures)) {
        for (method, path, figures) in &self.routes {
            if figures.classes.iter().any(|count| count.load(Ordering::Relaxed) > 0) {
                print(method, path, figures);
            }
        }
    }
}

fn print_times(out: &mut String, method: &str, path: &str, figures: &RouteFigures) {
    let mut sum = 0;
    for (place, count) in figures.buckets.iter().enumerate() {
        sum += count.load(Ordering::Relaxed);
        let bound = BOUNDS_US.get(place).map_or("+Inf".to_string(), |bound| format!("{}", *bound as f64 / 1e6));
        let _ =
            writeln!(out, "akson_request_seconds_bucket{{method=\"{method}\",route=\"{path}\",le=\"{bound}\"}} {sum}");
    }
    let seconds = figures.time_us.load(Ordering::Relaxed) as f64 / 1e6;
    let _ = writeln!(out, "akson_request_seconds_sum{{method=\"{method}\",route=\"{path}\"}} {seconds}");
    let _ = writeln!(out, "akson_request_seconds_count{{method=\"{method}\",route=\"{path}\"}} {sum}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_class_and_time() {
        let metrics = Metrics::new([("GET", "/fhir/{type}/{id}")].into_iter());
        metrics.count(0, 404, 300, 12);
        metrics.count(0, 200, 99_000_000, 12);
        metrics.count(9, 200, 1, 1);
        let text = metrics.print();
        assert!(text.contains("status=\"4xx\"} 1"), "{text}");
        assert!(text.contains("le=\"0.0005\"} 1"), "{text}");
        assert!(text.contains("le=\"+Inf\"} 2"), "{text}");
    }
}
