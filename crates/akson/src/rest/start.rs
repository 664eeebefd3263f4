//! The state of the process and its figures. They show nothing of the record.

use akson_core::audit::Figures;

use super::answer::{Content, Reply};
use super::ask::Ask;
use super::error::Refusal;

/// `GET /health`: 200 if the record answers.
pub async fn health(ask: Ask) -> Result<Reply, Refusal> {
    let health = ask.house.core.health();
    let work = health.open.iter().map(|work| {
        let old = work.answers_are_old;
        format!("{{\"done\":{},\"total\":{},\"answersAreOld\":{old}}}", work.done, work.total)
    });
    let work = work.collect::<Vec<_>>().join(",");
    let figures = ask.house.core.audit_figures();
    let signed = figures.signed.map_or("null".to_string(), |at| ((ask.house.core.now() - at) / 1_000_000).to_string());
    let text = format!(
        "{{\"status\":\"{}\",\"version\":\"{}\",\"writable\":{},\"durability\":\"{}\",\"audit\":{{\"waiting\":{},\"signedSecondsAgo\":{signed}}},\"work\":[{work}]}}\n",
        if health.sound { "up" } else { "down" },
        env!("CARGO_PKG_VERSION"),
        health.writable,
        health.durability,
        figures.waiting,
    );
    let status = if health.sound { 200 } else { 503 };
    Ok(raw(status, "application/json", text))
}

/// `GET /metrics`.
pub async fn metrics(ask: Ask) -> Result<Reply, Refusal> {
    let mut text = ask.house.metrics.print();
    let core = &ask.house.core;
    text.push_str(&audit(core.audit_figures(), core.now()));
    let open = ask.house.core.open_work().unwrap_or_default();
    let (done, total) = open.iter().fold((0, 0), |sum, work| (sum.0 + work.done, sum.1 + work.total));
    for (name, value) in [("jobs_open", open.len() as u64), ("jobs_done", done), ("jobs_total", total)] {
        text.push_str(&format!("# TYPE akson_{name} gauge\nakson_{name} {value}\n"));
    }
    Ok(raw(200, "text/plain; version=0.0.4; charset=utf-8", text))
}

/// The figures of the audit.
fn audit(figures: Figures, now: i64) -> String {
    let mut text = format!(
        "# TYPE akson_audit_waiting gauge\nakson_audit_waiting {}\n\
         # TYPE akson_audit_reads_total counter\nakson_audit_reads_total {}\n",
        figures.waiting, figures.noted
    );
    if let Some(signed) = figures.signed {
        let age = (now - signed) as f64 / 1e6;
        text.push_str(&format!(
            "# TYPE akson_audit_checkpoint_age_seconds gauge\nakson_audit_checkpoint_age_seconds {age:.0}\n"
        ));
    }
    text
}

fn raw(status: u16, media: &'static str, text: String) -> Reply {
    Reply { status, content: Content::Raw(media, text.into()), ..Reply::default() }
}
